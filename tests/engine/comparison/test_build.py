"""The cost of a run is measured once."""

import pytest

from core.config import load_config
from core.engine.comparison import build
from core.engine.comparison.build import ensure_cost
from core.engine.runs.run_folder import run_folder


@pytest.mark.parametrize('overrides', [['TRAIN.MODE', 'pose'], ['MODEL.NAME', 'skeleton', 'TRAIN.MODE', 'action']])
def test_a_run_is_measured_once_and_per_view(tiny_of, monkeypatch, overrides):
    def run(*extra):
        cfg = load_config(overrides=[*tiny_of(*overrides), *extra])
        run_folder(cfg).mkdir(exist_ok=True)
        (run_folder(cfg) / 'metrics.json').write_text('{}')
        return cfg

    cost = ensure_cost(run())
    more_views = ensure_cost(run('NAME', 'more', 'TEST.NUM_CLIPS', '3', 'TEST.FLIP', 'true'))
    assert (cost.views, more_views.views) == (1, 6)
    assert cost.gflops == more_views.gflops > 0
    assert cost.test_memory == more_views.test_memory < cost.training_memory
    monkeypatch.setattr(build, 'build_run_data', None)
    assert ensure_cost(load_config(overrides=tiny_of(*overrides))) == cost
