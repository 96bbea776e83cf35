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


@pytest.mark.parametrize('layout', LAYOUTS.values(), ids=lambda layout: layout.name)
def test_one_joint_is_its_own_parent(layout):
    assert sum(child == parent for child, parent in layout.bones) == 1


@pytest.mark.parametrize('layout', LAYOUTS.values(), ids=lambda layout: layout.name)
def test_sigmas_are_per_joint(layout):
    assert len(layout.sigmas) == (layout.num_joints if layout.name in ('coco17', 'wholebody65') else 0)
    assert all(0.01 < sigma < 0.2 for sigma in layout.sigmas)


WITH_PARTS = [layout for layout in LAYOUTS.values() if layout.parts]


def test_layouts_with_parts():
    assert [layout.name for layout in WITH_PARTS] == ['coco17', 'ntu25', 'nucla20', 'wholebody65']


@pytest.mark.parametrize('layout', WITH_PARTS, ids=lambda layout: layout.name)
def test_every_joint_is_in_a_part_and_every_part_in_a_body(layout):
    assert {joint for part in layout.parts for joint in part.members} == set(range(layout.num_joints))
    assert {part for body in layout.bodies for part in body.members} == set(range(len(layout.parts)))
    for group in layout.parts + layout.bodies:
        assert len(set(group.members)) == len(group.members)


@pytest.mark.parametrize('layout', WITH_PARTS, ids=lambda layout: layout.name)
def test_parts_link_to_the_torso_and_bodies_to_the_whole(layout):
    parts, bodies = ([group.name for group in groups] for groups in (layout.parts, layout.bodies))
    assert [parts[child] for child, _ in layout.part_links] == [name for name in parts if name != 'torso']
    assert {parts[parent] for _, parent in layout.part_links} == {'torso'}
    assert [(bodies[child], bodies[parent]) for child, parent in layout.body_links] == [
        ('upper', 'whole'), ('lower', 'whole')]


@pytest.mark.parametrize('layout', WITH_PARTS, ids=lambda layout: layout.name)
def test_mirror_swaps_left_parts_with_right_ones(layout):
    members = {part.name: set(part.members) for part in layout.parts}
    for name, joints in members.items():
        mirrored = name.replace('left', '@').replace('right', 'left').replace('@', 'right')
        assert {layout.flip_order[joint] for joint in joints} == members[mirrored]


def test_wholebody_hangs_hands_on_wrists_and_toes_on_heels():
    layout = get_layout('wholebody65')
    parent = {layout.joints[child]: layout.joints[joint] for child, joint in layout.bones}
    assert parent['left_hand_root'] == 'left_wrist' and parent['right_heel'] == 'right_ankle'
    assert parent['right_thumb1'] == 'right_hand_root' and parent['left_pinky_finger4'] == 'left_pinky_finger3'
    assert parent['left_small_toe'] == 'left_heel'
    assert layout.joints.index('right_hand_root') == 44 and layout.joints[:17] == get_layout('coco17').joints


@pytest.mark.parametrize('layout', LAYOUTS.values(), ids=lambda layout: layout.name)
def test_coarser_groups_share_out_the_finer_ones(layout):
    finer = layout.num_joints
    for groups in layout.coarser:
        assert sorted(member for group in groups for member in group.members) == list(range(finer))
        assert len({group.name for group in groups}) == len(groups) < finer
        finer = len(groups)


@pytest.mark.parametrize('layout', LAYOUTS.values(), ids=lambda layout: layout.name)
def test_mirror_swaps_left_coarser_groups_with_right_ones(layout):
    joints = [{joint} for joint in range(layout.num_joints)]
    for groups in layout.coarser:
        joints = [set().union(*(joints[member] for member in group.members)) for group in groups]
        of_name = {group.name: members for group, members in zip(groups, joints, strict=True)}
        for name, members in of_name.items():
            mirrored = name.replace('left', '@').replace('right', 'left').replace('@', 'right')
            assert {layout.flip_order[joint] for joint in members} == of_name[mirrored]


def test_sizes_of_the_coarser_joint_sets():
    sizes = {name: [len(groups) for groups in layout.coarser] for name, layout in LAYOUTS.items()}
    assert sizes.pop('wholebody65') == [27, 11]
    assert set(map(tuple, sizes.values())) == {(11, 6)}


def test_mesh_of_wholebody_has_cycles_at_head_and_feet():
    layout = get_layout('wholebody65')
    edges = {frozenset(edge) for edge in layout.mesh}
    assert len(edges) == len(layout.mesh) == 71
    cycles = edges - {frozenset(link) for link in layout.links}
    assert {frozenset(pair) for pair in ((0, 3), (0, 4), (17, 18), (20, 21))} <= cycles
    assert {joint for edge in edges for joint in edge} == set(range(65))


def test_unknown_layout_is_refused():
    with pytest.raises(ValueError, match='coco17'):
        get_layout('coco18')
