import struct

import numpy as np
import pytest

from core.inference.footage import Footage, FrameArray, frame_edges, usual_rate


def test_frames_come_again_every_time_with_their_times(walking, make_video):
    footage = Footage(make_video(walking(5)))
    for _ in range(2):
        frames = list(footage)
        assert len(frames) == footage.announced_frames == 5 and footage.size == (160, 120)
        np.testing.assert_allclose(footage.edges, np.arange(6) / 10, atol=1e-3)


def test_large_frames_come_smaller(make_video):
    footage = Footage(make_video(np.zeros((2, 500, 1000, 3), np.uint8)))
    assert next(iter(footage)).shape == (480, 960, 3) and footage.size == (960, 480)


def test_a_video_that_is_to_be_turned_comes_upright(walking, make_video):
    def turn(header):
        matrix = struct.pack('>9i', 0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)     # by 90 degrees
        return header[:40] + matrix + header[76:]

    upright = next(iter(Footage(make_video(walking(2)))))
    turned = next(iter(Footage(make_video(walking(2), 'turned.mp4', changes={b'tkhd': turn}))))
    assert turned.shape == (160, 120, 3)
    np.testing.assert_array_equal(turned, np.rot90(upright, -1))


def test_frames_may_last_differently_long(walking, make_video):
    def change(table):
        count, duration = struct.unpack('>2I', table[8:])                               # all frames have one
        return table[:4] + struct.pack('>5I', 2, count // 2, duration // 2, count // 2, duration * 3 // 2)

    footage = Footage(make_video(walking(6), changes={b'stts': change}))
    assert len(list(footage)) == 6
    np.testing.assert_allclose(footage.edges[:-1], [0, 0.05, 0.1, 0.15, 0.3, 0.45], atol=1e-3)
    assert 0.5 < footage.edges[-1] <= 0.6


@pytest.mark.parametrize('times', [[3.0], [0.0, 0.0, 0.0], [0.0, 0.2, 0.1]])
def test_where_the_file_knows_no_times_the_rate_tells(times):
    np.testing.assert_allclose(frame_edges(times, 5.0), np.arange(len(times) + 1) / 5)


def test_impossible_rates_are_thirty():
    assert [usual_rate(rate) for rate in (0.0, float('nan'), 90000.0, 23.976)] == [30, 30, 30, 23.976]


def test_a_list_of_frames_is_an_array():
    frames = [np.full((4, 6, 3), shade, np.uint8) for shade in (1, 2)]
    assert [frame[0, 0, 0] for frame in FrameArray(frames, 30)] == [1, 2]
    with pytest.raises(ValueError, match='found object of shape'):
        FrameArray(None, 30)
