"""From predictions to the figures of metrics.json."""

from unittest.mock import Mock

import numpy as np
import pytest
import torch

from core.data.dataset import Clip
from core.engine.evaluate import Poses, Predictions, apply_affine, summarize, validate
from core.engine.logger import RunLogger
from core.engine.runtime import Runtime
from core.layouts import COCO17
from core.losses.joint import JointLoss
from core.models.joint import JointOutput
from core.models.pose.simcc import encode_simcc

CLASSES = 4


def make_predictions(shift=0.0, clips=5, persons=1, frames=3, visual=False):
    """Predictions ``shift`` pixels off the truth; clip i is of class i % 4 and predicted as that, but clip 0 as 1."""
    rng = np.random.default_rng(0)
    label = np.arange(clips) % CLASSES
    probabilities = np.eye(CLASSES)[np.where(np.arange(clips) == 0, 1, label)] * 0.9 + 0.025
    truth = rng.uniform(0, 100, (clips, persons, frames, 17, 2))
    ones = np.ones((clips, persons, frames, 17))
    heads = (probabilities, probabilities) if visual else (None, None)
    return Predictions(np.arange(clips), label, probabilities, *heads,
                       Poses(truth + shift, truth + shift, ones, truth, ones.copy()))


def test_counts_and_percent():
    metrics = summarize(make_predictions(), COCO17)
    assert metrics['num_clips'] == 5
    assert metrics['top1'] == pytest.approx(80)
    assert metrics['mean_class_accuracy'] == pytest.approx((50 + 100 * 3) / 4)
    assert metrics['top5'] == 100
    assert metrics['pose'] == pytest.approx({'AP': 100, 'AP50': 100, 'AP75': 100, 'AR': 100, 'PCK': 100})
    assert 'visual_top1' not in metrics


def test_classes_are_reported_by_name():
    named = summarize(make_predictions(), COCO17, 'abcd')['class_accuracy']
    assert named == pytest.approx({'a': 50, 'b': 100, 'c': 100, 'd': 100})


def test_pose_error_lowers_every_pose_figure():
    exact, shifted = (summarize(make_predictions(shift), COCO17)['pose'] for shift in (0.0, 12.0))
    assert all(shifted[name] < exact[name] for name in exact)


def test_absent_person_is_left_out():
    predictions = make_predictions(persons=2)
    predictions.pose.visible[:, 1] = 0
    predictions.pose.keypoints_image[:, 1] = 1e4
    assert summarize(predictions, COCO17)['pose']['AP'] == pytest.approx(100)


def test_visual_branch_is_reported_apart():
    assert summarize(make_predictions(visual=True), COCO17)['visual_top1'] == pytest.approx(80)


def test_model_without_pose_or_without_action_reports_what_it_has():
    predictions = make_predictions()
    assert summarize(predictions._replace(pose=None), COCO17).keys() == {'top1', 'top5', 'mean_class_accuracy',
                                                                         'num_clips'}
    assert summarize(predictions._replace(probabilities=None), COCO17).keys() == {'num_clips', 'pose'}


@pytest.mark.parametrize('split_ratio', [1.0, 2.0])
def test_validation_reads_the_bins_as_the_loss_draws_them(split_ratio, tmp_path):
    size, truth = (32, 64), torch.rand(2, 1, 3, 17, 2) * torch.tensor([20., 40.]) + 6
    ones = torch.ones(2, 1, 3, 17)
    clip = Clip(torch.zeros(2, 1, 3, 64, 32, 3), truth, ones, truth, torch.eye(2, 3).expand(2, 1, 3, 2, 3),
                torch.tensor([size] * 2), torch.ones(2, 1), torch.zeros(2), torch.arange(2))
    target = encode_simcc(truth.flatten(0, 2), ones.flatten(0, 2), image_size=size, split_ratio=split_ratio, sigma=2.0)
    x, y = (axis.clamp(min=1e-9).log().view(2, 1, 3, 17, -1) for axis in target[:2])
    model = Mock(return_value=JointOutput(x, y))
    trainer = Mock(amp='none', step=0, criterion=JointLoss(image_size=size, split_ratio=split_ratio, sigma=2.0))
    trainer.averaged_model.return_value = model
    score = validate(trainer, [clip], COCO17, 0, Runtime(torch.device('cpu')), RunLogger(tmp_path, enabled=False))
    assert score == pytest.approx(100)


def test_affine_maps_points():
    affine = torch.tensor([[2., 0, 1], [0, 3, -1]])
    assert apply_affine(affine, torch.tensor([[1., 1.], [0., 2.]])).tolist() == [[3, 2], [1, 5]]
