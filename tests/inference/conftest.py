"""Videos of bright rectangles, an estimator that takes them for people, and tiny untrained models."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from core.config import load_config
from core.data.frames.video import write_video
from core.inference.build import build_recognizer
from core.people.person import person_within
from core.systems.build import build_model

SPREAD = np.vstack([[(0, 0), (1, 1)], np.random.default_rng(0).uniform(0, 1, (15, 2))])
CONTAINERS = (b'moov', b'trak', b'mdia', b'minf', b'stbl')


def find_rectangles(frame, expected=()):
    """A person for every bright part of the frame, from the left; their joints spread over it."""
    count, _, stats, _ = cv2.connectedComponentsWithStats((frame[..., 0] > 128).astype(np.uint8))
    parts = sorted(stats[1:count, :4].tolist())
    return [person_within(np.array([left, top]) + SPREAD * (width, height), np.ones(17), 1.0, frame.shape[1::-1])
            for left, top, width, height in parts if width * height > 50]


def walking_frames(num_frames, persons=1, size=(160, 120), step=2):
    """Frames of (width, height) pixels with rectangles of 20x60 that move ``step`` pixels a frame."""
    frames = np.random.default_rng(0).integers(0, 60, (num_frames, size[1], size[0], 3), np.uint8)
    for time in range(num_frames):
        for person in range(persons):
            left = 10 + 50 * person + step * time
            frames[time, 30:90, left:left + 20] = 255
    return frames


def rewrite_boxes(content, changes):
    """Return an MP4 file in which the content of the boxes named in ``changes`` is what the functions there return."""
    written = b''
    while content:
        size, kind = int.from_bytes(content[:4], 'big'), content[4:8]
        inner = content[8:size]
        inner = rewrite_boxes(inner, changes) if kind in CONTAINERS else changes.get(kind, lambda same: same)(inner)
        written += (len(inner) + 8).to_bytes(4, 'big') + kind + inner
        content = content[size:]
    return written


@pytest.fixture
def estimator():
    """``find_rectangles`` in the place of a pose estimator."""
    return find_rectangles


@pytest.fixture
def walking():
    """``walking_frames``."""
    return walking_frames


@pytest.fixture
def make_video(tmp_path):
    """Write frames as a video, its MP4 boxes changed if need be; returns the file."""

    def make(frames, name='walk.mp4', fps=10, changes=None):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_video(path, frames, fps)
        if changes:
            path.write_bytes(rewrite_boxes(path.read_bytes(), changes))
        return path

    return make


@pytest.fixture(scope='session')
def make_recognizer():
    """Untrained joint models for 32x32 crops, clips of 4 frames and 3 classes; answers depend on what they see."""

    def make(*overrides):
        torch.manual_seed(0)
        cfg = load_config(None, overrides, ['IMAGE_SIZE', '[32,32]', 'CLIP_SIZE', '4', 'NUM_ACTION', '3',
                                            'SKELETON.NAME', 'stgcnpp'])
        model, persons = build_model(cfg), cfg.MODEL.NUM_PERSONS
        for module in model.modules():
            if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
                module.momentum = 1.0                   # statistics of one batch, or all activations would fade
        frames = torch.randint(0, 255, (8, persons, 4, 32, 32, 3), dtype=torch.uint8)
        with torch.no_grad():
            model.train()(frames, torch.ones(8, persons), torch.eye(2, 3).expand(8, persons, 4, 2, 3),
                          torch.full((8, 2), 64.0))
        return build_recognizer(cfg, model, ('sit', 'stand', 'walk'))

    return make
