import numpy as np
import pytest

from core.data.sampling import SAMPLERS, centred, random_segment, uniform

RNG = np.random.default_rng(0)
SEGMENT_SAMPLERS = ('uniform', 'random', 'centred')


def test_uniform_gives_the_published_positions():
    assert uniform(103, 32)[:12].tolist() == [0, 3, 6, 9, 12, 16, 19, 22, 25, 28, 32, 35]
    assert uniform(60, 32)[-8:].tolist() == [45, 46, 48, 50, 52, 54, 56, 58][-8:]
    assert uniform(33, 32).tolist() == list(range(32)) and uniform(32, 32).tolist() == list(range(32))


@pytest.mark.parametrize('name', SEGMENT_SAMPLERS)
@pytest.mark.parametrize('num_frames', [16, 17, 31, 32, 100, 299])
def test_long_sequences_give_increasing_frames_one_per_segment(name, num_frames):
    times = SAMPLERS[name](num_frames, 16, np.random.default_rng(num_frames))
    assert times.shape == (16,) and times.dtype == np.int64
    assert times.min() >= 0 and times.max() < num_frames and np.all(np.diff(times) > 0)
    assert np.all(np.abs(times - (np.arange(16) + 0.5) * num_frames / 16) <= num_frames / 16 + 1)


@pytest.mark.parametrize('name', SEGMENT_SAMPLERS)
@pytest.mark.parametrize('num_frames', [1, 2, 5, 15])
def test_short_sequences_are_looped(name, num_frames):
    times = SAMPLERS[name](num_frames, 16, np.random.default_rng(3))
    assert np.all(np.diff(times) % num_frames == 1 % num_frames) and set(times) == set(range(num_frames))


def test_random_segment_reaches_every_frame_and_only_its_segment():
    draws = np.stack([random_segment(40, 4, RNG) for _ in range(400)])
    assert all(set(draws[:, segment]) == set(range(10 * segment, 10 * segment + 10)) for segment in range(4))


def test_centred_takes_middles_and_phases():
    assert centred(40, 4).tolist() == [5, 15, 25, 35]
    assert [centred(40, 4, phase=(clip + 0.5) / 2).tolist() for clip in range(2)] == [[2, 12, 22, 32], [7, 17, 27, 37]]


@pytest.mark.parametrize('name', SAMPLERS)
def test_no_frames_are_refused(name):
    with pytest.raises(ValueError, match='out of 0'):
        SAMPLERS[name](0, 4, RNG)
