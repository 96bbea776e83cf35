"""The systems that a configuration can name: ``MODEL.NAME``. Adding one is its builder, a YAML file and a line here.

Everything else (annotations, protocols, samplers, training, testing, metrics, report) is shared.
"""

from __future__ import annotations

from typing import NamedTuple


class System(NamedTuple):
    """What the rest of the repository must know of a system.

    Attributes:
        builder: ``module:function``, imported when needed; ``cfg → module`` with random weights, answering with a
            ``JointOutput``.
        reads: what a clip of it is, see ``core.data.build``: ``crops`` of each person, ``keypoints``, or ``scenes``
            (whole frames, and everybody's keypoints).
        modes: values of ``TRAIN.MODE`` that it knows, the usual one first.
    """

    builder: str
    reads: str
    modes: tuple[str, ...]


SYSTEMS: dict[str, System] = {
    'joint': System('core.systems.joint:build', 'crops', ('joint', 'pose', 'two_stage')),
    'skeleton': System('core.systems.skeleton:build', 'keypoints', ('action',)),
    'posec3d': System('core.systems.posec3d:build', 'keypoints', ('action',)),
    'keypoint_cnn': System('core.systems.keypoint_cnn:build', 'keypoints', ('action',)),
    'skelet': System('core.systems.skelet:build', 'keypoints', ('action',)),
    'integralaction': System('core.systems.integralaction:build', 'scenes',
                             ('rgb+pose', 'rgb_only', 'pose_only')),
}
MODES = tuple(dict.fromkeys(mode for system in SYSTEMS.values() for mode in system.modes))


def settle_system(name: str, mode: str) -> tuple[str, str]:
    """Return the system and its mode that ``MODEL.NAME`` and ``TRAIN.MODE`` mean together.

    An empty mode is the system's usual one. The joint system in mode action is its skeleton network alone.

    Raises:
        ValueError: the system has no such mode.

    Example:
        >>> settle_system('joint', 'action')
        ('skeleton', 'action')
    """
    if (name, mode) == ('joint', 'action'):
        name = 'skeleton'
    modes = SYSTEMS[name].modes
    if mode and mode not in modes:
        raise ValueError(f'TRAIN.MODE is {mode} but MODEL.NAME {name} has only {", ".join(modes)}; choose one of them, '
                         'or the system that has it')
    return name, mode or modes[0]
