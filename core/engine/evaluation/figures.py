"""From a model's answers to the figures of ``metrics.json``, in percent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.engine.evaluation.predictions import Poses, Predictions
from core.layouts import Layout
from core.metrics.classification import evaluate_classification, expected_calibration_error
from core.metrics.percent import percents
from core.metrics.pose import evaluate_pose, measure_persons


def summarize(predictions: Predictions, layout: Layout, class_names: Sequence[str] = ()) -> dict[str, Any]:
    """Compute the content of ``metrics.json``: everything in percent (0 to 100), pose in image pixels.

    Frames that a short, looped clip repeats, or several clips share, count as often as the model saw them. With
    ``class_names`` (by label) the figures of every class are added.
    """
    metrics: dict[str, Any] = {'num_clips': len(predictions.label)}
    details: dict[str, Any] = {}
    if predictions.probabilities is not None:
        action = evaluate_classification(predictions.probabilities, predictions.label)
        metrics = {'top1': action.top1, 'top5': action.top5, 'mean_class_accuracy': action.mean_class_accuracy,
                   'ece': expected_calibration_error(predictions.probabilities, predictions.label), **metrics}
        if class_names:
            rows = (figures._asdict() for figures in action.per_class)
            details['per_class'] = dict(zip(class_names, rows, strict=True))
        details['confusion'] = action.confusion.tolist()
    if predictions.visual is not None and predictions.skeleton is not None:
        for name, probabilities in (('skeleton', predictions.skeleton), ('visual', predictions.visual)):
            metrics[f'{name}_top1'] = evaluate_classification(probabilities, predictions.label).top1
    if predictions.pose is not None:
        metrics['pose'] = pose_figures(predictions.pose, layout)
        if class_names:
            shares = class_pck(predictions.pose, layout, predictions.label, len(class_names))
            metrics['pose']['PCK_per_class'] = dict(zip(class_names, shares, strict=True))
    return metrics | details


def headline(metrics: dict) -> dict:
    """The single numbers of ``metrics.json``, those of the poses among them."""
    return {name: headline(value) if name == 'pose' else value for name, value in metrics.items()
            if name == 'pose' or not isinstance(value, (dict, list))}


def pose_figures(poses: Poses, layout: Layout) -> dict:
    """Compute AP, AP50, AP75, AR and PCK over all persons of all frames; the persons of a frame share an image id."""
    clips, persons, frames, joints = poses.visible.shape
    image_ids = np.broadcast_to(np.arange(clips * frames).reshape(clips, 1, frames), (clips, persons, frames))
    keypoints, scores, truth, visible = (
        values.reshape(clips * persons * frames, joints, *values.shape[4:]) for values in
        (poses.keypoints_image, poses.scores, poses.true_keypoints_image, poses.visible))
    result = evaluate_pose(keypoints, scores, truth, visible, image_ids.reshape(-1), layout.sigmas)._asdict()
    return result | {'PCK_per_joint': dict(zip(layout.joints, result['PCK_per_joint'], strict=True))}


def class_pck(poses: Poses, layout: Layout, label: np.ndarray, num_classes: int) -> list[float | None]:
    """Return PCK in percent over the clips of each class, None for a class without visible joints."""
    measures = measure_persons(poses.keypoints_image, poses.true_keypoints_image, poses.visible, layout.sigmas)
    correct, seen = (np.bincount(label, values.sum((1, 2, 3)), num_classes)
                     for values in (measures.correct, measures.seen))
    return percents(correct, seen)
