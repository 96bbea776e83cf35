"""Several processes give what one gives, in order."""

from __future__ import annotations

import math

import pytest

from core.parallel import in_parallel


@pytest.mark.parametrize('jobs', [1, 2])
def test_results_come_in_the_order_of_the_items(jobs):
    assert list(in_parallel(math.factorial, range(10), jobs)) == [math.factorial(number) for number in range(10)]
