import cv2
import numpy as np
import pytest

from core.data.annotations.records import Annotation
from core.data.boxes import BOX_MODES, BoxSettings
from core.data.clips.person_clips import ClipDataset
from core.data.clips.sampling import centered
from core.data.frames.frame_folder import FrameFolder
from core.inference.crop_plan import ClipView, cut_crops, plan_crops, with_nearest
from core.inference.follow import TrackedPerson, follow_people
from core.layouts import COCO17


@pytest.fixture
def stored(walking, tmp_path):
    """Data directory with the sequence walk, and its frames as they are read back."""
    folder = tmp_path / 'images' / 'walk'
    folder.mkdir(parents=True)
    for number, frame in enumerate(walking(20, persons=2), 1):
        cv2.imwrite(str(folder / f'{number:05d}.jpg'), frame)
    files = sorted(folder.iterdir())
    return tmp_path, [cv2.cvtColor(cv2.imread(str(file)), cv2.COLOR_BGR2RGB) for file in files]


@pytest.mark.parametrize('num_persons', [1, 2])
@pytest.mark.parametrize('mode', BOX_MODES)
def test_crops_are_those_of_the_dataset(stored, estimator, mode, num_persons):
    root, frames = stored
    people = follow_people(frames, estimator, 10)
    people[1].scores[:4] = 0                                        # not everybody is seen everywhere
    size, boxes = (160, 120), BoxSettings(mode, 1.2)
    record = Annotation('walk', 0, 20, size, np.stack([person.keypoints for person in people]),
                        np.stack([person.scores for person in people]))
    clip = ClipDataset([record], FrameFolder(root), COCO17, clip_size=8, image_size=(48, 64), num_persons=num_persons,
                       training=False, boxes=boxes)[0]
    plan = plan_crops(people[:1] if num_persons == 1 else people, [centered(20, 8)[None]] * num_persons,
                      ClipView((48, 64), boxes, num_persons), size)
    crops = np.stack(list(cut_crops(frames, plan, (48, 64))))
    np.testing.assert_array_equal(crops[plan.shown[0]], clip.frames)
    np.testing.assert_allclose(plan.to_image[plan.shown[0]], clip.crop_to_image, rtol=1e-6)
    np.testing.assert_array_equal(plan.mask[0], clip.person_mask)


def a_person(number, left, first=0, count=10):
    points = np.random.default_rng(0).uniform(20, 60, (17, 2)) + (left, 0)
    return TrackedPerson(number, first, np.tile(points, (count, 1, 1)).astype(np.float32),
                         np.ones((count, 17), np.float32))


def test_windows_share_crops_where_their_boxes_agree():
    windows = np.arange(4) + np.arange(0, 6, 2)[:, None]            # frames 0..3, 2..5, 4..7
    plan = plan_crops([a_person(1, 0)], [windows], ClipView((32, 32), BoxSettings('1-frame')), (200, 100))
    assert plan.times.tolist() == list(range(8)) and (plan.times[plan.shown[:, 0]] == windows).all()


def test_an_absent_person_shows_the_first_ones_crops():
    people = [a_person(1, 0), a_person(2, 80, first=6, count=4)]
    clips = [np.array([[0, 1], [6, 7]]), np.array([[6, 7]])]
    plan = plan_crops(people, clips, ClipView((32, 32), BoxSettings(), 2), (200, 100))
    assert plan.mask.tolist() == [[1, 0], [1, 1], [1, 1]]
    assert (plan.shown[0, 1] == plan.shown[0, 0]).all()
    assert (plan.shown[2, ::-1] == plan.shown[1]).all()             # each is the other of the other


def test_the_nearest_other_is_chosen_clip_by_clip():
    def seen(*lefts):
        keypoints = np.stack([np.stack([np.array([[left, 10], [left + 10, 50]], np.float32)] * 3) for left in lefts])
        return keypoints, np.ones(keypoints.shape[:3], bool)

    own, near, far = seen(0, 0), seen(30, 300), seen(100, 50)
    far[1][0, :2] = False                                           # in one frame only
    found, visible = with_nearest(own, [near, far], 2)
    np.testing.assert_array_equal(found, np.stack([own[0], [near[0][0], far[0][1]]], 1))
    assert visible.all() and visible.dtype == bool
    found, visible = with_nearest(own, [near, far], 4)
    np.testing.assert_array_equal(found[:, 2], [far[0][0], near[0][1]])
    assert visible[:, :2].all() and not visible[:, 3].any() and not found[:, 3].any()


def test_who_is_never_there_at_the_same_time_is_not_near():
    joints, there = np.ones((1, 4, 3, 2)), np.ones((1, 4, 3))
    early, late = there.copy(), there.copy()
    early[:, 2:], late[:, :2] = 0, 0
    found, scores = with_nearest((joints, early), [(joints, late)], 2)
    assert scores[0, 0].any() and not scores[0, 1].any() and not found[0, 1].any()
