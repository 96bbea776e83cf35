"""What single people do shows in their bodies."""

from __future__ import annotations

import numpy as np

from core.rendering.body import POINT


def height(points: np.ndarray, name: str) -> np.ndarray:
    return points[:, POINT[name], 2]


def test_pick_up_brings_the_hand_to_the_floor_and_back(acted):
    hand = height(acted(6)[0], 'right_hand')
    assert hand.min() < 0.3 and hand[0] > 0.6 and hand[-1] > 0.6


def test_standing_up_ends_where_sitting_down_began(acted):
    sat, stood = height(acted(8)[0], 'pelvis'), height(acted(9)[0], 'pelvis')
    assert sat[0] > 0.8 > 0.6 > sat[-1]
    assert stood[0] < 0.6 < 0.8 < stood[-1]


def test_jump_leaves_the_ground_and_fall_ends_on_it(acted):
    toes = np.minimum(height(acted(27)[0], 'left_toe'), height(acted(27)[0], 'right_toe'))
    assert toes.max() > 0.15
    assert height(acted(43)[0], 'neck')[-1] < 0.5


def test_cheering_raises_both_hands_and_waving_one(acted):
    cheer, wave = acted(22)[0][-1], acted(23)[0][-1]
    head = POINT['nose']
    assert (cheer[[POINT['left_wrist'], POINT['right_wrist']], 2] > cheer[head, 2]).all()
    assert wave[POINT['right_hand'], 2] > wave[head, 2] > wave[POINT['left_hand'], 2]
