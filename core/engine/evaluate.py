"""Run a model over a set of clips and gather what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import torch
from torch import Tensor, nn

from core.data.dataset import Clip
from core.data.skeleton_dataset import SkeletonClip
from core.engine.logger import RunLogger
from core.engine.predictions import Poses, Predictions, join_predictions, map_arrays
from core.engine.runtime import Runtime, gather_objects, unwrap
from core.engine.summary import summarize
from core.engine.train import Trainer, autocast, to_device
from core.engine.views import Views, average_views, mirror_back, split_clips
from core.layouts import Layout
from core.models.joint import JointOutput
from core.models.pose.simcc import decode_simcc


def apply_affine(affine: Tensor, points: Tensor) -> Tensor:
    """Map points ``(..., V, 2)`` by affines ``(..., 2, 3)``."""
    return points @ affine[..., :2].transpose(-1, -2) + affine[..., None, :, 2]


@torch.no_grad()
def predict(model: nn.Module, batches: Iterable[Clip | SkeletonClip], runtime: Runtime, *, split_ratio: float = 2.0,
            sigma: float = 4.0, decode: str = 'expect', amp: str = 'none', views: Views | None = None) -> Predictions:
    """Return the model's answers for every clip of ``batches``, gathered over all processes.

    Args:
        model: wrapped or not.
        batches: of this process.
        runtime: of this process.
        split_ratio: bins per pixel.
        sigma: standard deviation of the pose targets, bins.
        decode: ``expect`` or ``argmax``, see ``decode_simcc``.
        amp: autocast setting.
        views: clips of a sequence that ``batches`` hold, and mirror images; by default one clip as it is.
    """
    if runtime.distributed:
        model = unwrap(model)            # the wrapper talks to the other processes, which may have fewer batches
    model.eval()
    answer = partial(_answer, model, views=views or Views(), split_ratio=split_ratio, amp=amp)
    decoder = partial(decode_simcc, split_ratio=split_ratio, sigma=sigma, mode=decode)
    parts = [_predict_batch(to_device(clip, runtime.device), answer, decoder) for clip in batches]
    return join_predictions([part for process in gather_objects(parts, runtime) for part in process])


def _answer(model: nn.Module, clip: Clip | SkeletonClip, views: Views, split_ratio: float, amp: str) -> JointOutput:
    """One output for each sequence of a batch, the mean over its views."""
    with autocast(clip.label.device, amp):
        outputs = [model(*split_clips(clip.inputs, views.num_clips))]
        if views.flip_order:
            mirrored = model(*split_clips(clip.mirrored(views.flip_order), views.num_clips))
            outputs.append(mirror_back(mirrored, views.flip_order, split_ratio))
    return average_views(outputs, views.num_clips)


def _predict_batch(clip: Clip | SkeletonClip, answer: Callable[[Clip | SkeletonClip], JointOutput],
                   decoder: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]) -> Predictions:
    output, poses = answer(clip), None
    heads = (output.logits, *((None, None) if output.visual_logits is None else
                              (output.skeleton_logits, output.visual_logits)))
    if output.simcc_x is not None:
        keypoints, scores = decoder(output.simcc_x, output.simcc_y)
        poses = Poses(keypoints, apply_affine(clip.crop_to_image, keypoints), scores, clip.keypoints_image,
                      clip.visible)
    probabilities = (None if logits is None else logits.softmax(-1) for logits in heads)
    return map_arrays(lambda value: value.cpu().numpy(), Predictions(clip.index, clip.label, *probabilities, poses))


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
