"""From checkpoints and exported files to what recognizes: the only module of ``core.inference`` that reads settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import cast

import torch
from torch import nn
from yacs.config import CfgNode

from core.config import saved_config
from core.config.systems import SYSTEMS, abilities, require
from core.data.annotations.records import AnnotationFile, read_annotations
from core.data.annotations.skeletons import read_skeletons
from core.data.boxes import BoxSettings
from core.data.build import DATASETS, build_skeletons
from core.data.clips.base import RecordDataset
from core.data.clips.loader import build_loader
from core.data.clips.recipes import PREPROCESS
from core.data.clips.sampling import TEST_SAMPLERS
from core.data.frames.frame_folder import FrameFolder
from core.engine.evaluation.build import build_evaluation
from core.engine.runs.checkpoint import Checkpoint, load_weights, read_checkpoint
from core.engine.runtime import Runtime, start_runtime, wrap_model
from core.inference.annotated import AnnotatedVideos
from core.inference.crop_plan import ClipView
from core.inference.exported import ExportedModel
from core.inference.keypoint_windows import KeypointClips
from core.inference.recognizers import CheckpointClips, ClipRecognizer, Recognizer, WholeClips
from core.inference.stream import TracedModel
from core.layouts import COCO17
from core.models.joint import JointModel
from core.people.build import load_own_network
from core.people.estimators import build_estimator
from core.people.person import PoseEstimator
from core.systems.build import build_model

INSTEAD = 'use this one with pose-action predict --annotations'
"""What every system that knows actions can do."""


def clip_view(cfg: CfgNode) -> ClipView:
    """Return how the clips of a run show people whose joints were found."""
    return ClipView(tuple(cfg.MODEL.IMAGE_SIZE), BoxSettings(cfg.DATASET.BBOX_MODE, cfg.DATASET.BBOX_SCALE),
                    cfg.MODEL.NUM_PERSONS, cfg.DATASET.VIS_THR)


def build_recognizer(cfg: CfgNode, model: nn.Module, class_names: Sequence[str] = ()) -> Recognizer:
    """Return a trained model with what its run knew of it; classes without names are numbered."""
    data = cfg.DATASET
    names = tuple(class_names) or tuple(f'class {label}' for label in range(data.NUM_ACTION))
    return Recognizer(model.eval(), names, cfg.MODEL.NAME, cfg.TRAIN.MODE, cfg.NAME, data.LAYOUT, clip_view(cfg),
                      data.CLIP_SIZE, TEST_SAMPLERS[data.TEST_SAMPLER], cfg.dump())


def opened(file: Path) -> Path | Checkpoint:
    """Return what can be loaded several times: a checkpoint, read once, or the path of a file ``.onnx``.

    Raises:
        ValueError: the checkpoint cannot be read.
    """
    return file if file.suffix == '.onnx' else read_checkpoint(file)


def load_recognizer(checkpoint: Path | Checkpoint, ability: str = 'action') -> Recognizer:
    """Load a checkpoint of any system that can do what is asked of it.

    Args:
        checkpoint: file of ours, or what was read of it.
        ability: of ``core.config.systems.ABILITIES``.

    Raises:
        ValueError: the file cannot be read, or its system, as it was trained, cannot do that.
    """
    read = read_checkpoint(checkpoint) if isinstance(checkpoint, Path) else checkpoint
    cfg = read.config
    name, mode = cfg.MODEL.NAME, cfg.TRAIN.MODE
    instead = INSTEAD if 'action' in abilities(name, mode) else ''
    require(ability, name, mode, f"checkpoint '{read.file}'", instead)
    model = build_model(cfg)
    load_weights(model, read)
    return build_recognizer(cfg, model, read.class_names)


def load_exported(file: Path) -> Recognizer:
    """Load a file ``.onnx`` that ``pose-action export`` wrote of a whole model.

    Raises:
        ValueError: the file cannot be read, or is of a part of a model.
    """
    model = ExportedModel(file)
    if model.part != 'joint':
        raise ValueError(f"{file}: holds the part {model.part}, which does not lead from frames to actions; export it "
                         'with --part joint')
    return build_recognizer(saved_config(model.config), model, model.class_names)


def load_clip_recognizer(file: Path | Checkpoint) -> ClipRecognizer:
    """Load a checkpoint of ours, on a GPU where there is one, or a file ``.onnx`` that ``pose-action export`` wrote.

    Raises:
        ValueError: the file cannot be read, or does not lead from people in videos to actions.
    """
    if isinstance(file, Path) and file.suffix == '.onnx':
        return WholeClips(load_exported(file))
    recognizer = load_recognizer(file, 'video')
    return CLIP_RECOGNIZERS[SYSTEMS[recognizer.system].clips](recognizer)


def build_crop_clips(recognizer: Recognizer) -> ClipRecognizer:
    """Return what recognizes clips of crops: frame by frame, if the system can do that, else as whole clips."""
    streams = 'stream' in abilities(recognizer.system, recognizer.mode)
    return (CheckpointClips if streams else WholeClips)(recognizer, usual_device())


def build_keypoint_clips(recognizer: Recognizer) -> ClipRecognizer:
    """Return what recognizes clips of keypoints.

    Raises:
        ValueError: the run reads other joints than those that people are found with.
    """
    cfg = saved_config(recognizer.config)
    layout, recipe = cfg.DATASET.LAYOUT, cfg.DATASET.PREPROCESS
    if layout != COCO17.name or not PREPROCESS[recipe].in_pixels:
        raise ValueError(f"run '{recognizer.run}' reads the layout {layout} with DATASET.PREPROCESS {recipe}, but "
                         f'people in videos are found with 2D joints of {COCO17.name}; {INSTEAD}')
    return KeypointClips(recognizer, partial(build_skeletons, cfg, frames=None, training=False),
                         cfg.TEST.BATCH_PER_GPU, Runtime(torch.device(usual_device())))


CLIP_RECOGNIZERS = {'crops': build_crop_clips, 'keypoints': build_keypoint_clips}
"""``System.clips`` → what makes a ``ClipRecognizer``; every system that can label videos has one of these."""


def load_stream_recognizer(file: Path | Checkpoint) -> Recognizer:
    """Load a checkpoint for live recognition, recorded as graphs, on a GPU where there is one.

    Raises:
        ValueError: the file is an exported one, cannot be read, or its system sees no frame by itself.
    """
    if isinstance(file, Path) and file.suffix == '.onnx':
        raise ValueError(f'{file}: an exported file answers whole clips only; go live with the checkpoint')
    recognizer = load_recognizer(file, 'stream')
    return recognizer._replace(model=TracedModel(cast(JointModel, recognizer.model.to(usual_device()))))


def load_estimator(annotator: str, file: Path | Checkpoint) -> PoseEstimator:
    """Return what finds people: one of ``core.people.estimators.POSES``; ``checkpoint`` is the network of ``file``.

    Raises:
        ValueError: its files or packages are missing, or ``file`` has no such network.
    """
    return load_own_network(file) if annotator == 'checkpoint' else build_estimator(annotator, None)


def load_annotated(checkpoint: Path, annotations: Path) -> AnnotatedVideos:
    """Load a checkpoint of any system and the videos of an annotation file, looked at as in testing.

    Args:
        checkpoint: file of ours.
        annotations: poses of the videos; frames lie in ``images/`` beside it, where the system reads frames.

    Raises:
        ValueError: the checkpoint has no model that knows actions, or a file cannot be read.
    """
    recognizer = load_recognizer(checkpoint)
    cfg, clips = saved_config(recognizer.config), SYSTEMS[recognizer.system].clips
    cfg.DATASET.BOX_SOURCE = 'annotation'       # found in these videos, there is nothing to hide
    runtime, num_clips, joints = start_runtime(cfg.GPUS), cfg.TEST.NUM_CLIPS, cfg.DATASET.NUM_JOINTS
    read: Callable[..., AnnotationFile] = read_skeletons if clips == 'keypoints' else read_annotations
    records = read(annotations, joints).annotations
    frames = None if clips == 'keypoints' else FrameFolder(annotations.parent)
    make_dataset = cast(Callable[..., RecordDataset], DATASETS[clips])
    batches = build_loader(make_dataset(cfg, records, frames, False, num_clips=num_clips),
                           max(1, cfg.TEST.BATCH_PER_GPU // num_clips))
    return AnnotatedVideos(tuple(record.name for record in records), recognizer.class_names,
                           wrap_model(recognizer.model, runtime), batches, runtime, build_evaluation(cfg))


def usual_device() -> str:
    """Return the GPU where there is one, else the CPU."""
    return 'cuda' if torch.cuda.is_available() else 'cpu'
