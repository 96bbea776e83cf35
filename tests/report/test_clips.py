"""Looping overlays."""

import base64

import cv2
import numpy as np
import pytest

from core.layouts import COCO17
from core.report.clips import MAX_FRAMES, PANEL, embed, film, view_affine


def draw(watched, layout):
    """The decoded pixels of a film, and its number of frames."""
    picture, frames = film(watched, layout, 'clip')
    code = base64.b64decode(picture.address.split(',')[1])
    return cv2.imdecode(np.frombuffer(code, np.uint8), cv2.IMREAD_COLOR), frames


def to_panel(view, points):
    return points * view[0, 0] + view[:, 2]


def test_the_view_shows_every_joint_and_keeps_shapes(watched):
    view = view_affine(watched)
    for joints in (watched.true, watched.predicted):
        panel = to_panel(view, joints)
        assert (panel >= 0).all() and (panel <= PANEL).all()
    assert view[0, 0] == view[1, 1] and view[0, 1] == view[1, 0] == 0
    corners = (np.array([(0, 0), PANEL]) - view[:, 2]) / view[0, 0]
    assert (corners >= 0).all() and (corners <= (80, 60)).all()


def test_a_wild_prediction_shows_the_whole_frame(watched):
    wild = watched.predicted.copy()
    wild[0, 0, :2] = [(-900, -900), (900, 900)]
    view = view_affine(watched._replace(predicted=wild))
    assert to_panel(view, np.array([(0, 0), (80, 60)])) == pytest.approx(np.array([(0, 0), PANEL]))


def test_a_film_is_a_strip_of_frames(watched):
    strip, frames = film(watched, COCO17, 'standing')
    assert (frames, strip.width, strip.height, strip.alt) == (4, 4 * PANEL[0], PANEL[1], 'standing')


def test_long_clips_are_thinned_out(watched):
    long = watched._replace(**{name: np.repeat(getattr(watched, name), 20, axis=axis) for name, axis in
                               (('frames', 0), ('true', 1), ('visible', 1), ('predicted', 1))})
    assert film(long, COCO17, 'long')[1] == MAX_FRAMES


def test_without_predictions_the_true_skeletons_are_drawn(watched):
    dark = watched._replace(frames=np.zeros_like(watched.frames), predicted=watched.predicted[:0], person=None)
    panels, frames = draw(dark, COCO17)
    assert frames == 4 and (panels > 200).all(-1).any()
    nobody = dark._replace(visible=np.zeros_like(watched.visible))
    assert to_panel(view_affine(nobody), np.array([(0, 0), (80, 60)])) == pytest.approx(np.array([(0, 0), PANEL]))
    assert draw(nobody, COCO17)[0].max() < 10


@pytest.mark.parametrize(('suffix', 'tolerance'), [('.png', 0), ('.webp', 12)])
def test_the_address_holds_the_picture(suffix, tolerance):
    image = np.full((6, 8, 3), (200, 100, 20), np.uint8)
    picture = embed(image, 'orange', suffix)
    kind, code = picture.address.split(';base64,')
    decoded = cv2.imdecode(np.frombuffer(base64.b64decode(code), np.uint8), cv2.IMREAD_COLOR_RGB)
    assert kind == f'data:image/{suffix[1:]}' and (picture.alt, picture.width, picture.height) == ('orange', 8, 6)
    np.testing.assert_allclose(decoded.astype(int), image, atol=tolerance)
