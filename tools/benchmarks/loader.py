"""Time the loading of test clips against a plain loader, one picture and one joint after the other.

    pose-action benchmark-loader [--cfg FILE] [--tubes FOLDER] [--clips 64] [KEY VALUE ...]

The plain loader reads whole pictures, finds each box and moves each joint in Python loops. All loaders load the same
clips in turns, in one process on one thread; what counts is that thread's time, not the clock. ``FOLDER`` inside
DATA_DIR holds the same sequences as person tubes (``pose-action extract-ntu --crop-persons``). Reported are clips
per second, the ratio to the plain loader, bytes on disk, and the largest difference of the uncut frames' crops and
joints from the plain loader's.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from yacs.config import CfgNode

from core.cli import chosen_config, exit_with, run_parser
from core.config import load_config
from core.config.systems import require
from core.data.annotations.records import Annotation
from core.data.build import build_data
from core.data.clips.loader import dataset_of
from core.data.clips.person_clips import ClipDataset
from core.data.frames.frame_folder import FRAME_NAME

_LARGEST_BLOCK = 30 << 20
"""Bytes. glibc returns a freed picture to the system, and asks for it again with the next one, until a larger block was
freed; whole pictures would look up to twice as slow as they are in a training run."""

PLAIN = ['WORKERS', '0', 'DATASET.BOX_SOURCE', 'annotation', 'DATASET.BBOX_MODE', '1-frame', 'MODEL.NUM_PERSONS', '1']


def plain_clip(dataset: ClipDataset, index: int) -> tuple[np.ndarray, np.ndarray]:
    """Crops uint8 (T, H, W, 3) and joints (T, V, 2) in crop pixels of record ``index``, the plain way."""
    record = dataset.records[index]
    crops, joints = [], []
    for time_ in dataset.sampler(record.total_frames, dataset.clip_size, dataset.generator(index)):
        stored = cv2.imread(str(dataset.frames.images / record.name / FRAME_NAME.format(time_ + 1)))
        assert stored is not None                                    # extraction wrote it
        picture = cv2.cvtColor(stored, cv2.COLOR_BGR2RGB)
        size = picture.shape[1], picture.shape[0]
        points = [_to_picture(record, time_, joint, size) for joint in range(record.keypoints.shape[2])]
        to_crop = _crop_matrix([point for point in points if point], size, dataset)
        crops.append(cv2.warpAffine(picture, to_crop, dataset.image_size, flags=cv2.INTER_LINEAR))
        joints.append([to_crop @ (*point, 1.0) if point else np.zeros(2) for point in points])
    return np.stack(crops), np.array(joints)


def _to_picture(record: Annotation, time_: int, joint: int, size: tuple[int, int]) -> tuple[float, float] | None:
    x, y = (float(value) for value in record.keypoints[0, time_, joint])
    if (x == 0 and y == 0) or record.scores[0, time_, joint] <= 0:
        return None
    return x * size[0] / record.image_size[0], y * size[1] / record.image_size[1]


def _crop_matrix(points: list[tuple[float, float]], size: tuple[int, int], dataset: ClipDataset) -> np.ndarray:
    """(2, 3) map from the picture to the crop of a person with at least one joint (HRNet ``get_affine_transform``)."""
    width, height = dataset.image_size
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    half = max(right - left, (bottom - top) * width / height, dataset.boxes.min_height * size[1] * width / height)
    half *= dataset.boxes.scale / 2
    center = np.array(((left + right) / 2, (top + bottom) / 2))
    source = np.array([center, center - (0, half), center - (half, half)], np.float32)
    target = np.array([(width / 2, height / 2), (width / 2, height / 2 - width / 2), (0, height / 2 - width / 2)],
                      np.float32)
    return cv2.getAffineTransform(source, target)


def benchmark(cfg: CfgNode, tubes: str | None, clips: int) -> dict[str, float]:
    """Load up to ``clips`` test clips with every loader and return seconds of each and the largest differences."""
    bytearray(_LARGEST_BLOCK)  # freed at once
    full: ClipDataset = dataset_of(build_data(cfg).test)     # type: ignore[assignment]   # the system reads crops
    loaders: dict[str, Callable[[int], Any]] = {'plain': lambda index: plain_clip(full, index),
                                                'uncut frames': full.__getitem__}
    if tubes:
        cut_cfg = cfg.clone()
        cut_cfg.defrost()
        cut_cfg.DATASET.FRAMES = tubes
        loaders['tubes'] = dataset_of(build_data(cut_cfg).test).__getitem__
    chosen = np.linspace(0, len(full) - 1, clips).astype(int)
    result = dict.fromkeys([*loaders, 'gray levels', 'pixels'], 0.0)
    for index in chosen:
        found = {}
        for name, load in loaders.items():
            load(index)                                  # once for the disk's sake
            since = time.process_time()
            found[name] = load(index)
            result[name] += time.process_time() - since
        (crops, joints), clip = found['plain'], found['uncut frames']
        result['gray levels'] = max(result['gray levels'], np.abs(crops - clip.frames[0].astype(int)).max())
        result['pixels'] = max(result['pixels'], np.abs(joints - clip.keypoints_crop[0]).max())
    return result | {'clips': len(chosen)}


def bytes_below(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(file.stat().st_size for file in folder.rglob('*') if file.is_file())


def main(argv: list[str] | None = None) -> None:
    """Benchmark as the command line says."""
    parser = run_parser(__doc__)
    parser.add_argument('--tubes', help='folder inside DATA_DIR with the same sequences as person tubes')
    parser.add_argument('--clips', type=int, default=64,
                        help='test clips to load, some of them again where there are fewer (default: 64)')
    arguments = parser.parse_args(argv)
    if arguments.clips < 1:
        raise ValueError('--clips must be at least 1')
    cfg = load_config(chosen_config(arguments.cfg), arguments.overrides, PLAIN)
    require('pose', cfg.MODEL.NAME, cfg.TRAIN.MODE, 'the configuration')
    cv2.setNumThreads(1)
    result = benchmark(cfg, arguments.tubes, arguments.clips)
    folders = {'uncut frames': cfg.DATASET.FRAMES, 'tubes': arguments.tubes}
    for name in ('plain', 'uncut frames', *(['tubes'] if arguments.tubes else [])):
        size = f', {bytes_below(Path(cfg.DATA_DIR) / folders[name]) / 1e6:.0f} MB' if name in folders else ''
        print(f'{name:13} {result["clips"] / result[name]:7.1f} clips/s, {result["plain"] / result[name]:5.2f} x'
              f'{size}')
    print(f'largest difference of uncut frames from plain: {result["gray levels"]:.0f} gray levels, '
          f'{result["pixels"]:.4f} pixels')


if __name__ == '__main__':
    exit_with(main)
