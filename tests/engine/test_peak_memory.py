"""The memory of tensors, against sums made by hand."""

import torch

from core.engine.peak_memory import PeakMemory

MEGA = 1_000_000
BYTES = 4 * MEGA          # of MEGA float32 numbers


def test_counts_what_is_alive_at_once():
    with PeakMemory([]) as memory:
        for _ in range(3):
            values = torch.ones(MEGA)
            del values
        kept = torch.ones(MEGA)
        total = kept + 1
    assert memory.peak == 2 * BYTES and len(total) == MEGA


def test_held_tensors_count_and_views_do_not():
    held = torch.ones(2, MEGA)
    with PeakMemory([held, held[0]]) as memory:
        rows = held.transpose(0, 1).view_as(held.T)
        held.mul_(2)
    assert memory.peak == 2 * BYTES and rows.shape == (MEGA, 2)


def test_counts_what_is_kept_for_the_backward_pass():
    start = torch.ones(MEGA, requires_grad=True)

    def peak():
        with PeakMemory([start]) as memory:
            start.sin().exp().exp().exp()         # exp keeps what it answers, sin what it is given
        return memory.peak

    assert peak() == 4 * BYTES
    with torch.no_grad():
        assert peak() == 3 * BYTES
