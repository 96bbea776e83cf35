from __future__ import annotations

import numpy as np
import pytest

from core.rendering.actions.library import BLOWS
from core.rendering.actions.motion import Clock
from core.rendering.body import POINT, forward_kinematics
from core.rendering.subject import demo_subject

CLOCK = Clock(np.arange(45) / 30, 1.5)
CAST = (demo_subject(0, 1), demo_subject(0, 4))
SEEDS = range(12)
LIMBS = {50: 'hand', 51: 'toe', 52: 'hand'}


def acted(number: int, seed: int) -> list[np.ndarray]:
    poses = BLOWS[number].motion(CLOCK, CAST, np.random.default_rng(seed))
    return [forward_kinematics(person.proportions, pose) for person, pose in zip(CAST, poses, strict=True)]


def struck_person(seed: int) -> int:
    """The person who moves the same in all classes."""
    punch, kick, push = (acted(number, seed) for number in BLOWS)
    same = [np.array_equal(punch[person], kick[person]) and np.array_equal(punch[person], push[person])
            for person in (0, 1)]
    assert sum(same) == 1
    return same.index(True)


def test_either_person_is_struck_and_moves_the_same_whatever_hits():
    assert {struck_person(seed) for seed in SEEDS} == {0, 1}


@pytest.mark.parametrize('number', BLOWS)
def test_people_face_each_other_until_one_is_thrown_back(number):
    for seed in SEEDS:
        people, struck = acted(number, seed), struck_person(seed)
        assert people[0][0, POINT['pelvis'], 0] < 0 < people[1][0, POINT['pelvis'], 0]
        assert people[0][0, POINT['nose'], 0] > people[0][0, POINT['left_ear'], 0]
        assert people[1][0, POINT['nose'], 0] < people[1][0, POINT['left_ear'], 0]
        pelvis = np.abs(people[struck][:, POINT['pelvis'], 0])
        assert np.ptp(pelvis[:15]) < 0.05 and 0.25 < pelvis[-1] - pelvis[0] < 0.5


@pytest.mark.parametrize('number', BLOWS)
def test_the_limb_is_at_the_chest_when_the_other_begins_to_move(number):
    for seed in SEEDS:
        people, struck = acted(number, seed), struck_person(seed)
        pelvis = np.abs(people[struck][:, POINT['pelvis'], 0])
        hit = np.flatnonzero(pelvis - pelvis[0] < 0.01).max()
        trunk = people[struck][hit, [POINT['pelvis'], POINT['neck']]]
        low, high = trunk[:, 2]
        limbs = people[1 - struck][hit, [POINT[f'{side}_{LIMBS[number]}'] for side in ('left', 'right')]]
        nearer = np.abs(limbs[:, 0] - trunk[0, 0]).argmin()
        hitting = limbs if number == 52 else limbs[[nearer]]
        apart = np.linalg.norm(hitting.mean(axis=0)[:2] - trunk[:, :2].mean(axis=0))
        assert 0.08 < apart < 0.25
        assert ((low - 0.15 < hitting[:, 2]) & (hitting[:, 2] < high + 0.1)).all()


def test_only_a_push_takes_both_hands_and_only_a_kick_a_foot():
    for seed in SEEDS:
        striker = 1 - struck_person(seed)
        reach = {}
        for number in BLOWS:
            points = acted(number, seed)[striker]
            ahead = np.abs(points[..., 0] - points[:, POINT['pelvis'], None, 0]).max(axis=0)
            reach[number] = [ahead[POINT[name]] for name in ('left_hand', 'right_hand', 'left_toe', 'right_toe')]
        assert min(reach[52][:2]) > 0.5 > min(reach[50][:2])
        assert max(reach[51][2:]) > 0.75 > max(*reach[50][2:], *reach[52][2:])
