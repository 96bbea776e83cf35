"""PYSKL pickles as a source."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.annotations.records import read_annotations
from core.data.annotations.sources.pyskl import read_pyskl

ENTRY = {'frame_dir': 'A', 'label': 0, 'total_frames': 2, 'img_shape': (60, 80),
         'keypoint': np.full((1, 2, 17, 2), 5, np.float16), 'keypoint_score': np.ones((1, 2, 17), np.float16)}


@pytest.mark.parametrize('content', [[ENTRY], {'annos': [ENTRY]}, {'annotations': [ENTRY], 'split': {}}])
def test_all_forms_become_one(write, content):
    read = read_pyskl(write(content))
    assert read.keys() == {'split', 'annotations'} and read['split'] == {}
    assert read_annotations(write(read)).annotations[0].keypoints.shape == (1, 2, 17, 2)


def test_lists_and_class_names_are_kept(write):
    content = {'split': {'train': ['A']}, 'annotations': [ENTRY], 'class_names': ['walk']}
    read = read_pyskl(write(content))
    assert read['split'] == {'train': ['A']} and read['class_names'] == ['walk']
    assert read['annotations'][0]['img_shape'] == (60, 80)


@pytest.mark.parametrize(('content', 'message'), [
    ({'annotations': []}, 'expected a list of records'),
    ({'annotations': [ENTRY], 'split': {'train': [3]}}, "'split' must map names"),
    ({'annotations': [ENTRY], 'class_names': 7}, "'class_names' must be"),
    ([{'frame_dir': 'A', 'raw_file': 'a.pkl'}], "record A .* kind 'kinetics'"),
])
def test_other_content_is_refused(write, content, message):
    with pytest.raises(ValueError, match=f'annotations.pkl: .*{message}'):
        read_pyskl(write(content))
