"""Where settings come from: every file, and the command line, is one layer of ``name, value`` pairs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from core.config.keys import KEYS
from core.config.published import translate
from core.config.tree import flatten
from core.config.values import parse
from core.config.versions import upgraded

BASE = '_BASE_'
"""Key of a YAML file that names the files to be merged before it."""

Pairs = list[tuple[str, Any]]


class Layer(NamedTuple):
    """Settings of one source.

    Attributes:
        source: name of the file; empty for the command line.
        pairs: names, in full or shortened, and values, in the order written.
        published: it has names of the published files.
        complete: a saved configuration, which holds the keys of all systems.
    """

    source: str
    pairs: Pairs
    published: bool = False
    complete: bool = False


def file_layers(file: Path, inside: tuple[Path, ...] = ()) -> list[Layer]:
    """Return the layers of a YAML file, those of the files that it names to be merged before it first.

    Warnings about published and removed names are printed.

    Raises:
        ValueError: one sentence for a file that cannot be read, names itself, or is of a later version.
    """
    if file in inside:
        raise ValueError(f"configuration file '{file}' names itself as its {BASE}, by way of {inside[-1]}; break the "
                         'circle')
    content = _yaml_content(file)
    before = [layer for base in _bases(file, content.pop(BASE, None))
              for layer in file_layers((file.parent / base).resolve(), (*inside, file))]
    return [*before, _layer(str(file), dict(flatten(content)))]


def command_line_layer(overrides: Sequence[str]) -> Layer:
    """Return the layer of flat ``KEY VALUE KEY VALUE ...``.

    Raises:
        ValueError: a key without value.
    """
    if len(overrides) % 2:
        raise ValueError(f"override '{overrides[-1]}' has no value; write overrides as KEY VALUE pairs")
    pairs = [(name, _worded(name, text)) for name, text in zip(overrides[::2], overrides[1::2], strict=True)]
    return Layer('', translated(pairs)[0])


def translated(pairs: Pairs) -> tuple[Pairs, bool]:
    """Return pairs in terms of our keys, and whether any of them was published otherwise; warnings are printed."""
    ours, published = [], False
    for name, value in pairs:
        meant, warning = translate(name, value)
        if warning:
            warn(warning)
        meant = [(name, value)] if meant is None else meant
        published = published or meant != [(name, value)]
        ours += meant
    return ours, published


def warn(sentence: str) -> None:
    """Print one line for the user on the error stream."""
    print(f'warning: {sentence}', file=sys.stderr)


def _worded(name: str, text: str) -> Any:
    """What a word of the command line means to a key; to one of text, numbers and dates are words too."""
    value = parse(text)
    defaults = [key.default for full, key in KEYS.items() if f'.{full}'.endswith(f'.{name}')]
    words = bool(defaults) and all(isinstance(default, str) for default in defaults)
    return text if words and not isinstance(value, str | None) else value


def _layer(source: str, settings: dict[str, Any]) -> Layer:
    settings, notes = upgraded(settings, f"configuration file '{source}'")
    for note in notes:
        warn(note)
    complete = 2 * len(settings.keys() & KEYS.keys()) > len(KEYS)      # an older file lacks the keys made since
    return Layer(source, *translated(list(settings.items())), complete)


def _bases(file: Path, named: Any) -> list[str]:
    bases = named if isinstance(named, list) else [named] if named else []
    if not all(isinstance(base, str) for base in bases):
        raise ValueError(f"configuration file '{file}': {BASE} is {named!r} but must be the name of a file, or a list "
                         'of names')
    return bases


def _yaml_content(file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text())
    except FileNotFoundError:
        raise ValueError(f"configuration file '{file}' does not exist; see exp/configs/ for examples") from None
    except (OSError, ValueError, yaml.YAMLError) as error:
        reason = ' '.join(str(error).split())
        raise ValueError(f"configuration file '{file}' is not readable YAML: {reason}") from None
    if content is not None and not isinstance(content, dict):
        raise ValueError(f"configuration file '{file}' must hold 'KEY: value' lines, not a {type(content).__name__}")
    return content or {}
