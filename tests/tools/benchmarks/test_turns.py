"""Things that are timed in turns."""

from types import SimpleNamespace

from tools.benchmarks.turns import seconds_in_turns


def test_runs_take_turns_and_the_first_rounds_do_not_count(monkeypatch):
    passed, order = [], []
    monkeypatch.setattr('tools.benchmarks.turns.time', SimpleNamespace(perf_counter=lambda: sum(passed)))

    def first():
        order.append('first')
        passed.append(10 if len(order) == 1 else 1)

    def second():
        order.append('second')
        passed.append(2)

    assert seconds_in_turns([first, second], rounds=2, warm_up=1) == [[1, 1], [2, 2]]
    assert order == ['first', 'second'] * 3
