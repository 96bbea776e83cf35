"""Attention of the visual branch."""

import numpy as np
import pytest
import torch
from torch import nn

from core.models.visual.cross_attention import CrossAttentionBranch
from core.report.attention_maps import PANEL_HEIGHT, Attention, attention_panels, watch_attention


class Model(nn.Module):
    """A visual branch and nothing else."""

    def __init__(self, pool):
        super().__init__()
        self.visual = CrossAttentionBranch([4], [8], [5], 3, grid=(3, 2), clip_size=8, token_pool=pool, dim=8)

    def forward(self, taps, maps):
        seen = self.visual.see(taps, torch.zeros(1, 1, 8, 5, 2))
        return self.visual(seen, maps, torch.ones(1, 1))


@pytest.mark.parametrize(('pool', 'cells', 'joints'), [('grid', (2, 3, 2), (2, 0)), ('joint', (2, 0, 0), (2, 5)),
                                                       ('grid+joint', (2, 3, 2), (2, 5))])
def test_shares_are_one_on_average(pool, cells, joints):
    torch.manual_seed(0)
    model = Model(pool).eval()
    inputs = [torch.randn(8, 4, 6, 4)], [torch.randn(1, 1, 8, 2, 5)]
    with torch.no_grad(), watch_attention(model) as record:
        model(*inputs)
    attention = record.mean()
    assert attention.frames.tolist() == [0, 4]
    assert attention.cells.shape == cells and attention.joints.shape == joints
    assert np.concatenate([attention.cells.ravel(), attention.joints.ravel()]).mean() == pytest.approx(1)
    model(*inputs)
    assert len(record.weights) == 2                                                  # the hooks have gone


def test_models_without_such_a_branch_have_no_attention():
    with watch_attention(nn.Linear(2, 2)) as record:
        pass
    assert record.mean() is None


def test_panels_are_yellowest_where_attention_is_highest():
    crops = np.full((8, 32, 32, 3), 100, np.uint8)
    cells = np.zeros((2, 2, 2), np.float32)
    cells[1, 0, 1] = 3
    (first, dark), (second, lit) = attention_panels(crops, np.zeros((8, 5, 2)),
                                                    Attention(np.array([0, 4]), cells, np.zeros((2, 0))))
    assert (first, second) == (0, 4) and lit.shape == (PANEL_HEIGHT, PANEL_HEIGHT, 3)
    assert (dark == 100).all()
    yellow = lit[..., 0].astype(int) - lit[..., 2] > 50
    assert yellow[:90, 90:].all() and yellow.mean() == 0.25


def test_rings_grow_with_attention():
    crops = np.full((4, 60, 60, 3), 100, np.uint8)
    joints = np.tile(np.array([(15.0, 30.0), (45.0, 30.0)]), (4, 1, 1))
    shares = np.array([[0.2, 2.0]])
    ((_, panel),) = attention_panels(crops, joints, Attention(np.array([0]), np.zeros((1, 0, 0)), shares))
    changed = (panel != 100).any(axis=-1)
    assert changed[:, 90:].sum() > 2 * changed[:, :90].sum() > 0
