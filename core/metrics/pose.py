"""Pose metrics of a whole split in percent (0-100), measured in pixels of the stored frame, after the inverse crop.

Joints are compared with the annotation of the data set. If that is the output of another network, as the released 2D
skeletons of NTU RGB+D are HRNet's, the metrics tell agreement with that network, not accuracy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from core.metrics.oks import OksMetrics, Persons, oks_average_precision
from core.metrics.percent import percents
from core.metrics.similarity import keypoint_similarity

FAR_PIXELS = 1e6  # stands for a predicted joint that is not finite: wrong at every threshold
PCK_THRESHOLD = 0.05  # share of the person's height; PCK is the share of joints that are at most so far off
MIN_BOX_SIDE = 1.0  # pixels; keeps area and height of a person with one visible joint above 0


class PoseMetrics(NamedTuple):
    """Pose metrics of N frame-persons with V joints, in percent; None where nothing can be measured.

    Attributes:
        AP: mean over OKS thresholds 0.50:0.05:0.95; AP50 and AP75 at one threshold; AR the mean recall.
            None without any visible joint or for a layout without OKS sigmas.
        PCK: share of visible joints whose error is at most ``pck_threshold`` times the height of the box around the
            person's annotated joints. None without any visible joint.
        PCK_per_joint: V shares, None for a joint that is never visible.
    """

    AP: float | None
    AP50: float | None
    AP75: float | None
    AR: float | None
    PCK: float | None
    PCK_per_joint: list[float | None]


class PersonMeasures(NamedTuple):
    """How well each frame-person is predicted.

    Attributes:
        seen: bool ``(..., V)``, True for joints that count: annotated and finite.
        correct: bool ``(..., V)``, True for those of them that PCK counts as found.
        oks: ``(...)`` object keypoint similarity, 0 to 1; NaN without a joint that counts, or without OKS sigmas.
        boxes: ``(..., 4)`` joint boxes, see ``joint_boxes``.
    """

    seen: np.ndarray
    correct: np.ndarray
    oks: np.ndarray
    boxes: np.ndarray


def evaluate_pose(pred_keypoints: np.ndarray, pred_scores: np.ndarray, gt_keypoints: np.ndarray, visible: np.ndarray,
                  image_ids: np.ndarray, sigmas: Sequence[float],
                  pck_threshold: float = PCK_THRESHOLD) -> PoseMetrics:
    """Compare predicted with annotated joints of N frame-persons.

    Frame-persons without a visible joint are left out. PCK compares row by row. AP matches the persons of one image by
    OKS and ranks all persons of the split by their mean joint score.

    Args:
        pred_keypoints: ``(N, V, 2)`` image pixels; a joint that is not finite is a miss.
        pred_scores: ``(N, V)`` joint confidences; one that is not finite counts as 0.
        gt_keypoints: ``(N, V, 2)`` image pixels; a joint that is not finite counts as not visible.
        visible: ``(N, V)`` above 0 where the joint is annotated.
        image_ids: ``(N,)`` integers; the persons of one frame share one.
        sigmas: V OKS falloffs of the layout, or none at all for a layout without them.
        pck_threshold: allowed error as a share of the annotated joint box's height.

    Raises:
        ValueError: if the shapes do not agree.
    """
    _check(pred_keypoints, pred_scores, gt_keypoints, visible, image_ids, sigmas)
    measures = measure_persons(pred_keypoints, gt_keypoints, visible, sigmas, pck_threshold)
    rows = measures.seen.any(axis=1)  # (N,)
    oks = OksMetrics(None, None, None, None)
    if rows.any() and len(sigmas):
        annotated = Persons(np.nan_to_num(gt_keypoints[rows]), measures.seen[rows], measures.boxes[rows],
                            image_ids[rows], _finite(pred_scores[rows], 0.0).mean(axis=1))
        predicted = annotated._replace(keypoints=_finite(pred_keypoints[rows], FAR_PIXELS))
        oks = oks_average_precision(annotated, predicted, np.asarray(sigmas, dtype=float))
    return PoseMetrics(*oks, PCK=percents([measures.correct.sum()], [measures.seen.sum()])[0],
                       PCK_per_joint=percents(measures.correct.sum(axis=0), measures.seen.sum(axis=0)))


def measure_persons(pred_keypoints: np.ndarray, gt_keypoints: np.ndarray, visible: np.ndarray,
                    sigmas: Sequence[float], pck_threshold: float = PCK_THRESHOLD) -> PersonMeasures:
    """Compare each predicted person with its annotation; arguments as in ``evaluate_pose``, with any leading axes."""
    seen = (visible > 0) & np.isfinite(gt_keypoints).all(axis=-1)                        # (..., V)
    guess, truth = _finite(pred_keypoints, FAR_PIXELS), np.nan_to_num(gt_keypoints)
    boxes = joint_boxes(truth, seen)                                                     # (..., 4)
    correct = correct_keypoints(guess, truth, pck_threshold * boxes[..., 3]) & seen
    oks = np.full(seen.shape[:-1], np.nan)
    if len(sigmas):
        oks = keypoint_similarity(guess, truth, seen, boxes[..., 2] * boxes[..., 3], np.asarray(sigmas))
    return PersonMeasures(seen, correct, oks, boxes)


def joint_boxes(keypoints: np.ndarray, visible: np.ndarray) -> np.ndarray:
    """Return the tight box ``(..., 4)`` x, y, width, height around the visible joints of keypoints ``(..., V, 2)``.

    Sides are at least one pixel. If no joint of visible ``(..., V)`` is above 0, the corner lies at infinity.
    """
    mask = visible[..., None] > 0
    low = np.where(mask, keypoints, np.inf).min(axis=-2)    # (..., 2)
    high = np.where(mask, keypoints, -np.inf).max(axis=-2)  # (..., 2)
    return np.concatenate([low, np.maximum(high - low, MIN_BOX_SIDE)], axis=-1)


def correct_keypoints(pred_keypoints: np.ndarray, gt_keypoints: np.ndarray, tolerance: np.ndarray) -> np.ndarray:
    """Return which predicted joints ``(..., V, 2)`` are found, bool ``(..., V)``.

    They lie at most ``tolerance`` ``(...)`` pixels from the annotated joints ``(..., V, 2)``.
    """
    return np.linalg.norm(pred_keypoints - gt_keypoints, axis=-1) <= tolerance[..., None]


def _finite(values: np.ndarray, substitute: float) -> np.ndarray:
    """Return values with NaN and infinities replaced."""
    return np.where(np.isfinite(values), values, substitute)


def _check(pred_keypoints: np.ndarray, pred_scores: np.ndarray, gt_keypoints: np.ndarray, visible: np.ndarray,
           image_ids: np.ndarray, sigmas: Sequence[float]) -> None:
    """Raise ValueError unless all arrays describe the same N persons and V joints."""
    if gt_keypoints.ndim != 3 or gt_keypoints.shape[2] != 2:
        raise ValueError(f'gt_keypoints must be (N, V, 2) in image pixels, got {gt_keypoints.shape}')
    persons, joints, _ = gt_keypoints.shape
    expected = {
        'pred_keypoints': (pred_keypoints, (persons, joints, 2)),
        'pred_scores': (pred_scores, (persons, joints)),
        'visible': (visible, (persons, joints)),
        'image_ids': (image_ids, (persons,)),
    }
    for name, (array, shape) in expected.items():
        if array.shape != shape:
            raise ValueError(f'{name} must be {shape} to match gt_keypoints {gt_keypoints.shape}, got {array.shape}')
    if len(sigmas) not in (0, joints):
        raise ValueError(f'{len(sigmas)} OKS sigmas were given for {joints} joints; use those of the same joint layout')
