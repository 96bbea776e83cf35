"""Keys of the run."""

from core.config.keys.run_keys import RUN_KEYS


def test_a_run_has_these_whatever_it_trains():
    assert all(key.of.holds({}) for key in RUN_KEYS.values())
    assert RUN_KEYS['GPUS'].default == [0]
