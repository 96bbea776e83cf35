import json

import numpy as np

from core.metrics.percent import percents


def test_empty_wholes_become_json_null():
    assert json.dumps(percents(np.array([1, 0]), np.array([4, 0]))) == '[25.0, null]'
