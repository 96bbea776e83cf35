"""Run a model over a set of clips and turn its answers into the figures of ``metrics.json``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from core.data.dataset import Clip
from core.data.skeleton_dataset import SkeletonClip
from core.engine.logger import RunLogger
from core.engine.runtime import Runtime, gather_objects, unwrap
from core.engine.train import Trainer, autocast, to_device
from core.layouts import Layout
from core.metrics.classification import evaluate_classification
from core.metrics.pose import evaluate_pose
from core.models.pose.simcc import decode_simcc


class Predictions(NamedTuple):
    """Answers for N clips, sorted by dataset index, numpy on the host; ``None`` where the model has no such part.

    Attributes:
        index: dataset index ``(N,)``.
        label: true class ``(N,)``.
        probabilities: of the action ``(N, K)``.
        skeleton: of the skeleton network alone ``(N, K)``, where there is a visual branch, too.
        visual: of the visual branch alone ``(N, K)``.
        pose: the poses.
    """

    index: np.ndarray
    label: np.ndarray
    probabilities: np.ndarray | None = None
    skeleton: np.ndarray | None = None
    visual: np.ndarray | None = None
    pose: Poses | None = None


class Poses(NamedTuple):
    """Predicted and true poses of N clips.

    Attributes:
        keypoints_crop: predicted ``(N, M, T, V, 2)``, crop pixels.
        keypoints_image: predicted ``(N, M, T, V, 2)``, pixels of the stored frame.
        scores: joint scores 0 to 1 ``(N, M, T, V)``.
        true_keypoints_image: annotated ``(N, M, T, V, 2)``.
        visible: 1 for annotated joints ``(N, M, T, V)``.
    """

    keypoints_crop: np.ndarray
    keypoints_image: np.ndarray
    scores: np.ndarray
    true_keypoints_image: np.ndarray
    visible: np.ndarray


def apply_affine(affine: Tensor, points: Tensor) -> Tensor:
    """Map points ``(..., V, 2)`` by affines ``(..., 2, 3)``."""
    return points @ affine[..., :2].transpose(-1, -2) + affine[..., None, :, 2]


@torch.no_grad()
def predict(model: nn.Module, batches: Iterable[Clip | SkeletonClip], runtime: Runtime, *, split_ratio: float = 2.0,
            sigma: float = 4.0, decode: str = 'expect', amp: str = 'none') -> Predictions:
    """Return the model's answers for every clip of ``batches``, gathered over all processes.

    Args:
        model: wrapped or not.
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
    joined = _join([part for process in gather_objects(parts, runtime) for part in process])
    order = np.unique(joined.index, return_index=True)[1]
    return _map(lambda values: values[order], joined)


def _map(function: Callable, *items):
    """Apply ``function`` to the arrays of equally built ``Predictions`` (or ``Poses``), field by field."""
    if items[0] is None or isinstance(items[0], (np.ndarray, torch.Tensor)):
        return None if items[0] is None else function(*items)
    return type(items[0])(*(_map(function, *fields) for fields in zip(*items, strict=True)))


def _join(parts: list[Predictions]) -> Predictions:
    return _map(lambda *values: np.concatenate(values), *parts)


def _predict_batch(model: nn.Module, clip: Clip | SkeletonClip, split_ratio: float, sigma: float, decode: str,
                   amp: str) -> Predictions:
    with autocast(clip.label.device, amp):
        output = model(*clip.inputs)
    heads = (output.logits, *((None, None) if output.visual_logits is None else
                              (output.skeleton_logits, output.visual_logits)))
    poses = None
    if output.simcc_x is not None:
        keypoints, scores = decode_simcc(output.simcc_x, output.simcc_y, split_ratio, sigma=sigma, mode=decode)
        poses = Poses(keypoints, apply_affine(clip.crop_to_image, keypoints), scores, clip.keypoints_image,
                      clip.visible)
    probabilities = (None if logits is None else logits.float().softmax(-1) for logits in heads)
    return _map(lambda value: value.cpu().numpy(), Predictions(clip.index, clip.label, *probabilities, poses))


def validate(trainer: Trainer, batches: Iterable[Clip | SkeletonClip] | None, layout: Layout, epoch: int,
             runtime: Runtime, logger: RunLogger) -> float:
    """Log the figures of the held-out part of the training side and return the one that chooses ``best.pth``.

    That is top1, or AP for a model that knows no actions, in percent; 0 where nothing is held out.
    """
    if batches is None:
        return 0.0
    encoding = trainer.criterion.encoding
    predictions = predict(trainer.averaged_model(), batches, runtime, split_ratio=encoding['split_ratio'],
                          sigma=encoding['sigma'], amp=trainer.amp)
    metrics = summarize(predictions, layout)
    values = {name: metrics[name] for name in ('top1', 'skeleton_top1', 'visual_top1') if name in metrics}
    if 'pose' in metrics:
        values['AP'] = metrics['pose']['AP'] or 0.0
    logger.log(epoch + 1, trainer.step, {f'val_{name}': value for name, value in values.items()})
    return values.get('top1', values.get('AP'))


def summarize(predictions: Predictions, layout: Layout, class_names: Sequence[str] = ()) -> dict:
    """Compute the content of ``metrics.json``: everything in percent (0 to 100), pose in image pixels.

    Frames that a short, looped clip repeats count as often as the model saw them. With ``class_names`` (by label) the
    accuracy of every class is added.
    """
    metrics = {'num_clips': len(predictions.label)}
    if predictions.probabilities is not None:
        action = evaluate_classification(predictions.probabilities, predictions.label)
        metrics = {'top1': action.top1, 'top5': action.top5, 'mean_class_accuracy': action.mean_class_accuracy,
                   **metrics}
        if class_names:
            metrics['class_accuracy'] = dict(zip(class_names, action.per_class, strict=True))
    if predictions.visual is not None:
        for name, probabilities in (('skeleton', predictions.skeleton), ('visual', predictions.visual)):
            metrics[f'{name}_top1'] = evaluate_classification(probabilities, predictions.label).top1
    if predictions.pose is not None:
        metrics['pose'] = pose_metrics(predictions.pose, layout)
    return metrics


def pose_metrics(poses: Poses, layout: Layout) -> dict[str, float | None]:
    """Compute AP, AP50, AP75, AR and PCK over all persons of all frames; the persons of a frame share an image id."""
    clips, persons, frames, joints = poses.visible.shape
    present = poses.visible.any(axis=(2, 3))                                        # (N, M)
    image_ids = np.arange(clips * frames).reshape(clips, 1, frames) + np.zeros((1, persons, 1), dtype=int)
    chosen = np.repeat(present[:, :, None], frames, axis=2).reshape(-1)                   # (NMT,)
    flat = [values.reshape(clips * persons * frames, joints, -1)[chosen] for values in
            (poses.keypoints_image, poses.scores, poses.true_keypoints_image, poses.visible)]
    result = evaluate_pose(flat[0], flat[1][..., 0], flat[2], flat[3][..., 0], image_ids.reshape(-1)[chosen],
                           sigmas=layout.sigmas)
    return {name: getattr(result, name) for name in ('AP', 'AP50', 'AP75', 'AR', 'PCK')}
