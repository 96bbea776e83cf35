"""Run a model over a set of clips and turn its answers into the figures of ``metrics.json``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from core.data.dataset import Clip
from core.engine.logger import RunLogger
from core.engine.runtime import Runtime, gather_objects, unwrap
from core.engine.train import Trainer, autocast, to_device
from core.layouts import Layout
from core.metrics.classification import evaluate_classification
from core.metrics.pose import evaluate_pose
from core.models.pose.simcc import decode_simcc


class Predictions(NamedTuple):
    """Answers for N clips, sorted by dataset index, numpy on the host.

    Attributes:
        index: dataset index ``(N,)``.
        label: true class ``(N,)``.
        probabilities: of the action ``(N, K)``.
        skeleton: of the skeleton network alone ``(N, K)``.
        visual: of the visual branch alone ``(N, K)``, or ``(N, 0)`` without one.
        keypoints_crop: predicted ``(N, M, T, V, 2)``, crop pixels.
        keypoints_image: predicted ``(N, M, T, V, 2)``, pixels of the stored frame.
        scores: joint scores 0 to 1 ``(N, M, T, V)``.
        true_keypoints_image: annotated ``(N, M, T, V, 2)``.
        visible: 1 for annotated joints ``(N, M, T, V)``.
    """

    index: np.ndarray
    label: np.ndarray
    probabilities: np.ndarray
    skeleton: np.ndarray
    visual: np.ndarray
    keypoints_crop: np.ndarray
    keypoints_image: np.ndarray
    scores: np.ndarray
    true_keypoints_image: np.ndarray
    visible: np.ndarray


def apply_affine(affine: Tensor, points: Tensor) -> Tensor:
    """Map points ``(..., V, 2)`` by affines ``(..., 2, 3)``."""
    return points @ affine[..., :2].transpose(-1, -2) + affine[..., None, :, 2]


@torch.no_grad()
def predict(model: nn.Module, batches: Iterable[Clip], runtime: Runtime, *, split_ratio: float = 2.0,
            sigma: float = 4.0, decode: str = 'expect', amp: str = 'none') -> Predictions:
    """Return the model's answers for every clip of ``batches``, gathered over all processes.

    Args:
        model: joint model, wrapped or not.
        batches: of this process.
        runtime: of this process.
        split_ratio: bins per pixel.
        sigma: standard deviation of the pose targets, bins.
        decode: ``expect`` or ``argmax``, see ``decode_simcc``.
        amp: autocast setting.
    """
    if runtime.distributed:
        model = unwrap(model)            # the wrapper talks to the other processes, which may have fewer batches
    model.eval()
    parts = [_predict_batch(model, to_device(clip, runtime.device), split_ratio, sigma, decode, amp)
             for clip in batches]
    parts = [part for process in gather_objects(parts, runtime) for part in process]
    joined = Predictions(*(np.concatenate(values) for values in zip(*parts, strict=True)))
    order = np.unique(joined.index, return_index=True)[1]
    return Predictions(*(values[order] for values in joined))


def _predict_batch(model: nn.Module, clip: Clip, split_ratio: float, sigma: float, decode: str,
                   amp: str) -> Predictions:
    with autocast(clip.frames.device, amp):
        output = model(clip.frames, clip.person_mask, clip.crop_to_image, clip.image_size)
    keypoints, scores = decode_simcc(output.simcc_x, output.simcc_y, split_ratio, sigma=sigma, mode=decode)
    visual = output.visual_logits if output.visual_logits is not None else output.logits[:, :0]
    values = Predictions(clip.index, clip.label, *(logits.float().softmax(-1) for logits in
                                                   (output.logits, output.skeleton_logits, visual)),
                         keypoints, apply_affine(clip.crop_to_image, keypoints), scores,
                         clip.keypoints_image, clip.visible)
    return Predictions(*(value.cpu().numpy() for value in values))


def validate(trainer: Trainer, batches: Iterable[Clip] | None, epoch: int, runtime: Runtime,
             logger: RunLogger) -> float:
    """Return and log top1 (percent) on the held-out part of the training side; 0 where nothing is held out."""
    if batches is None:
        return 0.0
    predictions = predict(trainer.averaged_model(), batches, runtime, amp=trainer.amp)
    top1 = evaluate_classification(predictions.probabilities, predictions.label).top1
    logger.log(epoch + 1, trainer.step, {'val_top1': top1})
    return top1


def summarize(predictions: Predictions, layout: Layout) -> dict:
    """Compute the content of ``metrics.json``: everything in percent (0 to 100), pose in image pixels.

    Frames that a short, looped clip repeats count as often as the model saw them.
    """
    action = evaluate_classification(predictions.probabilities, predictions.label)
    metrics = {'top1': action.top1, 'top5': action.top5, 'mean_class_accuracy': action.mean_class_accuracy,
               'num_clips': len(predictions.label), 'pose': pose_metrics(predictions, layout)}
    if predictions.visual.shape[1]:
        for name, probabilities in (('skeleton', predictions.skeleton), ('visual', predictions.visual)):
            metrics[f'{name}_top1'] = evaluate_classification(probabilities, predictions.label).top1
    return metrics


def pose_metrics(predictions: Predictions, layout: Layout) -> dict[str, float | None]:
    """Compute AP, AP50, AP75, AR and PCK over all persons of all frames; the persons of a frame share an image id."""
    clips, persons, frames, joints = predictions.visible.shape
    present = predictions.visible.any(axis=(2, 3))                                        # (N, M)
    image_ids = np.arange(clips * frames).reshape(clips, 1, frames) + np.zeros((1, persons, 1), dtype=int)
    chosen = np.repeat(present[:, :, None], frames, axis=2).reshape(-1)                   # (NMT,)
    flat = [values.reshape(clips * persons * frames, joints, -1)[chosen] for values in
            (predictions.keypoints_image, predictions.scores, predictions.true_keypoints_image, predictions.visible)]
    result = evaluate_pose(flat[0], flat[1][..., 0], flat[2], flat[3][..., 0], image_ids.reshape(-1)[chosen],
                           sigmas=layout.sigmas)
    return {name: getattr(result, name) for name in ('AP', 'AP50', 'AP75', 'AR', 'PCK')}
