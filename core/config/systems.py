"""The systems that a configuration can name: ``MODEL.NAME``. Adding one is its file, a YAML file and a line here.

Everything else (annotations, protocols, samplers, training, testing, metrics, report) is shared.
"""

from __future__ import annotations

from typing import NamedTuple

ABILITIES = {'action': 'recognize actions', 'pose': 'find joints', 'video': 'label videos',
             'stream': 'label a video frame by frame', 'export': 'be exported'}
"""What a system can be asked for → in words."""


class System(NamedTuple):
    """What the rest of the repository must know of a system.

    Attributes:
        blueprint: ``module:class`` of its ``core.systems.blueprint.Blueprint``, imported when needed.
        clips: what a clip of it is, see ``core.data.build``: ``crops`` of each person, ``keypoints``, or ``scenes``
            (whole frames, and everybody's keypoints).
        modes: values of ``TRAIN.MODE`` that it knows, the usual one first.
        abilities: what it can do, of ``ABILITIES``.
    """

    blueprint: str
    clips: str
    modes: tuple[str, ...]
    abilities: tuple[str, ...]


SYSTEMS: dict[str, System] = {
    'joint': System('core.systems.joint:Joint', 'crops', ('joint', 'pose', 'two_stage'),
                    ('action', 'pose', 'video', 'stream', 'export')),
    'skeleton': System('core.systems.skeleton:Skeleton', 'keypoints', ('action',), ('action', 'video')),
    'posec3d': System('core.systems.posec3d:KeypointPoseC3D', 'keypoints', ('action',), ('action', 'video')),
    'keypoint_cnn': System('core.systems.keypoint_cnn:KeypointCNN', 'keypoints', ('action',), ('action', 'video')),
    'skelet': System('core.systems.skelet:KeypointSkeleT', 'keypoints', ('action',), ('action', 'video')),
    'integralaction': System('core.systems.integralaction:SceneIntegralAction', 'scenes',
                             ('rgb+pose', 'rgb_only', 'pose_only'), ('action',)),
}
MODES = tuple(dict.fromkeys(mode for system in SYSTEMS.values() for mode in system.modes))

POSE_ONLY = 'pose'
"""The mode that trains no actions."""


def settle_system(name: str, mode: str) -> tuple[str, str]:
    """Return the system and its mode that ``MODEL.NAME`` and ``TRAIN.MODE`` mean together.

    An empty mode is the system's usual one. The joint system in mode action is its skeleton network alone.

    Raises:
        ValueError: there is no such system, or it has no such mode.

    Example:
        >>> settle_system('joint', 'action')
        ('skeleton', 'action')
    """
    if (name, mode) == ('joint', 'action'):
        name = 'skeleton'
    if name not in SYSTEMS:
        raise ValueError(f"MODEL.NAME is {name!r}; allowed: one of {', '.join(SYSTEMS)}")
    modes = SYSTEMS[name].modes
    if mode and mode not in modes:
        raise ValueError(f'TRAIN.MODE is {mode} but MODEL.NAME {name} has only {", ".join(modes)}; choose one of them, '
                         'or the system that has it')
    return name, mode or modes[0]


def abilities(name: str, mode: str) -> tuple[str, ...]:
    """Return what system ``name``, trained in ``mode``, can do, of ``ABILITIES``.

    Example:
        >>> abilities('joint', 'pose')
        ('pose',)
    """
    own = SYSTEMS[name].abilities
    return tuple(ability for ability in own if ability == 'pose') if mode == POSE_ONLY else own


def require(ability: str, name: str, mode: str, what: str, instead: str = '') -> None:
    """Refuse a system that cannot do what is asked of it.

    Args:
        ability: of ``ABILITIES``.
        name: ``MODEL.NAME``.
        mode: ``TRAIN.MODE``.
        what: has that system, in words, like "checkpoint 'best.pth'".
        instead: what else could be done, in words.

    Raises:
        ValueError: one sentence that names the systems that can.
    """
    if ability not in abilities(name, mode):
        able = ', '.join(other for other, system in SYSTEMS.items() if ability in system.abilities)
        other_mode = ', in another mode than pose' if mode == POSE_ONLY else ''
        raise ValueError(f'{what} is of MODEL.NAME {name}, TRAIN.MODE {mode}, which cannot {ABILITIES[ability]}; name '
                         f"one of a system that can: {able}{other_mode}{f', or {instead}' if instead else ''}")
