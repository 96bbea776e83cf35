import numpy as np
import pytest

from core.engine.evaluation.results import read_scores, write_scores
from core.metrics.score_fusion import ClipScores
from tools.fuse_scores import main


@pytest.fixture
def files(tmp_path):
    """Two models that are each right about one of two clips, and together about both."""
    names, labels = np.array(['a', 'b']), np.array([0, 1])
    write_scores(tmp_path / 'one.npz', ClipScores(names, labels, np.array([[0.9, 0.1], [0.6, 0.4]])))
    write_scores(tmp_path / 'two.npz', ClipScores(names[::-1], labels[::-1], np.array([[0.1, 0.9], [0.4, 0.6]])))
    return [str(tmp_path / 'one.npz'), str(tmp_path / 'two.npz')]


def test_prints_each_and_the_fusion(files, capsys, tmp_path):
    main([*files, '--out', str(tmp_path / 'fused.npz')])
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    assert rows == [['50.00', '100.00', '50.00', files[0]], ['50.00', '100.00', '50.00', files[1]],
                    ['100.00', '100.00', '100.00', 'fusion']]
    fused = read_scores(tmp_path / 'fused.npz')
    assert fused.names.tolist() == ['a', 'b']
    np.testing.assert_allclose(fused.scores, [[0.65, 0.35], [0.35, 0.65]])


def test_weights_count(files, capsys):
    main([*files, '--weights', '1', '0'])
    assert capsys.readouterr().out.splitlines()[-1].split()[0] == '50.00'
    with pytest.raises(ValueError, match='2 sets of scores need as many weights'):
        main([*files, '--weights', '1'])


def test_disagreeing_files_are_named(files, tmp_path):
    part = read_scores(files[1])
    write_scores(tmp_path / 'two.npz', part._replace(labels=1 - part.labels))
    with pytest.raises(ValueError, match=r"clip 'a': '.*two.npz' labels it otherwise than '.*one.npz'"):
        main(files)
