"""Write the page of a run: every figure and picture it can have, in one file that opens from disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from core.files import write_atomic
from core.layouts import Layout
from core.report import charts
from core.report.attention_maps import attention_panels
from core.report.build import build_replay, build_setting
from core.report.choice import Chosen, choose_clips
from core.report.classes import build_matrix, hardest_first
from core.report.clips import Picture, embed, film
from core.report.pose_strips import Strip, joint_strips, liveliest_joint
from core.report.replay import Watched, watch_clips
from core.report.run import Answer, Run
from core.report.setting import Setting, headline_figures

TEMPLATES = Path(__file__).parent / 'templates'
NUM_TOP = 3          # classes named on a clip's card
NUM_HARDEST = 5
READS = {'crops': 'crops of each person', 'keypoints': 'keypoints, no frames',
         'scenes': "whole frames and everybody's keypoints"}
"""``System.clips`` in words."""


class Card(NamedTuple):
    """One clip on the page.

    Attributes:
        answer: of the model.
        true: name of its class.
        top: (name, percent) of the best classes.
        film: strip of frames; None where the clip was not watched.
        frames: number of frames in the strip.
        attention: (frame, picture) over time; empty without a visual branch.
        strips: of every joint, (name, x strip, y strip); empty where not shown.
    """

    answer: Answer
    true: str
    top: list[tuple[str, float]]
    film: Picture | None = None
    frames: int = 0
    attention: list[tuple[int, Picture]] = []
    strips: list[tuple[str, Strip, Strip]] = []


class Clips(NamedTuple):
    """The clips of the page.

    Attributes:
        best: cards of the best clips.
        worst: cards of the worst ones.
        joint: whose strips show first.
        predicted: the pictures show predicted skeletons, too.
        missing: why there are no pictures.
    """

    best: list[Card]
    worst: list[Card]
    joint: int = 0
    predicted: bool = False
    missing: str = ''


def write_report(run: Run, file: Path, num_clips: int = 3) -> Path:
    """Write the page of ``run`` and return its path.

    Args:
        run: what its folder holds.
        file: to write.
        num_clips: best clips shown, and worst ones. Where their data or the checkpoint are gone, the page says so and
            shows no pictures.
    """
    chosen, setting = choose_clips(run.answers, num_clips), build_setting(run.cfg)
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
                              trim_blocks=True, lstrip_blocks=True)
    page = environment.get_template('page.html').render(_content(run, setting), clips=_clips(run, setting, chosen))
    return write_atomic(file, page.encode())


def _content(run: Run, setting: Setting) -> dict[str, Any]:
    """What the template shows beside the clips."""
    metrics, pose = run.metrics, run.metrics.get('pose') or {}
    confusion = metrics.get('confusion')
    matrix = build_matrix(run.class_names, confusion) if confusion and len(confusion) == len(run.class_names) else None
    return {'run': run, 'setting': setting, 'reads': READS[setting.clips], 'figures': headline_figures(metrics),
            'matrix': matrix, 'chart': charts,
            'classes': hardest_first(metrics.get('per_class') or {}, matrix), 'num_hardest': NUM_HARDEST,
            'charts': charts.build_charts(run.rows),
            'joints': _ascending(pose.get('PCK_per_joint')), 'pose_classes': _ascending(pose.get('PCK_per_class'))}


def _ascending(percents: dict[str, float | None] | None) -> list[tuple[str, float]]:
    return sorted(((name, value) for name, value in (percents or {}).items() if value is not None),
                  key=lambda pair: pair[1])


def _clips(run: Run, setting: Setting, chosen: Chosen) -> Clips:
    cards = [_card(run, answer) for answer in (*chosen.best, *chosen.worst)]
    split = len(chosen.best)
    clips = Clips(cards[:split], cards[split:])
    if setting.clips == 'keypoints':
        return clips._replace(missing='This run reads joints, not frames.')
    if not cards:
        return clips
    try:
        watched, layout = watch_clips(build_replay(run.cfg, run.folder), [card.answer.name for card in cards])
    except (OSError, ValueError) as error:
        return clips._replace(missing=str(error))
    cards = [_with_pictures(card, watched[card.answer.name], layout, number in (0, split))
             for number, card in enumerate(cards)]
    first = watched[cards[0].answer.name].person
    return Clips(cards[:split], cards[split:], liveliest_joint(first) if first else 0, first is not None)


def _card(run: Run, answer: Answer) -> Card:
    names = run.class_names
    return Card(answer, names[answer.label], [(names[label], 100 * share) for label, share in answer.top[:NUM_TOP]])


def _with_pictures(card: Card, watched: Watched, layout: Layout, with_strips: bool) -> Card:
    person, skeletons = watched.person, 'true and predicted skeleton' if watched.person else 'the true skeleton'
    strip, frames = film(watched, layout, f'{card.true}: clip {card.answer.name} with {skeletons}')
    card = card._replace(film=strip, frames=frames)
    if person is None:
        return card
    panels: Sequence = ()
    if person.attention is not None:
        panels = attention_panels(person.crops, person.joints_crop, person.attention)
    attention = [(frame, embed(panel, f'attention at frame {frame}')) for frame, panel in panels]
    strips = [(name.replace('_', ' '), *joint_strips(person, joint, name.replace('_', ' ')))
              for joint, name in enumerate(layout.joints)] if with_strips else []
    return card._replace(attention=attention, strips=strips)
