"""The estimators that find people, by name."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from core.people.person import PoseEstimator

POSES = ('blazepose', 'torchvision', 'checkpoint')


@lru_cache(maxsize=1)
def build_estimator(pose: str, checkpoint: Path | None) -> PoseEstimator:
    """Create a pose estimator, one of ``POSES``; each process keeps its last.

    Raises:
        ValueError: its files or packages are missing.
    """
    if pose == 'blazepose':  # imported when needed: each wants packages that the others do without
        from core.people.blazepose import BlazePose
        return BlazePose()
    if pose == 'torchvision':
        from core.people.keypoint_rcnn import KeypointRCNN
        return KeypointRCNN()
    from core.people.build import load_own_network
    return load_own_network(checkpoint)
