"""Run folders: complete, unfinished, damaged."""

import json

import pytest

from core.config import load_config
from core.report.run import Answer, read_run

CLIPS = [{'id': 'one', 'label': 1, 'top5': [[1, 0.9], [0, 0.1]], 'oks': 0.8, 'pck': 70.0}, {'id': 'two', 'label': 0}]


@pytest.fixture
def folder(tmp_path):
    """A run that was neither trained nor tested."""
    (tmp_path / 'config.yaml').write_text(load_config(overrides=['NAME', 'some']).dump())
    return tmp_path


def write_predictions(folder, clips):
    (folder / 'predictions.json').write_text(json.dumps({'class_names': ['sit', 'stand'], 'clips': clips}))


def test_a_run_that_was_only_configured_is_read(folder):
    run = read_run(folder)
    assert run.cfg.NAME == 'some'
    assert (run.rows, run.metrics, run.class_names, run.answers) == ([], {}, (), ())


def test_answers_are_read_with_what_they_have(folder):
    write_predictions(folder, CLIPS)
    run = read_run(folder)
    assert run.class_names == ('sit', 'stand')
    assert run.answers == (Answer('one', 1, ((1, 0.9), (0, 0.1)), 0.8, 70.0), Answer('two', 0))
    assert [answer.right for answer in run.answers] == [True, False]


def test_a_folder_without_configuration_is_refused(tmp_path):
    with pytest.raises(ValueError, match='holds no config.yaml'):
        read_run(tmp_path)


def test_a_configuration_that_is_none_is_refused(folder):
    (folder / 'config.yaml').write_text('- NAME')
    with pytest.raises(ValueError, match="config.yaml' must hold 'KEY: value' lines"):
        read_run(folder)


@pytest.mark.parametrize('clips', [[{'label': 0}], [{'id': 'a', 'label': 2}], [{'id': 'a', 'label': 0, 'top5': [3]}]])
def test_predictions_of_another_kind_are_refused(folder, clips):
    write_predictions(folder, clips)
    with pytest.raises(ValueError, match='predictions.json.*run that again'):
        read_run(folder)


@pytest.mark.parametrize('text', ['{"top1": ', '[1]'])
def test_damaged_figures_are_refused(folder, text):
    (folder / 'metrics.json').write_text(text)
    with pytest.raises(ValueError, match='metrics.json.*is not a JSON object'):
        read_run(folder)
