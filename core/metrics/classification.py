"""Action recognition metrics over a whole split at once, in percent (0-100).

There is no running average on purpose: the caller gathers the scores of all clips (from all processes) and asks once,
so an uneven last batch or an uneven share of a process cannot bias the result.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from core.metrics.percent import percents


class ClassificationMetrics(NamedTuple):
    """Metrics of N clips over K classes; every percentage lies in 0-100.

    Attributes:
        top1: share of clips whose best class is the labelled one.
        top5: share of clips with the label among the best ``min(5, K)`` classes.
        mean_class_accuracy: mean of ``per_class`` over the classes that occur in the labels.
        per_class: K accuracies, None for a class that no label names.
        confusion: int64 (K, K), clips counted by true class (rows) and predicted class (columns).
    """

    top1: float
    top5: float
    mean_class_accuracy: float
    per_class: list[float | None]
    confusion: np.ndarray


def evaluate_classification(scores: np.ndarray, labels: np.ndarray) -> ClassificationMetrics:
    """Compute every classification metric from scores (N, K) (logits or probabilities) and labels (N,), 0-based.

    Raises:
        ValueError: for no clips, shapes that do not match, NaN scores, or a label outside 0..K-1.
    """
    _check(scores, labels)
    confusion = confusion_matrix(labels, ranked_classes(scores, 1)[:, 0], scores.shape[1])
    per_class = per_class_accuracy(confusion)
    return ClassificationMetrics(
        top1=topk_accuracy(scores, labels, 1),
        top5=topk_accuracy(scores, labels, 5),
        mean_class_accuracy=mean_class_accuracy(confusion),
        per_class=per_class,
        confusion=confusion,
    )


def ranked_classes(scores: np.ndarray, k: int) -> np.ndarray:
    """Return the ``min(k, K)`` best classes of scores (N, K), best first; equal scores rank the lower class first."""
    return np.argsort(-scores, axis=1, kind='stable')[:, :k]


def topk_accuracy(scores: np.ndarray, labels: np.ndarray, k: int) -> float:
    """Return the percentage of clips whose label (N,) is among the ``min(k, K)`` best of scores (N, K)."""
    hits = (ranked_classes(scores, k) == labels[:, None]).any(axis=1)  # (N,)
    return 100.0 * float(hits.mean())


def confusion_matrix(labels: np.ndarray, predictions: np.ndarray, num_classes: int) -> np.ndarray:
    """Count labels (N,) against predictions (N,): int64 (K, K), rows are true classes, columns predicted ones."""
    cells = labels.astype(np.int64) * num_classes + predictions.astype(np.int64)  # (N,)
    return np.bincount(cells, minlength=num_classes**2).reshape(num_classes, num_classes)


def per_class_accuracy(confusion: np.ndarray) -> list[float | None]:
    """Return the recall of each class in percent from confusion (K, K), None for a class without clips."""
    return percents(np.diag(confusion), confusion.sum(axis=1))


def mean_class_accuracy(confusion: np.ndarray) -> float:
    """Return the mean recall in percent over the classes of confusion (K, K) that have clips."""
    return float(np.mean([value for value in per_class_accuracy(confusion) if value is not None]))


def _check(scores: np.ndarray, labels: np.ndarray) -> None:
    """Raise ValueError unless scores (N, K) and labels (N,) can be evaluated."""
    if scores.ndim != 2 or labels.shape != scores.shape[:1] or scores.size == 0:
        raise ValueError(f'classification needs scores (N, K) and labels (N,) of at least one clip, '
                         f'got {scores.shape} and {labels.shape}; gather every batch of the split first')
    if np.isnan(scores).any():
        raise ValueError('classification scores hold NaN: the network has diverged, so lower the learning rate')
    if labels.min() < 0 or labels.max() >= scores.shape[1]:
        raise ValueError(f'labels span {labels.min()}..{labels.max()} but the scores have {scores.shape[1]} classes; '
                         f'set the number of classes to that of the data set')
