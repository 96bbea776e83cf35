import torch

from core.data.frame_log import FrameLog, FrameReport


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
