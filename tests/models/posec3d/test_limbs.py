"""Both limb orders are one skeleton, and their mirror pairs are those of the joints."""

import pytest

from core.layouts import COCO17
from core.models.posec3d.limbs import LIMB_ORDERS


def test_both_orders_have_the_same_limbs():
    pyskl, default = LIMB_ORDERS['pyskl'].limbs, LIMB_ORDERS['pyskl_default'].limbs
    assert len(pyskl) == 17 and set(pyskl) == set(default) and pyskl != default


@pytest.mark.parametrize('name', LIMB_ORDERS)
def test_mirrored_limbs_join_mirrored_joints(name):
    order, mirrored = LIMB_ORDERS[name], COCO17.flip_order
    assert len(order.left) == len(order.right) == 8
    for left, right in zip(order.left, order.right, strict=True):
        assert tuple(mirrored[joint] for joint in order.limbs[left]) == order.limbs[right]
