"""The configuration that a checkpoint carries."""

from __future__ import annotations

from functools import reduce
from operator import getitem

import yaml
from yacs.config import CfgNode

from core.config.keys import KEYS, default_config
from core.config.systems import settle_system


def saved_config(text: str) -> CfgNode:
    """Return a saved run's configuration (YAML), without keys that have gone since; newer ones have their defaults."""
    saved, cfg = yaml.safe_load(text), default_config()
    for name in KEYS:
        *sections, key = name.split('.')
        section = reduce(lambda node, part: node.get(part, {}), sections, saved)
        if key in section:
            reduce(getitem, sections, cfg)[key] = section[key]
    cfg.MODEL.NAME, cfg.TRAIN.MODE = settle_system(cfg.MODEL.NAME, cfg.TRAIN.MODE)
    return cfg
