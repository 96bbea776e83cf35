"""Full names of nested sections."""

from core.config import default_config
from core.config.tree import assign, flatten


def test_what_is_assigned_is_found_under_its_full_name():
    cfg = default_config()
    assign(cfg, 'MODEL.MS.BRANCHES', 2)
    assert cfg.MODEL.MS.BRANCHES == 2 and dict(flatten(cfg))['MODEL.MS.BRANCHES'] == 2
