"""Computes a function of many items in several processes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

import cv2

Item = TypeVar('Item')
Result = TypeVar('Result')


def in_parallel(function: Callable[[Item], Result], items: Sequence[Item], jobs: int) -> Iterator[Result]:
    """Yield ``function(item)`` for every item, in the order of the items, computed by ``jobs`` processes."""
    if jobs == 1:
        yield from map(function, items)
        return
    context = multiprocessing.get_context('spawn')
    with ProcessPoolExecutor(jobs, context, initializer=cv2.setNumThreads, initargs=(1,)) as pool:
        yield from pool.map(function, items)
