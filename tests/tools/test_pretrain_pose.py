"""The pretraining command writes weights that a joint model loads."""

import torch

from core.config import load_config
from core.models.published_weights import load_pretrained
from core.systems.build import build_model
from tools import pretrain_pose


def test_weights_load_into_the_joint_model(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(pretrain_pose, 'NUM_CHECKED', 8)
    out = tmp_path / 'new' / 'pose.pth'
    pretrain_pose.main(['--out', str(out), '--images', '8', '--batch', '4', '--image-size', '32', '32',
                        '--workers', '0'])
    assert '% of the joints of 8 further pictures' in capsys.readouterr().out
    assert [file.name for file in out.parent.iterdir()] == ['pose.pth']
    state = torch.load(out, weights_only=True)['model']
    assert {value.dtype for value in state.values()} == {torch.float16, torch.int64}
    model = build_model(load_config(overrides=['IMAGE_SIZE', '[32,32]']))
    report = load_pretrained(model, out).summary()
    pose = sum(name.startswith('pose.') for name in model.state_dict())
    assert report.startswith(f'{pose} tensors loaded') and '0 unused' in report
