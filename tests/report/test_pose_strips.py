"""Distributions over time."""

import base64

import cv2
import numpy as np

from core.report.pose_strips import joint_strips, liveliest_joint


def pixels(picture):
    code = base64.b64decode(picture.address.split(',')[1])
    return cv2.imdecode(np.frombuffer(code, np.uint8), cv2.IMREAD_COLOR_RGB).astype(int).sum(axis=-1)


def test_bright_pixels_are_probable_bins(person):
    p_x = np.full((4, 17, 64), 1e-6)
    p_x[np.arange(4), 3, [5, 9, 30, 63]] = 1
    x, y = joint_strips(person._replace(p_x=p_x), 3, 'left ear')
    assert pixels(x.picture).argmax(axis=0).tolist() == [5, 9, 30, 63]
    assert (x.picture.width, x.picture.height) == (y.picture.width, y.picture.height) == (4, 64)
    assert (x.picture.alt, y.picture.alt) == ('x position of left ear over time', 'y position of left ear over time')


def test_truth_is_a_step_per_frame_with_gaps(person):
    truth = person.true_bins.copy()
    truth[1] = np.nan
    x, _ = joint_strips(person._replace(true_bins=truth), 0, 'nose')
    assert x.truth == 'M0 0.5H1M2 2.5H3L3 3.5H4'
    nothing, _ = joint_strips(person._replace(true_bins=np.full_like(truth, np.nan)), 0, 'nose')
    assert nothing.truth == ''


def test_the_liveliest_joint_moves_most_and_is_always_annotated(person):
    truth = np.zeros((4, 17, 2))
    truth[:, 4, 0], truth[:, 9, 1], truth[:, 11, 0] = (0, 1, 2, 3), (0, 5, 0, 5), (0, 99, 0, np.nan)
    assert liveliest_joint(person._replace(true_bins=truth)) == 9
