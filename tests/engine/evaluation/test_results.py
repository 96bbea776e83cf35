"""predictions.json: each clip's best classes and how well its poses are met."""

import json

import numpy as np
import pytest

from core.engine.evaluation.results import clip_answers, read_scores, write_predictions, write_scores
from core.layouts import COCO17, NUCLA20
from core.metrics.score_fusion import ClipScores

NAMES = ['v', 'w', 'x', 'y', 'z']


def test_what_is_written_can_be_read(make_predictions, tmp_path):
    predictions = make_predictions(shift=1.0)
    write_predictions(tmp_path / 'run' / 'predictions.json', predictions, np.array(NAMES), 'abcd', COCO17)
    text = (tmp_path / 'run' / 'predictions.json').read_text()
    content = json.loads(text)
    assert content['class_names'] == ['a', 'b', 'c', 'd'] and text.count('\n') == len(NAMES) + 2
    assert [clip['id'] for clip in content['clips']] == NAMES
    first = content['clips'][0]
    assert first.keys() == {'id', 'label', 'top5', 'oks', 'pck'} and first['label'] == 0
    assert first['top5'] == [[1, 0.925], [0, 0.025], [2, 0.025], [3, 0.025]]
    assert 0.9 < first['oks'] < 1 and first['pck'] == 100
    assert [file.name for file in (tmp_path / 'run').iterdir()] == ['predictions.json']


def test_the_best_five_of_many_classes_come_first(make_predictions):
    scores = np.random.default_rng(0).dirichlet(np.ones(9), 5)
    for row, expected in zip(clip_answers(make_predictions()._replace(probabilities=scores), NAMES, COCO17), scores,
                             strict=True):
        classes, chances = zip(*row['top5'], strict=True)
        assert list(classes) == np.argsort(-expected)[:5].tolist()
        assert chances == pytest.approx(expected[list(classes)], abs=1e-6)


def test_poses_are_measured_where_joints_are_visible(make_predictions):
    predictions = make_predictions(persons=2)
    poses = predictions.pose
    poses.keypoints_image[0, 0] += 1e4  # one of two persons
    poses.visible[1, 1] = 0
    poses.keypoints_image[1, 1] += 1e4  # does not count
    poses.visible[2] = 0
    rows = clip_answers(predictions, NAMES, COCO17)
    assert (rows[0]['oks'], rows[0]['pck']) == pytest.approx((0.5, 50))
    assert (rows[1]['oks'], rows[1]['pck']) == pytest.approx((1, 100))
    assert rows[2].keys() == {'id', 'label', 'top5'}


def test_parts_that_are_missing_are_left_out(make_predictions):
    predictions = make_predictions()
    assert clip_answers(predictions._replace(pose=None), NAMES, COCO17)[0].keys() == {'id', 'label', 'top5'}
    assert clip_answers(predictions._replace(probabilities=None), NAMES, COCO17)[0].keys() == {'id', 'label', 'oks',
                                                                                              'pck'}
    poses = predictions.pose._replace(**{name: np.repeat(values, 2, axis=3)[:, :, :, :20] for name, values in
                                         predictions.pose._asdict().items()})
    without_sigmas = clip_answers(predictions._replace(pose=poses), NAMES, NUCLA20)[0]
    assert without_sigmas.keys() == {'id', 'label', 'top5', 'pck'}


SCORES = ClipScores(np.array(['a', 'bcd']), np.array([1, 0]), np.array([[0.25, 0.75], [0.5, 0.5]], np.float32))


def test_reads_what_it_wrote(tmp_path):
    write_scores(tmp_path / 'new' / 'scores.npz', SCORES)
    read = read_scores(tmp_path / 'new' / 'scores.npz')
    for name in ('names', 'labels', 'scores'):
        np.testing.assert_array_equal(getattr(read, name), getattr(SCORES, name))
    assert read.source == str(tmp_path / 'new' / 'scores.npz')
    assert [file.name for file in (tmp_path / 'new').iterdir()] == ['scores.npz']


def write_one_array(file):
    with file.open('wb') as stream:
        np.save(stream, SCORES.scores)


def test_missing_file(tmp_path):
    with pytest.raises(ValueError, match='none.npz.* does not exist'):
        read_scores(tmp_path / 'none.npz')


@pytest.mark.parametrize('damage', [
    lambda file: file.write_bytes(b''),
    lambda file: file.write_bytes(b'no archive'),
    lambda file: file.write_bytes(file.read_bytes()[:-30]),
    lambda file: np.savez(file, names=SCORES.names),
    lambda file: np.savez(file, **SCORES._replace(names=SCORES.names.astype(object))._asdict()),
    write_one_array,
])
def test_files_that_cannot_be_read(tmp_path, damage):
    file = tmp_path / 'scores.npz'
    write_scores(file, SCORES)
    damage(file)
    with pytest.raises(ValueError, match='scores.npz.* cannot be read'):
        read_scores(file)


@pytest.mark.parametrize('change', [
    {'labels': np.array([1.0, 0.0])}, {'labels': np.array([1])}, {'scores': np.ones(2)}, {'names': np.array([1, 2])},
])
def test_arrays_of_another_kind(tmp_path, change):
    write_scores(tmp_path / 'scores.npz', SCORES._replace(**change))
    with pytest.raises(ValueError, match=r'scores.npz.* must hold names \(N,\) of text'):
        read_scores(tmp_path / 'scores.npz')
