"""The people who are drawn: proportions, clothing and manner, decided by a seed and a subject number.

Demo subjects have numbers below ``FIRST_STRANGER``, strangers (the people of pose pretraining) the numbers from there
on. The number seeds everything about a person, so no stranger is a demo subject. The colors of a stranger's garments
are more than ``COLOR_GAP`` away, in RGB, from every color of the demo's wardrobe.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.rendering.body import Proportions
from core.visualization.colors import Color

FIRST_STRANGER = 1000
COLOR_GAP = 40.0

DEMO_SHIRTS: tuple[Color, ...] = (
    (178, 44, 48), (236, 228, 214), (38, 92, 166), (232, 178, 52), (56, 132, 88), (140, 84, 160), (222, 122, 60),
    (70, 170, 186))
DEMO_TROUSERS: tuple[Color, ...] = (
    (40, 48, 76), (92, 74, 56), (30, 30, 34), (74, 100, 140), (64, 70, 60), (150, 132, 104), (112, 114, 124),
    (56, 34, 60))
DEMO_SHOES: tuple[Color, ...] = ((24, 24, 26), (228, 228, 226), (120, 40, 40), (60, 60, 110))
SKINS: tuple[Color, ...] = ((241, 204, 176), (224, 178, 142), (198, 146, 108), (156, 104, 72), (112, 74, 52))
HAIRS: tuple[Color, ...] = ((28, 24, 22), (62, 42, 30), (104, 70, 42), (178, 140, 84), (140, 138, 136))
_HAIR_CONTRAST = 75.0  # smallest RGB distance between hair and skin, so that faces stand out
PATTERNS = ('plain', 'stripes', 'jacket', 'logo')


@dataclass(frozen=True)
class Look:
    """Clothing and hair; colors are RGB.

    Attributes:
        pattern: one of ``PATTERNS``, drawn on the shirt in color ``accent``.
        long_sleeves, long_trousers, long_hair: whether forearms, shins and the back of the neck are covered.
        girth: limb and torso thickness, 1 is average.
    """

    skin: Color
    hair: Color
    shirt: Color
    trousers: Color
    shoes: Color
    accent: Color
    pattern: str
    long_sleeves: bool
    long_trousers: bool
    long_hair: bool
    girth: float

    @property
    def garments(self) -> tuple[Color, ...]:
        """The colors of everything worn."""
        return self.shirt, self.trousers, self.shoes, self.accent


@dataclass(frozen=True)
class Style:
    """How a person moves; factors are 1 on average.

    Attributes:
        amplitude, tempo: size and speed of movements.
        sway: idle movement.
        stance: radians each leg stands apart.
        lean: radians the chest leans forward.
        mirrored: chance of acting with the left hand or foot.
    """

    amplitude: float = 1.0
    tempo: float = 1.0
    sway: float = 1.0
    stance: float = 0.07
    lean: float = 0.03
    mirrored: float = 0.15


@dataclass(frozen=True)
class Subject:
    """One person: number, body, clothing and manner."""

    number: int
    proportions: Proportions
    look: Look
    style: Style


def demo_subject(seed: int, number: int) -> Subject:
    """Return demo subject ``number`` (1-based, below ``FIRST_STRANGER``); neighbors wear different colors.

    Raises:
        ValueError: if the number is out of range.
    """
    if not 1 <= number < FIRST_STRANGER:
        raise ValueError(f'demo subject number {number} is outside 1..{FIRST_STRANGER - 1}')
    rng = np.random.default_rng([seed, number])
    shirt = DEMO_SHIRTS[(number - 1) % len(DEMO_SHIRTS)]
    trousers = DEMO_TROUSERS[(3 * number + seed) % len(DEMO_TROUSERS)]
    shoes = DEMO_SHOES[rng.integers(len(DEMO_SHOES))]
    accent = DEMO_SHIRTS[(number + 2) % len(DEMO_SHIRTS)]
    pattern = PATTERNS[number % len(PATTERNS)]
    return _dress(rng, number, (shirt, trousers, shoes, accent), pattern)


def stranger(rng: np.random.Generator) -> Subject:
    """Return a random person who is no demo subject and wears no color of theirs."""
    number = int(rng.integers(FIRST_STRANGER, 2 ** 31))
    own = np.random.default_rng(number)
    return _dress(own, number, _foreign_colors(own, 4), PATTERNS[own.integers(len(PATTERNS))])


def wardrobe_distance(colors: np.ndarray) -> np.ndarray:
    """Return the RGB distance ``(N,)`` of colors ``(N, 3)`` to the nearest color of the demo's wardrobe."""
    wardrobe = np.array(DEMO_SHIRTS + DEMO_TROUSERS + DEMO_SHOES, dtype=np.float64)
    return np.linalg.norm(colors[:, None] - wardrobe, axis=-1).min(axis=1)


def _foreign_colors(rng: np.random.Generator, count: int) -> list[Color]:
    chosen: list[Color] = []
    while len(chosen) < count:
        gray, tint = rng.uniform(10, 245, (32, 1)), rng.uniform(0, 1.3, (32, 1)) * rng.uniform(-120, 120, (32, 3))
        candidates = np.clip(gray + tint, 0, 255).astype(int)
        far = candidates[wardrobe_distance(candidates) > COLOR_GAP]
        chosen += [(int(r), int(g), int(b)) for r, g, b in far]
    return chosen[:count]


def _dress(rng: np.random.Generator, number: int, garments: tuple[Color, ...] | list[Color], pattern: str) -> Subject:
    shirt, trousers, shoes, accent = garments
    skin = np.clip(np.array(SKINS[rng.integers(len(SKINS))]) + rng.integers(-8, 9), 0, 255)
    hairs = [hair for hair in HAIRS if np.linalg.norm(skin - hair) > _HAIR_CONTRAST]
    look = Look(skin=(int(skin[0]), int(skin[1]), int(skin[2])), hair=hairs[rng.integers(len(hairs))], shirt=shirt,
                trousers=trousers, shoes=shoes, accent=accent, pattern=pattern,
                long_sleeves=bool(rng.random() < 0.4), long_trousers=bool(rng.random() < 0.75),
                long_hair=bool(rng.random() < 0.4), girth=float(rng.uniform(0.9, 1.15)))
    legs, arms, shoulders = rng.uniform(0.94, 1.06, 3)
    proportions = Proportions.from_stature(float(rng.uniform(1.56, 1.90)), legs, arms, shoulders)
    amplitude, tempo, sway, stance, lean = rng.uniform((0.85, 0.85, 0.6, 0.03, 0.0), (1.15, 1.2, 1.5, 0.12, 0.08))
    return Subject(number, proportions, look, Style(amplitude, tempo, sway, stance, lean))
