"""The benchmark reports every way to use a stream beside the whole clip, per new frame."""

from types import SimpleNamespace

import pytest

from tools.benchmarks import stream as benchmark_stream
from tools.benchmarks.stream import ANSWER_EVERY, Contender, frame_times, report

SMALL = ['IMAGE_SIZE', '[32,32]', 'CLIP_SIZE', '2', 'SKELETON.NAME', 'stgcnpp']


def test_reports_clip_and_stream_plain_and_recorded(capsys, monkeypatch):
    monkeypatch.setattr(benchmark_stream, 'TracedModel', lambda model: model)    # recording takes seconds
    benchmark_stream.main(['--rounds', '1', *SMALL])
    setting, *lines = capsys.readouterr().out.splitlines()
    assert 'stgcnpp' in setting and '2 frames' in setting
    assert [line.split('  ')[0] for line in lines[::6]] == ['plain PyTorch', 'recorded graphs']
    for table in (lines[1:6], lines[7:]):
        names, rows = [line[:28].strip() for line in table], [line[28:].split() for line in table]
        assert names[0].startswith('whole clip') and names[2].endswith(f'every {ANSWER_EVERY}th')
        assert rows[0][-1] == '1/1.0' and all(float(row[0]) > 0 for row in rows)


def test_frames_and_ratio_are_counted_per_new_frame(capsys, monkeypatch):
    passed = []                                                                  # seconds
    monkeypatch.setattr('tools.benchmarks.turns.time', SimpleNamespace(perf_counter=lambda: sum(passed)))
    entrants = [Contender('clip', lambda: passed.append(8), 1), Contender('four', lambda: passed.append(2), 4)]
    columns = frame_times(entrants, rounds=3)
    assert columns == [[8000.0] * 3, [500.0] * 3]
    report('title', entrants, columns)
    assert capsys.readouterr().out.splitlines()[2].split() == ['four', '500.00', '500.00', '2.0', '1/16.0']


def test_no_round_is_refused():
    with pytest.raises(ValueError, match='--rounds'):
        benchmark_stream.main(['--rounds', '0', *SMALL])


def test_another_system_is_refused():
    with pytest.raises(ValueError, match='the configuration is of MODEL.NAME posec3d.*a system that can: joint'):
        benchmark_stream.main(['MODEL.NAME', 'posec3d'])
