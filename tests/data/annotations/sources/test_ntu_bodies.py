"""Choice and order of bodies, at PYSKL's thresholds."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.annotations.sources.ntu_bodies import choose_bodies, close_gaps, slot_bodies
from core.data.annotations.sources.ntu_text import Body


@pytest.fixture
def make_body(make_joints):
    """A body at ``frames``, a range or numbers; the first ``wide`` frames are 2 m wide."""

    def make(frames, width: float = 0.5, sway: float = 0.1, wide: int = 0) -> Body:
        values = make_joints(len(frames), width, sway).astype(np.float32)
        values[:wide, :, 0] = np.linspace(0, 2, 25)
        return Body(np.array(frames), values[..., :3], values[..., 5:7], values[..., 11])

    return make


def names(chosen, **bodies):
    """Names of the chosen bodies."""
    return [next(name for name, body in bodies.items() if body is one) for one in chosen]


def test_most_motion_comes_first(make_body):
    calm, lively, still = make_body(range(20), sway=0.2), make_body(range(20), sway=0.5), make_body(range(20), sway=0)
    assert names(choose_bodies([calm, lively, still]), calm=calm, lively=lively, still=still) == ['lively', 'calm',
                                                                                                  'still']


def test_motion_sums_the_variances_of_the_axes(make_body):
    high, deep = make_body(range(20), sway=0), make_body(range(20), sway=0.3)
    high.xyz[::2, :, 1] += 0.5                     # moves by 0.25 m to both sides of its middle
    assert choose_bodies([high, deep])[0] is deep
    high.xyz[::2, :, 1] += 0.2                     # by 0.35 m
    assert choose_bodies([deep, high])[0] is high


def test_bodies_of_at_most_eleven_frames_are_noise_among_several(make_body):
    eleven, twelve = make_body(range(11), sway=1), make_body(range(12))
    assert choose_bodies([eleven]) == [eleven]
    assert choose_bodies([eleven, twelve]) == [twelve]
    assert choose_bodies([eleven, make_body(range(3))]) == []
    assert len(choose_bodies([twelve, make_body(range(12, 24))])) == 2
    assert choose_bodies([]) == []


@pytest.mark.parametrize(('width', 'kept'), [(0.79, True), (0.8, True), (0.81, False)])
def test_bodies_wider_than_four_fifths_of_their_height_are_noise(make_body, width, kept):
    person, other = make_body(range(20)), make_body(range(20), width=width, sway=1)
    assert (len(choose_bodies([person, other])) == 2) == kept


@pytest.mark.parametrize(('wide', 'length', 'kept'), [(23, 33, True), (30, 43, False), (43, 43, False)])
def test_a_body_survives_some_wide_frames(make_body, wide, length, kept):
    """23 / 33 = 0.69697, 30 / 43 = 0.69767."""
    person, other = make_body(range(20)), make_body(range(length), wide=wide)
    assert (len(choose_bodies([person, other])) == 2) == kept


def test_a_lone_body_is_not_asked_for_its_spread(make_body):
    wide, short = make_body(range(20), width=2), make_body(range(5))
    assert choose_bodies([wide]) == choose_bodies([wide, short]) == [wide]
    assert choose_bodies([wide, make_body(range(20), width=2)]) == []


def test_motion_of_wide_frames_does_not_count(make_body):
    person, noisy = make_body(range(20), sway=0.2), make_body(range(20), wide=5)
    noisy.xyz[:5, :, 2] += 4
    assert names(choose_bodies([noisy, person]), person=person, noisy=noisy) == ['person', 'noisy']
    noisy.xyz[5::2, :, 2] += 4
    assert names(choose_bodies([noisy, person]), person=person, noisy=noisy) == ['noisy', 'person']


def test_closing_gaps_drops_empty_frames_and_gaps(make_body):
    one, two = close_gaps([make_body([2, 3, 7, 8]), make_body([5, 9])])  # frames with a body: 2 3 5 7 8 9
    assert one.frames.tolist() == [0, 1, 2, 3] and two.frames.tolist() == [2, 3]
    assert close_gaps([]) == []


def test_slots(make_body):
    top, after, same, late = (make_body(frames) for frames in (range(20), range(20, 40), range(15, 50), range(50, 60)))
    known = dict(top=top, after=after, same=same, late=late)

    def slots(*bodies):
        return [names(slot, **known) for slot in slot_bodies(list(bodies))]

    assert slots(top) == [['top']]
    assert slots(top, after) == [['top', 'after'], []]
    assert slots(top, same, after) == [['top', 'after'], ['same']]
    assert slots(top, late, same) == [['top', 'late'], ['same']]
    assert slots(top, late, after) == [['top', 'late'], ['after']]  # the gap in the first slot is closed to others
    assert slots(same, after, top) == [['after', 'top'], ['same']]  # top, in the second slot, begins first
    assert slots(after, same, late) == [['same'], ['after', 'late']]
    assert slots(same, same, after, late) == [['same', 'late'], ['same']]  # no room for after
