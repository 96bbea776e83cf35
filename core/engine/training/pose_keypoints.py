"""Keypoints predicted by a trained pose network, computed once for a whole data set and kept as a PYSKL pickle."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Sequence
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, distributed, nn
from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm
from yacs.config import CfgNode

from core.config import resolve_path
from core.config.systems import SYSTEMS
from core.data.annotations.records import Annotation, AnnotationFile, read_annotations
from core.data.build import build_clips
from core.data.clips.person_clips import Clip
from core.data.frames.frame_folder import FrameFolder
from core.engine.evaluation.predict import apply_affine
from core.engine.runs.checkpoint import read_checkpoint
from core.engine.runtime import Runtime, to_device
from core.files import write_atomic
from core.models.joint import PoseModel
from core.models.published_weights import load_state
from core.systems.joint import build_pose_net

DECIDING = ('SEED', 'DATA_DIR', 'BACKBONE', 'DATASET.ANNOTATIONS', 'DATASET.FRAMES', 'DATASET.VIS_THR',
            'DATASET.BBOX_MODE', 'DATASET.BBOX_SCALE', 'DATASET.BOX_SOURCE', 'DATASET.BOX_FILE', 'DATASET.BOX_JITTER',
            'MODEL.IMAGE_SIZE', 'MODEL.NUM_PERSONS', 'MODEL.SIMDR_SPLIT_RATIO', 'MODEL.SIGMA', 'TEST.DECODE')
"""What the predicted keypoints depend on, beside the weights."""


class WholeSequences(Dataset[Clip]):
    """Every record as one clip of all its frames, cropped as in testing.

    Args:
        cfg: crop settings.
        records: annotated sequences; their boxes are used.
        frames: their pixels.

    Raises:
        ValueError: detected boxes are wanted and cannot be read, or lack a record.
    """

    def __init__(self, cfg: CfgNode, records: Sequence[Annotation], frames: FrameFolder) -> None:
        self.clips = build_clips(cfg, records, frames, False)

    def __len__(self) -> int:
        return len(self.clips)

    def __getitem__(self, index: int) -> Clip:
        record = self.clips.records[index]
        # Generator 0 for every record: the box jitter of files that are kept from earlier runs.
        return self.clips.clip(record, np.arange(record.total_frames), self.clips.generator(0))


def predicted_keypoints(cfg: CfgNode, runtime: Runtime) -> Path | None:
    """Return the file with the keypoints that ``DATASET.POSE_CHECKPOINT`` predicts, made where it is missing.

    It lies in ``OUTPUT_DIR/keypoints``; its name follows from the weights, the data and the crop settings. ``None``
    where the keypoints are annotated, or frames are read.

    Raises:
        ValueError: for a checkpoint that cannot be read, or whose pose network is another than the configured one.
    """
    if SYSTEMS[cfg.MODEL.NAME].clips != 'keypoints' or not cfg.DATASET.POSE_CHECKPOINT:
        return None
    weights = read_checkpoint(resolve_path(cfg.DATASET.POSE_CHECKPOINT)).weights
    weights = {name: value for name, value in weights.items() if name.startswith('pose.')}
    file = resolve_path(cfg.OUTPUT_DIR) / 'keypoints' / f'{_digest(cfg, weights)}.pkl'
    if not file.exists() and runtime.is_main:
        model = PoseModel(build_pose_net(cfg))
        if load_state(model, weights).missing:
            raise ValueError(f"checkpoint '{cfg.DATASET.POSE_CHECKPOINT}' lacks weights of a {cfg.BACKBONE} pose "
                             'network for this IMAGE_SIZE; name one that was trained with these settings')
        root = resolve_path(cfg.DATA_DIR)
        content = predict_all(model.to(runtime.device, memory_format=torch.channels_last), cfg,
                              read_annotations(root / cfg.DATASET.ANNOTATIONS, cfg.DATASET.NUM_JOINTS),
                              FrameFolder(root, cfg.DATASET.FRAMES), runtime.device)
        write_atomic(file, pickle.dumps(content, protocol=4))
    if runtime.distributed:
        distributed.barrier()
    return file


@torch.no_grad()
def predict_all(model: nn.Module, cfg: CfgNode, file: AnnotationFile, frames: FrameFolder,
                device: torch.device) -> dict[str, Any]:
    """Return the content of a PYSKL pickle: predicted instead of annotated keypoints of every sequence with frames.

    Args:
        model: ``PoseModel`` on ``device``.
        cfg: crop and decoding settings.
        file: annotated sequences, for names, labels and boxes.
        frames: their pixels.
        device: where to compute.
    """
    found = frames.names_with(record.name for record in file.annotations)
    records = [record for record in file.annotations if record.name in found]
    loader = DataLoader(WholeSequences(cfg, records, frames), 1, num_workers=cfg.WORKERS)
    entries = []
    for record, clip in zip(records, tqdm(loader, desc='predicting keypoints', unit='sequence'), strict=True):
        clip = to_device(clip, device)
        output = model.eval()(*clip.inputs)
        keypoints, scores = model.coding.decode(output.simcc_x, output.simcc_y, cfg.TEST.DECODE)
        present = clip.person_mask[0, :, None, None]                                     # (M, 1, 1)
        image = apply_affine(clip.crop_to_image, keypoints)[0] * present[..., None]      # (M, T, V, 2)
        width, height = (int(side) for side in clip.image_size[0])
        entries.append({'frame_dir': record.name, 'label': record.label, 'img_shape': (height, width),
                        'original_shape': (height, width), 'total_frames': image.shape[1],
                        'keypoint': image.cpu().numpy(), 'keypoint_score': (scores[0] * present).cpu().numpy()})
    names = {'class_names': list(file.class_names)} if file.class_names else {}
    return {'split': file.split, 'annotations': entries, **names}


def _digest(cfg: CfgNode, weights: dict[str, Tensor]) -> str:
    settings = [(key, str(reduce(getitem, key.split('.'), cfg))) for key in DECIDING]
    digest = hashlib.sha256(repr(settings).encode())
    for name, value in sorted(weights.items()):
        digest.update(name.encode() + value.numpy().tobytes())
    return digest.hexdigest()[:16]
