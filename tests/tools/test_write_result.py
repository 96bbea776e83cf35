import json

import numpy as np
import pytest

from core.engine.evaluation.results import write_scores
from core.metrics.score_fusion import ClipScores
from tools.write_result import main


@pytest.fixture
def arguments(tmp_path):
    """Videos x (image 7), y (8, without a skeleton) and z (9), and scores of x, z and a video of another list."""
    images = [{'id': number, 'seq_name': 'golf', 'file_name': name, 'height': 4, 'width': 4, 'frame_num': 60}
              for number, name in ((7, 'x'), (8, 'y'), (9, 'z'))]
    annotations = [{'id': number, 'image_id': number, 'action_label': 0} for number in (7, 8, 9)]
    (tmp_path / 'Kinetics50_val.json').write_text(json.dumps({'images': images, 'annotations': annotations}))
    poses = tmp_path / 'kinetics-skeleton'
    poses.mkdir()
    (poses / 'kinetics_val_label.json').write_text(json.dumps(
        {name: {'has_skeleton': name != 'y'} for name in 'xyz'}))
    names = np.array(['val_256/golf/z', 'other', 'val_256/golf/x'])
    scores = np.array([[0.25, 0.75], [1, 0], [0.5, 0.5]], np.float32)
    write_scores(tmp_path / 'scores.npz', ClipScores(names, np.zeros(3, np.int64), scores))
    return ['--scores', str(tmp_path / 'scores.npz'), '--images', str(tmp_path / 'Kinetics50_val.json'),
            '--out', str(tmp_path / 'out' / 'result.json')]


def test_probabilities_by_image_id(arguments, tmp_path, capsys):
    main(arguments)
    assert json.loads((tmp_path / 'out' / 'result.json').read_text()) == {'7': [0.5, 0.5], '9': [0.25, 0.75]}
    assert capsys.readouterr().out.startswith('2 videos written to ')


def test_listed_videos_without_a_score_are_named(arguments, tmp_path):
    write_scores(tmp_path / 'scores.npz', ClipScores(np.array(['val_256/golf/z']), np.zeros(1, np.int64),
                                                     np.ones((1, 2), np.float32)))
    with pytest.raises(ValueError, match=r'lacks 1 of the 2 videos in .*Kinetics50_val.json \(val_256/golf/x\)'):
        main(arguments)
    assert not (tmp_path / 'out').exists()
