import pytest
import torch

from core.models.integral.merge import merge_streams

NAMES = ('img_backbone.conv1.weight', 'pose_backbone.conv1.weight', 'pose_backbone.layer1.0.bn1.bias',
         'pose2feat.conv.0.weight', 'aggregator.img_conv.0.weight', 'classifier.fc.0.weight')


def released(value):
    """State of a released snapshot: all parts in every mode, wrapped."""
    return {f'module.{name}': torch.tensor([value]) for name in NAMES}


def test_exactly_three_parts_are_kept_each_from_its_own_checkpoint():
    merged = merge_streams(released(1.0), released(2.0))
    assert {key: value.item() for key, value in merged.state.items()} == dict(zip(NAMES[:4], (1, 2, 2, 2), strict=True))
    assert merged.dropped == ('aggregator.img_conv.0.weight', 'classifier.fc.0.weight')
    assert merged.report().splitlines() == [
        'img_backbone: 1 tensors kept', 'pose2feat: 1 tensors kept', 'pose_backbone: 2 tensors kept',
        'dropped: 2 tensors (aggregator, classifier)']


def test_ours_have_no_wrapper_and_their_own_parts_only():
    rgb = {'img_backbone.conv1.weight': torch.ones(1), 'classifier.fc.0.bias': torch.ones(1)}
    pose = {'pose2feat.conv.0.weight': torch.ones(1), 'pose_backbone.layer1.0.conv1.weight': torch.ones(1)}
    assert set(merge_streams(rgb, pose).state) == (rgb.keys() | pose.keys()) - {'classifier.fc.0.bias'}
    with pytest.raises(ValueError, match=r'the rgb_only checkpoint has no img_backbone\.\*, only pose2feat, pose_back'):
        merge_streams(pose, rgb)
    del pose['pose2feat.conv.0.weight']
    with pytest.raises(ValueError, match=r'the pose_only checkpoint has no pose2feat\.\*, only pose_backbone'):
        merge_streams(rgb, pose)
