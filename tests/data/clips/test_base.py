import pytest
import torch

from core.data.annotations.records import Annotation
from core.data.clips.base import FrameLog, FrameReport, RecordDataset
from core.layouts import get_layout


class Numbers(RecordDataset[float, Annotation]):
    """One random number a record."""

    def __getitem__(self, index):
        return self.generator(index).random()


def test_an_item_depends_on_seed_epoch_and_index_only(make_record):
    def make(**settings):
        return Numbers([make_record()] * 3, get_layout('coco17'), **({'training': True} | settings))

    data = make()
    before = [data[index] for index in range(len(data))]
    assert len(set(before)) == 3 and before == [make()[index] for index in range(3)] and make(seed=1)[0] != before[0]
    data.set_epoch(1)
    assert data[0] not in before
    test = make(training=False)
    test.set_epoch(1)
    assert test[0] == make(training=False)[0] == before[0]


def test_records_must_have_the_joints_of_the_layout(make_record):
    with pytest.raises(ValueError, match="record 'A' has 17 joints, but layout 'ntu25' has 25"):
        Numbers([make_record()], get_layout('ntu25'), training=False)


def test_counts_and_begins_anew():
    log = FrameLog(3)
    log.add(0, 16, 0)
    log.add(2, 16, 3)
    log.add(2, 8, 1)
    report = log.take(['a', 'b', 'c'])
    assert report == FrameReport(40, {'c': 4}) and report.share == 0.1
    assert str(report).startswith('4 of 40 frames') and str(report).endswith('in 1 sequences: c')
    assert log.take(['a', 'b', 'c']) == FrameReport(0, {}) and log.take(['a', 'b', 'c']).share == 0


def test_other_processes_count_into_the_same_log():
    log = FrameLog(2)
    process = torch.multiprocessing.get_context('fork').Process(target=log.add, args=(1, 5, 2))
    process.start()
    process.join()
    assert log.take(['a', 'b']) == FrameReport(5, {'b': 2})


def test_long_lists_are_cut():
    assert str(FrameReport(100, {f'n{number:02d}': 1 for number in range(12)})).endswith('n09, ...')
