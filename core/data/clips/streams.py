"""Joint features of PYSKL's skeleton pipelines (``pyskl/datasets/pipelines/pose_related.py``) as pure functions.

Arrays are ``(M, T, V, C)`` with C = (x, y), (x, y, score) or (x, y, z). Features are built on the whole sequence,
before frames are sampled: ``prenormalize_2d`` → ``skeleton_features`` → sampling → ``format_gcn_input``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from core.layouts import Layout

SCORE_THRESHOLD = 0.01
PYSKL_IMAGE_SIZE = (1920, 1080)

SCORE_DIFFERENCES = ('wholebody65',)
"""Layouts whose scores are subtracted like coordinates in bones and motion, as SkeleT's official code does."""


def prenormalize_2d(keypoints_image: np.ndarray, scores: np.ndarray | None = None,
                    image_size: tuple[int, int] = PYSKL_IMAGE_SIZE) -> np.ndarray:
    """Scale positions to -1..1 over the image and append the scores.

    Args:
        keypoints_image: ``(M, T, V, 2)`` in pixels, or ``(M, T, V, 3)`` with the score as third channel.
        scores: ``(M, T, V)``, 0..1; joints at or below 0.01 are moved to the image center (0, 0), their score stays.
        image_size: ``(width, height)`` in pixels.

    Returns:
        float32 ``(M, T, V, 3)``; ``(M, T, V, 2)`` where there are no scores.
    """
    half = np.array(image_size, dtype=np.float32) / 2
    keypoints = np.array(keypoints_image, dtype=np.float32)
    if scores is not None:
        keypoints = np.concatenate([keypoints, scores[..., None].astype(np.float32)], axis=-1)
    keypoints[..., :2] = (keypoints[..., :2] - half) / half
    if keypoints.shape[-1] == 3:
        keypoints[keypoints[..., 2] <= SCORE_THRESHOLD, :2] = 0
    return keypoints


def bones(keypoints: np.ndarray, layout: Layout, scored: bool = True) -> np.ndarray:
    """Subtract from every joint the other end of its bone.

    Args:
        keypoints: ``(M, T, V, C)``.
        layout: its ``bones`` tell the ends.
        scored: the third channel is a score: a bone gets the mean of its ends' scores. Otherwise it is subtracted like
            the others.

    Raises:
        ValueError: for a layout without bones.
    """
    if not layout.bones:
        raise ValueError(f"joint layout '{layout.name}' has no bones; add them to core/layouts.py")
    child, parent = np.array(layout.bones).T
    ends = keypoints[..., child, :], keypoints[..., parent, :]                           # (M, T, V, C) each
    result = np.zeros_like(keypoints, dtype=np.float32)
    result[..., child, :] = ends[0] - ends[1]
    if scored and keypoints.shape[-1] == 3:
        result[..., child, 2] = (ends[0][..., 2] + ends[1][..., 2]) / 2
    return result


def motion(keypoints: np.ndarray, scored: bool = True) -> np.ndarray:
    """Subtract every frame from the next one; the last frame is 0.

    Args:
        keypoints: ``(M, T, V, C)``.
        scored: the third channel is a score: it becomes the mean of both frames' scores. Otherwise it is subtracted
            like the others.
    """
    result = np.zeros_like(keypoints)
    result[:, :-1] = np.diff(keypoints, axis=1)
    if scored and keypoints.shape[-1] == 3:
        result[:, :-1, :, 2] = (keypoints[:, :-1, :, 2] + keypoints[:, 1:, :, 2]) / 2
    return result


STREAMS: dict[str, Callable[[np.ndarray, Layout, bool], np.ndarray]] = {
    'j': lambda keypoints, layout, scored: keypoints,
    'b': bones,
    'jm': lambda keypoints, layout, scored: motion(keypoints, scored),
    'bm': lambda keypoints, layout, scored: motion(bones(keypoints, layout, scored), scored),
}
"""Joint, bone, joint motion and bone motion stream."""


def skeleton_features(keypoints: np.ndarray, layout: Layout, streams: Sequence[str] = ('j',),
                      scored: bool = True) -> np.ndarray:
    """Build the chosen streams (PYSKL ``GenSkeFeat``; for ``SCORE_DIFFERENCES``, SkeleT's official code).

    Args:
        keypoints: normalized joints ``(M, T, V, C)``.
        layout: joints and bones.
        streams: keys of ``STREAMS``, concatenated on the channels in this order.
        scored: the third channel is a score (2D poses), not a coordinate.

    Returns:
        ``(M, T, V, len(streams) * C)``.

    Raises:
        ValueError: for an unknown stream or a layout without bones.
    """
    unknown = [name for name in streams if name not in STREAMS]
    if unknown:
        raise ValueError(f"skeleton stream '{unknown[0]}' is unknown; choose from {', '.join(STREAMS)}")
    averaged = scored and layout.name not in SCORE_DIFFERENCES
    return np.concatenate([STREAMS[name](keypoints, layout, averaged) for name in streams], axis=-1)


def format_gcn_input(keypoints: np.ndarray, num_persons: int = 2, num_clips: int = 1, loop: bool = False) -> np.ndarray:
    """Bring the persons to a fixed number and split the clips.

    Args:
        keypoints: sampled features ``(M, K * T, V, C)``.
        num_persons: surplus persons are cut, missing ones are 0.
        num_clips: K.
        loop: if there is only one person, repeat it as the second one.

    Returns:
        ``(K, num_persons, T, V, C)``.

    Raises:
        ValueError: when the frames do not divide into the clips.
    """
    persons, frames, joints, channels = keypoints.shape
    if frames % num_clips:
        raise ValueError(f'{frames} frames do not divide into {num_clips} clips of one length')
    padded = np.zeros((num_persons, frames, joints, channels), dtype=keypoints.dtype)
    kept = min(persons, num_persons)
    padded[:kept] = keypoints[:kept]
    if loop and persons == 1:
        padded[:] = keypoints
    clips = padded.reshape(num_persons, num_clips, frames // num_clips, joints, channels)
    return np.ascontiguousarray(clips.transpose(1, 0, 2, 3, 4))
