import pickle

import pytest
import torch
from torch import nn

from core.models.pose.coding import SimCCCoding
from core.models.pose.lite_hrnet import LiteHRNet, LiteHRNetSpec
from core.models.pose.lite_module import StageSpec
from core.models.pose.pose_net import PoseNet
from core.models.pose.simcc_head import SimCCHead
from core.models.published_weights import load_pretrained, load_state, read_state, rename_key, to_joint_layout

TINY = LiteHRNetSpec((StageSpec(1, (16, 32), 1),), 16, 16)


def build():
    return nn.ModuleDict({'pose': PoseNet(LiteHRNet(TINY), SimCCHead(16, 17, SimCCCoding((32, 32))))}).eval()


def published_state(model, prefix):
    """State dict of an end2end, mmpose or bare model with this model's pose weights."""
    state = {key.removeprefix('pose.'): value for key, value in model.state_dict().items()}
    return {prefix + key.removeprefix('backbone.').removeprefix('head.'): value for key, value in state.items()}


@pytest.mark.parametrize(('official', 'ours'), [
    ('backbone.stem.conv1.conv.weight', 'pose.backbone.stem.conv1.conv.weight'),
    ('module.backbone.stage2.1.layers.0.depthwise_convs.3.bn.bias',
     'pose.backbone.stage2.1.layers.0.depthwise_convs.3.bn.bias'),
    ('backbone.head_layer.projects.0.pointwise_conv.conv.weight',
     'pose.backbone.head_layer.projects.0.pointwise_conv.conv.weight'),
    ('keypoint_head.final_layer.bias', 'pose.head.final_layer.bias'),
    ('head.final_layer.bias', 'pose.head.final_layer.bias'),
    ('final_layer.weight', 'pose.head.final_layer.weight'),
    ('bn1.running_mean', 'pose.backbone.bn1.running_mean'),
    ('stage4.2.fuse_layers.0.1.0.weight', 'pose.backbone.stage4.2.fuse_layers.0.1.0.weight'),
    ('backbone.data_bn.weight', 'skeleton.backbone.data_bn.weight'),
    ('backbone.gcn.3.tcn.branches.0.3.conv.weight', 'skeleton.backbone.gcn.3.tcn.branches.0.3.conv.weight'),
    ('cls_head.fc_cls.weight', 'skeleton.head.fc_cls.weight'),
    ('cls_head.fc.bias', 'skeleton.head.fc_cls.bias'),
    ('module.hrnet.transition0.0.1.weight', 'pose.backbone.transition0.0.1.weight'),
    ('module.hrnet.mlp_head_x.weight', 'pose.head.mlp_head_x.weight'),
    ('stgcn.st_gcn_networks.4.gcn.conv.weight', 'skeleton.backbone.gcn.4.gcn.conv.weight'),
    ('stgcn.st_gcn_networks.4.tcn.0.running_var', 'skeleton.backbone.gcn.4.gcn.bn.running_var'),
    ('stgcn.st_gcn_networks.4.tcn.2.bias', 'skeleton.backbone.gcn.4.tcn.conv.bias'),
    ('stgcn.st_gcn_networks.4.tcn.3.bias', 'skeleton.backbone.gcn.4.tcn.bn.bias'),
    ('stgcn.st_gcn_networks.4.residual.0.bias', 'skeleton.backbone.gcn.4.residual.conv.bias'),
    ('stgcn.st_gcn_networks.4.residual.1.bias', 'skeleton.backbone.gcn.4.residual.bn.bias'),
    ('stgcn.data_bn.weight', 'skeleton.backbone.data_bn.weight'),
    ('stgcn.fcn.bias', 'skeleton.head.fc_cls.bias'),
    ('hrnet.multi_fuse_layer.conv11.bn.bias', 'visual.multi_fuse_layer.conv11.bn.bias'),
    ('v_block.conv.0.bias', 'visual.v_block.conv.0.bias'),
    ('fcn.weight', 'visual.fcn.weight'),
    ('learnable_weights', 'fusion.weight'),
    ('_orig_mod.module.pose.head.mlp_head_y.bias', 'pose.head.mlp_head_y.bias'),
    ('skeleton.backbone.gcn.0.gcn.A', 'skeleton.backbone.gcn.0.gcn.A'),
    ('optimizer.lr', 'optimizer.lr'),
])
def test_names_of_all_layouts(official, ours):
    assert rename_key(official) == ours


