"""What a model costs, against sums made by hand, and the file it is kept in."""

import os

import pytest
import torch
from torch import nn

from core.data.clips.keypoint_clips import SkeletonClip
from core.engine.comparison import cost as costs
from core.engine.comparison.cost import (
    GPU_CLIPS,
    REPEATS,
    TRAINING_CLIPS,
    Cost,
    PeakMemory,
    measure_cost,
    read_cost,
)
from core.losses.joint_loss import JointLoss
from core.models.output import JointOutput
from core.models.pose.coding import SimCCCoding

FEATURES, HIDDEN, CLASSES = 1000, 2000, 5

WEIGHTS = HIDDEN * (FEATURES + CLASSES) + HIDDEN + CLASSES


class Perceptron(nn.Module):
    """Two layers over one feature vector per clip."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(FEATURES, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, CLASSES))

    def forward(self, features, person_mask):
        """Logits of features (B, 1, 1, 1, C)."""
        return JointOutput(logits=self.layers(features.flatten(1)))


def clips(number):
    return SkeletonClip(torch.ones(number, 1, 1, 1, FEATURES), torch.ones(number, 1), torch.zeros(number).long(),
                        torch.arange(number))


def measure(**options):
    criterion = JointLoss((0.0, 1.0), coding=SimCCCoding((32, 32)))
    return measure_cost(Perceptron(), clips(1).inputs, clips(TRAINING_CLIPS), criterion, **options)


def test_multiply_adds_and_memory_of_a_known_model():
    cost = measure(views=20)
    assert cost.gflops == HIDDEN * (FEATURES + CLASSES) / 1e9 and cost.views == 20
    assert cost.test_memory == pytest.approx(4 * (WEIGHTS + FEATURES + 2 * HIDDEN) / 1e6, rel=1e-3)
    assert cost.training_memory == pytest.approx(4 * 2 * WEIGHTS / 1e6, rel=0.01)       # weights and gradients
    assert cost.clips_per_second > 0
    assert cost[5:] == (None,) * 4


def test_the_cpu_is_timed_on_one_thread_and_the_number_of_threads_kept(monkeypatch):
    threads, used = torch.get_num_threads(), []
    monkeypatch.setattr(costs, '_seconds', lambda work: used.append(torch.get_num_threads()) or 0.25)
    torch.set_num_threads(2)
    try:
        assert measure().clips_per_second == 4
        assert used == [1] and torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)


def test_the_gpu_works_on_many_clips_and_counts_from_what_was_in_use(monkeypatch):
    passes = []
    monkeypatch.setattr(Perceptron, 'forward', lambda self, features, person_mask: passes.append(len(features)) or
                        JointOutput(logits=self.layers(features.flatten(1))))
    for name, value in {'memory_allocated': 1e6, 'max_memory_allocated': 9e6, 'reset_peak_memory_stats': None,
                        'synchronize': None, 'get_device_name': 'H1'}.items():
        monkeypatch.setattr(torch.cuda, name, lambda device, value=value: value)
    cost = measure(gpu=torch.device('cpu'))
    assert (cost.gpu, cost.gpu_training_memory, cost.gpu_test_memory) == ('H1', 8.0, 8.0)
    assert cost.gpu_clips_per_second > 0 and passes[-(1 + REPEATS):] == [GPU_CLIPS] * (1 + REPEATS)


@pytest.mark.skipif(not torch.cuda.is_available(), reason='needs a GPU')
def test_the_gpu_is_measured_where_there_is_one():
    cost = measure(gpu=torch.device('cuda', 0))
    assert cost.gpu and cost.gpu_clips_per_second > 0
    assert cost.gpu_training_memory > cost.gpu_test_memory > 4 * WEIGHTS / 1e6


def test_a_cost_older_than_the_test_does_not_count(tmp_path):
    cost = Cost(1.5, 2, 3.0, 4.0, 5.0)
    assert read_cost(tmp_path) is None
    (tmp_path / 'metrics.json').write_text('{}')
    assert read_cost(tmp_path) is None
    costs.write_cost(tmp_path, cost)
    assert read_cost(tmp_path) == cost
    os.utime(tmp_path / 'cost.json', ns=(0, 0))
    assert read_cost(tmp_path) is None


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
