"""Read, merge, check and save a configuration.

One path for every source: each YAML file and the command line are a layer of ``name, value`` pairs (``layers``); every
name is resolved to a declared key (``resolve``), every value checked against its declaration (``values``). Every
refusal is a ``ValueError`` of one sentence that names the key.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import yaml
from yacs.config import CfgNode

from core import __version__
from core.config.consistency import check_together
from core.config.keys import KEYS, default_config
from core.config.layers import Layer, command_line_layer, file_layers, translated, warn
from core.config.resolve import candidates, meant, settings_of
from core.config.systems import settle_system
from core.config.tree import assign, flatten
from core.config.values import checked
from core.config.versions import Settings, upgraded
from core.files import write_atomic

REPOSITORY = Path(__file__).resolve().parents[2]

Files = str | os.PathLike | Sequence[str | os.PathLike] | None


class Merged(NamedTuple):
    """Layers merged, nothing refused yet.

    Attributes:
        cfg: the configuration.
        idle: key that was set and has no effect → the layer that set it.
    """

    cfg: CfgNode
    idle: dict[str, Layer]


def resolve_path(path: str) -> Path:
    """Return ``path`` as an absolute path; relative ones start at the repository, wherever the program was called."""
    return REPOSITORY / Path(path).expanduser()


def load_config(files: Files = None, overrides: Sequence[str] = (), preset: Sequence[str] = ()) -> CfgNode:
    """Merge defaults, YAML files and command-line overrides into one frozen configuration.

    A key that is set must have an effect (``Key.of``), in the final configuration or at least in that of its file and
    the files before it: keys of the joint model are no mistake in a file over which another one chooses another
    system. Of a published file such keys are named in one warning; in a saved configuration they are as they must be.

    Args:
        files: YAML file with the keys that differ from the defaults, or several, the last one has the last word;
            published files load too (``published``). A file may name another one, or a list, to be merged before it:
            ``_BASE_: other.yaml``, relative to itself.
        overrides: flat ``KEY VALUE KEY VALUE ...``. A key may be shortened to any ending that only one key of the
            chosen system has: ``EVAL_MODE cs`` means ``TRAIN.EVAL_MODE cs``. ``MODE`` is ``TRAIN.MODE``.
        preset: overrides of the calling program, which come before the user's; those without effect are left out.

    Returns:
        The frozen configuration.

    Raises:
        ValueError: one sentence for an unreadable file, an unknown or ambiguous key, a wrong type, a value that the
            key does not allow, or a key without effect.

    Example:
        >>> load_config(overrides=['EVAL_MODE', 'cs']).TRAIN.EVAL_MODE
        'cs'
    """
    if preset:
        overrides = (*usable_overrides(files, preset, overrides), *overrides)
    cfg, idle = _merge_all(_layers(files, overrides))
    cfg.MODEL.NAME, cfg.TRAIN.MODE = settle_system(cfg.MODEL.NAME, cfg.TRAIN.MODE)
    check_together(cfg)
    _refuse(idle, cfg)
    cfg.freeze()
    return cfg


def usable_overrides(files: Files, shared: Sequence[str], own: Sequence[str] = ()) -> tuple[str, ...]:
    """Return those pairs of ``shared`` that have an effect in a run that is configured by all three.

    Args:
        files: as of ``load_config``.
        shared: flat ``KEY VALUE ...`` that several runs have in common.
        own: further overrides of the run, after those.

    Raises:
        ValueError: as of ``load_config``, but for keys without effect.
    """
    cfg, idle = _merge_all(_layers(files, (*shared, *own)))
    settings, kept = settings_of(cfg), []
    for written, text in zip(shared[::2], shared[1::2], strict=True):
        names = {meant(name, settings) for name, _ in translated([(written, text)])[0]}
        if not names or not names <= idle.keys():
            kept += [written, text]
    return tuple(kept)


def save_config(cfg: CfgNode, file: Path) -> None:
    """Write the whole configuration as YAML; the file appears when it is complete."""
    write_atomic(file, f'# written by end2end-pose-action {__version__}\n{cfg.dump()}'.encode())


def saved_settings(text: str, what: str = 'the saved configuration') -> Settings:
    """Return full name → value of a saved run's configuration (YAML), in terms of the present keys.

    Raises:
        ValueError: it is no configuration, or of a later version than this program; the sentence begins with ``what``.
    """
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        content = None
    if not isinstance(content, dict):
        raise ValueError(f"{what} must hold 'KEY: value' lines, as exp/train.py writes them; restore it or train again")
    return upgraded(dict(flatten(content)), what).settings


def saved_config(text: str, what: str = 'the saved configuration') -> CfgNode:
    """Return a saved run's configuration (YAML), without keys that have gone since; newer ones have their defaults.

    Raises:
        ValueError: it is of a later version than this program; the sentence begins with ``what``.
    """
    cfg = default_config()
    for name, value in saved_settings(text, what).items():
        if name in KEYS:
            assign(cfg, name, value)
    cfg.MODEL.NAME, cfg.TRAIN.MODE = settle_system(cfg.MODEL.NAME, cfg.TRAIN.MODE)
    return cfg


def _layers(files: Files, overrides: Sequence[str]) -> list[Layer]:
    files = [files] if isinstance(files, (str, os.PathLike)) else files or ()
    return [*(layer for file in files for layer in file_layers(Path(file))), command_line_layer(overrides)]


def _merge_all(layers: Sequence[Layer]) -> Merged:
    cfg = default_config()
    idle: dict[str, Layer] = {}
    for layer in layers:
        changed = _merge(cfg, layer)
        settings = settings_of(cfg)
        for name in changed:
            idle.pop(name, None)
            if settings[name] != KEYS[name].default and not KEYS[name].of.holds(settings):
                idle[name] = layer
    settings = settings_of(cfg)
    return Merged(cfg, {name: layer for name, layer in idle.items() if not KEYS[name].of.holds(settings)})


def _merge(cfg: CfgNode, layer: Layer) -> list[str]:
    """Set the keys of a layer and return those whose value is another then."""
    before = dict(flatten(cfg))
    for written, value in layer.pairs:                     # those that decide what the shortened names mean are plain
        names = candidates(written)
        if len(names) == 1:
            assign(cfg, names[0], checked(names[0], value))
    settings = settings_of(cfg)
    for written, value in layer.pairs:
        name = meant(written, settings)
        assign(cfg, name, checked(name, value))
    return [name for name, value in flatten(cfg) if value != before[name]]


def _refuse(idle: dict[str, Layer], cfg: CfgNode) -> None:
    """Refuse the first key without effect; warn of those of published files, and let saved configurations be."""
    settings = settings_of(cfg)
    published: dict[str, list[str]] = {}
    for name, layer in idle.items():
        if layer.published:
            published.setdefault(layer.source, []).append(name)
        elif not layer.complete:
            where = f"configuration file '{layer.source}': " if layer.source else ''
            raise ValueError(f'{where}{name} has no effect: it needs {KEYS[name].of.missing(settings)}; leave it out, '
                             'or set that')
    for source, names in published.items():
        warn(f"configuration file '{source}' sets what has no effect with its other settings: {', '.join(names)}")
