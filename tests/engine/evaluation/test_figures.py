"""From predictions to the figures of metrics.json."""

import json

import pytest

from core.engine.evaluation.figures import headline, summarize
from core.layouts import COCO17


def test_counts_and_percent(make_predictions):
    metrics = summarize(make_predictions(), COCO17)
    assert metrics['num_clips'] == 5
    assert metrics['top1'] == pytest.approx(80)
    assert metrics['mean_class_accuracy'] == pytest.approx((50 + 100 * 3) / 4)
    assert metrics['top5'] == 100
    assert metrics['confusion'] == [[1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    assert metrics['ece'] == pytest.approx(100 * (0.925 - 0.8))
    joints = metrics['pose'].pop('PCK_per_joint')
    assert joints == dict.fromkeys(COCO17.joints, 100.0)
    assert metrics['pose'] == pytest.approx({'AP': 100, 'AP50': 100, 'AP75': 100, 'AR': 100, 'PCK': 100})
    assert 'visual_top1' not in metrics


def test_classes_are_reported_by_name(make_predictions):
    predictions = make_predictions()
    predictions.pose.keypoints_image[1] += 1e3
    predictions.pose.visible[2] = 0
    metrics = json.loads(json.dumps(summarize(predictions, COCO17, 'abcd')))
    assert metrics['per_class']['a'] == pytest.approx({'precision': 100, 'recall': 50, 'f1': 200 / 3, 'clips': 2})
    assert metrics['per_class']['b'] == pytest.approx({'precision': 50, 'recall': 100, 'f1': 200 / 3, 'clips': 1})
    assert metrics['pose']['PCK_per_class'] == {'a': 100.0, 'b': 0.0, 'c': None, 'd': 100.0}


def test_pose_error_lowers_every_pose_figure(make_predictions):
    exact, shifted = (headline(summarize(make_predictions(shift), COCO17))['pose'] for shift in (0.0, 12.0))
    assert all(shifted[name] < exact[name] for name in exact)


def test_absent_person_is_left_out(make_predictions):
    predictions = make_predictions(persons=2)
    predictions.pose.visible[:, 1] = 0
    predictions.pose.keypoints_image[:, 1] = 1e4
    assert summarize(predictions, COCO17)['pose']['AP'] == pytest.approx(100)


def test_visual_branch_is_reported_apart(make_predictions):
    assert summarize(make_predictions(visual=True), COCO17)['visual_top1'] == pytest.approx(80)


def test_model_without_pose_or_without_action_reports_what_it_has(make_predictions):
    predictions = make_predictions()
    assert summarize(predictions._replace(pose=None), COCO17).keys() == {'top1', 'top5', 'mean_class_accuracy',
                                                                         'ece', 'num_clips', 'confusion'}
    assert summarize(predictions._replace(probabilities=None), COCO17).keys() == {'num_clips', 'pose'}


def test_headline_is_the_single_numbers(make_predictions):
    figures = headline(summarize(make_predictions(visual=True), COCO17, 'abcd'))
    assert list(figures) == ['top1', 'top5', 'mean_class_accuracy', 'ece', 'num_clips', 'skeleton_top1', 'visual_top1',
                             'pose']
    assert list(figures['pose']) == ['AP', 'AP50', 'AP75', 'AR', 'PCK']
