import numpy as np
import pytest
import torch

from core.config import load_config
from core.engine.runs.checkpoint import read_checkpoint
from core.people.build import load_own_network
from core.systems.build import build_model


def write(folder, *overrides):
    cfg = load_config(None, overrides, ['TRAIN.MODE', 'pose', 'IMAGE_SIZE', '[64,96]', 'NUM_ACTION', '2'])
    file = folder / 'best.pth'
    torch.save({'model': build_model(cfg).state_dict(), 'config': cfg.dump()}, file)
    return file


def test_a_network_is_loaded_with_the_settings_of_its_run_and_answers(tmp_path):
    file = write(tmp_path, 'TEST.DECODE', 'argmax', 'DATASET.BBOX_SCALE', '1.5')
    find = load_own_network(file)
    assert find.decode == 'argmax' and find.boxes.scale == 1.5 and not find.model.training
    find.least = 0.0
    [person] = find(np.zeros((200, 300, 3), np.uint8))
    assert person.keypoints.shape == (17, 2) and np.isfinite(person.keypoints).all()
    state = torch.load(file, weights_only=True)['model']
    assert all(torch.equal(value, state[name]) for name, value in find.model.state_dict().items())


def test_what_was_read_of_a_file_will_do(tmp_path):
    read = read_checkpoint(write(tmp_path))
    read.file.unlink()
    assert load_own_network(read).model.coding.image_size == (64, 96)


def test_a_checkpoint_without_pose_network_is_refused(tmp_path):
    file = write(tmp_path, 'TRAIN.MODE', 'action')
    with pytest.raises(ValueError, match="best.pth' has no pose network for COCO's 17 joints"):
        load_own_network(file)
