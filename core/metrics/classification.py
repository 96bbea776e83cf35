"""Action recognition metrics of a whole split at once, in percent (0-100).

The caller gathers the scores of all clips from all processes and computes the metrics once. Running averages over
batches would be biased by an uneven last batch or by processes with uneven shares.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from core.metrics.percent import percents


class ClassMetrics(NamedTuple):
    """Metrics of one class in percent (0-100), None where nothing can be measured.

    Attributes:
        precision: share of the clips predicted as the class that belong to it; None if no clip is predicted as it.
        recall: share of the clips of the class that are predicted as it; None if the class has no clips.
        f1: harmonic mean of both, ``2 TP / (2 TP + FP + FN)``; None if the class has no clips and is never predicted.
        clips: number of clips of the class.
    """

    precision: float | None
    recall: float | None
    f1: float | None
    clips: int


class ClassificationMetrics(NamedTuple):
    """Metrics of N clips over K classes; every percentage lies in 0-100.

    Attributes:
        top1: share of clips whose label is the class with the highest score.
        top5: share of clips whose label is among the ``min(5, K)`` classes with the highest scores.
        mean_class_accuracy: mean recall over the classes that occur in the labels.
        per_class: precision, recall and F1 of each of the K classes.
        confusion: int64 ``(K, K)``, clips counted by true class (rows) and predicted class (columns).
    """

    top1: float
    top5: float
    mean_class_accuracy: float
    per_class: list[ClassMetrics]
    confusion: np.ndarray


def evaluate_classification(scores: np.ndarray, labels: np.ndarray) -> ClassificationMetrics:
    """Return every classification metric of scores ``(N, K)``, logits or probabilities, and 0-based labels ``(N,)``.

    Raises:
        ValueError: for no clips, shapes that do not match, NaN scores, or a label outside 0..K-1.
    """
    _check(scores, labels)
    confusion = confusion_matrix(labels, ranked_classes(scores, 1)[:, 0], scores.shape[1])
    return ClassificationMetrics(
        top1=topk_accuracy(scores, labels, 1),
        top5=topk_accuracy(scores, labels, 5),
        mean_class_accuracy=mean_class_accuracy(confusion),
        per_class=class_metrics(confusion),
        confusion=confusion,
    )


def ranked_classes(scores: np.ndarray, k: int) -> np.ndarray:
    """Return the ``min(k, K)`` best classes of scores ``(N, K)``, best first; of equal scores the lower class first."""
    return np.argsort(-scores, axis=1, kind='stable')[:, :k]


def topk_accuracy(scores: np.ndarray, labels: np.ndarray, k: int) -> float:
    """Return the percentage of clips whose label ``(N,)`` is among the ``min(k, K)`` best of scores ``(N, K)``."""
    hits = (ranked_classes(scores, k) == labels[:, None]).any(axis=1)  # (N,)
    return 100.0 * float(hits.mean())


def confusion_matrix(labels: np.ndarray, predictions: np.ndarray, num_classes: int) -> np.ndarray:
    """Count labels ``(N,)`` by predictions ``(N,)``: int64 ``(K, K)``, true classes by row, predicted by column."""
    cells = labels.astype(np.int64) * num_classes + predictions.astype(np.int64)  # (N,)
    return np.bincount(cells, minlength=num_classes**2).reshape(num_classes, num_classes)


def class_metrics(confusion: np.ndarray) -> list[ClassMetrics]:
    """Return precision, recall and F1 of each class of confusion ``(K, K)``."""
    hits, predicted, clips = np.diag(confusion), confusion.sum(axis=0), confusion.sum(axis=1)  # (K,)
    columns = percents(hits, predicted), percents(hits, clips), percents(2 * hits, predicted + clips), clips.tolist()
    return [ClassMetrics(*row) for row in zip(*columns, strict=True)]


def mean_class_accuracy(confusion: np.ndarray) -> float:
    """Return the mean recall in percent over the classes of confusion ``(K, K)`` that have clips."""
    clips = confusion.sum(axis=1)
    return 100.0 * float((np.diag(confusion)[clips > 0] / clips[clips > 0]).mean())


def expected_calibration_error(probabilities: np.ndarray, labels: np.ndarray, num_bins: int = 15) -> float:
    """Return the mean distance between confidence and accuracy, in percent (Guo et al., ICML 2017, equation 3).

    A clip's confidence is the probability of its best class. Clips are sorted into bins of equal width,
    ``(m / num_bins, (m + 1) / num_bins]``. The result is the mean of ``|accuracy - mean confidence|`` over the bins,
    weighted by their number of clips.

    Args:
        probabilities: ``(N, K)``, each row sums to 1.
        labels: true classes ``(N,)``, 0-based.
        num_bins: the paper's experiments take 15.

    Raises:
        ValueError: for no clips, or probabilities outside 0..1.
    """
    if not len(probabilities) or probabilities.min() < 0 or probabilities.max() > 1 + 1e-4:
        raise ValueError('calibration needs the class probabilities (0 to 1) of at least one clip; take the softmax of '
                         'logits first')
    confidence = probabilities.max(axis=1).astype(np.float64)  # (N,)
    correct = probabilities.argmax(axis=1) == labels           # (N,)
    bins = np.clip(np.ceil(confidence * num_bins).astype(int) - 1, 0, num_bins - 1)
    gaps = np.bincount(bins, weights=correct - confidence, minlength=num_bins)  # clips in the bin times its distance
    return 100.0 * float(np.abs(gaps).sum() / len(labels))


def _check(scores: np.ndarray, labels: np.ndarray) -> None:
    """Raise ValueError unless scores ``(N, K)`` and labels ``(N,)`` can be evaluated."""
    if scores.ndim != 2 or labels.shape != scores.shape[:1] or scores.size == 0:
        raise ValueError(f'classification needs scores (N, K) and labels (N,) of at least one clip, '
                         f'got {scores.shape} and {labels.shape}; gather every batch of the split first')
    if np.isnan(scores).any():
        raise ValueError('classification scores hold NaN: the network has diverged, so lower the learning rate')
    if labels.min() < 0 or labels.max() >= scores.shape[1]:
        raise ValueError(f'labels span {labels.min()}..{labels.max()} but the scores have {scores.shape[1]} classes; '
                         f'set the number of classes to that of the data set')
