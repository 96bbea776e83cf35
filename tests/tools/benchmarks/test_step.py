"""The benchmark reports every part of a step for every variant."""

import pytest

from tools.benchmarks import step as benchmark_step


def test_reports_shares_and_ratio(tiny_overrides, capsys, monkeypatch):
    small = ['IMAGE_SIZE', '[32,32]', 'CLIP_SIZE', '2', 'BATCH_PER_GPU', '2']
    benchmark_step.main(['--steps', '1', *tiny_overrides, *small])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if 's per clip' in line] == ['published', 'stgcnpp', 'ms_stgcnpp', 'with']
    for line in lines:
        if 's per clip' in line:
            shares = [int(part.split()[1]) for part in line.split(': ')[1].split(';')[0].split(', ')]
            assert len(shares) == 4 and 97 <= sum(shares) <= 103
    assert sum('of the line above' in line for line in lines) == 3


def test_another_system_is_refused():
    with pytest.raises(ValueError, match='the configuration is of MODEL.NAME posec3d.*a system that can: joint'):
        benchmark_step.main(['MODEL.NAME', 'posec3d'])
