"""The benchmark reports every part of a step for both models."""

from tools import benchmark_step


def test_reports_shares_and_ratio(tiny_overrides, capsys, monkeypatch):
    small = ['IMAGE_SIZE', '[32,32]', 'CLIP_SIZE', '2', 'BATCH_PER_GPU', '2']
    benchmark_step.main(['--steps', '1', *tiny_overrides, *small])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if 's per clip' in line] == ['ours', 'published']
    for line in lines:
        if 's per clip' in line:
            shares = [int(part.split()[-2]) for part in line.split(': ')[1].split(', ')]
            assert len(shares) == 4 and 97 <= sum(shares) <= 103
    assert lines[-1].startswith('ours / published: ')
