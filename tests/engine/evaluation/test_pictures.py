"""Pictures of a test."""

import cv2
import numpy as np

from core.config import load_config
from core.data.build import build_data
from core.engine.evaluation.pictures import draw_test
from core.engine.evaluation.predictions import Poses, Predictions


def test_pictures_are_drawn_and_old_ones_removed(tiny_overrides, tmp_path):
    dataset = build_data(load_config(overrides=tiny_overrides)).test.dataset
    clips = [dataset[index] for index in range(len(dataset))]
    keypoints = np.stack([clip.keypoints_crop for clip in clips])
    probabilities = np.tile([0.3, 0.7], (len(clips), 1))
    ones = np.ones(keypoints.shape[:-1])
    predictions = Predictions(np.arange(len(clips)), np.array([clip.label for clip in clips]), probabilities,
                              pose=Poses(keypoints, keypoints, ones, keypoints, ones))
    (tmp_path / 'clip_old.png').write_bytes(b'')
    draw_test(tmp_path, dataset, predictions, ('left', 'right'), num_clips=2)
    names = sorted(file.name for file in tmp_path.glob('*.png'))
    assert names == sorted(['confusion.png', f'clip_{dataset.records[0].name}.png',
                            f'clip_{dataset.records[3].name}.png'])
    assert cv2.imread(str(tmp_path / names[0])).ndim == 3
    for file in tmp_path.glob('*.png'):
        file.unlink()
    draw_test(tmp_path, dataset, predictions._replace(pose=None), ('left', 'right'), num_clips=2)
    draw_test(tmp_path / 'pose', dataset, predictions._replace(probabilities=None), ('left', 'right'), num_clips=1)
    assert [file.name for file in tmp_path.glob('*.png')] == ['confusion.png']
    assert [file.name for file in (tmp_path / 'pose').glob('*.png')] == [f'clip_{dataset.records[0].name}.png']
