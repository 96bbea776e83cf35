from __future__ import annotations

import numpy as np

from core.rendering.camera import DEMO_DISTANCES
from core.rendering.demo_set import demo_camera
from core.rendering.strangers import DISTANCES, random_camera, render_person_sample
from core.rendering.subject import FIRST_STRANGER


def test_samples_repeat_with_the_generator_and_differ_along_it():
    rng, again = np.random.default_rng(5), np.random.default_rng(5)
    first, second, repeated = render_person_sample(rng), render_person_sample(rng), render_person_sample(again)
    np.testing.assert_array_equal(first.frame, repeated.frame)
    np.testing.assert_array_equal(first.keypoints, repeated.keypoints)
    assert np.abs(first.frame.astype(int) - second.frame).mean() > 1


def test_samples_are_annotated_people_in_view():
    rng = np.random.default_rng(0)
    samples = [render_person_sample(rng, (120, 160)) for _ in range(60)]
    assert all(sample.frame.shape == (160, 120, 3) and sample.frame.dtype == np.uint8 for sample in samples)
    assert all(sample.subject >= FIRST_STRANGER for sample in samples)
    keypoints = np.stack([sample.keypoints for sample in samples])
    visible = np.stack([sample.visible for sample in samples])
    inside = ((keypoints > -0.5) & (keypoints < (119.5, 159.5))).all(-1)
    assert inside.mean() > 0.9
    assert not visible[~inside].any() and 0.5 < visible.mean() < 0.95
    heights = np.ptp(keypoints[..., 1], axis=1)
    assert heights.max() > 100 and np.ptp(heights) > 60


def test_people_look_every_way():
    rng = np.random.default_rng(1)
    samples = [render_person_sample(rng) for _ in range(40)]
    facing = [sample.keypoints[5, 0] > sample.keypoints[6, 0] for sample in samples]
    assert 8 < sum(facing) < 32


def test_cameras_never_stand_where_the_demos_do():
    rng = np.random.default_rng(2)
    points = np.random.default_rng(0).uniform((-0.3, -0.3, 0.0), (0.3, 0.3, 1.7), (25, 3))
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    cameras = [random_camera(rng, points, (160, 160)) for _ in range(200)]
    away = np.array([np.linalg.norm(camera.position - middle) for camera in cameras])
    demo_cameras = [demo_camera(seed, number) for seed in range(20) for number in (1, 2, 3)]
    demo_away = [np.linalg.norm(camera.position - (0, 0, 0.9)) for camera in demo_cameras]
    assert not ((away > min(demo_away) - 0.1) & (away < max(demo_away) + 0.1)).any()
    assert DISTANCES[0][1] < DEMO_DISTANCES[0] and DEMO_DISTANCES[1] < DISTANCES[1][0]
    assert (away < DEMO_DISTANCES[0]).any() and (away > DEMO_DISTANCES[1]).any()
