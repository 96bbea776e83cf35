"""The walks of docs/architecture.md are the files that a clip and a video really pass, in their order, each once."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from core.config import REPOSITORY
from core.data.frames.video import write_video
from core.engine.training import loop
from core.people.estimators import build_estimator
from core.people.own_network import CheckpointPose
from exp import train as exp_train
from tools import predict as predict_tool

PAGE = (REPOSITORY / 'docs' / 'architecture.md').read_text()


def listed(heading: str) -> list[str]:
    """The files of a numbered list below a heading."""
    section = PAGE.split(f'### {heading}\n')[1].split('\n## ')[0].split('\n### ')[0]
    return re.findall(r'^\d+\. `([^`]+)`', section, flags=re.MULTILINE)


@contextmanager
def following(passed: list[str]) -> Iterator[None]:
    """Note each file of the project when one of its functions is called for the first time."""
    def note(frame, event, argument):
        file = Path(frame.f_code.co_filename)
        if event == 'call' and frame.f_code.co_name != '<module>' and file.is_relative_to(REPOSITORY):
            name = file.relative_to(REPOSITORY).as_posix()
            if name.startswith(('core/', 'exp/', 'tools/')) and name not in passed:
                passed.append(name)

    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(None)


class OneStep(Exception):
    """Raised behind the first training step."""


def test_the_walk_of_a_clip_to_the_gradient(tiny_overrides, monkeypatch):
    passed: list[str] = []
    step = loop.train_step

    def only_one(*arguments):
        step(*arguments)
        raise OneStep

    monkeypatch.setattr(loop, 'train_step', only_one)
    with following(passed), pytest.raises(OneStep):
        exp_train.main(tiny_overrides)
    assert passed == listed('A clip, from exp/train.py to the gradient')


def test_the_walk_of_a_video_to_its_labels(tiny_overrides, tmp_path, monkeypatch):
    passed: list[str] = []
    exp_train.main([*tiny_overrides, 'END_EPOCH', '0'])
    rng = np.random.default_rng(0)
    write_video(tmp_path / 'v.avi', (rng.integers(0, 255, (120, 160, 3), np.uint8) for _ in range(12)), 10)
    build_estimator.cache_clear()
    start = CheckpointPose.__init__
    monkeypatch.setattr(CheckpointPose, '__init__', lambda self, *about: start(self, *about, least=0.0))
    with following(passed):
        predict_tool.main(['--checkpoint', str(tmp_path / 'tiny' / 'best.pth'), '--video', str(tmp_path / 'v.avi'),
                           '--out', str(tmp_path / 'labels'), '--annotator', 'checkpoint'])
    assert passed == listed('A video, from pose-action predict to its labels')


@pytest.mark.parametrize('heading', ['A clip, from exp/train.py to the gradient',
                                     'A video, from pose-action predict to its labels'])
def test_no_file_is_passed_twice(heading):
    files = listed(heading)
    assert files and len(set(files)) == len(files)
