from dataclasses import replace

import numpy as np
import pytest

from core.data.boxes import BoxSettings, clip_boxes
from core.data.clips.augment import Augmentation, augment_boxes
from core.data.frames.person_tubes import LEVELS, MARGIN, SHORT_SIDE, person_cut, shows_someone

FRAME = (960, 540)
VIDEO = (1920, 1080)


@pytest.fixture
def walker(make_record):
    """Two persons about 60 pixels tall walk to the middle of a 320x240 picture; the second leaves half-way."""
    record = make_record(total_frames=8, persons=2)
    record.keypoints[:] = record.keypoints * 0.4 + (60, 60)
    record.keypoints[..., 0] += np.linspace(0, 40, 8, dtype=np.float16)[:, None]
    record.keypoints[1, 4:], record.scores[1, 4:] = 0, 0
    return record


def edges(cut):
    """Frame pixels of the tube's low and high edge (2, 2), by the definition of ``Place``; a pixel ends 0.5 off."""
    place = cut.tube.place(0)
    return place.origin + np.array([(-0.5, -0.5), np.array(cut.tube.sizes[0]) - 0.5]) / place.scale


@pytest.mark.parametrize('aspect', [1.0, 5 / 3])
@pytest.mark.parametrize('mode', ['1-frame', '1-frame+'])
def test_every_upright_training_crop_lies_inside(walker, mode, aspect):
    low, high = edges(person_cut(walker, VIDEO, FRAME, aspect=aspect))
    assert (low > 0).all() and (high < np.array(FRAME) - 1).all()  # else the following would show little
    keypoints = walker.keypoints.astype(float) * np.divide(FRAME, walker.image_size)
    augmentation = Augmentation((1.1, 1.1), scale_prob=1.0)
    for seed in range(50):
        rng = np.random.default_rng(seed)
        boxes = clip_boxes(keypoints, walker.scores > 0, FRAME, aspect, BoxSettings(mode), rng)
        center, size = augment_boxes(boxes, augmentation.draw(rng))
        assert (center - size / 2 >= low).all() and (center + size / 2 <= high).all()


@pytest.mark.parametrize(('axis', 'aspect'), [(0, 100.0), (1, 0.01)])
def test_tube_holds_all_persons_and_no_more(walker, axis, aspect):
    joints = (walker.keypoints[walker.scores > 0] * np.divide(VIDEO, walker.image_size))[:, axis]
    box = person_cut(walker, VIDEO, FRAME, margin=0, aspect=aspect).box  # the crop's other side is the longer one
    assert 0 <= joints.min() - box[axis] <= 1 and 0 <= box[axis + 2] - joints.max() <= 1


def test_short_side_is_limited_and_nothing_is_enlarged(walker):
    large = person_cut(walker, VIDEO, FRAME)
    assert min(large.tube.sizes[0]) == SHORT_SIDE
    small = person_cut(walker, (320, 180), FRAME)
    x0, y0, x1, y1 = small.box
    assert small.tube.sizes[0] == (x1 - x0, y1 - y0) and small.tube.place(0).scale == pytest.approx((1 / 3, 1 / 3))
    fine = person_cut(replace(walker, keypoints=np.clip(walker.keypoints, 100, 110)), VIDEO, (480, 270))
    assert fine.tube.sizes[0] == (fine.box[2] - fine.box[0], fine.box[3] - fine.box[1])
    assert fine.tube.place(0).scale == pytest.approx((4, 4))


def test_all_sizes_show_the_same_box(walker):
    tube = person_cut(walker, VIDEO, FRAME).tube
    assert len(tube.sizes) == len(LEVELS)
    for level, factor in enumerate(LEVELS):
        np.testing.assert_allclose(tube.sizes[level], np.array(tube.sizes[0]) * factor, atol=1)
        place = tube.place(level)
        low = place.origin - 0.5 / np.array(place.scale) + 0.5
        np.testing.assert_allclose((low, low + np.array(tube.sizes[level]) / place.scale), np.reshape(tube.box, (2, 2)))


def test_a_person_who_stays_needs_no_more_than_the_third_size():
    assert LEVELS[2] * SHORT_SIDE / (1 + 2 * MARGIN) * 1.3 / 96 > 1


def test_a_frame_size_of_another_shape_stretches_the_tube_too(walker):
    tube = person_cut(walker, (640, 480), (960, 540)).tube
    across, down = tube.place(0).scale
    assert tube.sizes[0][0] / (tube.box[2] - tube.box[0]) == across <= 640 / 960 and down <= 480 / 540
    np.testing.assert_allclose(across, down, rtol=0.01)


@pytest.mark.parametrize('lost', ['no record', 'no score', 'outside'])
def test_without_anybody_the_whole_picture_stays(walker, lost):
    record = {'no record': None, 'no score': replace(walker, scores=walker.scores * 0),
              'outside': replace(walker, keypoints=walker.keypoints + np.float16(2000))}[lost]
    cut = person_cut(record, VIDEO, FRAME)
    assert cut.box == (0, 0, *VIDEO) and cut.tube.sizes[0] == (455, 256)
    assert shows_someone(record) == (lost == 'outside')
    np.testing.assert_allclose(edges(cut), [(-0.5, -0.5), np.array(FRAME) - 0.5], atol=1)
