import numpy as np
import pytest

from core.data.clips.sampling import (
    SAMPLERS,
    TEST_SAMPLERS,
    centered,
    clip_after_clip,
    clip_samplers,
    dense,
    dense_starts,
    even,
    random_segment,
    uniform,
)

RNG = np.random.default_rng(0)
SEGMENT_SAMPLERS = ('uniform', 'random', 'centered')


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


def test_centered_takes_middles():
    assert centered(40, 4).tolist() == [5, 15, 25, 35]


@pytest.mark.parametrize(('sampler', 'clips'), [
    (centered, [[2, 12, 22, 32], [7, 17, 27, 37]]), (uniform, [[0, 10, 20, 30], [5, 15, 25, 35]]),
    (even, [[0, 11, 22, 33], [5, 16, 27, 39]])])
def test_two_clips_are_out_of_step(sampler, clips):
    samplers = clip_samplers(sampler, 2)
    assert [times(40, 4, RNG).tolist() for times in samplers] == clips
    assert clip_after_clip(40, 4, RNG, samplers=samplers).tolist() == [*clips[0], *clips[1]]


@pytest.mark.parametrize('sampler', [centered, uniform, even])
@pytest.mark.parametrize('num_clips', [1, 2, 8])
def test_clips_interleaved_are_one_long_clip(sampler, num_clips):
    clips = [times(1024, 16, RNG) for times in clip_samplers(sampler, num_clips)]
    assert np.array_equal(np.stack(clips, 1).reshape(-1), sampler(1024, 16 * num_clips))


@pytest.mark.parametrize('name', TEST_SAMPLERS)
def test_clips_of_short_sequences_stay_within_them(name):
    for num_frames in range(1, 40):
        clips = np.stack([times(num_frames, 16, RNG) for times in clip_samplers(TEST_SAMPLERS[name], 4)])
        assert clips.shape == (4, 16) and clips.min() >= 0 and clips.max() < num_frames
        if name in ('centered', 'uniform') and num_frames < 16:
            assert clips[:, 0].tolist() == [clip * num_frames // 4 for clip in range(4)]
            assert np.all(np.diff(clips) % num_frames == 1 % num_frames)


def test_one_clip_may_be_of_any_sampler():
    assert clip_samplers(random_segment, 1) == (random_segment,)


def test_dense_starts_anywhere_in_training():
    clips = np.stack([dense(60, 8, RNG) for _ in range(200)])
    assert np.all(np.diff(clips) == 8) and set(clips[:, 0]) == {0, 1, 2, 3}         # 57 frames fit four times
    assert set(dense(40, 3, RNG, stride=19).tolist()) in ({0, 19, 38}, {1, 20, 39})


def test_dense_starts_of_ten_clips_are_the_published_ones():
    for num_frames in (57, 58, 100, 300, 1234):
        starts = [times(num_frames, 8, RNG)[0] for times in clip_samplers(dense_starts, 10)]
        assert starts == [int((num_frames - 1 - 56) * clip / 9) for clip in range(10)]
    assert dense_starts(100, 8).tolist() == list(range(21, 78, 8))                  # alone, in the middle
    assert np.array_equal(dense_starts(100, 22, stride=8 / 3)[::3], dense_starts(100, 8))


@pytest.mark.parametrize('sampler', [dense, dense_starts])
def test_dense_stretches_short_sequences(sampler):
    assert sampler(56, 8, RNG).tolist() == [0, 7, 15, 23, 31, 39, 47, 55]
    assert sampler(3, 4, RNG).tolist() == [0, 0, 1, 2] and sampler(1, 4, RNG).tolist() == [0] * 4
    assert sampler(5, 1, RNG)[0] in range(5)


@pytest.mark.parametrize('sampler', [*SAMPLERS.values(), dense_starts])
def test_no_frames_are_refused(sampler):
    with pytest.raises(ValueError, match='out of 0'):
        sampler(0, 4, RNG)
