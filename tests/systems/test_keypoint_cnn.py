import pytest
import torch

from core.config import load_config
from core.systems.keypoint_cnn import KeypointCNN

KEYS = ['MODEL.NAME', 'keypoint_cnn', 'TRAIN.MODE', 'action', 'NUM_ACTION', '5', 'KEYPOINT_CNN.BASE_CHANNELS', '8']


@pytest.mark.parametrize(('source', 'recipe', 'first'), [
    ('volume', 'prenormalize', (8, 2, 3, 3, 3)),
    ('image', 'pose_compact', (8, 1, 3, 3, 3)),
])
def test_both_inputs_answer_with_action_logits(source, recipe, first):
    model = KeypointCNN().build(load_config(None, [*KEYS, 'KEYPOINT_CNN.INPUT', source, 'PREPROCESS', recipe,
                                                   'NUM_PERSONS', '2']))
    assert model.skeleton.backbone.stem.conv.weight.shape == first
    assert model.skeleton.head.fc_cls.weight.shape == (5, 64)
    assert model(torch.rand(2, 2, 8, 17, 3), torch.ones(2, 2)).logits.shape == (2, 5)


def test_a_recipe_that_does_not_make_the_input_is_refused():
    with pytest.raises(ValueError, match='INPUT is image but DATASET.PREPROCESS is prenormalize; set'):
        KeypointCNN().build(load_config(None, [*KEYS, 'KEYPOINT_CNN.INPUT', 'image', 'PREPROCESS', 'prenormalize']))
