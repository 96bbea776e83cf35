"""Read, merge, check and save a configuration.

One path for every source: a YAML file and command-line pairs both become ``(name, value)`` pairs, each is resolved to a
declared key, given that key's type and checked against its declaration. Every refusal is a ``ValueError`` of one
sentence that names the key.
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import yaml
from yacs.config import CfgNode

from core.config.keys import KEYS, Key, default_config
from core.config.published import translate
from core.config.systems import settle_system
from core.files import write_atomic
from core.layouts import get_layout

BASE = '_BASE_'
"""Key of a YAML file that names the files to be merged before it."""


POOLING_SYSTEMS = ('joint', 'skeleton', 'skelet')

REPOSITORY = Path(__file__).resolve().parents[2]


def resolve_path(path: str) -> Path:
    """Return ``path`` as an absolute path; relative ones start at the repository, wherever the program was called."""
    return REPOSITORY / Path(path).expanduser()


def load_config(files: str | os.PathLike | Sequence[str | os.PathLike] | None = None,
                overrides: Sequence[str] = ()) -> CfgNode:
    """Merge defaults, YAML files and command-line overrides into one frozen configuration.

    Args:
        files: YAML file with the keys that differ from the defaults, or several, the last one has the last word;
            published files load too (``published``). A file may name another one, or a list, to be merged before it:
            ``_BASE_: other.yaml``, relative to itself.
        overrides: flat ``KEY VALUE KEY VALUE ...``. A key may be shortened to any unambiguous ending:
            ``EVAL_MODE cs`` means ``TRAIN.EVAL_MODE cs``; of several the least nested one is meant: ``MODE`` is
            ``TRAIN.MODE``, not ``MODEL.IMPLICIT.MODE``.

    Returns:
        The frozen configuration.

    Raises:
        ValueError: one sentence for an unreadable file, an unknown or ambiguous key, a wrong type or a value that the
            key does not allow.

    Example:
        >>> load_config(overrides=['EVAL_MODE', 'cs']).TRAIN.EVAL_MODE
        'cs'
    """
    cfg = default_config()
    for file in [files] if isinstance(files, (str, os.PathLike)) else files or ():
        _merge(cfg, _read_yaml(Path(file)))
    if len(overrides) % 2:
        raise ValueError(f"override '{overrides[-1]}' has no value; write overrides as KEY VALUE pairs")
    _merge(cfg, [(name, _parse(text)) for name, text in zip(overrides[::2], overrides[1::2], strict=True)])
    cfg.MODEL.NAME, cfg.TRAIN.MODE = settle_system(cfg.MODEL.NAME, cfg.TRAIN.MODE)
    _check_together(cfg)
    cfg.freeze()
    return cfg


def save_config(cfg: CfgNode, file: Path) -> None:
    """Write the whole configuration as YAML; the file appears when it is complete."""
    write_atomic(file, cfg.dump().encode())


def _read_yaml(file: Path, inside: tuple[Path, ...] = ()) -> list[tuple[str, Any]]:
    if file in inside:
        raise ValueError(f"configuration file '{file}' names itself as its {BASE}, by way of {inside[-1]}; break the "
                         'circle')
    content = _yaml_content(file)
    bases = content.pop(BASE, [])
    before = [pair for base in ([bases] if isinstance(bases, str) else bases)
              for pair in _read_yaml((file.parent / base).resolve(), (*inside, file))]
    return [*before, *_flatten(content)]


def _yaml_content(file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text())
    except FileNotFoundError:
        raise ValueError(f"configuration file '{file}' does not exist; see exp/configs/ for examples") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = ' '.join(str(error).split())
        raise ValueError(f"configuration file '{file}' is not readable YAML: {reason}") from None
    if content is not None and not isinstance(content, dict):
        raise ValueError(f"configuration file '{file}' must hold 'KEY: value' lines, not a {type(content).__name__}")
    return content or {}


def _flatten(node: dict, prefix: str = '') -> Iterable[tuple[str, Any]]:
    for name, value in node.items():
        if isinstance(value, dict):
            yield from _flatten(value, f'{prefix}{name}.')
        else:
            yield f'{prefix}{name}', value


def _parse(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return text


def _merge(cfg: CfgNode, pairs: Iterable[tuple[str, Any]]) -> None:
    for written, value in pairs:
        translated, warning = translate(written, value)
        if warning:
            print(f'warning: {warning}', file=sys.stderr)
        for name, new in translated if translated is not None else [(_resolve(written), value)]:
            _assign(cfg, name, checked(name, new))


def _resolve(written: str) -> str:
    """Return the declared key that ``written`` names in full or by an unambiguous ending."""
    if written in KEYS:
        return written
    endings = sorted((name for name in KEYS if name.endswith('.' + written)), key=_depth)
    if len(endings) == 1 or endings and _depth(endings[0]) < _depth(endings[1]):
        return endings[0]
    if endings:
        raise ValueError(f"key '{written}' is ambiguous; write one of {', '.join(endings)}")
    by_ending = {name.rsplit('.', 1)[-1]: name for name in KEYS} | {name: name for name in KEYS}
    near = difflib.get_close_matches(written.upper(), by_ending, n=1, cutoff=0)
    raise ValueError(f"key '{written}' is unknown; the nearest known key is {by_ending[near[0]]}"
                     f'{_allowed(KEYS[by_ending[near[0]]])}')


def _depth(name: str) -> int:
    return name.count('.')


def checked(name: str, value: Any) -> Any:
    """Return ``value`` in the type of key ``name``.

    Raises:
        ValueError: when the value has another type or is not allowed.
    """
    key = KEYS[name]
    if isinstance(key.default, list):
        return _checked_list(name, key, value)
    return _checked_scalar(name, key, value, key.default)


def _checked_list(name: str, key: Key, value: Any) -> list:
    if isinstance(value, str) and ',' in value:
        value = [_parse(element) for element in value.strip('[]() ').split(',')]
    values = list(value) if isinstance(value, (list, tuple)) else [value]
    if key.length not in (None, len(values)) or not values:
        raise ValueError(f'{name} is {value!r} but must be a list of {key.length or "one or more"} values, '
                         f'like {key.default}')
    values = [_checked_scalar(name, key, element, key.default[0]) for element in values]
    if name == 'GPUS' and len(set(values)) < len(values):
        raise ValueError(f'GPUS is {value!r} but must not name a device twice')
    return values


def _checked_scalar(name: str, key: Key, value: Any, like: Any) -> Any:
    wanted = type(like)
    if value is None and wanted is str:
        value = ''
    if wanted is float and isinstance(value, (int, str)) and not isinstance(value, bool):
        value = _to_float(value)
    if type(value) is not wanted:
        raise ValueError(f'{name} is {value!r} but must be of type {wanted.__name__}, like {key.default!r}'
                         f'{_allowed(key)}')
    chosen = key.choices is None or value in key.choices or (key.prefix and value.startswith(key.prefix))
    in_range = (key.minimum is None or value >= key.minimum) and (key.maximum is None or value <= key.maximum)
    if not (chosen and in_range and (key.multiple_of is None or value % key.multiple_of == 0)):
        raise ValueError(f'{name} is {value!r}{_allowed(key)}')
    return value


def _to_float(value: int | str) -> Any:
    """YAML reads ``1e-3`` as text; a key of type float means the number."""
    try:
        return float(value)
    except ValueError:
        return value


def _allowed(key: Key) -> str:
    """Return what ``key`` allows as the end of a sentence, empty when anything of its type goes."""
    parts = []
    if key.choices is not None:
        parts.append('one of ' + ', '.join(map(str, key.choices)) + (f', {key.prefix}...' if key.prefix else ''))
    if key.minimum is not None:
        parts.append(f'at least {key.minimum}')
    if key.maximum is not None:
        parts.append(f'at most {key.maximum}')
    if key.multiple_of is not None:
        parts.append(f'divisible by {key.multiple_of}')
    return '; allowed: ' + ', '.join(parts) if parts else ''


def _assign(cfg: CfgNode, name: str, value: Any) -> None:
    *parents, last = name.split('.')
    for parent in parents:
        cfg = cfg[parent]
    cfg[last] = value


def _check_together(cfg: CfgNode) -> None:
    """Refuse values that are fine alone and impossible together."""
    if not cfg.NAME or Path(cfg.NAME).name != cfg.NAME:
        raise ValueError(f"NAME is {cfg.NAME!r} but must be a plain folder name, like 'baseline_cv'")
    for name in ('SCALE_RANGE', 'ROTATE_RANGE', 'P_INTERVAL', 'AREA_RANGE'):
        low, high = cfg.DATASET[name]
        if low > high:
            raise ValueError(f'DATASET.{name} is {[low, high]} but must be [smallest, largest]')
    _check_pooling(cfg)
    _check_distributions(cfg)
    num_joints = get_layout(cfg.DATASET.LAYOUT).num_joints
    if cfg.DATASET.NUM_JOINTS != num_joints:
        raise ValueError(f'DATASET.NUM_JOINTS is {cfg.DATASET.NUM_JOINTS} but layout {cfg.DATASET.LAYOUT} '
                         f'has {num_joints} joints')


def _check_pooling(cfg: CfgNode) -> None:
    if cfg.MODEL.INSTANCE_POOLING and (cfg.MODEL.NAME not in POOLING_SYSTEMS or cfg.MODEL.MULTI_FUSE):
        raise ValueError(f'MODEL.INSTANCE_POOLING is for MODEL.NAME {", ".join(POOLING_SYSTEMS)} without MULTI_FUSE, '
                         f'but this is {cfg.MODEL.NAME}; turn it off, or set the others otherwise')


def _check_distributions(cfg: CfgNode) -> None:
    implicit = cfg.MODEL.IMPLICIT
    if cfg.MODEL.SKELETON.NAME == 'posec3d' and (
            (cfg.MODEL.NAME, implicit.MODE, implicit.GEOM) != ('joint', 'probs', 'none') or cfg.MODEL.MULTI_FUSE
            or cfg.TRAIN.MODE == 'two_stage'):
        raise ValueError('MODEL.SKELETON.NAME posec3d reads the distributions of the joint model: set IMPLICIT.MODE '
                         'probs and GEOM none, without MULTI_FUSE and two_stage; on keypoints it is MODEL.NAME posec3d')


def saved_config(text: str) -> CfgNode:
    """Return a saved run's configuration (YAML), without keys that have gone since; newer ones have their defaults."""
    saved, cfg = yaml.safe_load(text), default_config()
    for name in KEYS:
        *sections, key = name.split('.')
        section = reduce(lambda node, part: node.get(part, {}), sections, saved)
        if key in section:
            reduce(getitem, sections, cfg)[key] = 'centered' if section[key] == 'centred' else section[key]
    cfg.MODEL.NAME, cfg.TRAIN.MODE = settle_system(cfg.MODEL.NAME, cfg.TRAIN.MODE)
    return cfg
