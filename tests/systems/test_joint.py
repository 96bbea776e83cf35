"""The joint model of a configuration with PoseC3D behind it; its other parts are tested in ``test_build``."""

from __future__ import annotations

import pytest
import torch

from core.config import load_config
from core.models.posec3d.heatmap_recognizer import PoseC3D
from core.systems.joint import Joint

KEYS = ['BACKBONE', 'naive-lite-hrnet-18', 'IMAGE_SIZE', '32,64', 'NUM_ACTION', '4', 'SKELETON.NAME', 'posec3d',
        'IMPLICIT.MODE', 'probs', 'GEOM', 'none', 'HEATMAP_SIZE', '16,16', 'POSEC3D.BASE_CHANNELS', '4']


def test_the_action_loss_reaches_the_pose_network_through_posec3d():
    model = Joint().build(load_config(overrides=KEYS))
    assert isinstance(model.skeleton, PoseC3D)
    frames = torch.randint(0, 256, (2, 1, 4, 64, 32, 3), dtype=torch.uint8)
    maps = torch.eye(2, 3).expand(2, 1, 4, 2, 3)
    output = model(frames, torch.ones(2, 1), maps, torch.full((2, 2), 64.))
    torch.nn.functional.cross_entropy(output.logits, torch.tensor([0, 3])).backward()
    assert model.pose.backbone.stem.conv1.conv.weight.grad.abs().sum() > 0


@pytest.mark.parametrize('other', [['IMPLICIT.MODE', 'moments'], ['GEOM', 'append'], ['MODE', 'two_stage'],
                                   ['MULTI_FUSE', 'true'], ['MODEL.NAME', 'skeleton']])
def test_what_posec3d_cannot_read_is_refused(other):
    with pytest.raises(ValueError, match='SKELETON.NAME posec3d reads the distributions'):
        load_config(overrides=[*KEYS, *other])


@pytest.mark.parametrize(('epochs', 'share', 'pose', 'action'), [(10, 0.5, 5, 5), (9, 0.3, 3, 6), (4, 0, 0, 4),
                                                                 (4, 1, 4, 0)])
def test_stages_share_the_epochs(epochs, share, pose, action):
    cfg = load_config(overrides=['TRAIN.MODE', 'two_stage', 'END_EPOCH', str(epochs), 'POSE_SHARE', str(share)])
    first, = Joint().earlier_stages(cfg)
    assert (first.TRAIN.MODE, Joint().num_epochs(first), Joint().num_epochs(cfg)) == ('pose', pose, action)
    assert first.NAME != cfg.NAME and cfg.TRAIN.MODE == 'two_stage'


def test_other_modes_are_one_stage():
    cfg = load_config(overrides=['END_EPOCH', '7', 'PRETRAINED', 'x.pth'])
    assert (Joint().num_epochs(cfg), Joint().earlier_stages(cfg), Joint().learning_rate(cfg)) == (7, [], cfg.TRAIN.LR)
