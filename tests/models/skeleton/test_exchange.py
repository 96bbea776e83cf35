"""Exchange between scales against its formula."""

import pytest
import torch
from torch.nn import functional as F

from core.layouts import get_layout
from core.models.skeleton.exchange import Coarsen, ExchangeUnit, Refine
from core.models.skeleton.hierarchy import build_hierarchy

HIERARCHY = build_hierarchy(get_layout('coco17'))
WIDTHS, NODES = (8, 4, 2), (17, 6, 3)


def random_maps(frames):
    """Maps as blocks hand them over: at least 0, each scale half as fast as the one before, rounded up."""
    lengths = (frames, -(-frames // 2), -(-frames // 4))
    return [torch.randn(2, *size).relu() for size in zip(WIDTHS, lengths, NODES, strict=True)]


@pytest.mark.parametrize('frames', [1, 3, 8, 25])
def test_every_scale_keeps_its_shape(frames):
    maps = random_maps(frames)
    assert [y.shape for y in ExchangeUnit(WIDTHS, HIERARCHY)(maps)] == [x.shape for x in maps]


@pytest.mark.parametrize('training', [True, False])
def test_finest_map_passes_unchanged_at_first_and_others_do_not(training):
    maps = random_maps(10)
    exchanged = ExchangeUnit(WIDTHS, HIERARCHY).train(training)(maps)
    assert [torch.equal(y, x) for y, x in zip(exchanged, maps, strict=True)] == [True, False, False]
    exchanged = ExchangeUnit(WIDTHS, HIERARCHY, zero_init=False)(maps)
    assert not torch.equal(exchanged[0], maps[0])


def test_unit_equals_the_formula_on_the_maps_before_the_exchange():
    unit = ExchangeUnit(WIDTHS, HIERARCHY, zero_init=False).eval()
    maps = random_maps(5)                                                                # 5, 3 and 2 frames
    paths = unit.paths
    slow, slower = torch.arange(5) * 3 // 5, torch.arange(5) * 2 // 5                    # nearest earlier frame
    with torch.no_grad():
        wanted = [maps[0] + paths['01'](maps[1])[:, :, slow] + paths['02'](maps[2])[:, :, slower],
                  maps[1] + paths['10'](maps[0]) + paths['12'](maps[2])[:, :, torch.arange(3) * 2 // 3],
                  maps[2] + paths['20'](maps[0]) + paths['21'](maps[1])]
        for y, want in zip(unit(maps), wanted, strict=True):
            torch.testing.assert_close(y, F.relu(want))


def test_refining_projects_and_spreads():
    membership = HIERARCHY.between(0, 1)
    path, x = Refine(4, 8, membership).eval(), torch.randn(1, 4, 3, 6)
    spread = x @ (membership.T / membership.sum(dim=1))
    with torch.no_grad():
        torch.testing.assert_close(path(x), path.bn(path.project(spread)))


def test_coarsening_mixes_neither_parts_nor_frames_out_of_reach():
    path = Coarsen(4, 6, HIERARCHY.between(0, 1), stride=2).eval()
    x = torch.randn(1, 4, 8, 17)
    moved = x.clone()
    moved[:, :, 0, 9] += 1                                                               # left wrist, first frame
    with torch.no_grad():
        changed = (path(x) - path(moved)).abs().amax(dim=(0, 1)) > 1e-6                  # (T / 2, parts)
    assert changed.nonzero().tolist() == [[0, 2]]                                        # left arm


def test_pooling_may_stay_fixed():
    unit = ExchangeUnit(WIDTHS, HIERARCHY, learn_pool=False)
    assert not any('pool' in name for name, _ in unit.named_parameters())
    assert sum('pool' in name for name, _ in unit.named_buffers()) == 6
