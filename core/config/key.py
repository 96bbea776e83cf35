"""The declaration of one configuration key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.config.owners import ALL, Of


@dataclass(frozen=True)
class Key:
    """Declaration of one configuration key.

    Attributes:
        default: value used when nobody sets the key; its type is the type of the key.
        help: meaning and unit.
        of: what must be chosen for the key to have an effect; setting it otherwise is refused.
        choices: allowed values (of each element, for a list).
        prefix: beginning of further allowed values.
        minimum: smallest allowed number (of each element, for a list).
        maximum: largest allowed number (of each element, for a list).
        length: exact number of elements of a list, where it is fixed.
        multiple_of: each number must be divisible by it.
        distinct: no element of a list may come twice.
        word: a word that may stand for the whole list.
        none: the list may be empty, which may be written ``[]``, ``''`` or ``none``.
        short: the last part of the name alone means this key, also where other keys end like it.
    """

    default: Any
    help: str
    of: Of = ALL
    choices: tuple | None = None
    prefix: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    length: int | None = None
    multiple_of: int | None = None
    distinct: bool = False
    word: str | None = None
    none: bool = False
    short: bool = False

    def allowed(self) -> str:
        """Return what the key allows, in words; empty when anything of its type goes."""
        parts = []
        if self.choices is not None:
            names = [str(choice) or "''" for choice in self.choices] + ([f'{self.prefix}...'] if self.prefix else [])
            parts.append('one of ' + ', '.join(names))
        if self.minimum is not None:
            parts.append(f'at least {self.minimum}')
        if self.maximum is not None:
            parts.append(f'at most {self.maximum}')
        if self.multiple_of is not None:
            parts.append(f'divisible by {self.multiple_of}')
        parts += [f'or {word}' for word in (self.word, 'none' if self.none else None) if word]
        return ', '.join(parts)
