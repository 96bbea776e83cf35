"""PoseC3D as a skeleton network: shapes, absent persons, learning."""

import pytest
import torch

from core.models.posec3d.heatmap_recognizer import I3DHead, build_posec3d
from core.models.posec3d.volume import LIMB_ORDERS, KeypointVolume

SIDE = 16


def tiny(limbs=(), dropout=0.5):
    torch.manual_seed(0)
    return build_posec3d(KeypointVolume(17, limbs, train_size=SIDE, test_size=SIDE), 3, 4, (1, 1, 1), dropout)


def clips(batch=4, persons=2):
    generator = torch.Generator().manual_seed(0)
    x = (torch.rand(batch, persons, 6, 17, 3, generator=generator) - 0.5) * SIDE
    x[..., 2] = 1
    return x


def test_maps_and_logits():
    model = tiny()
    feature, = model.features(clips())
    assert feature.shape == (4, 2, 64, 3, 4) and model.backbone.widths == (64,)
    assert model.eval()(clips(), torch.ones(4, 2)).shape == (4, 3)


def test_forward_is_head_of_features_whatever_the_mask():
    model = tiny().eval()
    with torch.no_grad():
        expected = model.head(model.features(clips()))
        torch.testing.assert_close(model(clips(), torch.ones(4, 2)), expected)
        torch.testing.assert_close(model.head(model.features(clips()), torch.tensor([[1.0, 0]] * 4)), expected)


def test_absent_persons_are_not_drawn():
    model, x, mask = tiny().eval(), clips(), torch.tensor([[1.0, 0.0]] * 4)
    with torch.no_grad():
        alone = model(x[:, :1])
        assert not torch.allclose(model(x), alone)
        torch.testing.assert_close(model(x, mask), alone)
        x[:, 1] = torch.nan
        torch.testing.assert_close(model(x, mask), alone)


def test_head_reads_all_maps():
    head = I3DHead(8, 2, dropout=0.0)
    first, second = torch.randn(2, 1, 5, 4, 6), torch.randn(2, 1, 3, 2, 6)
    pooled = torch.cat([first.mean(dim=(1, 3, 4)), second.mean(dim=(1, 3, 4))], dim=-1)
    torch.testing.assert_close(head((first, second)), head.fc_cls(pooled))
    assert head.fc_cls.weight.std() < 0.02 and not head.fc_cls.bias.any()


def test_dropout_is_the_heads():
    assert tiny(dropout=0.3).head.dropout.p == 0.3


@pytest.mark.parametrize('limbs', [(), LIMB_ORDERS['pyskl']])
def test_four_clips_are_learned(limbs):
    model, x, label = tiny(limbs, dropout=0.0), clips(), torch.tensor([0, 1, 2, 0])
    optimizer = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9)
    for _ in range(25):
        logits = model(x)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(logits, label).backward()
        optimizer.step()
    assert torch.equal(logits.argmax(dim=-1), label)
    assert all(parameter.grad is not None for parameter in model.parameters())


def test_half_precision_answers_alike():
    model = tiny().eval()
    with torch.no_grad():
        exact = model.features(clips())[0]
        with torch.autocast('cpu', torch.bfloat16):
            rough = model.features(clips())[0]
    assert (exact - rough).abs().max() < 0.05 * exact.abs().max()
