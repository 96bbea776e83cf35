"""Command lines end in a status, and in one line when something is wrong."""

import pytest

from core.cli import DEMO_CONFIG, chosen_config, exit_with, run_parser


def stop(action):
    with pytest.raises(SystemExit) as error:
        exit_with(action)
    return error.value.code


def fail(error):
    def action():
        raise error
    return action


def test_status_is_passed_on():
    assert stop(lambda: None) is None
    assert stop(lambda: 1) == 1


@pytest.mark.parametrize(('error', 'line', 'status'), [
    (ValueError('KEY is wrong'), 'error: KEY is wrong', 2),
    (ValueError('Caught ValueError in worker 0.\nTraceback ...\nValueError: frame is gone'), 'error: frame is gone', 2),
    (FileNotFoundError(2, 'No such file', 'x.txt'), "x.txt", 2),
    (KeyboardInterrupt(), 'interrupted', 130),
])
def test_errors_end_in_one_line(capsys, error, line, status):
    assert stop(fail(error)) == status
    printed = capsys.readouterr().err.splitlines()
    assert len(printed) == 1 and line in printed[0]


def test_defects_are_not_hidden():
    with pytest.raises(RuntimeError):
        exit_with(fail(RuntimeError('a bug')))


def test_demo_is_the_default_and_says_so(capsys, tmp_path):
    assert chosen_config(None) == [DEMO_CONFIG]
    assert 'demo' in capsys.readouterr().err
    assert chosen_config([tmp_path]) == [tmp_path]
    arguments = run_parser('').parse_args(['--cfg', 'a.yaml', 'LR', '-1'])
    assert arguments.overrides == ['LR', '-1']
