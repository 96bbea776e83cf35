"""Average precision and recall by object keypoint similarity (OKS), computed by pycocotools.

This is COCO's protocol (cocodataset.org, keypoint evaluation): OKS is taken over the visible joints (see
``core.metrics.similarity``), and AP and AR average the thresholds 0.50:0.05:0.95 over persons of all sizes. One choice
differs from COCO, because there are no person masks: a person's area is that of the box of the annotated joints.
"""

from __future__ import annotations

import contextlib
import io
from typing import NamedTuple

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

PERSON = 1
MAX_PERSONS_PER_IMAGE = 20
ALL_AREAS = [0.0, float('inf')]


class Persons(NamedTuple):
    """N frame-persons with V joints, either the annotated or the predicted ones.

    Attributes:
        keypoints: ``(N, V, 2)`` x, y in image pixels, finite.
        visible: ``(N, V)`` bool.
        boxes: ``(N, 4)`` x, y, width, height in image pixels.
        image_ids: ``(N,)`` integers; the persons of one frame share one.
        scores: ``(N,)`` confidence (ignored for annotations).
    """

    keypoints: np.ndarray
    visible: np.ndarray
    boxes: np.ndarray
    image_ids: np.ndarray
    scores: np.ndarray


class OksMetrics(NamedTuple):
    """AP at OKS 0.50:0.95, 0.50 and 0.75, and AR at 0.50:0.95, all in percent (0-100), None where not measured."""

    AP: float | None
    AP50: float | None
    AP75: float | None
    AR: float | None


def oks_average_precision(annotated: Persons, predicted: Persons, sigmas: np.ndarray) -> OksMetrics:
    """Return AP and AR of predicted persons, matched by OKS to the annotated persons of the same image.

    Args:
        annotated: persons with at least one visible joint each.
        predicted: persons of the same images.
        sigmas: ``(V,)`` COCO's falloffs.
    """
    with contextlib.redirect_stdout(io.StringIO()):  # pycocotools prints progress unconditionally
        evaluation = COCOeval(_coco_index(annotated), _coco_index(predicted), iouType='keypoints')
        evaluation.params.kpt_oks_sigmas = sigmas
        evaluation.params.areaRng, evaluation.params.areaRngLbl = [ALL_AREAS], ['all']
        evaluation.params.maxDets = [MAX_PERSONS_PER_IMAGE]
        evaluation.evaluate()
        evaluation.accumulate()
    thresholds = evaluation.params.iouThrs
    precision = evaluation.eval['precision'][..., 0, 0, 0]  # (thresholds, recalls)
    recall = evaluation.eval['recall'][..., 0, 0, 0]        # (thresholds,)
    return OksMetrics(
        AP=100.0 * float(precision.mean()),
        AP50=100.0 * float(precision[np.isclose(thresholds, 0.50)].mean()),
        AP75=100.0 * float(precision[np.isclose(thresholds, 0.75)].mean()),
        AR=100.0 * float(recall.mean()),
    )


def _coco_index(persons: Persons) -> COCO:
    """Build a COCO index in memory: one image per distinct id, one annotation per frame-person."""
    joints = np.concatenate([persons.keypoints, 2.0 * persons.visible[..., None]], axis=2)  # (N, V, 3)
    rows = zip(persons.image_ids.tolist(), joints.reshape(len(joints), -1), persons.visible.sum(axis=1).tolist(),
               persons.boxes.tolist(), persons.scores.tolist(), strict=True)
    index = COCO()
    index.dataset = {
        'images': [{'id': image} for image in np.unique(persons.image_ids).tolist()],
        'categories': [{'id': PERSON, 'name': 'person'}],
        'annotations': [
            # ids start at 1: COCOeval reads id 0 as "not matched"
            {'id': number, 'image_id': image, 'category_id': PERSON, 'keypoints': keypoints, 'num_keypoints': visible,
             'bbox': box, 'area': box[2] * box[3], 'score': score, 'iscrowd': 0}
            for number, (image, keypoints, visible, box, score) in enumerate(rows, start=1)],
    }
    index.createIndex()
    return index