def test_published_graph_is_given_to_every_block_and_its_classifier_made_linear():
    graph, importance = torch.rand(3, 17, 17), [torch.rand(3, 17, 17) for _ in range(2)]
    state = {'module.stgcn.A': graph, 'module.stgcn.fcn.weight': torch.rand(60, 256, 1, 1)}
    for block in range(2):
        state[f'module.stgcn.edge_importance{block + 1}'] = importance[block]
        state[f'module.stgcn.st_gcn_networks.{block}.tcn.0.weight'] = torch.rand(8)
    renamed = to_joint_layout(state)
    for block in range(2):
        assert torch.equal(renamed.pop(f'skeleton.backbone.gcn.{block}.gcn.A'), graph)
        assert torch.equal(renamed.pop(f'skeleton.backbone.gcn.{block}.gcn.PA'), importance[block])
    assert renamed['skeleton.head.fc_cls.weight'].shape == (60, 256)
    assert set(renamed) == {'skeleton.head.fc_cls.weight', 'skeleton.backbone.gcn.0.gcn.bn.weight',
                            'skeleton.backbone.gcn.1.gcn.bn.weight'}


@pytest.mark.parametrize('prefix', ['', 'backbone.', 'module.', 'module.backbone.', 'hrnet.', 'module.hrnet.'])
def test_round_trip_through_a_published_layout(tmp_path, prefix):
    saved, fresh = build(), build()
    state = published_state(saved, prefix)
    for key in [key for key in state if 'final_layer' in key or 'mlp_head' in key]:
        state[key.replace('backbone.', '')] = state.pop(key)
    torch.save({'meta': {'epoch': 3}, 'state_dict': state, 'optimizer': {'lr': 0.1}}, tmp_path / 'a.pth')
    report = load_pretrained(fresh, tmp_path / 'a.pth')
    assert not report.missing and not report.mismatched and not report.unused
    x = torch.randn(1, 3, 32, 32)
    assert torch.equal(saved['pose'](x).simcc.x, fresh['pose'](x).simcc.x)


def test_our_own_half_precision_checkpoint_is_cast(tmp_path):
    saved, fresh = build(), build()
    state = {key: value.half() if value.is_floating_point() else value for key, value in saved.state_dict().items()}
    torch.save({'model': state}, tmp_path / 'a.pth')
    load_pretrained(fresh, tmp_path / 'a.pth')
    weight = fresh['pose'].head.mlp_head_x.weight
    assert weight.dtype == torch.float32
    assert torch.allclose(weight, saved['pose'].head.mlp_head_x.weight, atol=1e-3)


def test_report_names_what_did_not_fit():
    model = nn.Linear(3, 2)
    report = load_state(model, {'weight': torch.ones(2, 3), 'bias': torch.ones(5), 'scale': torch.ones(1)})
    assert (report.loaded, report.missing, report.mismatched, report.unused) == (('weight',), (), ('bias',), ('scale',))
    assert torch.equal(model.weight, torch.ones(2, 3))
    assert report.summary() == '1 tensors loaded, 0 missing, 1 of another shape (bias), 1 unused (scale)'
    many = load_state(nn.Linear(3, 2), {'weight': torch.ones(2, 3), **{f'x{i}': torch.ones(1) for i in range(5)}})
    assert many.summary().endswith('1 missing (bias), 0 of another shape, 5 unused (x0, x1, x2, …)')


def test_nothing_loaded_is_an_error(tmp_path):
    torch.save({'elsewhere.weight': torch.ones(3)}, tmp_path / 'a.pth')
    with pytest.raises(ValueError, match=r"a\.pth'.*none of the 1 tensors.*'elsewhere\.weight'.*'pose\."):
        load_pretrained(build(), tmp_path / 'a.pth')


class Harmful:
    def __reduce__(self):
        return print, ('code ran',)


def write_pickled_code(path):
    torch.save({'state_dict': {'weight': torch.ones(1)}, 'meta': Harmful()}, path)


def write_truncated(path):
    torch.save({'weight': torch.ones(1000)}, path)
    path.write_bytes(path.read_bytes()[:2000])


@pytest.mark.parametrize(('write', 'message'), [
    (lambda path: None, 'does not exist'),
    (lambda path: path.write_text('hello'), 'no checkpoint'),
    (lambda path: path.write_bytes(b''), 'cannot be read'),
    (lambda path: path.write_bytes(pickle.dumps([1, 2], protocol=2)), 'no checkpoint'),
    (write_truncated, 'cannot be read'),
    (write_pickled_code, 'more than tensors'),
    (lambda path: torch.save([torch.ones(1)], path), 'no state dict'),
    (lambda path: torch.save({'model': 'lite-hrnet'}, path), 'no state dict'),
    (lambda path: path.mkdir(), 'cannot be read'),
])
def test_bad_files_give_one_sentence(tmp_path, capsys, write, message):
    write(tmp_path / 'a.pth')
    with pytest.raises(ValueError, match=message) as error:
        read_state(tmp_path / 'a.pth')
    assert str(tmp_path / 'a.pth') in str(error.value) and '\n' not in str(error.value)
    assert 'code ran' not in capsys.readouterr().out


def test_a_resnet_of_torchvision_starts_both_streams_of_integralaction():
    state = {key: torch.zeros(1) for key in ('conv1.weight', 'layer4.0.conv1.weight', 'fc.weight')}
    assert set(to_joint_layout(state)) == {f'{stream}.{key}' for stream in ('img_backbone', 'pose_backbone')
                                           for key in state}
