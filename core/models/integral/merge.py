"""Weights of two trained streams → weights that IntegralAction's last stage starts from.

Source: the official ``tool/merge_rgb_only_pose_only.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from torch import Tensor

from core.models.published_weights import rename_key

RGB_PARTS = ('img_backbone.',)
POSE_PARTS = ('pose2feat.', 'pose_backbone.')


class Merged(NamedTuple):
    """Two checkpoints in one.

    Attributes:
        state: tensors of ``RGB_PARTS`` and ``POSE_PARTS``.
        dropped: names of all other tensors, each once.
    """

    state: dict[str, Tensor]
    dropped: tuple[str, ...]

    def report(self) -> str:
        """Return a line for each part with the number of kept tensors, and a line about the dropped ones."""
        kept = [f'{part[:-1]}: {sum(key.startswith(part) for key in self.state)} tensors kept'
                for part in (*RGB_PARTS, *POSE_PARTS)]
        parts = ', '.join(sorted({key.split('.')[0] for key in self.dropped})) or 'nothing'
        return '\n'.join([*kept, f'dropped: {len(self.dropped)} tensors ({parts})'])


def merge_streams(rgb_state: Mapping[str, Tensor], pose_state: Mapping[str, Tensor]) -> Merged:
    """Keep the RGB stream of the first state dict and the pose stream of the second.

    Args:
        rgb_state: state dict of a model trained with ``rgb_only``, ours or published (with or without ``module.``).
        pose_state: state dict of a model trained with ``pose_only``.

    Raises:
        ValueError: a part is missing.
    """
    kept: dict[str, Tensor] = {}
    names: set[str] = set()
    for mode, state, parts in (('rgb_only', rgb_state, RGB_PARTS), ('pose_only', pose_state, POSE_PARTS)):
        ours = {rename_key(key): tensor for key, tensor in state.items()}
        missing = [f'{part}*' for part in parts if not any(key.startswith(part) for key in ours)]
        if missing:
            found = ', '.join(sorted({key.split('.')[0] for key in ours})) or 'nothing'
            raise ValueError(f'the {mode} checkpoint has no {" and no ".join(missing)}, only {found}; give the '
                             'checkpoint of rgb_only first and that of pose_only second')
        kept |= {key: tensor for key, tensor in ours.items() if key.startswith(parts)}
        names |= ours.keys()
    return Merged(kept, tuple(sorted(names - kept.keys())))
