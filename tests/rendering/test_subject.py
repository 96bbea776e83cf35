from __future__ import annotations

import numpy as np
import pytest

from core.rendering.subject import COLOR_GAP, FIRST_STRANGER, demo_subject, stranger, wardrobe_distance


def test_subjects_follow_from_seed_and_number():
    assert demo_subject(0, 3) == demo_subject(0, 3)
    subjects = [demo_subject(0, number) for number in range(1, 9)]
    assert len({subject.look.shirt for subject in subjects}) == 8
    assert len({subject.proportions for subject in subjects}) == 8
    assert demo_subject(1, 3).proportions != demo_subject(0, 3).proportions


@pytest.mark.parametrize('number', [0, FIRST_STRANGER])
def test_demo_subject_rejects_numbers_out_of_range(number):
    with pytest.raises(ValueError, match=f'number {number} is outside'):
        demo_subject(0, number)


def test_strangers_are_nobody_of_the_demo_and_wear_none_of_its_colors():
    rng = np.random.default_rng(0)
    strangers = [stranger(rng) for _ in range(100)]
    assert min(person.number for person in strangers) >= FIRST_STRANGER
    worn = np.array([color for person in strangers for color in person.look.garments])
    assert wardrobe_distance(worn).min() > COLOR_GAP
    demo = np.array([color for number in range(1, 41) for color in demo_subject(0, number).look.garments])
    assert wardrobe_distance(demo).max() == 0
