"""AP and AR of pycocotools against a few lines of independent arithmetic."""

import numpy as np
import pytest

from core.layouts import get_layout
from core.metrics.oks import Persons, oks_average_precision

SIGMAS = np.array(get_layout('coco17').sigmas)
THRESHOLDS = np.linspace(0.5, 0.95, 10)


def make_persons(rng, count, per_image, noise):
    """Annotated persons of about 100x200 px, some joints invisible, and noisy predictions with random scores."""
    keypoints = rng.uniform(0, 1, (count, 17, 2)) * (100, 200) + rng.uniform(0, 800, (count, 1, 2))
    visible = rng.random((count, 17)) > 0.2
    boxes = np.concatenate([keypoints.min(axis=1), np.ptp(keypoints, axis=1)], axis=1)
    annotated = Persons(keypoints, visible, boxes, np.arange(count) // per_image, rng.random(count))
    offsets = rng.normal(0, 1, keypoints.shape) * rng.uniform(0, noise, (count, 1, 1))
    return annotated, annotated._replace(keypoints=keypoints + offsets)


def oks_matrix(annotated, predicted):
    """OKS of every predicted (rows) with every annotated person (columns), by COCO's formula."""
    squared = ((predicted.keypoints[:, None] - annotated.keypoints[None]) ** 2).sum(axis=3)
    area = (annotated.boxes[:, 2] * annotated.boxes[:, 3])[None, :, None]
    similarity = np.exp(-squared / (2 * area * (2 * SIGMAS) ** 2))
    return (similarity * annotated.visible).sum(axis=2) / annotated.visible.sum(axis=1)


def reference_ap_ar(annotated, predicted, threshold):
    """Greedy matching within an image in order of score, then 101-point interpolated precision."""
    oks = oks_matrix(annotated, predicted)
    oks[predicted.image_ids[:, None] != annotated.image_ids[None]] = -1
    order, free, hits = np.argsort(-predicted.scores), np.ones(len(oks), bool), []
    for row in order:
        candidates = np.where(free, oks[row], -1)
        hits.append(candidates.max() >= threshold)
        free[candidates.argmax()] &= not hits[-1]
    found = np.cumsum(hits)
    precision, recall = found / np.arange(1, len(hits) + 1), found / len(oks)
    levels = [precision[recall >= level - 1e-12].max(initial=0) for level in np.linspace(0, 1, 101)]
    return np.mean(levels), recall[-1]


@pytest.mark.parametrize(('per_image', 'noise'), [(1, 25), (2, 25), (4, 40)])
def test_agrees_with_an_independent_implementation(per_image, noise):
    annotated, predicted = make_persons(np.random.default_rng(per_image), 24, per_image, noise)
    metrics = oks_average_precision(annotated, predicted, SIGMAS)
    reference = np.array([reference_ap_ar(annotated, predicted, threshold) for threshold in THRESHOLDS])
    assert 10 < metrics.AP < 95  # the case tells something
    assert metrics.AP == pytest.approx(100 * reference[:, 0].mean())
    assert metrics.AR == pytest.approx(100 * reference[:, 1].mean())
    assert (metrics.AP50, metrics.AP75) == pytest.approx((100 * reference[0, 0], 100 * reference[5, 0]))


def test_small_persons_count():
    annotated, _ = make_persons(np.random.default_rng(0), 3, 1, 0)
    small = annotated._replace(keypoints=annotated.keypoints / 50, boxes=annotated.boxes / 50)
    assert oks_average_precision(small, small, SIGMAS).AP == pytest.approx(100)


def test_prints_nothing(capsys):
    annotated, predicted = make_persons(np.random.default_rng(0), 3, 1, 5)
    oks_average_precision(annotated, predicted, SIGMAS)
    assert capsys.readouterr().out == ''
