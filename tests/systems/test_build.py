"""From configuration to model, and starting from checkpoints."""

import pytest
import torch

from core.config import BACKBONE_NAMES, load_config
from core.systems.build import blueprint_of, build_model
from core.systems.joint import BACKBONES

SMALL = ['IMAGE_SIZE', '[32,32]', 'CLIP_SIZE', '2', 'NUM_ACTION', '3']


def test_every_allowed_backbone_has_a_builder():
    assert set(BACKBONES) == set(BACKBONE_NAMES)


@pytest.mark.parametrize('mode', ['logits', 'probs', 'moments', 'moments+', 'embed', 'embed+moments', 'hard'])
@pytest.mark.parametrize('skeleton', ['stgcn', 'stgcnpp'])
def test_every_mode_feeds_every_skeleton_network(mode, skeleton):
    model = build_model(load_config(overrides=[*SMALL, 'IMPLICIT.MODE', mode, 'SKELETON.NAME', skeleton]))
    frames = torch.zeros(1, 1, 2, 32, 32, 3, dtype=torch.uint8)
    affine = torch.eye(2, 3).expand(1, 1, 2, 2, 3)
    assert model.eval()(frames, torch.ones(1, 1), affine, torch.tensor([[64., 64.]])).logits.shape == (1, 3)


def test_own_checkpoint_loads_whole_and_reports_it(tmp_path):
    cfg = load_config(overrides=SMALL)
    model, other = build_model(cfg), build_model(cfg)
    torch.save({'model': model.state_dict()}, tmp_path / 'own.pth')
    start = load_config(overrides=[*SMALL, 'PRETRAINED', str(tmp_path / 'own.pth')])
    report = blueprint_of(start).start(other, start, [])
    assert '0 missing, 0 of another shape, 0 unused' in report
    assert all(torch.equal(value, other.state_dict()[name]) for name, value in model.state_dict().items())


def test_half_precision_pose_weights_load_into_the_joint_model(tmp_path):
    cfg = load_config(overrides=SMALL)
    model = build_model(cfg)
    torch.save({'model': {f'pose.{name}': value.half() for name, value in model.pose.state_dict().items()}},
               tmp_path / 'pose.pth')
    other = build_model(cfg)
    start = load_config(overrides=[*SMALL, 'PRETRAINED', str(tmp_path / 'pose.pth')])
    blueprint_of(start).start(other, start, [])
    weight = 'pose.head.mlp_head_x.weight'
    torch.testing.assert_close(other.state_dict()[weight], model.state_dict()[weight], atol=1e-3, rtol=1e-3)
    assert other.state_dict()[weight].dtype == torch.float32
