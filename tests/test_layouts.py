"""Joint layouts are consistent data."""

import pytest

from core.layouts import LAYOUTS, get_layout


@pytest.mark.parametrize('layout', LAYOUTS.values(), ids=lambda layout: layout.name)
def test_links_form_a_tree_over_all_joints(layout):
    assert len(layout.links) == layout.num_joints - 1
    reached = {layout.center}
    for _ in layout.links:
        reached |= {a for a, b in layout.links if b in reached} | {b for a, b in layout.links if a in reached}
    assert reached == set(range(layout.num_joints))


@pytest.mark.parametrize('layout', LAYOUTS.values(), ids=lambda layout: layout.name)
def test_flip_swaps_left_with_right_and_undoes_itself(layout):
    order = layout.flip_order
    assert [order[order[joint]] for joint in range(layout.num_joints)] == list(range(layout.num_joints))
    for joint, name in enumerate(layout.joints):
        mirrored = layout.joints[order[joint]]
        assert mirrored == name.replace('left', '@').replace('right', 'left').replace('@', 'right')


@pytest.mark.parametrize('layout', LAYOUTS.values(), ids=lambda layout: layout.name)
def test_bones_have_every_joint_as_child_once(layout):
    assert sorted(child for child, _ in layout.bones) == list(range(layout.num_joints))


def test_sigmas_are_per_joint():
    assert len(get_layout('coco17').sigmas) == 17


def test_unknown_layout_is_refused():
    with pytest.raises(ValueError, match='coco17'):
        get_layout('coco18')
