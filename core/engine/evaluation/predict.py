"""Run a model over a set of clips and gather what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import torch
from torch import Tensor, nn
from yacs.config import CfgNode

from core.data.clips.keypoint_clips import SkeletonClip
from core.data.clips.person_clips import Clip
from core.engine.evaluation.predictions import Poses, Predictions, join_predictions, map_arrays
from core.engine.evaluation.views import Views, average_views, mirror_back, split_clips
from core.engine.runtime import Runtime, autocast, gather_objects, to_device, unwrap
from core.layouts import get_layout
from core.models.output import JointOutput
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


def predict_as_tested(cfg: CfgNode, model: nn.Module, batches: Iterable[Clip | SkeletonClip],
                      runtime: Runtime) -> Predictions:
    """Return a model's answers with the views, the decoding and the precision that a configuration tests with.

    Args:
        cfg: configuration of the run.
        model: wrapped or not.
        batches: of this process; they hold ``TEST.NUM_CLIPS`` clips of every sequence.
        runtime: of this process.
    """
    views = Views(cfg.TEST.NUM_CLIPS, get_layout(cfg.DATASET.LAYOUT).flip_order if cfg.TEST.FLIP else ())
    return predict(model, batches, runtime, split_ratio=cfg.MODEL.SIMDR_SPLIT_RATIO, sigma=cfg.MODEL.SIGMA,
                   decode=cfg.TEST.DECODE, amp=cfg.TRAIN.AMP, views=views)
