"""Check one value against the declaration of its key."""

from __future__ import annotations

from math import isfinite
from typing import Any

import yaml

from core.config.key import Key
from core.config.keys import KEYS


def parse(text: str) -> Any:
    """Return what a word of the command line means: it is read as YAML where it is some."""
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):                  # a ValueError: a date or a number that does not exist
        return text


def checked(name: str, value: Any) -> Any:
    """Return ``value`` in the type of key ``name``.

    Raises:
        ValueError: when the value has another type or is not allowed.
    """
    key = KEYS[name]
    if isinstance(key.default, list):
        return _checked_list(name, key, value)
    return _checked_scalar(name, key, value, key.default)


def allowed_end(key: Key) -> str:
    """Return what a key allows as the end of a sentence."""
    return f'; allowed: {key.allowed()}' if key.allowed() else ''


def _checked_list(name: str, key: Key, value: Any) -> list:
    if isinstance(value, str) and ',' in value:
        value = [parse(element) for element in value.strip('[]() ').split(',')]
    values = list(value) if isinstance(value, (list, tuple)) else [value]
    word = str(values[0]).lower() if len(values) == 1 else None
    if key.none and (not values or word in ('', 'none')):
        return []
    if key.word and word == key.word:
        return [key.word]
    if key.length not in (None, len(values)) or not values:
        raise ValueError(f'{name} is {value!r} but must be a list of {key.length or "one or more"} values, '
                         f'like {key.default}')
    values = [_checked_scalar(name, key, element, key.default[0]) for element in values]
    if key.distinct and len(set(values)) < len(values):
        raise ValueError(f'{name} is {value!r} but must not name one twice')
    return values


def _checked_scalar(name: str, key: Key, value: Any, like: Any) -> Any:
    wanted = type(like)
    if value is None and wanted is str:
        value = ''
    if wanted is float and isinstance(value, (int, str)) and not isinstance(value, bool):
        value = _to_float(value)
    if type(value) is not wanted:
        raise ValueError(f'{name} is {value!r} but must be of type {wanted.__name__}, like {key.default!r}'
                         f'{allowed_end(key)}')
    if wanted is float and not isfinite(value):
        raise ValueError(f'{name} is {value} but must be a finite number{allowed_end(key)}')
    chosen = key.choices is None or value in key.choices or (key.prefix and value.startswith(key.prefix))
    in_range = (key.minimum is None or value >= key.minimum) and (key.maximum is None or value <= key.maximum)
    if not (chosen and in_range and (key.multiple_of is None or value % key.multiple_of == 0)):
        raise ValueError(f'{name} is {value!r}{allowed_end(key)}')
    return value


def _to_float(value: int | str) -> Any:
    """YAML reads ``1e-3`` as text; a key of type float means the number."""
    try:
        return float(value)
    except ValueError:
        return value
