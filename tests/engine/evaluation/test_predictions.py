"""Parts of an answer become one."""

import numpy as np

from core.engine.evaluation.predictions import join_predictions, map_arrays


def test_clips_come_once_and_in_order(make_predictions):
    whole = make_predictions()
    parts = [map_arrays(lambda values, rows=rows: values[rows], whole) for rows in ([3, 1], [4], [0, 2, 4])]
    joined = join_predictions(parts)
    assert joined.index.tolist() == [0, 1, 2, 3, 4] and joined.visual is None
    for name in ('label', 'probabilities'):
        np.testing.assert_array_equal(getattr(joined, name), getattr(whole, name))
    for one, other in zip(joined.pose, whole.pose, strict=True):
        np.testing.assert_array_equal(one, other)
