from functools import partial

import numpy as np
import pytest
import torch

from core.data.annotations.skeletons import SkeletonRecord
from core.data.clips.keypoint_clips import SkeletonDataset
from core.data.clips.loader import build_loader, set_epoch
from core.data.clips.recipes import CTRGCN, PreNormalize
from core.layouts import get_layout

RECIPE = CTRGCN(get_layout('nucla20'))


def record(persons=1, frames=30, label=4):
    joints = np.random.default_rng(persons).normal(size=(persons, frames, 20, 3)).astype(np.float32)
    return SkeletonRecord('a01_s01_e00_v01', label, joints)


def make(*records, preprocess=RECIPE, **settings):
    return SkeletonDataset(records, preprocess, **({'clip_size': 8, 'training': False} | settings))


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_clip_has_the_documented_shapes_and_types():
    data = make(record(), num_persons=2)
    shapes = {name: (value.shape, value.dtype.name) for name, value in data[0]._asdict().items()}
    assert shapes == {'features': ((2, 8, 20, 3), 'float32'), 'person_mask': ((2,), 'float32'),
                      'label': ((), 'int64'), 'index': ((), 'int64')}
    assert (data[0].label, data[0].index, data.records[0].name) == (4, 0, 'a01_s01_e00_v01')
    assert data[0].person_mask.tolist() == [1, 0] and not data[0].features[1].any()


def test_persons_who_are_there_come_first_in_file_order():
    crowd = record(persons=3)
    crowd.keypoints[0] = 0
    clip, pair = make(crowd, num_persons=2)[0], SkeletonRecord('B', 4, crowd.keypoints[1:])
    assert clip.person_mask.tolist() == [1, 1] and same(clip, make(pair, num_persons=2)[0])
    assert crowd.keypoints.shape[0] == 3


@pytest.mark.parametrize('persons', [0, 2])
def test_a_sequence_without_anybody_is_a_clip_of_zeros(persons):
    clip = make(SkeletonRecord('A', 0, np.zeros((persons, 5, 20, 3), np.float32)), num_persons=2)[0]
    assert clip.person_mask.tolist() == [1, 0] and not clip.features.any()


def test_a_clip_depends_on_seed_epoch_and_index_only():
    one, other = (make(record(), record(), training=True) for _ in range(2))
    other[1]
    assert same(one[0], other[0])
    assert not np.array_equal(one[0].features, one[1].features)
    assert not same(one[0], make(record(), training=True, seed=1)[0])
    other.set_epoch(1)
    assert not same(one[0], other[0])
    test = make(record())
    before = test[0]
    test.set_epoch(1)
    assert same(before, test[0])


def test_loaders_batch_clips_and_follow_the_epoch_in_workers():
    data = [make(*[record()] * 5, training=True) for _ in range(2)]
    loaders = [build_loader(data[0], 2, workers=1), build_loader(data[1], 2)]
    for epoch in (0, 1):
        for loader in loaders:
            set_epoch(loader, epoch)
        for one, other in zip(*loaders, strict=True):
            assert one.features.shape == (2, 1, 8, 20, 3) and one.label.tolist() == [4, 4]
            assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


def shifted(num_frames, length, rng=None, clip=0, num_clips=1):
    return (np.arange(length) + 3 * clip) % num_frames


@pytest.mark.parametrize('stream', ['j', 'jm'])
def test_several_test_clips_lie_one_after_the_other(stream):
    """Each is the clip that its frames alone make; motion does not run over from one into the next."""
    whole = make(record(), preprocess=CTRGCN(get_layout('nucla20'), stream, test_sampler=shifted), num_clips=3)[0]
    assert whole.features.shape == (1, 24, 20, 3)
    for clip in range(3):
        alone = CTRGCN(get_layout('nucla20'), stream, test_sampler=partial(shifted, clip=clip))
        assert np.array_equal(whole.features[:, 8 * clip:8 * clip + 8], make(record(), preprocess=alone)[0].features)
    assert not np.array_equal(whole.features[:, :8], whole.features[:, 8:16])


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match='must be at least 1'):
        make(record(), clip_size=0)
    with pytest.raises(ValueError, match="has 20 joints, but layout 'ntu25' has 25"):
        make(record(), preprocess=CTRGCN(get_layout('ntu25')))
    with pytest.raises(ValueError, match='has 3D poses, but the preprocessing reads 2D ones; choose another of ctrgcn'):
        make(record(), preprocess=PreNormalize(get_layout('nucla20')))
