"""MS-STGCN++: size, exact reduction to ST-GCN++, gradients everywhere, shapes."""

import copy

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from core.layouts import get_layout
from core.models.published_weights import load_state, to_joint_layout
from core.models.skeleton.ms_stgcn import MultiScaleSTGCN, ms_stgcnpp
from core.models.skeleton.recognizer import SkeletonRecognizer, build_recognizer
from core.models.skeleton.stgcn import stgcnpp

COCO = get_layout('coco17')
LAYOUTS = ('coco17', 'nucla20', 'ntu25', 'wholebody65')


def count(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def plain_and_multi_scale(**options) -> tuple[SkeletonRecognizer, SkeletonRecognizer]:
    """ST-GCN++ with random running statistics, and MS-STGCN++ that took its weights over."""
    torch.manual_seed(0)
    plain = build_recognizer('stgcnpp', COCO, 3, 7)
    for name, value in plain.state_dict().items():
        if 'running' in name:
            value.uniform_(0.5, 1.5)
    multi = build_recognizer('ms_stgcnpp', COCO, 3, 7, **options)
    keys = multi.load_state_dict(plain.state_dict(), strict=False)
    assert not keys.unexpected_keys
    assert all(key.startswith(('backbone.ms.', 'head.fc_coarse.')) for key in keys.missing_keys)
    return plain, multi


def test_parameter_counts_are_those_of_the_design():
    embed = 32_832
    assert count(build_recognizer('ms_stgcnpp', COCO, 64, 60)) == 2_050_220 - embed
    assert count(build_recognizer('ms_stgcnpp', COCO, 64, 60, branches=2)) == 1_885_404 - embed
    assert count(build_recognizer('ms_stgcnpp', COCO, 3, 60, branches=1)) == 1_393_016
    fixed = build_recognizer('ms_stgcnpp', COCO, 64, 60, learn_pool=False)
    pools = sum(buffer.numel() for name, buffer in fixed.named_buffers() if 'pool' in name)
    assert count(fixed) + pools == 2_050_220 - embed


def test_with_one_branch_it_is_stgcnpp_key_by_key_and_bit_by_bit():
    plain, off = stgcnpp(COCO).eval(), ms_stgcnpp(COCO, branches=1).eval()
    off.load_state_dict(plain.state_dict(), strict=True)
    x = torch.randn(2, 2, 9, 17, 3)
    with torch.no_grad():
        (wanted,), (got,) = plain(x), off(x)
    assert torch.equal(wanted, got)


@pytest.mark.parametrize('training', [True, False])
@pytest.mark.parametrize('frames', [16, 25])
def test_at_first_it_answers_exactly_as_stgcnpp(frames, training):
    plain, multi = plain_and_multi_scale()
    x, mask = torch.randn(3, 2, frames, 17, 3), torch.tensor([[1.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    with torch.no_grad():
        assert torch.equal(plain.train(training)(x, mask), multi.train(training)(x, mask))


def test_without_zero_init_the_scales_speak_at_once():
    plain, multi = plain_and_multi_scale(zero_init=False)
    x = torch.randn(2, 1, 16, 17, 3)
    with torch.no_grad():
        assert (plain.eval()(x) - multi.eval()(x)).abs().max() > 1e-6


def test_every_weight_learns_after_two_steps():
    _, model = plain_and_multi_scale()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    x, labels = torch.randn(6, 1, 16, 17, 3), torch.arange(6)
    before = copy.deepcopy(model.state_dict())
    for _ in range(3):
        optimizer.zero_grad()
        F.cross_entropy(model(x), labels).backward()
        optimizer.step()
    weights = {name: parameter for name, parameter in model.named_parameters() if not name.endswith('bias')}
    assert [name for name, weight in weights.items() if weight.grad.abs().max() < 1e-7] == []
    assert [name for name, weight in weights.items() if torch.equal(weight, before[name])] == []


@pytest.fixture(scope='module', params=LAYOUTS)
def network(request):
    return ms_stgcnpp(get_layout(request.param)).eval(), get_layout(request.param)


@pytest.mark.parametrize('persons', [1, 2])
@pytest.mark.parametrize('frames', [16, 25, 32, 64, 100])
def test_shapes(network, frames, persons):
    model, layout = network
    with torch.no_grad():
        maps = model(torch.randn(1, persons, frames, layout.num_joints, 3))
    nodes = (layout.num_joints, len(layout.parts), 3)
    lengths = [-(-frames // rate) for rate in (4, 8, 16)]                                # rounded up
    assert [x.shape for x in maps] == [(1, persons, *size) for size in zip(model.widths, lengths, nodes, strict=True)]
    assert model.widths == (256, 128, 64) and model.out_channels == 256
    assert all(x.isfinite().all() for x in maps)


def test_scales_exchange_after_the_chosen_blocks_only():
    assert set(ms_stgcnpp(COCO).ms.exchange) == {'4', '7', '10'}
    model = ms_stgcnpp(COCO, exchange_after=[6])
    assert [path.bn.num_features for path in model.ms.exchange['6'].paths.values()] == [128, 128, 64, 64, 32, 32]
    silent = ms_stgcnpp(COCO, exchange_after=(), branches=2)
    assert len(silent(torch.randn(1, 1, 8, 17, 3))) == 2


def test_published_names_load_into_the_trunk_and_the_head():
    plain, multi = plain_and_multi_scale()
    published = {key.replace('head.', 'cls_head.'): value for key, value in plain.state_dict().items()}
    report = load_state(nn.ModuleDict({'skeleton': multi}), to_joint_layout(published))
    assert len(report.loaded) == len(published) and not report.unused and not report.mismatched
    assert all('.ms.' in key or 'fc_coarse' in key for key in report.missing)


@pytest.mark.parametrize(('options', 'message'), [
    ({'branches': 4}, 'branches'), ({'width_ratio': (1, 0.5)}, 'width_ratio'), ({'width_ratio': (0.5,) * 3}, 'first'),
    ({'width_ratio': (1, 0.5, 0)}, 'width_ratio'), ({'exchange_after': (1,)}, 'exchange_after'),
    ({'exchange_after': (11,)}, 'blocks from 2 to 10')])
def test_impossible_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        ms_stgcnpp(COCO, **options)


def test_layout_without_parts_is_refused_unless_they_are_not_used():
    layout = get_layout('openpose18')
    with pytest.raises(ValueError, match='openpose18'):
        ms_stgcnpp(layout)
    assert not isinstance(ms_stgcnpp(layout, branches=1), MultiScaleSTGCN)
