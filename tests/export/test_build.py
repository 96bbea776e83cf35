"""An exported file is tested as its checkpoint is, on the data of the run."""

import pytest

from core.data.clips.loader import dataset_of
from core.export.build import build_own_data, figure_lines
from core.inference.exported import ExportedModel


@pytest.fixture
def own(make_recognizer, tiny_data):
    """A recognizer whose run was on the tiny data."""
    return make_recognizer('DATA_DIR', str(tiny_data), 'ANNOTATIONS', 'tiny.pkl', 'VAL_RATIO', '0', 'WORKERS', '3',
                           'TEST.NUM_CLIPS', '1')


def test_the_data_of_the_run_are_loaded_in_this_process(make_recognizer, own):
    data = build_own_data(own)
    assert data.test.num_workers == 0 and dataset_of(data.test).clip_size == own.clip_size
    with pytest.raises(ValueError, match='does not exist'):
        build_own_data(make_recognizer('DATA_DIR', '/nowhere'))


def test_checkpoint_and_file_get_a_line_each_with_the_same_figures(files, recognizer, own):
    lines = list(figure_lines(recognizer, ExportedModel(files['joint']), build_own_data(own).test))
    names, figures = zip(*(line.split(': ') for line in lines), strict=True)
    assert names == ('checkpoint', 'exported') and figures[0] == figures[1]
    assert figures[0].startswith('top1 ') and figures[0].endswith('of 4 clips')
