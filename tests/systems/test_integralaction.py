import pytest
import torch

from core.config import load_config
from core.config.keys import default_config
from core.systems.integralaction import SceneIntegralAction


@pytest.mark.parametrize(('layout', 'joints', 'channels'), [('coco17', 17, 49), ('openpose18', 18, 52)])
def test_every_key_reaches_the_model(layout, joints, channels):
    cfg = default_config()
    cfg.TRAIN.MODE, cfg.DATASET.LAYOUT, cfg.DATASET.CLIP_SIZE, cfg.DATASET.NUM_ACTION = 'rgb+pose', layout, 3, 7
    cfg.MODEL.IMAGE_SIZE = [64, 32]
    options = cfg.MODEL.INTEGRAL
    options.RGB_DEPTH, options.FRAME_FACTOR, options.SIGMA, options.SCORE_THR, options.DROPOUT = 34, 2, 0.7, 0.3, 0.25
    model = SceneIntegralAction().build(cfg).eval()
    assert len(model.img_backbone.layer1) == 3 and len(model.pose_backbone.layer1) == 2
    assert model.pose2feat.conv[0].in_channels == channels
    assert (model.render.sigma, model.render.score_thr, model.classifier.dropout.p) == (0.7, 0.3, 0.25)
    output = model(torch.zeros(1, 3, 32, 64, 3, dtype=torch.uint8), torch.zeros(1, 2, 5, joints, 3))
    assert output.logits.shape == (1, 7) and output.gate.shape == (1, 3, 512)
    assert model.render(torch.zeros(1, 2, 5, joints, 3)).shape == (5, channels, 8, 16)


def test_without_gate():
    cfg = default_config()
    cfg.TRAIN.MODE, cfg.MODEL.INTEGRAL.GATE = 'rgb+pose', False
    assert SceneIntegralAction().build(cfg).aggregator.pose_gate_fc is None


SYSTEM = SceneIntegralAction()


def test_the_gate_comes_after_both_streams():
    integral = ['MODEL.NAME', 'integralaction', 'LR', '0.005']
    cfg = load_config(overrides=[*integral, 'RESNET', 'resnet18.pth'])
    assert [stage.TRAIN.MODE for stage in SYSTEM.earlier_stages(cfg)] == ['rgb_only', 'pose_only']
    assert {stage.PRETRAINED for stage in SYSTEM.earlier_stages(cfg)} == {'resnet18.pth'}
    assert SYSTEM.learning_rate(cfg) == pytest.approx(0.0005)
    assert SYSTEM.learning_rate(SYSTEM.earlier_stages(cfg)[0]) == 0.005
    assert not SYSTEM.earlier_stages(load_config(overrides=[*integral, 'PRETRAINED', 'merged.pth']))
