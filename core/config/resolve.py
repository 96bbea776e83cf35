"""Which key a shortened name means, and which keys have an effect."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from yacs.config import CfgNode

from core.config.keys import KEYS
from core.config.systems import settle_system
from core.config.tree import flatten
from core.config.values import allowed_end
from core.config.versions import REMOVED


def settings_of(cfg: CfgNode) -> dict[str, Any]:
    """Return full name → value of every key; the system and its mode are those that both keys mean together."""
    settings = dict(flatten(cfg))
    with suppress(ValueError):                           # a mode that does not fit yet: a later layer may mend it
        settings['MODEL.NAME'], settings['TRAIN.MODE'] = settle_system(cfg.MODEL.NAME, cfg.TRAIN.MODE)
    return settings


def candidates(written: str) -> list[str]:
    """Return the full names that ``written`` may mean: itself, the key it is the short form of, or all that end so.

    Raises:
        ValueError: there is none.

    Example:
        >>> candidates('MODE'), candidates('MULTI_FUSE')
        (['TRAIN.MODE'], ['MODEL.MULTI_FUSE'])
    """
    if written in KEYS:
        return [written]
    found = [name for name in KEYS if name.endswith(f'.{written}')]
    found = [name for name in found if KEYS[name].short] or found
    if not found:
        raise ValueError(_unknown(written))
    return found


def meant(written: str, settings: Mapping[str, Any]) -> str:
    """Return the full name that ``written`` means among the keys that have an effect with ``settings``.

    Raises:
        ValueError: one sentence that lists the names when more than one is left, or none of several.
    """
    found = candidates(written)
    fitting = [name for name in found if KEYS[name].of.holds(settings)]
    if len(found) == 1:
        return found[0]
    if not fitting:
        raise ValueError(f"key '{written}' has no effect with the chosen settings, whichever of {', '.join(found)} is "
                         'meant; leave it out, or write one in full to see what it needs')
    if len(fitting) > 1:
        raise ValueError(f"key '{written}' is ambiguous; write one of {', '.join(fitting)}")
    return fitting[0]


def _unknown(written: str) -> str:
    gone = [f'{name} is no key any more: {instead}' for name, instead in REMOVED.items()
            if f'.{name}'.endswith(f'.{written}')]
    if gone:
        return gone[0]
    inside = [name for name in KEYS if name.startswith(f'{written}.')]
    if inside:
        return f"'{written}' is a section, no key; name a key in it and its value, like {inside[0]}"
    by_ending = {name.rsplit('.', 1)[-1]: name for name in KEYS} | {name: name for name in KEYS}
    near, = difflib.get_close_matches(written.upper(), by_ending, n=1, cutoff=0)
    return f"key '{written}' is unknown; the nearest known key is {by_ending[near]}{allowed_end(KEYS[by_ending[near]])}"
