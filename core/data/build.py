"""From configuration to loaders: the only module of ``core.data`` that reads a configuration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from torch.utils.data import DataLoader
from yacs.config import CfgNode

from core.config import resolve_path
from core.config.systems import SYSTEMS
from core.data.annotations.ntu import NTU_CLASS_NAMES, UNUSABLE_POSES, UNUSABLE_SKELETONS, parse_ntu_name
from core.data.annotations.nucla import CLASS_NAMES, parse_nucla_name
from core.data.annotations.protocols import Subset, select
from core.data.annotations.records import Annotation, Record, read_annotations
from core.data.annotations.skeletons import SkeletonRecord, read_skeletons
from core.data.annotations.subsets import hold_out, resample
from core.data.boxes import BoxSettings
from core.data.clips.augment import Augmentation
from core.data.clips.base import RecordDataset
from core.data.clips.detections import Detections, read_detections
from core.data.clips.keypoint_clips import SkeletonDataset
from core.data.clips.loader import build_loader
from core.data.clips.person_clips import ClipDataset
from core.data.clips.recipes import PREPROCESS, SCALE
from core.data.clips.sampling import SAMPLERS, TEST_SAMPLERS, Sampler, clip_after_clip, clip_samplers
from core.data.clips.scene_clips import SceneAugmentation, SceneDataset
from core.data.frames.frame_folder import FrameFolder
from core.layouts import NTU25, get_layout


@dataclass(frozen=True)
class Data:
    """The three sides of an experiment.

    Attributes:
        train: batches to learn from; ``None`` where the protocol only tests.
        validation: batches of performances held out of ``train``, which choose ``best.pth``; or ``None``.
        test: batches of the protocol's test side, of ``TEST.NUM_CLIPS`` clips a sequence.
        class_names: K names, by label.
        summary: one line for the user.
    """

    train: DataLoader | None
    validation: DataLoader | None
    test: DataLoader
    class_names: tuple[str, ...]
    summary: str


def build_data(cfg: CfgNode, *, devices: int = 1, rank: int = 0, world_size: int = 1,
               keypoints: Path | None = None) -> Data:
    """Read the annotations, apply the protocol and create the loaders of one process.

    Args:
        cfg: configuration; ``MODEL.NAME`` says what a clip is (``System.clips``).
        devices: devices this process drives; a batch holds ``BATCH_PER_GPU`` clips for each.
        rank: 0-based number of this process.
        world_size: number of processes.
        keypoints: for systems that read keypoints: file to read instead of the annotations.

    Raises:
        ValueError: with one sentence, when files are missing or do not fit the configuration.
    """
    root = resolve_path(cfg.DATA_DIR)
    if not root.is_dir():
        raise ValueError(f"DATA_DIR '{root}' does not exist; `make demo` makes the demo's, docs/datasets.md tells how "
                         'to get the others')
    clips = SYSTEMS[cfg.MODEL.NAME].clips
    skeleton_only = clips == 'keypoints'
    read = read_skeletons if skeleton_only else read_annotations
    file = read(keypoints or root / cfg.DATASET.ANNOTATIONS, cfg.DATASET.NUM_JOINTS)
    frames = None if skeleton_only else FrameFolder(root, cfg.DATASET.FRAMES)
    kinect_input = skeleton_only and cfg.DATASET.LAYOUT == NTU25.name
    names = [record.name for record in file.annotations]
    chosen = select(file.annotations, cfg.TRAIN.EVAL_MODE, split=file.split,
                    available=None if frames is None else frames.names_with(names), num_setups=cfg.DATASET.NUM_S,
                    unusable=UNUSABLE_SKELETONS if kinect_input else UNUSABLE_POSES,
                    subset=Subset(cfg.DATASET.HALF_DATASET, cfg.DATASET.FEW, cfg.SEED))
    class_names = _class_names(file.class_names, [file.annotations[index] for index in (*chosen.train, *chosen.test)],
                               cfg.DATASET.NUM_ACTION)
    train, validation = hold_out(chosen.train, names, cfg.TRAIN.VAL_RATIO, cfg.SEED)
    labels = [file.annotations[index].label for index in train]
    train = train[resample(labels, cfg.DATASET.NUM_ACTION, cfg.DATASET.CLASS_TIMES, np.random.default_rng(cfg.SEED))]

    def loader(indices: np.ndarray, training: bool, num_clips: int = 1) -> DataLoader:
        records = [file.annotations[index] for index in indices]
        dataset = DATASETS[clips](cfg, records, frames, training, num_clips=num_clips)
        batch_size = cfg.BATCH_PER_GPU if training else max(1, cfg.TEST.BATCH_PER_GPU // num_clips)
        return build_loader(dataset, batch_size * devices, workers=cfg.WORKERS, seed=cfg.SEED, rank=rank,
                            world_size=world_size)

    return Data(loader(train, True) if len(train) else None, loader(validation, False) if len(validation) else None,
                loader(chosen.test, False, cfg.TEST.NUM_CLIPS), class_names,
                f'{chosen.report}; {len(validation)} training clips held out')


def _class_names(own: tuple[str, ...] | None, records: Sequence[Record], num_action: int) -> tuple[str, ...]:
    """Names by label: the file's own, else the data set's, else action codes; refuses labels beyond ``num_action``."""
    names = (own or _published_class_names(records)[:num_action] or
             tuple(f'A{label + 1:03d}' for label in range(num_action)))
    found = max(len(names), 1 + max(record.label for record in records))
    if found > num_action or len(names) != num_action:
        raise ValueError(f'DATASET.NUM_ACTION is {num_action} but the annotations have {found} classes; set it to that '
                         'number')
    return names


def _published_class_names(records: Sequence[Record]) -> tuple[str, ...]:
    """The class names of NTU or N-UCLA if all names and labels of the records are theirs, else none."""
    for parse, names in ((parse_ntu_name, NTU_CLASS_NAMES), (parse_nucla_name, tuple(CLASS_NAMES.values()))):
        with suppress(ValueError):
            if all(parse(record.name).label == record.label for record in records):
                return names
    return ()


def build_clips(cfg: CfgNode, records: Sequence[Annotation], frames: FrameFolder, training: bool,
                num_clips: int = 1) -> ClipDataset:
    """Create the dataset of frame clips.

    Several clips of a sequence lie one after the other on the frame axis.

    Raises:
        ValueError: ``DATASET.BOX_FILE`` is wanted and cannot be read, or lacks a sequence of ``records``.
    """
    data = cfg.DATASET
    source = 'annotation' if training else data.BOX_SOURCE
    boxes = BoxSettings(data.BBOX_MODE, data.BBOX_SCALE, source=source, jitter_shift=data.BOX_JITTER,
                        jitter_size=data.BOX_JITTER)
    augmentation = Augmentation(tuple(data.SCALE_RANGE), rotation_range=tuple(data.ROTATE_RANGE),
                                flip_prob=data.FLIP_PROB, shift=data.BOX_JITTER, color=data.COLOR_JITTER)
    return ClipDataset(records, frames, get_layout(data.LAYOUT), clip_size=data.CLIP_SIZE,
                       image_size=tuple(cfg.MODEL.IMAGE_SIZE), num_persons=cfg.MODEL.NUM_PERSONS, training=training,
                       sampler=_frames_of_clips(cfg, training, num_clips), boxes=boxes,
                       detections=_detections(cfg, records) if source == 'file' else None,
                       augmentation=augmentation if training and data.DATA_AUGMENTATION else None,
                       visible_above=data.VIS_THR, seed=cfg.SEED)


def build_scenes(cfg: CfgNode, records: Sequence[Annotation], frames: FrameFolder, training: bool,
                 num_clips: int = 1) -> SceneDataset:
    """Create the dataset of whole-frame clips; several clips of a sequence lie one after the other."""
    data, factor = cfg.DATASET, cfg.MODEL.INTEGRAL.FRAME_FACTOR
    augmentation = SceneAugmentation(data.FLIP_PROB, data.COLOR_JITTER)
    return SceneDataset(records, frames, get_layout(data.LAYOUT), clip_size=data.CLIP_SIZE,
                        image_size=tuple(cfg.MODEL.IMAGE_SIZE), short_side=data.SHORT_SIDE,
                        num_persons=cfg.MODEL.NUM_PERSONS, frame_factor=factor, training=training,
                        sampler=_frames_of_clips(cfg, training, num_clips, factor),
                        augmentation=augmentation if data.DATA_AUGMENTATION else None, seed=cfg.SEED)


def _sampler(cfg: CfgNode, training: bool, frame_factor: int = 1) -> Sampler:
    """The sampler of training or of test frames; its stride is ``frame_factor`` times shorter."""
    data = cfg.DATASET
    name, samplers = (data.SAMPLER, SAMPLERS) if training else (data.TEST_SAMPLER, TEST_SAMPLERS)
    return partial(samplers[name], stride=data.FRAME_STRIDE / frame_factor) if name == 'dense' else samplers[name]


def _frames_of_clips(cfg: CfgNode, training: bool, num_clips: int, frame_factor: int = 1) -> Sampler:
    return partial(clip_after_clip, samplers=clip_samplers(_sampler(cfg, training, frame_factor), num_clips))


def _detections(cfg: CfgNode, records: Sequence[Annotation]) -> dict[str, Detections]:
    if not cfg.DATASET.BOX_FILE:
        raise ValueError('DATASET.BOX_SOURCE is file, but DATASET.BOX_FILE is empty; name the JSON file of boxes')
    file = resolve_path(cfg.DATA_DIR) / cfg.DATASET.BOX_FILE
    detections = read_detections(file)
    missing = [record.name for record in records if record.name not in detections]
    if missing:
        raise ValueError(f"{file}: no box of sequence '{missing[0]}' ({len(missing)} such sequences); add them to the "
                         'file that DATASET.BOX_FILE names')
    return {record.name: detections[record.name] for record in records}


def build_skeletons(cfg: CfgNode, records: Sequence[SkeletonRecord], frames: None, training: bool,
                    num_clips: int = 1) -> SkeletonDataset:
    """Create the dataset of keypoint clips; there are no ``frames``."""
    data = cfg.DATASET
    mirror_prob = data.FLIP_PROB if data.DATA_AUGMENTATION else 0.0
    train_size, test_size = data.HEATMAP_SIZE
    options: dict[str, dict[str, Any]] = {
        'prenormalize': {'stretch': SCALE if data.DATA_AUGMENTATION else 0.0},
        'ctrgcn': {'view_range': tuple(data.VIEW_RANGE)},
        'pose_compact': {'train_size': train_size, 'test_size': test_size, 'area_range': tuple(data.AREA_RANGE)}}
    preprocess = PREPROCESS[data.PREPROCESS](get_layout(data.LAYOUT), data.STREAM, mirror_prob,
                                             _sampler(cfg, True), _sampler(cfg, False),
                                             tuple(data.P_INTERVAL), **options[data.PREPROCESS])
    return SkeletonDataset(records, preprocess, clip_size=data.CLIP_SIZE, num_persons=cfg.MODEL.NUM_PERSONS,
                           training=training, num_clips=num_clips, seed=cfg.SEED)


DATASETS: dict[str, Callable[..., RecordDataset]] = {
    'crops': build_clips, 'keypoints': build_skeletons, 'scenes': build_scenes}
"""``System.clips`` → what makes a dataset of records; all take the same arguments."""
