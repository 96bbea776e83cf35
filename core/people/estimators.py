"""The pose estimators by name."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from core.people.person import PoseEstimator

POSES = ('blazepose', 'torchvision', 'checkpoint')


@lru_cache(maxsize=1)
def build_estimator(pose: str, checkpoint: Path | None) -> PoseEstimator:
    """Return a pose estimator, one of ``POSES``; each process keeps the last one it built.

    Raises:
        ValueError: its files or packages are missing, or 'checkpoint' comes without a checkpoint file.
    """
    if pose == 'blazepose':  # imported when needed: each wants packages that the others do without
        from core.people.blazepose import BlazePose
        return BlazePose()
    if pose == 'torchvision':
        from core.people.keypoint_rcnn import KeypointRCNN
        return KeypointRCNN()
    if checkpoint is None:
        raise ValueError(f"pose estimator '{pose}' needs a checkpoint; name a file that exp/train.py wrote")
    from core.people.build import load_own_network
    return load_own_network(checkpoint)
