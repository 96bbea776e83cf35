"""Body parts as convex hulls of spheres that are attached to the body points.

Every part (a forearm, the shirt, the face) is the hull of a few spheres. One rule therefore gives the outline of every
part from any side, and one test tells whether a pixel lies inside.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from core.rendering.body import BODY_POINTS, POINT, axes_of, stature_of
from core.rendering.subject import Look

Sphere = tuple[str, tuple[float, float, float], float]

_TORSO, _HEAD = 1, 2


def _limb(name: str, start: str, end: str, start_radius: float, end_radius: float) -> dict[str, tuple[Sphere, ...]]:
    """A left and a right capsule between two body points."""
    origin = (0.0, 0.0, 0.0)
    return {f'{side}_{name}': ((f'{side}_{start}', origin, start_radius), (f'{side}_{end}', origin, end_radius))
            for side in ('left', 'right')}


# Spheres as (body point, offset in the frame of the torso or the head, radius), in fractions of stature.
_BODY_PARTS: dict[str, tuple[Sphere, ...]] = {
    **_limb('upper_arm', 'shoulder', 'elbow', 0.032, 0.026),
    **_limb('forearm', 'elbow', 'wrist', 0.026, 0.019),
    **_limb('palm', 'wrist', 'hand', 0.020, 0.021),
    **_limb('thigh', 'hip', 'knee', 0.050, 0.034),
    **_limb('shin', 'knee', 'ankle', 0.034, 0.023),
    **_limb('shoe', 'ankle', 'toe', 0.027, 0.018),
    'shirt': (('neck', (0.0, 0.060, -0.055), 0.050), ('neck', (0.0, -0.060, -0.055), 0.050),
              ('spine', (0.004, 0.026, 0.03), 0.060), ('spine', (0.004, -0.026, 0.03), 0.060),
              ('pelvis', (0.0, 0.032, 0.025), 0.054), ('pelvis', (0.0, -0.032, 0.025), 0.054)),
    'trousers': (('left_hip', (0.0, 0.0, 0.0), 0.052), ('right_hip', (0.0, 0.0, 0.0), 0.052),
                 ('pelvis', (0.0, 0.0, 0.02), 0.055)),
    'throat': (('neck', (0.0, 0.0, -0.005), 0.034), ('head', (0.0, 0.0, -0.04), 0.030)),
    'hair': (('head', (-0.010, 0.0, 0.020), 0.056), ('head', (-0.014, 0.0, -0.012), 0.050)),
    'face': (('head', (0.016, 0.0, 0.010), 0.046), ('head', (0.020, 0.0, -0.034), 0.034)),
    'mane': (('head', (-0.022, 0.0, -0.01), 0.048), ('head', (-0.040, 0.0, -0.095), 0.034)),
}
# Flat markings on top of a part; they are seen from the side of their normal, without one from all sides.
_FRONT = (1.0, 0.0, 0.0)
_MARKINGS: dict[str, tuple[str, tuple[float, ...] | None, tuple[Sphere, ...]]] = {
    'left_pupil': ('face', (0.8, 0.6, 0.0), (('left_eye', (0.0, 0.0, 0.0), 0.0085),)),
    'right_pupil': ('face', (0.8, -0.6, 0.0), (('right_eye', (0.0, 0.0, 0.0), 0.0085),)),
    'nose_tip': ('face', (0.95, 0.0, -0.3), (('nose', (-0.004, 0.0, 0.004), 0.0105),)),
    'mouth': ('face', _FRONT, (('head', (0.050, 0.014, -0.038), 0.005), ('head', (0.050, -0.014, -0.038), 0.005))),
    **{f'stripe_{k}': ('shirt', None, tuple((point, (x, y, z), 0.013) for x in (0.042, -0.042) for y in (wide, -wide)))
       for k, (point, z, wide) in enumerate((('neck', -0.075, 0.082), ('spine', 0.03, 0.072), ('pelvis', 0.05, 0.07)))},
    'zip': ('shirt', (0.9, 0.0, 0.0), (('neck', (0.050, 0.0, -0.045), 0.014), ('spine', (0.060, 0.0, 0.03), 0.016),
                                       ('pelvis', (0.052, 0.0, 0.0), 0.020))),
    'badge': ('shirt', _FRONT, (('neck', (0.052, 0.0, -0.085), 0.026), ('spine', (0.060, 0.0, 0.055), 0.022))),
}
_PATTERN_MARKINGS = {'plain': (), 'stripes': ('stripe_0', 'stripe_1', 'stripe_2'), 'jacket': ('zip',),
                     'logo': ('badge',)}

NUM_BODY_PARTS = len(_BODY_PARTS)
PART_NAMES: tuple[str, ...] = (*_BODY_PARTS, *_MARKINGS)
PART = {name: index for index, name in enumerate(PART_NAMES)}
_SPHERES_PER_PART = 6

# Corrections of the order of painting, where a part's mean depth misleads; in meters towards the camera.
_BIAS = np.zeros(NUM_BODY_PARTS)
_BIAS[[PART['face'], PART['throat'], PART['mane']]] = (0.035, -0.04, -0.01)
_BIAS[[PART['shirt'], PART['left_palm'], PART['right_palm']]] = (0.01, 0.02, 0.02)
_OWNER = np.array([*range(NUM_BODY_PARTS), *(PART[owner] for owner, _, _ in _MARKINGS.values())])


class _Table(NamedTuple):
    """The part list as arrays over P parts and S spheres (short parts repeat a sphere)."""

    point: np.ndarray  # (P, S) body point, or V for the head's middle
    offset: np.ndarray  # (P, S, 3)
    radius: np.ndarray  # (P, S)
    on_head: np.ndarray  # (P,) whether offsets and normals are in the head's frame
    normal: np.ndarray  # (P, 3), zero where the part has no front
    slim: np.ndarray  # (P,) whether girth leaves the part as it is


def _tabulate() -> _Table:
    parts = [*_BODY_PARTS.values(), *(spheres for _, _, spheres in _MARKINGS.values())]
    padded = [[spheres[min(k, len(spheres) - 1)] for k in range(_SPHERES_PER_PART)] for spheres in parts]
    point = [[len(BODY_POINTS) if name == 'head' else POINT[name] for name, _, _ in part] for part in padded]
    offset = [[shift for _, shift, _ in part] for part in padded]
    radius = [[size for _, _, size in part] for part in padded]
    on_head = np.isin(_OWNER, [PART[name] for name in ('hair', 'face', 'throat', 'mane')])
    normals = [(0.0, 0.0, 0.0)] * len(_BODY_PARTS) + [normal or (0.0, 0.0, 0.0) for _, normal, _ in _MARKINGS.values()]
    return _Table(np.array(point), np.array(offset), np.array(radius), on_head, np.array(normals), on_head)


_TABLE = _tabulate()


class Frames(NamedTuple):
    """Axes of torso and head, ``(T, 3, 3)`` each; columns are forward, left, up."""

    torso: np.ndarray
    head: np.ndarray


class Solid(NamedTuple):
    """A dressed body over T frames, as P parts (body parts first, then markings) of S spheres.

    Attributes:
        centers: ``(T, P, S, 3)`` meters.
        radii: ``(P, S)`` meters.
        normals: ``(T, P, 3)`` direction a marking faces, zero for everything without a front.
        worn: ``(P,)`` False for parts that this person does not have.
        colors: ``(P, 3)`` RGB 0..255.
    """

    centers: np.ndarray
    radii: np.ndarray
    normals: np.ndarray
    worn: np.ndarray
    colors: np.ndarray


def body_frames(points: np.ndarray) -> Frames:
    """Return the axes of torso and head that body points ``(T, V, 3)`` imply."""
    at = {name: points[:, index] for name, index in POINT.items()}
    ears = (at['left_ear'] + at['right_ear']) / 2
    up = np.stack([at['neck'] - at['pelvis'], at['head_top'] - ears], axis=1)  # (T, 2, 3)
    left = np.stack([at['left_shoulder'] - at['right_shoulder'], at['left_ear'] - at['right_ear']], axis=1)
    axes = axes_of(up, left)  # (T, 2, 3, 3)
    return Frames(axes[:, 0], axes[:, 1])


def dress(points: np.ndarray, look: Look) -> Solid:
    """Return the body of points ``(T, V, 3)`` in meters, dressed as ``look`` says."""
    frames, stature = body_frames(points), stature_of(points)
    head = points[:, [POINT['left_ear'], POINT['right_ear']]].mean(axis=1, keepdims=True)
    anchors = np.concatenate([points, head], axis=1)
    axes = np.where(_TABLE.on_head[:, None, None], frames.head[:, None], frames.torso[:, None])  # (T, P, 3, 3)
    shift = (_TABLE.offset * stature) @ axes.transpose(0, 1, 3, 2)  # (T, P, S, 3)
    normals = np.einsum('tpij,pj->tpi', axes, _TABLE.normal)
    girth = np.where(_TABLE.slim, 1.0, look.girth)
    radii = _TABLE.radius * stature * girth[:, None]
    return Solid(anchors[:, _TABLE.point] + shift, radii, normals, _worn(look), _colors(look))


def _worn(look: Look) -> np.ndarray:
    pattern = _PATTERN_MARKINGS[look.pattern]
    absent = {name for names in _PATTERN_MARKINGS.values() for name in names if name not in pattern}
    if not look.long_hair:
        absent.add('mane')
    return np.array([name not in absent for name in PART_NAMES])


def _colors(look: Look) -> np.ndarray:
    covers = {'upper_arm': look.shirt, 'forearm': look.shirt if look.long_sleeves else look.skin, 'palm': look.skin,
              'thigh': look.trousers, 'shin': look.trousers if look.long_trousers else look.skin, 'shoe': look.shoes,
              'shirt': look.shirt, 'trousers': look.trousers, 'throat': look.skin, 'hair': look.hair, 'face': look.skin,
              'mane': look.hair, 'pupil': (20, 20, 24), 'mouth': (150, 60, 60), 'zip': look.accent,
              'badge': look.accent, 'nose_tip': tuple(0.78 * np.array(look.skin))}
    plain = [name.removeprefix('left_').removeprefix('right_') for name in PART_NAMES]
    return np.array([covers.get(name, look.accent) for name in plain], dtype=np.float64)


def painting_depth(sphere_depth: np.ndarray) -> np.ndarray:
    """Return the depth ``(T, P)`` by which parts are sorted, from the depths ``(T, P, S)`` of their spheres.

    The depth of a body part is the mean of its spheres plus a small bias; a marking lies just in front of its part.
    """
    body = sphere_depth[:, :NUM_BODY_PARTS].mean(axis=-1) - _BIAS
    markings = body[:, _OWNER[NUM_BODY_PARTS:]] - 1e-4 * np.arange(1, len(_MARKINGS) + 1)
    return np.concatenate([body, markings], axis=1)
