import pytest
import torch

from core.models.keypoint_cnn import KeypointCNN, KeypointPicture, KeypointSequence, build_keypoint_cnn


def people(batch=2, persons=2, frames=16):
    generator = torch.Generator().manual_seed(0)
    positions = torch.rand(batch, persons, frames, 17, 2, generator=generator) * 20 - 10
    return torch.cat([positions, 0.2 + 0.8 * torch.rand(batch, persons, frames, 17, 1, generator=generator)], -1)


def test_sequence_puts_joints_first_and_measures_from_the_middle():
    features = people()
    volume = KeypointSequence()(features)
    assert volume.shape == (2, 2, 17, 16, 3)
    assert torch.equal(volume[..., 2], features[..., 2].transpose(2, 3))
    positions = volume[..., :2]
    assert positions.mean(dim=(1, 2, 3)).abs().max() < 1e-5
    assert torch.allclose(positions.square().sum(-1).mean(dim=(1, 2, 3)), torch.ones(2), atol=1e-4)


def test_where_and_how_large_people_are_does_not_matter_but_a_mirror_does():
    features = people()
    moved = features * torch.tensor([3.0, 3.0, 1.0]) + torch.tensor([5.0, -7.0, 0.0])
    one, other, mirrored = (KeypointSequence()(x) for x in (features, moved, features * torch.tensor([-1.0, 1, 1])))
    assert torch.allclose(one, other, atol=1e-4)
    assert torch.allclose(mirrored, one * torch.tensor([-1.0, 1, 1]), atol=1e-5)


def test_missing_joints_do_not_count_and_nobody_is_zero():
    features = people()
    features[:, 1] = 0
    features[:, 0, :, 3] = torch.tensor([99.0, 99.0, 0.0])
    volume = KeypointSequence()(features)
    others = [joint for joint in range(17) if joint != 3]
    alone = KeypointSequence(1)(features[:, :1, :, others])
    assert torch.allclose(volume[:, :1, others], alone, atol=1e-5)
    assert not volume[:, 1].any() and not volume[:, 0, 3].any()
    assert not KeypointSequence()(torch.zeros(1, 2, 4, 17, 3)).any()


def test_picture_shows_every_joint_once():
    features = torch.zeros(1, 2, 3, 17, 3)
    features[0, 0, 1, 4] = torch.tensor([2.5, -3.5, 0.8])
    features[0, 1, 1, 5] = torch.tensor([-2.5, 0.5, 0.6])
    picture = KeypointPicture(test_size=16).eval()(features)
    assert picture.shape == (1, 1, 3, 16, 16)
    assert picture[0, 0, 1, 4, 10] == pytest.approx(0.8) and picture[0, 0, 1, 8, 5] == pytest.approx(0.6)
    assert not picture[0, 0, [0, 2]].any() and (picture[0, 0, 1] > 0.5).sum() == 2


@pytest.mark.parametrize(('volume', 'shape'), [
    (KeypointSequence(2), (2, 1, 256, 5, 12)),                    # 17 joints → 5, 16 frames → 4, 3 dimensions
    (KeypointPicture(17, 32, 32), (2, 1, 256, 8, 16)),            # 16 frames → 8, 32 pixels → 4 x 4
])
def test_map_keeps_the_axis_of_dimensions(volume, shape):
    backbone = KeypointCNN(volume.channels, axes=volume.axes)
    maps = backbone(volume(people()))
    assert [feature.shape for feature in maps] == [shape] and backbone.widths == (256,)


def test_network_is_compact_and_learns():
    torch.manual_seed(0)
    network = build_keypoint_cnn(KeypointSequence(2), 60)
    assert 0.2e6 < sum(parameter.numel() for parameter in network.parameters()) < 0.35e6
    network, features = build_keypoint_cnn(KeypointSequence(2), 3, base_channels=8, dropout=0.0), people(6, frames=8)
    labels, optimizer = torch.arange(6) % 3, torch.optim.Adam(network.parameters(), 0.01)
    losses = []
    for _ in range(20):
        losses.append(torch.nn.functional.cross_entropy(network(features, torch.ones(6, 2)), labels))
        optimizer.zero_grad()
        losses[-1].backward()
        optimizer.step()
    assert losses[-1] < 0.2 < losses[0]


@pytest.mark.parametrize('volume', [KeypointSequence(2), KeypointPicture(17, 32, 32)])
def test_absent_persons_do_not_count(volume):
    network = build_keypoint_cnn(volume, 3, base_channels=8).eval()
    features, mask = people(), torch.tensor([[1.0, 0.0], [1.0, 1.0]])
    changed = features.clone()
    changed[0, 1] += 3
    assert torch.equal(network(features, mask), network(changed, mask))
    assert not torch.equal(network(features, torch.ones(2, 2))[0], network(changed, torch.ones(2, 2))[0])


def test_runs_under_autocast():
    with torch.autocast('cpu', torch.bfloat16):
        logits = build_keypoint_cnn(KeypointSequence(2), 3, base_channels=8)(people(), torch.ones(2, 2))
    assert logits.shape == (2, 3) and logits.isfinite().all()
