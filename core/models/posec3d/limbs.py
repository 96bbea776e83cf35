"""The two orders in which PYSKL draws the limbs of COCO's 17 joints."""

from __future__ import annotations

from typing import NamedTuple

Pair = tuple[int, int]


class LimbOrder(NamedTuple):
    """Limbs as channels of a volume.

    Attributes:
        limbs: first and second joint of every limb.
        left: limbs that a mirror exchanges, ...
        right: ... with these.
    """

    limbs: tuple[Pair, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]


LIMB_ORDERS: dict[str, LimbOrder] = {
    'pyskl': LimbOrder(  # configs/posec3d/*/limb.py
        ((0, 5), (0, 6), (5, 7), (7, 9), (6, 8), (8, 10), (5, 11), (11, 13), (13, 15), (6, 12), (12, 14), (14, 16),
         (0, 1), (0, 2), (1, 3), (2, 4), (11, 12)),
        (0, 2, 3, 6, 7, 8, 12, 14), (1, 4, 5, 9, 10, 11, 13, 15)),
    'pyskl_default': LimbOrder(  # GeneratePoseTarget's own, where a configuration names none
        ((0, 1), (0, 2), (1, 3), (2, 4), (0, 5), (5, 7), (7, 9), (0, 6), (6, 8), (8, 10), (5, 11), (11, 13), (13, 15),
         (6, 12), (12, 14), (14, 16), (11, 12)),
        (0, 2, 4, 5, 6, 10, 11, 12), (1, 3, 7, 8, 9, 13, 14, 15)),
}
