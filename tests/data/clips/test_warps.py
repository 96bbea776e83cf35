import numpy as np

from core.data.clips.warps import needed_regions, warp_views
from core.data.frames.frame_folder import FrameView
from core.data.frames.tube_files import Place

TWICE = np.array([[2.0, 0, 10], [0, 2, 20]])            # a crop pixel is two pixels of the frame, from (10, 20)
SHIFT = np.array([[1.0, 0, 40], [0, 1, 5]])


def ramp():
    """Frame of 60x50 pixels whose red is the column and whose green is the row, as B, G, R."""
    rows, columns = np.mgrid[:50, :60].astype(np.uint8)
    return np.dstack([np.zeros_like(rows), rows, columns])


def test_the_region_holds_what_every_crop_of_a_frame_shows():
    to_image = np.stack([[TWICE, SHIFT, TWICE], [SHIFT, SHIFT, TWICE]])             # (P, T, 2, 3)
    regions, steps = needed_regions(to_image, np.array([0, 1, 1]), (8, 4))
    assert regions.tolist() == [[10, 5, 49, 28], [10, 5, 49, 28]] and steps.tolist() == [1, 1]
    regions, steps = needed_regions(to_image[:1, :1], np.array([0]), (8, 4))
    assert regions.tolist() == [[10, 20, 26, 28]] and steps.tolist() == [2]


def test_crops_show_their_view_where_their_map_says():
    frame = ramp()
    half = np.ascontiguousarray(frame[16:, 8:])                                     # begins at (8, 16)
    views = [FrameView(frame, Place((0, 0), (1, 1)), 3), FrameView(half, Place((8, 16), (1, 1)), 7)]
    to_image = np.broadcast_to(TWICE, (2, 3, 2, 3))
    crops, shown = warp_views(views, np.array([1, 0, 1]), to_image, np.array([1]), (8, 4))
    assert shown.tolist() == [3, 7] and crops.shape == (2, 3, 4, 8, 3) and not crops[0].any()
    for crop in crops[1]:
        assert crop[0, :, 0].tolist() == list(range(10, 26, 2)) and crop[:, 0, 1].tolist() == [20, 22, 24, 26]
