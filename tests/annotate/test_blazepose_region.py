import numpy as np
import pytest

from core.annotate.blazepose_region import Region, region_around

CORNERS = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0.5, 0.5]])


def test_an_upright_region_maps_its_corners_to_the_frame():
    region = Region(np.array([50, 40]), 20)
    np.testing.assert_allclose(region.to_frame(CORNERS), [[40, 30], [60, 30], [60, 50], [40, 50], [50, 40]])


@pytest.mark.parametrize('direction', [(0, -1), (1, 0), (0, 1), (-1, 0), (0.6, -0.8)])
def test_up_in_the_region_is_where_it_was_told(direction):
    center, direction = np.array([30.0, 20.0]), np.array(direction)
    region = region_around(center, center + 7 * direction, 40)
    np.testing.assert_allclose(region.to_frame(np.array([0.5, 0])), center + 20 * direction, atol=1e-9)


@pytest.mark.parametrize('angle', [0.0, 0.4, np.pi / 2, -2.5])
def test_a_spot_in_the_cut_maps_back_to_its_place(angle):
    frame = np.zeros((120, 160, 3), np.uint8)
    frame[54:57, 89:92] = 255                                           # centre of the spot: (90, 55)
    region = Region(np.array([80.0, 60.0]), 64, angle)
    cut = region.cut(frame, 128)[..., 0].astype(float)
    row, column = (np.indices(cut.shape) * cut).sum(axis=(1, 2)) / cut.sum()
    found = region.to_frame((np.array([column, row]) + 0.5) / 128)
    np.testing.assert_allclose(found, [90, 55], atol=0.1)


def test_what_lies_outside_the_frame_is_black():
    cut = Region(np.array([0.0, 0.0]), 20).cut(np.full((50, 50, 3), 200, np.uint8), 20)
    assert cut.shape == (20, 20, 3)
    assert cut[:9].max() == 0 and cut[11:, 11:].min() == 200
