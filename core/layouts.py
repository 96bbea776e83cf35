"""Joint layouts as data: the one place that knows joint names, links, flip pairs and OKS sigmas.

Graphs, augmentation, drawing and metrics all read a layout from here; adding one is adding an entry to ``LAYOUTS``.
Joint indices are 0-based everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

Pair = tuple[int, int]


@dataclass(frozen=True)
class Layout:
    """A skeleton's joints and how they hang together.

    Attributes:
        name: registry name.
        joints: V joint names, in array order.
        links: inward graph edges ``(child, parent)`` (PYSKL ``pyskl/utils/graph.py``).
        center: joint the graph is centred on.
        flip_pairs: ``(left, right)`` joints that swap under a horizontal mirror.
        bones: ``(child, parent)`` pairs of the bone stream, one per joint (PYSKL ``JointToBone``); the root is its own
            parent.
        sigmas: per-joint OKS falloff (COCO's ``kpt_oks_sigmas``, already divided by 10), empty where none is defined.
    """

    name: str
    joints: tuple[str, ...]
    links: tuple[Pair, ...]
    center: int
    flip_pairs: tuple[Pair, ...] = ()
    bones: tuple[Pair, ...] = ()
    sigmas: tuple[float, ...] = ()

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
)

LAYOUTS: dict[str, Layout] = {layout.name: layout for layout in (COCO17, OPENPOSE18, NTU25)}


def get_layout(name: str) -> Layout:
    """Return the layout called ``name``.

    Raises:
        ValueError: for a name that is not in ``LAYOUTS``.

    Example:
        >>> get_layout('coco17').num_joints
        17
    """
    if name not in LAYOUTS:
        raise ValueError(f"joint layout '{name}' is unknown; choose one of {', '.join(LAYOUTS)}")
    return LAYOUTS[name]
