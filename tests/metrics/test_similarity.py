import numpy as np
import pytest

from core.layouts import COCO17
from core.metrics.similarity import keypoint_similarity

AREA = 40.0 * 90.0


def pose():
    return np.random.default_rng(5).uniform(0, 90, (17, 2))


def test_each_person_is_compared_by_cocos_formula():
    random = np.random.default_rng(5)
    first, shifts = random.uniform(0, 90, (2, 3, 17, 2)), random.normal(0, 8, (2, 3, 17, 2))
    counted, area = random.random((2, 3, 17)) < 0.6, random.uniform(1000, 5000, (2, 3))
    found = keypoint_similarity(first, first + shifts, counted, area, COCO17.sigmas)
    for person in np.ndindex(2, 3):
        rows = zip(shifts[person], COCO17.sigmas, counted[person], strict=True)
        joints = [np.exp(-(x * x + y * y) / (2 * area[person] * (2 * sigma) ** 2))
                  for (x, y), sigma, counts in rows if counts]
        assert found[person] == pytest.approx(sum(joints) / len(joints))
    assert 0.05 < found.min() and found.max() < 0.95


def test_joints_that_do_not_count_change_nothing():
    moved, counted = pose(), np.arange(17) != 3
    moved[3] += 1000
    assert keypoint_similarity(pose(), moved, counted, np.array(AREA), COCO17.sigmas) == pytest.approx(1)
    assert keypoint_similarity(pose(), moved, ~counted, np.array(AREA), COCO17.sigmas) == pytest.approx(0)


def test_without_a_joint_that_counts_there_is_no_similarity():
    assert np.isnan(keypoint_similarity(pose(), pose(), np.zeros(17, bool), np.array(AREA), COCO17.sigmas))
