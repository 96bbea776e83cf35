import json

import numpy as np
import pytest

from core.layouts import get_layout
from core.metrics.pose import correct_keypoints, evaluate_pose, joint_boxes, measure_persons

SIGMAS = get_layout('coco17').sigmas
PERSONS, JOINTS = 12, 17


@pytest.fixture
def truth():
    """Annotated joints whose box is exactly 100 px wide and 200 px high."""
    keypoints = np.random.default_rng(0).uniform(0, 1, (PERSONS, JOINTS, 2)) * (100, 200)
    keypoints[:, 0], keypoints[:, 1] = (0, 0), (100, 200)
    return keypoints + 300


def evaluate(prediction, truth, visible=None, image_ids=None, sigmas=SIGMAS, **options):
    visible = np.ones(truth.shape[:2]) if visible is None else visible
    image_ids = np.arange(len(truth)) if image_ids is None else image_ids
    return evaluate_pose(prediction, np.ones(truth.shape[:2]), truth, visible, image_ids, sigmas, **options)


def test_perfect_prediction_scores_100(truth):
    metrics = evaluate(truth, truth, image_ids=np.arange(PERSONS) // 2)
    assert metrics[:5] == pytest.approx((100,) * 5)
    assert metrics.PCK_per_joint == [100.0] * JOINTS


@pytest.mark.parametrize('oks', [0.62, 0.87])
def test_shift_by_a_known_oks(truth, oks):
    deviation = 2 * np.array(SIGMAS) * np.sqrt(-2 * np.log(oks) * 100 * 200)  # pixels that give each joint this OKS
    prediction = truth.copy()
    prediction[..., 0] += deviation
    metrics = evaluate(prediction, truth)
    passed = 100 * np.mean(np.linspace(0.5, 0.95, 10) <= oks)  # every person passes the same thresholds
    assert (metrics.AP, metrics.AR) == pytest.approx((passed, passed))
    assert (metrics.AP50, metrics.AP75) == pytest.approx((100.0, 100.0 * (oks > 0.75)))


def test_pck_uses_the_annotated_box_height(truth):
    prediction = truth.copy()
    prediction[:, :5, 1] += 9.9   # within 0.05 * 200 px
    prediction[:, 5:8, 1] += 10.1
    metrics = evaluate(prediction, truth)
    assert metrics.PCK == pytest.approx(100 * 14 / 17)
    assert metrics.PCK_per_joint == [100.0] * 5 + [0.0] * 3 + [100.0] * 9
    assert evaluate(prediction, truth, pck_threshold=0.06).PCK == 100.0


def test_invisible_and_nan_annotations_are_ignored(truth):
    visible = np.ones((PERSONS, JOINTS))
    visible[:, 16] = 0
    annotation, prediction = truth.copy(), truth.copy()
    annotation[:, 15] = np.nan
    prediction[:, 15:] += 1000
    metrics = evaluate(prediction, annotation, visible)
    assert metrics[:5] == pytest.approx((100,) * 5)
    assert metrics.PCK_per_joint[15:] == [None, None]


def test_nan_prediction_is_a_miss(truth):
    metrics = evaluate(np.full_like(truth, np.nan), truth)
    assert metrics[:5] == (0.0,) * 5


def test_person_without_visible_joints_is_no_false_positive(truth):
    visible = np.ones((PERSONS, JOINTS))
    visible[::2] = 0
    prediction = truth.copy()
    prediction[::2] += 1000
    assert evaluate(prediction, truth, visible, np.arange(PERSONS) // 2).AP == pytest.approx(100)


def test_confident_errors_cost_more_than_doubtful_ones(truth):
    prediction, scores = truth.copy(), np.ones((PERSONS, JOINTS))
    prediction[:4] += 1000
    args = (truth, np.ones((PERSONS, JOINTS)), np.arange(PERSONS), SIGMAS)
    scores[:4] = 0.1
    doubtful = evaluate_pose(prediction, scores, *args)
    scores[:4] = 2.0
    confident = evaluate_pose(prediction, scores, *args)
    assert confident.AP < doubtful.AP
    assert confident.AR == pytest.approx(doubtful.AR) == pytest.approx(100 * 8 / 12)


def test_no_visible_joint_at_all_gives_json_nulls(truth):
    metrics = evaluate(truth, truth, np.zeros((PERSONS, JOINTS)))
    assert json.loads(json.dumps(metrics._asdict())) == {
        'AP': None, 'AP50': None, 'AP75': None, 'AR': None, 'PCK': None, 'PCK_per_joint': [None] * JOINTS}


def test_layout_without_sigmas_keeps_pck(truth):
    metrics = evaluate(truth, truth, sigmas=())
    assert (metrics.AP, metrics.AR, metrics.PCK) == (None, None, 100.0)


def test_joint_boxes_cover_visible_joints_only():
    keypoints = np.array([[[10.0, 20], [40, 80], [900, 900]], [[5, 6], [0, 0], [0, 0]]])
    visible = np.array([[1, 1, 0], [1, 0, 0]])
    np.testing.assert_array_equal(joint_boxes(keypoints, visible), [[10, 20, 30, 60], [5, 6, 1, 1]])


def test_correct_keypoints_takes_one_tolerance_per_person():
    guess, annotation = np.zeros((2, 1, 2)), np.array([[[3.0, 4.0]], [[3.0, 4.0]]])
    np.testing.assert_array_equal(correct_keypoints(guess, annotation, np.array([5.0, 4.9])), [[True], [False]])


def test_each_person_is_measured(truth):
    prediction, visible = truth.copy(), np.ones((PERSONS, JOINTS))
    prediction[0, :5, 1] += 10.1  # beyond 0.05 * 200 px
    prediction[1] = np.nan
    visible[2] = 0
    shape = (3, 4, JOINTS)
    measures = measure_persons(prediction.reshape(*shape, 2), truth.reshape(*shape, 2), visible.reshape(shape), SIGMAS)
    assert measures.correct.sum((0, 1, 2)) == 12 + 9 * JOINTS and measures.seen.sum() == 11 * JOINTS
    oks = measures.oks.reshape(-1)
    assert 0.5 < oks[0] < 1 and oks[1] == 0 and np.isnan(oks[2]) and oks[3:] == pytest.approx(np.ones(9))
    assert np.isnan(measure_persons(prediction, truth, visible, ()).oks).all()


@pytest.mark.parametrize(('change', 'message'), [
    ({'gt_keypoints': np.zeros((2, 17))}, r'must be \(N, V, 2\)'),
    ({'pred_keypoints': np.zeros((2, 16, 2))}, 'pred_keypoints must be'),
    ({'image_ids': np.zeros(3)}, 'image_ids must be'),
    ({'sigmas': (0.1, 0.2)}, '2 OKS sigmas'),
])
def test_bad_shapes_are_named(change, message):
    good = {'pred_keypoints': np.zeros((2, 17, 2)), 'pred_scores': np.zeros((2, 17)), 'visible': np.ones((2, 17)),
            'gt_keypoints': np.zeros((2, 17, 2)), 'image_ids': np.arange(2), 'sigmas': SIGMAS}
    with pytest.raises(ValueError, match=message):
        evaluate_pose(**{**good, **change})
