"""Joint layouts as data: joint names, links, flip pairs and OKS sigmas of every skeleton.

Graphs, augmentation, drawing and metrics read them from here. To add a layout, add an entry to ``LAYOUTS``. Joint
indices count from 0 everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

Pair = tuple[int, int]


class Group(NamedTuple):
    """A node of a coarser graph: its name and the finer nodes in it; groups may overlap."""

    name: str
    members: tuple[int, ...]


@dataclass(frozen=True)
class Layout:
    """A skeleton's joints and their connections.

    Attributes:
        name: registry name.
        joints: V joint names, in array order.
        links: inward graph edges ``(child, parent)`` (PYSKL ``pyskl/utils/graph.py``).
        center: joint the graph is centered on.
        flip_pairs: ``(left, right)`` joints that swap under a horizontal mirror.
        bones: ``(child, parent)`` pairs of the bone stream, one per joint (PYSKL ``JointToBone``); the root is its own
            parent.
        sigmas: OKS falloff of each joint (COCO's ``kpt_oks_sigmas``, already divided by 10); empty if none is defined.
        parts: joints grouped into body parts, for multi-scale networks; empty if none are defined.
        part_links: inward edges ``(part, center part)`` between parts, as ``links`` are between joints.
        bodies: parts grouped further; members are indices into ``parts``.
        body_links: inward edges between bodies.
        coarser: disjoint groups that merge the joints step by step (Skeleton Transformation of SkeleT, 2406.18011); the
            members of a step are indices into the step before. The groups of wholebody65 are SkeleT's, the others ours.
        mesh: edges ``(joint, joint)`` of the graph that SkeleT starts from, with cycles; empty if it is ``links``.
    """

    name: str
    joints: tuple[str, ...]
    links: tuple[Pair, ...]
    center: int
    flip_pairs: tuple[Pair, ...] = ()
    bones: tuple[Pair, ...] = ()
    sigmas: tuple[float, ...] = ()
    parts: tuple[Group, ...] = ()
    part_links: tuple[Pair, ...] = ()
    bodies: tuple[Group, ...] = ()
    body_links: tuple[Pair, ...] = ()
    coarser: tuple[tuple[Group, ...], ...] = ()
    mesh: tuple[Pair, ...] = ()

    @property
    def num_joints(self) -> int:
        """V, the number of joints."""
        return len(self.joints)

    @property
    def flip_order(self) -> tuple[int, ...]:
        """Joint order after a horizontal mirror: ``flipped[v] = original[flip_order[v]]``."""
        order = list(range(self.num_joints))
        for left, right in self.flip_pairs:
            order[left], order[right] = right, left
        return tuple(order)


PART_LINKS: tuple[Pair, ...] = ((0, 1), (2, 1), (3, 1), (4, 1), (5, 1))
BODIES = (Group('upper', (0, 1, 2, 3)), Group('lower', (1, 4, 5)), Group('whole', (0, 1, 2, 3, 4, 5)))
BODY_LINKS: tuple[Pair, ...] = ((0, 2), (1, 2))
"""Graphs over six parts: head, torso, left arm, right arm, left leg, right leg."""

NODES = ('head', 'shoulders', 'left_elbow', 'right_elbow', 'left_hand', 'right_hand', 'hips', 'left_knee', 'right_knee',
         'left_foot', 'right_foot')
LIMB_GROUPS = (Group('head', (0,)), Group('torso', (1, 6)), Group('left_arm', (2, 4)), Group('right_arm', (3, 5)),
               Group('left_leg', (7, 9)), Group('right_leg', (8, 10)))
"""The eleven nodes at which SkeleT's chain ends, and six limbs of ours that group them in layouts with few joints."""


def _nodes(*members: tuple[int, ...]) -> tuple[Group, ...]:
    """SkeleT's eleven nodes; ``members`` in the order of ``NODES``."""
    return tuple(Group(name, joints) for name, joints in zip(NODES, members, strict=True))


COCO17 = Layout(
    name='coco17',
    joints=('nose', 'left_eye', 'right_eye', 'left_ear', 'right_ear', 'left_shoulder', 'right_shoulder',
            'left_elbow', 'right_elbow', 'left_wrist', 'right_wrist', 'left_hip', 'right_hip',
            'left_knee', 'right_knee', 'left_ankle', 'right_ankle'),
    links=((15, 13), (13, 11), (16, 14), (14, 12), (11, 5), (12, 6), (9, 7), (7, 5), (10, 8), (8, 6),
           (5, 0), (6, 0), (1, 0), (3, 1), (2, 0), (4, 2)),
    center=0,
    flip_pairs=((1, 2), (3, 4), (5, 6), (7, 8), (9, 10), (11, 12), (13, 14), (15, 16)),
    bones=((0, 0), (1, 0), (2, 0), (3, 1), (4, 2), (5, 0), (6, 0), (7, 5), (8, 6), (9, 7), (10, 8),
           (11, 0), (12, 0), (13, 11), (14, 12), (15, 13), (16, 14)),
    sigmas=(.026, .025, .025, .035, .035, .079, .079, .072, .072, .062, .062, .107, .107, .087, .087, .089, .089),
    parts=(Group('head', (0, 1, 2, 3, 4)), Group('torso', (5, 6, 11, 12)), Group('left_arm', (5, 7, 9)),
           Group('right_arm', (6, 8, 10)), Group('left_leg', (11, 13, 15)), Group('right_leg', (12, 14, 16))),
    part_links=PART_LINKS,
    bodies=BODIES,
    body_links=BODY_LINKS,
    coarser=(_nodes((0, 1, 2, 3, 4), (5, 6), (7,), (8,), (9,), (10,), (11, 12), (13,), (14,), (15,), (16,)),
             LIMB_GROUPS),
)

OPENPOSE18 = Layout(
    name='openpose18',
    joints=('nose', 'neck', 'right_shoulder', 'right_elbow', 'right_wrist', 'left_shoulder', 'left_elbow',
            'left_wrist', 'right_hip', 'right_knee', 'right_ankle', 'left_hip', 'left_knee', 'left_ankle',
            'right_eye', 'left_eye', 'right_ear', 'left_ear'),
    links=((4, 3), (3, 2), (7, 6), (6, 5), (13, 12), (12, 11), (10, 9), (9, 8), (11, 5), (8, 2), (5, 1), (2, 1),
           (0, 1), (15, 0), (14, 0), (17, 15), (16, 14)),
    center=1,
    flip_pairs=((5, 2), (6, 3), (7, 4), (11, 8), (12, 9), (13, 10), (15, 14), (17, 16)),
    bones=((0, 0), (1, 0), (2, 1), (3, 2), (4, 3), (5, 1), (6, 5), (7, 6), (8, 2), (9, 8), (10, 9),
           (11, 5), (12, 11), (13, 12), (14, 0), (15, 0), (16, 14), (17, 15)),
    coarser=(_nodes((0, 14, 15, 16, 17), (1, 2, 5), (6,), (3,), (7,), (4,), (8, 11), (12,), (9,), (13,), (10,)),
             LIMB_GROUPS),
)

NTU25 = Layout(
    name='ntu25',
    joints=('spine_base', 'spine_mid', 'neck', 'head', 'left_shoulder', 'left_elbow', 'left_wrist', 'left_hand',
            'right_shoulder', 'right_elbow', 'right_wrist', 'right_hand', 'left_hip', 'left_knee', 'left_ankle',
            'left_foot', 'right_hip', 'right_knee', 'right_ankle', 'right_foot', 'spine_shoulder',
            'left_hand_tip', 'left_thumb', 'right_hand_tip', 'right_thumb'),
    links=((0, 1), (1, 20), (2, 20), (3, 2), (4, 20), (5, 4), (6, 5), (7, 6), (8, 20), (9, 8), (10, 9), (11, 10),
           (12, 0), (13, 12), (14, 13), (15, 14), (16, 0), (17, 16), (18, 17), (19, 18), (21, 7), (22, 7),
           (23, 11), (24, 11)),
    center=20,
    flip_pairs=((4, 8), (5, 9), (6, 10), (7, 11), (12, 16), (13, 17), (14, 18), (15, 19), (21, 23), (22, 24)),
    bones=((0, 1), (1, 20), (2, 20), (3, 2), (4, 20), (5, 4), (6, 5), (7, 6), (8, 20), (9, 8), (10, 9), (11, 10),
           (12, 0), (13, 12), (14, 13), (15, 14), (16, 0), (17, 16), (18, 17), (19, 18), (20, 20), (21, 22),
           (22, 7), (23, 24), (24, 11)),
    parts=(Group('head', (2, 3)), Group('torso', (0, 1, 20, 4, 8, 12, 16)), Group('left_arm', (4, 5, 6, 7, 21, 22)),
           Group('right_arm', (8, 9, 10, 11, 23, 24)), Group('left_leg', (12, 13, 14, 15)),
           Group('right_leg', (16, 17, 18, 19))),
    part_links=PART_LINKS,
    bodies=BODIES,
    body_links=BODY_LINKS,
    coarser=(_nodes((2, 3), (4, 8, 20), (5,), (9,), (6, 7, 21, 22), (10, 11, 23, 24), (0, 1, 12, 16), (13,), (17,),
                    (14, 15), (18, 19)), LIMB_GROUPS),
)

NUCLA20 = Layout(
    name='nucla20',
    joints=('hip_center', 'spine', 'shoulder_center', 'head', 'left_shoulder', 'left_elbow', 'left_wrist', 'left_hand',
            'right_shoulder', 'right_elbow', 'right_wrist', 'right_hand', 'left_hip', 'left_knee', 'left_ankle',
            'left_foot', 'right_hip', 'right_knee', 'right_ankle', 'right_foot'),
    links=((0, 1), (1, 2), (3, 2), (4, 2), (5, 4), (6, 5), (7, 6), (8, 2), (9, 8), (10, 9), (11, 10), (12, 0), (13, 12),
           (14, 13), (15, 14), (16, 0), (17, 16), (18, 17), (19, 18)),
    center=2,
    flip_pairs=((4, 8), (5, 9), (6, 10), (7, 11), (12, 16), (13, 17), (14, 18), (15, 19)),
    bones=((0, 1), (1, 2), (2, 2), (3, 2), (4, 2), (5, 4), (6, 5), (7, 6), (8, 2), (9, 8), (10, 9), (11, 10), (12, 0),
           (13, 12), (14, 13), (15, 14), (16, 0), (17, 16), (18, 17), (19, 18)),
    parts=(Group('head', (2, 3)), Group('torso', (0, 1, 2, 4, 8, 12, 16)), Group('left_arm', (4, 5, 6, 7)),
           Group('right_arm', (8, 9, 10, 11)), Group('left_leg', (12, 13, 14, 15)),
           Group('right_leg', (16, 17, 18, 19))),
    part_links=PART_LINKS,
    bodies=BODIES,
    body_links=BODY_LINKS,
    coarser=(_nodes((3,), (2, 4, 8), (5,), (9,), (6, 7), (10, 11), (0, 1, 12, 16), (13,), (17,), (14, 15), (18, 19)),
             LIMB_GROUPS),
)

FINGERS = ('thumb', 'forefinger', 'middle_finger', 'ring_finger', 'pinky_finger')
LEFT_HAND, RIGHT_HAND = 23, 44
HAND_SIGMAS = (.029, .022, .035, .037, .047, .026, .025, .024, .035, .018, .024, .022, .026, .017, .021, .021, .032,
               .02, .019, .022, .031)


def _hand_joints(side: str) -> tuple[str, ...]:
    return f'{side}_hand_root', *(f'{side}_{finger}{number}' for finger in FINGERS for number in range(1, 5))


def _hand_links(root: int, wrist: int) -> tuple[Pair, ...]:
    """Root to wrist, first joint of each finger to the root, the others to the one before."""
    return (root, wrist), *((root + joint, root if joint % 4 == 1 else root + joint - 1) for joint in range(1, 21))


EXTREMITY_LINKS: tuple[Pair, ...] = ((17, 19), (18, 19), (19, 15), (20, 22), (21, 22), (22, 16),
                                     *_hand_links(LEFT_HAND, 9), *_hand_links(RIGHT_HAND, 10))

HEAD_MESH: tuple[Pair, ...] = ((1, 2), (0, 1), (0, 2), (1, 3), (2, 4), (0, 4), (0, 3), (0, 5), (0, 6))
BODY_MESH: tuple[Pair, ...] = ((15, 13), (13, 11), (16, 14), (14, 12), (11, 12), (5, 11), (6, 12), (5, 6), (5, 7),
                               (6, 8), (7, 9), (8, 10))
FEET_MESH: tuple[Pair, ...] = ((17, 18), (18, 19), (19, 17), (20, 21), (21, 22), (22, 20), (15, 19), (16, 22))
HANDS_MESH: tuple[Pair, ...] = tuple(
    (parent, child) for child, parent in (*_hand_links(LEFT_HAND, 9), *_hand_links(RIGHT_HAND, 10)))
"""SkeleT's edges between expressive keypoints, in the directions of its ``graph.py``."""


def _fingers(root: int, side: str) -> tuple[Group, ...]:
    return tuple(Group(f'{side}_{finger}', tuple(range(root + 1 + 4 * number, root + 5 + 4 * number)))
                 for number, finger in enumerate(FINGERS))


EXPRESSIVE_GROUPS = (  # 65 → 27: hand roots join the wrists, toes and heels the ankles, fingers stay apart
    *(Group(name, (joint,)) for joint, name in enumerate(COCO17.joints[:9])),
    Group('left_wrist', (9, LEFT_HAND)), Group('right_wrist', (10, RIGHT_HAND)),
    *(Group(name, (joint,)) for joint, name in enumerate(COCO17.joints[11:15], start=11)),
    Group('left_foot', (15, 17, 18, 19)), Group('right_foot', (16, 20, 21, 22)),
    *_fingers(LEFT_HAND, 'left'), *_fingers(RIGHT_HAND, 'right'))

WHOLEBODY65 = Layout(  # COCO-WholeBody (2007.11858) without its face landmarks, joints 0-22 and 91-132
    name='wholebody65',
    joints=(*COCO17.joints, 'left_big_toe', 'left_small_toe', 'left_heel', 'right_big_toe', 'right_small_toe',
            'right_heel', *_hand_joints('left'), *_hand_joints('right')),
    links=COCO17.links + EXTREMITY_LINKS,
    center=0,
    flip_pairs=(*COCO17.flip_pairs, (17, 20), (18, 21), (19, 22),
                *((LEFT_HAND + joint, RIGHT_HAND + joint) for joint in range(21))),
    bones=COCO17.bones + EXTREMITY_LINKS,
    sigmas=(*COCO17.sigmas, .068, .066, .066, .092, .094, .094, *HAND_SIGMAS, *HAND_SIGMAS),
    parts=(*COCO17.parts[:4], Group('left_leg', (11, 13, 15, 17, 18, 19)), Group('right_leg', (12, 14, 16, 20, 21, 22)),
           Group('left_hand', (9, *range(LEFT_HAND, LEFT_HAND + 21))),
           Group('right_hand', (10, *range(RIGHT_HAND, RIGHT_HAND + 21)))),
    part_links=(*PART_LINKS, (6, 1), (7, 1)),
    bodies=(Group('upper', (0, 1, 2, 3, 6, 7)), Group('lower', (1, 4, 5)), Group('whole', tuple(range(8)))),
    body_links=BODY_LINKS,
    coarser=(EXPRESSIVE_GROUPS,
             _nodes((0, 1, 2, 3, 4), (5, 6), (7,), (8,), (9, *range(17, 22)), (10, *range(22, 27)), (11, 12), (13,),
                    (14,), (15,), (16,))),
    mesh=HEAD_MESH + BODY_MESH + HANDS_MESH + FEET_MESH,
)

LAYOUTS: dict[str, Layout] = {layout.name: layout for layout in (COCO17, OPENPOSE18, NTU25, NUCLA20, WHOLEBODY65)}


def get_layout(name: str) -> Layout:
    """Return the layout called ``name``.

    Raises:
        ValueError: ``LAYOUTS`` has no such name.

    Example:
        >>> get_layout('coco17').num_joints
        17
    """
    if name not in LAYOUTS:
        raise ValueError(f"joint layout '{name}' is unknown; choose one of {', '.join(LAYOUTS)}")
    return LAYOUTS[name]
