"""Every configuration key: default, meaning, unit, allowed values and whom it belongs to; one file for each section.

The names are those of the published YAML files. ``Key`` carries what a value must satisfy, so that a wrong value is
refused by one rule (``core.config.values``) instead of by whatever breaks first. Paths are relative to the repository.
"""

from __future__ import annotations

from yacs.config import CfgNode

from core.config.key import Key
from core.config.keys.data_keys import DATA_KEYS
from core.config.keys.joint_keys import BACKBONE_NAMES, JOINT_KEYS
from core.config.keys.neighbor_keys import NEIGHBOR_KEYS
from core.config.keys.run_keys import RUN_KEYS
from core.config.keys.training_keys import TEST_KEYS, TRAINING_KEYS

__all__ = ['BACKBONE_NAMES', 'KEYS', 'SECTIONS', 'Key', 'default_config']

SECTIONS: dict[str, dict[str, Key]] = {
    'The run': RUN_KEYS, 'Data': DATA_KEYS, 'The model': JOINT_KEYS, 'The neighboring systems': NEIGHBOR_KEYS,
    'Loss and training': TRAINING_KEYS, 'Testing': TEST_KEYS}
"""Title → keys."""

KEYS: dict[str, Key] = {name: key for section in SECTIONS.values() for name, key in section.items()}
"""Full name → key."""


def default_config() -> CfgNode:
    """Return a new configuration that holds the default of every key.

    Example:
        >>> default_config().TRAIN.EVAL_MODE
        'cv'
    """
    root = CfgNode()
    for name, key in KEYS.items():
        *parents, last = name.split('.')
        node = root
        for parent in parents:
            node = node.setdefault(parent, CfgNode())
        node[last] = list(key.default) if isinstance(key.default, list) else key.default
    return root
