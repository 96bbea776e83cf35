import pytest

from exp import train as exp_train
from tools import predict


@pytest.fixture
def checkpoint(tiny_overrides, tmp_path):
    """Untrained joint model of the tiny data."""
    exp_train.main([*tiny_overrides, 'END_EPOCH', '0'])
    return tmp_path / 'tiny' / 'best.pth'


def test_every_video_gets_its_most_probable_classes(checkpoint, tiny_data, capsys):
    capsys.readouterr()
    predict.main(['--checkpoint', str(checkpoint), '--annotations', str(tiny_data / 'tiny.pkl'), '--top', '2'])
    lines = capsys.readouterr().out.splitlines()
    names, probabilities, classes = predict.predict_videos(checkpoint, tiny_data / 'tiny.pkl')
    assert len(lines) == len(names) == 12 and probabilities.sum(1) == pytest.approx(1, abs=1e-5)
    name, found = lines[0].split(': ')
    assert name == names[0]
    assert found.startswith(f'{classes[probabilities[0].argmax()]} {probabilities[0].max():.1%}, ')


def test_a_model_without_frames_or_actions_is_refused(tiny_overrides, tiny_data, tmp_path):
    exp_train.main([*tiny_overrides, 'END_EPOCH', '0', 'TRAIN.MODE', 'pose'])
    with pytest.raises(ValueError, match='TRAIN.MODE pose'):
        predict.predict_videos(tmp_path / 'tiny' / 'best.pth', tiny_data / 'tiny.pkl')
