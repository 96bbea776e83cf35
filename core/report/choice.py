"""Which clips are worth a look: those the model is surest of, and those it is most wrong about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from core.report.run import Answer


class Chosen(NamedTuple):
    """Answers to show: ``best`` and ``worst``, the most telling first; no clip is in both."""

    best: list[Answer]
    worst: list[Answer]


def choose_clips(answers: Sequence[Answer], count: int) -> Chosen:
    """Return up to ``count`` best and ``count`` worst answers, of different classes as far as there are.

    Actions rank by how far the true class lies ahead of the best other one; right answers are best and wrong ones worst
    before classes are spread. Answers without an action rank by their OKS.
    """
    ranked = sorted(answers, key=_quality, reverse=True)
    best = _spread(ranked, min(count, (len(ranked) + 1) // 2), 1)
    return Chosen(best, _spread([answer for answer in reversed(ranked) if answer not in best], count, -1))


def _quality(answer: Answer) -> float:
    """-1 (surely wrong) to 1 (surely right)."""
    if not answer.top:
        return answer.oks or 0.0
    true = dict(answer.top).get(answer.label, 0.0)
    return true - max((probability for label, probability in answer.top if label != answer.label), default=0.0)


def _spread(ranked: Sequence[Answer], count: int, sign: int) -> list[Answer]:
    """``count`` answers in the order of ``ranked``: those of quality ``sign`` before others, then new classes."""
    first_of_class = {answer.label: place for place, answer in reversed(list(enumerate(ranked)))}
    places = sorted(range(len(ranked)), key=lambda place: (
        sign * _quality(ranked[place]) <= 0, first_of_class[ranked[place].label] != place, place))
    return [ranked[place] for place in sorted(places[:count])]
