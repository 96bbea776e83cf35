"""From configuration to PoseC3D."""

import pytest
import torch

from core.config import load_config
from core.models.posec3d.volume import LIMB_ORDERS
from core.systems.posec3d import KeypointPoseC3D

SMALL = ['MODEL.NAME', 'posec3d', 'NUM_ACTION', '3', 'POSEC3D.BASE_CHANNELS', '4', 'STAGE_BLOCKS', '[1,2,1]',
         'HEATMAP_SIZE', '16,24', 'POSEC3D.DROPOUT', '0.2']


def make(*overrides):
    return KeypointPoseC3D().build(load_config(overrides=[*SMALL, *overrides]))


def test_settings_arrive():
    model = make('POSEC3D.SIGMA', '0.8')
    backbone, volume = model.skeleton.backbone, model.skeleton.volume
    assert backbone.conv1.conv.weight.shape == (4, 17, 1, 7, 7)
    assert [len(backbone.get_submodule(f'layer{number}')) for number in (1, 2, 3)] == [1, 2, 1]
    assert (volume.sigma, volume.train_size, volume.test_size, volume.limbs) == (0.8, 16, 24, None)
    assert model.skeleton.head.dropout.p == 0.2


def test_it_answers_in_both_modes():
    model, features = make(), torch.zeros(2, 2, 6, 17, 3)
    for mode in (True, False):
        output = model.train(mode)(features, torch.ones(2, 2))
        assert output.logits.shape == (2, 3) and output.simcc_x is None


@pytest.mark.parametrize('order', LIMB_ORDERS)
def test_limbs_are_drawn_in_the_order_asked_for(order):
    limbs = make('HEATMAP', 'limb', 'POSEC3D.LIMBS', order).skeleton.volume.limbs
    assert [tuple(limb) for limb in limbs.tolist()] == list(LIMB_ORDERS[order])


def test_joints_of_other_layouts_are_drawn_their_limbs_are_not():
    layout = ['DATASET.LAYOUT', 'wholebody65', 'NUM_JOINTS', '65']
    assert make(*layout).skeleton.backbone.conv1.conv.in_channels == 65
    with pytest.raises(ValueError, match='HEATMAP is limb but DATASET.LAYOUT is wholebody65'):
        make(*layout, 'HEATMAP', 'limb')
