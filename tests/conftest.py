"""What many tests share: one thread per process, and a tiny data set in the layout of NTU."""

from __future__ import annotations

import pickle

import cv2
import numpy as np
import pytest
import torch

from core.config import usable_overrides

torch.set_num_threads(1)
cv2.setNumThreads(1)

SIZE = (96, 72)
NUM_FRAMES = 6


def write_tiny_data(root, subjects=(1, 3), actions=(1, 2), num_frames=NUM_FRAMES):
    """Write frames and a PYSKL pickle for every subject, camera 1 to 3 and action; pixels and joints are random."""
    rng = np.random.default_rng(0)
    annotations = []
    for subject in subjects:
        for camera in (1, 2, 3):
            for action in actions:
                name = f'S001C{camera:03d}P{subject:03d}R001A{action:03d}'
                folder = root / 'images' / name
                folder.mkdir(parents=True)
                for number in range(1, num_frames + 1):
                    frame = rng.integers(0, 255, (SIZE[1], SIZE[0], 3), dtype=np.uint8)
                    cv2.imwrite(str(folder / f'{number:05d}.jpg'), frame)
                keypoint = rng.uniform(10, 60, (1, num_frames, 17, 2)).astype(np.float32)
                annotations.append({
                    'frame_dir': name, 'label': action - 1, 'total_frames': num_frames, 'img_shape': SIZE[::-1],
                    'original_shape': SIZE[::-1], 'keypoint': keypoint,
                    'keypoint_score': np.ones(keypoint.shape[:3], np.float32)})
    with (root / 'tiny.pkl').open('wb') as stream:
        pickle.dump({'split': {}, 'annotations': annotations}, stream)


@pytest.fixture(scope='session')
def tiny_data(tmp_path_factory):
    """Folder of a tiny data set: 2 subjects, 3 cameras, 2 actions, 6 frames each."""
    root = tmp_path_factory.mktemp('tiny')
    write_tiny_data(root)
    return root


@pytest.fixture
def tiny_overrides(tiny_data, tmp_path):
    """Command-line overrides that run the joint model on the tiny data in a second or two."""
    return ['DATA_DIR', str(tiny_data), 'ANNOTATIONS', 'tiny.pkl', 'OUTPUT_DIR', str(tmp_path), 'NAME', 'tiny',
            'NUM_ACTION', '2', 'CLIP_SIZE', '4', 'IMAGE_SIZE', '[32,32]', 'BATCH_PER_GPU', '2', 'WORKERS', '0',
            'END_EPOCH', '2', 'VAL_RATIO', '0', 'PRINT_FREQ', '1', 'TEST.PICTURES', '1', 'GPUS', '[0]',
            'PRETRAINED', '']


@pytest.fixture
def tiny_of(tiny_overrides):
    """A function of overrides, of another system: those of ``tiny_overrides`` with an effect there, and they."""
    return lambda *own: [*usable_overrides(None, tiny_overrides, own), *own]
