"""Run a model over a set of clips and gather what it answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from core.data.clips.base import Batch
from core.data.clips.person_clips import Clip
from core.engine.evaluation.predictions import Poses, Predictions, join_predictions, map_arrays
from core.engine.evaluation.views import Views, average_views, mirror_back, split_clips
from core.engine.runtime import Runtime, autocast, gather_objects, to_device, unwrap
from core.models.output import JointOutput
from core.models.pose.coding import SimCCCoding


class EvaluationSettings(NamedTuple):
    """How clips are looked at to test a model.

    Attributes:
        views: clips of a sequence that a batch holds, and mirror images.
        decode: how joints are read from distributions, ``expect`` or ``argmax``.
        amp: autocast setting.
    """

    views: Views = Views()
    decode: str = 'expect'
    amp: str = 'none'


def map_points(affine: Tensor, points: Tensor) -> Tensor:
    """Map points ``(..., V, 2)`` by affines ``(..., 2, 3)``."""
    return points @ affine[..., :2].transpose(-1, -2) + affine[..., None, :, 2]


@torch.no_grad()
def predict(model: nn.Module, batches: Iterable[Batch], runtime: Runtime,
            settings: EvaluationSettings | None = None) -> Predictions:
    """Return the model's answers for every clip of ``batches``, gathered over all processes.

    Args:
        model: wrapped or not.
        batches: of this process.
        runtime: of this process.
        settings: how clips are looked at; by default each as it is.
    """
    settings = settings or EvaluationSettings()
    coding = getattr(unwrap(model), 'coding', None)
    if runtime.distributed:
        model = unwrap(model)            # the wrapper talks to the other processes, which may have fewer batches
    model.eval()
    parts = [_predict_batch(model, to_device(clip, runtime.device), settings, coding) for clip in batches]
    return join_predictions([part for process in gather_objects(parts, runtime) for part in process])


def _answer(model: nn.Module, clip: Batch, settings: EvaluationSettings,
            coding: SimCCCoding | None) -> JointOutput:
    """One output for each sequence of a batch, the mean over its views."""
    views = settings.views
    with autocast(clip.label.device, settings.amp):
        outputs = [model(*split_clips(clip.inputs, views.num_clips))]
        if views.flip_order:
            mirrored = model(*split_clips(clip.mirrored(views.flip_order), views.num_clips))
            outputs.append(mirror_back(mirrored, views.flip_order, coding))
    return average_views(outputs, views.num_clips)


def _predict_batch(model: nn.Module, clip: Batch, settings: EvaluationSettings,
                   coding: SimCCCoding | None) -> Predictions:
    output, poses = _answer(model, clip, settings, coding), None
    skeleton = None if output.visual_logits is None else output.skeleton_logits
    if output.simcc_x is not None and output.simcc_y is not None:
        assert coding is not None and isinstance(clip, Clip)         # what answers with distributions has both
        keypoints, scores = coding.decode(output.simcc_x, output.simcc_y, settings.decode)
        poses = Poses(keypoints, map_points(clip.crop_to_image, keypoints), scores, clip.keypoints_image,
                      clip.visible)
    action, skeleton, visual = (None if logits is None else logits.softmax(-1) for logits in
                                (output.logits, skeleton, output.visual_logits))
    answers = Predictions(clip.index, clip.label, action, skeleton, visual, poses)
    return map_arrays(lambda value: value.cpu().numpy(), answers)
