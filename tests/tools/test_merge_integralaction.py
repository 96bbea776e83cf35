import pytest
import torch

from core.models.integral.model import IntegralAction
from core.models.published_weights import load_pretrained
from tools import merge_integralaction
from tools.merge_integralaction import main, write_state


def make(mode):
    return IntegralAction(2, 3, ((0, 1),), (8, 8), mode, num_frames=2)


@pytest.fixture
def files(tmp_path):
    """A checkpoint of ours and a released snapshot."""
    rgb, pose = make('rgb_only'), make('pose_only')
    torch.save({'model': rgb.state_dict(), 'epoch': 3}, tmp_path / 'rgb.pth')
    network = {f'module.{key}': value for key, value in pose.state_dict().items()}
    optimizer = torch.optim.SGD(pose.parameters(), lr=1.0).state_dict()
    torch.save({'epoch': 29, 'network': network, 'optimizer': optimizer}, tmp_path / 'pose.pth.tar')
    names = 'rgb.pth', 'pose.pth.tar', 'new/merged.pth'
    return rgb, pose, [str(tmp_path / names[0]), str(tmp_path / names[1]), '--out', str(tmp_path / names[2])]


def test_both_streams_arrive_in_the_last_stage(files, capsys):
    rgb, pose, arguments = files
    main(arguments)
    kept = len(rgb.img_backbone.state_dict()) + len(pose.pose2feat.state_dict()) + len(pose.pose_backbone.state_dict())
    assert capsys.readouterr().out.splitlines()[-1] == f'{arguments[-1]}: all {kept} tensors are there'
    model = make('rgb+pose')
    report = load_pretrained(model, arguments[-1])
    assert len(report.loaded) == kept and not report.mismatched and not report.unused
    assert {key.split('.')[0] for key in report.missing} == {'aggregator', 'classifier'}
    for source, name in ((rgb, 'img_backbone'), (pose, 'pose2feat'), (pose, 'pose_backbone')):
        for key, value in getattr(source, name).state_dict().items():
            assert torch.equal(getattr(model, name).state_dict()[key], value)


def test_swapped_files_are_noticed_and_nothing_is_written(files, tmp_path):
    *_, (rgb, pose, *out) = files
    with pytest.raises(ValueError, match='rgb_only checkpoint has no img_backbone'):
        main([pose, rgb, *out])
    assert not (tmp_path / 'new').exists()


def test_a_tensor_that_did_not_land_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(merge_integralaction, 'read_state', lambda file: {'a': torch.ones(2)})
    with pytest.raises(OSError, match="m.pth' does not hold b"):
        write_state(tmp_path / 'm.pth', {'a': torch.ones(2), 'b': torch.ones(2)})
