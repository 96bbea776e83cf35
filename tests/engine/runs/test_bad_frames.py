from types import SimpleNamespace

import pytest
import torch

from core.data.clips.base import FrameLog
from core.data.clips.person_clips import ClipDataset
from core.engine.runs.bad_frames import check_frames
from core.engine.runtime import Runtime


@pytest.fixture
def loader():
    """Stands for a loader of clips of the sequences a, b, c, of which nothing but the log is used."""
    dataset = object.__new__(ClipDataset)
    dataset.records = [SimpleNamespace(name=name) for name in 'abc']
    dataset.frame_log = FrameLog(3)
    return SimpleNamespace(dataset=dataset)


RUNTIME = Runtime(torch.device('cpu'))


def test_few_bad_frames_are_said_once(loader, tmp_path, capsys):
    loader.dataset.frame_log.add(0, 200, 0)
    loader.dataset.frame_log.add(1, 200, 4)
    check_frames((loader, None, SimpleNamespace(dataset=[])), RUNTIME, tmp_path)
    assert '4 of 400 frames' in (said := capsys.readouterr().out) and said.endswith('sequences: b\n')
    check_frames((loader,), RUNTIME, tmp_path)
    assert capsys.readouterr().out == '' and not list(tmp_path.iterdir())


def test_too_many_stop_the_run_with_a_list(loader, tmp_path):
    loader.dataset.frame_log.add(0, 300, 3)
    loader.dataset.frame_log.add(2, 99, 1)
    with pytest.raises(ValueError, match='1.0% of the frames are missing or damaged.*bad_frames.txt lists'):
        check_frames((loader, loader), RUNTIME, tmp_path / 'run')
    assert (tmp_path / 'run' / 'bad_frames.txt').read_text() == 'a 3\nc 1\n'
