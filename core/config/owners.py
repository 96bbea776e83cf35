"""Whom a configuration key belongs to: what must be chosen for the code to read it.

``Of`` is a small condition on other keys, made of ``when`` and ``unless`` by ``&`` and ``|``. The names below are the
groups that many keys share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from core.config.systems import SYSTEMS


class Condition(NamedTuple):
    """One key must have one of some values, or none of them.

    Attributes:
        key: full name of the key that decides.
        values: its values.
        wanted: whether it must have one of them (else none of them).
    """

    key: str
    values: tuple
    wanted: bool = True

    def holds(self, settings: Mapping[str, Any]) -> bool:
        """Return whether settings (full name → value) fulfill the condition."""
        return (settings[self.key] in self.values) == self.wanted

    def __str__(self) -> str:
        if not self.wanted:
            return f'{self.key} not {_listed(self.values)}'
        return f'{self.key} {_listed(self.values)}'


@dataclass(frozen=True)
class Of:
    """The ways in which a key can have an effect; each is a row of conditions that must hold together.

    Attributes:
        ways: one that holds is enough. By default there is one without conditions: always.

    Example:
        >>> of = when('MODEL.NAME', 'joint') & when('MODEL.MULTI_FUSE', True)
        >>> of.holds({'MODEL.NAME': 'joint', 'MODEL.MULTI_FUSE': False})
        False
        >>> of.missing({'MODEL.NAME': 'joint', 'MODEL.MULTI_FUSE': False})
        'MODEL.MULTI_FUSE true (it is false)'
    """

    ways: tuple[tuple[Condition, ...], ...] = ((),)

    def __and__(self, other: Of) -> Of:
        return Of(tuple((*mine, *theirs) for mine in self.ways for theirs in other.ways))

    def __or__(self, other: Of) -> Of:
        return Of((*self.ways, *other.ways))

    def holds(self, settings: Mapping[str, Any]) -> bool:
        """Return whether the key has an effect with these settings (full name → value)."""
        return any(all(condition.holds(settings) for condition in way) for way in self.ways)

    def missing(self, settings: Mapping[str, Any]) -> str:
        """Return what must be set otherwise for the key to have an effect, the shortest ways only."""
        open_ways = [[condition for condition in way if not condition.holds(settings)] for way in self.ways]
        fewest = min(map(len, open_ways))
        texts = [' and '.join(f'{condition} (it is {_plain(settings[condition.key])})' for condition in way)
                 for way in open_ways if len(way) == fewest]
        return ', or '.join(dict.fromkeys(texts))

    def __str__(self) -> str:
        return '; or '.join(', '.join(map(str, way)) for way in self.ways) or 'all'


def when(key: str, *values: Any) -> Of:
    """Return the condition that ``key`` has one of ``values``."""
    return Of(((Condition(key, values),),))


def unless(key: str, *values: Any) -> Of:
    """Return the condition that ``key`` has none of ``values``."""
    return Of(((Condition(key, values, False),),))


def system(*names: str) -> Of:
    """Return the condition that ``MODEL.NAME`` is one of ``names``."""
    return when('MODEL.NAME', *names)


def reading(*kinds: str) -> Of:
    """Return the condition that ``MODEL.NAME`` is a system whose clips are of one of some kinds, see ``System``."""
    return system(*(name for name, entry in SYSTEMS.items() if entry.clips in kinds))


def _listed(values: tuple) -> str:
    texts = [_plain(value) for value in values]
    return ' or '.join(filter(None, [', '.join(texts[:-1]), texts[-1]]))


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else 'empty' if value == '' else str(value)


ALL = Of()

# ---- what a clip is --------------------------------------------------------------------------------------------
CROPS, SCENES, KEYPOINTS = reading('crops'), reading('scenes'), reading('keypoints')
PREDICTED = KEYPOINTS & unless('DATASET.POSE_CHECKPOINT', '')     # keypoints that a pose network finds in crops
SEEN_CROPS = CROPS | PREDICTED
SEEN_FRAMES = reading('crops', 'scenes') | PREDICTED
SEEN_SCENES = SCENES & unless('TRAIN.MODE', 'pose_only')          # whose pixels are read
AUGMENTED = when('DATASET.DATA_AUGMENTATION', True)
POSE_COMPACT = when('DATASET.PREPROCESS', 'pose_compact')

# ---- the joint system ------------------------------------------------------------------------------------------
JOINT = system('joint')
POSE_NET = JOINT | PREDICTED
END_TO_END = JOINT & when('TRAIN.MODE', 'joint')
TWO_STAGE = JOINT & when('TRAIN.MODE', 'two_stage')
BEHIND_POSE = JOINT & unless('TRAIN.MODE', 'pose')                # a skeleton network behind the pose network
SKELETONS = system('joint', 'skeleton') & unless('TRAIN.MODE', 'pose')
GRAPHS = SKELETONS & when('MODEL.SKELETON.NAME', 'stgcn', 'stgcnpp', 'ms_stgcnpp')
SCALES = SKELETONS & when('MODEL.SKELETON.NAME', 'ms_stgcnpp')
COARSE_SCALES = SCALES & when('MODEL.MS.BRANCHES', 2, 3)
ON_DISTRIBUTIONS = END_TO_END & when('MODEL.SKELETON.NAME', 'posec3d')
VISUAL = END_TO_END & when('MODEL.MULTI_FUSE', True)
ATTENTION = VISUAL & when('MODEL.VISUAL.NAME', 'cross_attention')
LATE_CONV = VISUAL & when('MODEL.VISUAL.NAME', 'late_conv')

# ---- IntegralAction --------------------------------------------------------------------------------------------
INTEGRAL = system('integralaction')
RGB_STREAM = INTEGRAL & when('TRAIN.MODE', 'rgb_only', 'rgb+pose')
POSE_STREAM = INTEGRAL & when('TRAIN.MODE', 'pose_only', 'rgb+pose')
BOTH_STREAMS = INTEGRAL & when('TRAIN.MODE', 'rgb+pose')
