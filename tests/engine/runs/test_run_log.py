"""metrics.jsonl and JSON files."""

import json

from core.engine.runs.run_log import RunLogger, read_rows
from core.files import write_json


def test_rows_are_appended_and_read_back(tmp_path):
    logger = RunLogger(tmp_path)
    logger.log(0.5, 1, {'train_loss': 2.0})
    logger.log(1, 2, {'val_top1': 50.0})
    logger.close()
    rows = read_rows(tmp_path / 'metrics.jsonl')
    assert rows == [{'epoch': 0.5, 'step': 1, 'train_loss': 2.0}, {'epoch': 1, 'step': 2, 'val_top1': 50.0}]
    assert list(tmp_path.glob('events.*'))


def test_continuing_drops_rows_after_the_checkpoint(tmp_path):
    (tmp_path / 'metrics.jsonl').write_text('{"epoch": 1, "step": 4}\n{"epoch": 2, "step": 8}\n{"epoch": 3, "st')
    RunLogger(tmp_path, step=4).close()
    assert read_rows(tmp_path / 'metrics.jsonl') == [{'epoch': 1, 'step': 4}]


def test_new_run_begins_empty_and_other_processes_write_nothing(tmp_path):
    (tmp_path / 'metrics.jsonl').write_text('{"epoch": 1, "step": 4}\n')
    silent = RunLogger(tmp_path, enabled=False)
    silent.log(1, 1, {'train_loss': 1.0})
    silent.close()
    assert len(read_rows(tmp_path / 'metrics.jsonl')) == 1
    RunLogger(tmp_path).close()
    assert read_rows(tmp_path / 'metrics.jsonl') == []


def test_json_is_written_whole(tmp_path):
    write_json(tmp_path / 'm.json', {'top1': 1.5, 'pose': {'AP': None}})
    assert json.loads((tmp_path / 'm.json').read_text()) == {'top1': 1.5, 'pose': {'AP': None}}
    assert not list(tmp_path.glob('*.tmp'))
