"""People by a pose network of ours: it sees crops and knows no boxes.

It looks where somebody was in the frame before. Where nobody was, it looks into windows of three sizes all over the
frame and goes on from those where it is surest, which finds one person.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import torch

from core.data.boxes import BoxSettings, apply_affine, clip_boxes, crop_affine, invert_affine
from core.models.joint import PoseModel
from core.people.person import Person, distinct_people, person_within

WINDOW_HEIGHTS = (1.0, 0.6, 0.4)
"""As shares of the frame's height; neighbors overlap by about a half."""
REFINED, REFINEMENTS = 5, 2
"""How many windows are looked at again, and how often, each time in the box of the joints just found."""


class CheckpointPose:
    """A ``PoseEstimator`` for the people who were in the frame before; where there was nobody, for one person.

    Args:
        model: pose network for COCO's 17 joints, in evaluation mode, on its device.
        boxes: how boxes are made around joints.
        decode: how joints are read from distributions, ``expect`` or ``argmax``.
        least: mean joint score from which someone counts.
    """

    def __init__(self, model: PoseModel, boxes: BoxSettings, decode: str = 'expect', least: float = 0.3) -> None:
        self.model, self.boxes, self.decode, self.least = model, boxes, decode, least
        self.device = next(model.parameters()).device

    def __call__(self, frame: np.ndarray, expected: Sequence[Person] = ()) -> list[Person]:
        """People in a frame uint8 RGB ``(H, W, 3)``, in the order of ``expected``."""
        if expected:
            keypoints, scores = self._look(frame, np.stack([person.keypoints for person in expected]))
        else:
            keypoints, scores = self._search(frame)
        return distinct_people([person_within(points, sure, sure.mean(), frame.shape[1::-1])
                                for points, sure in zip(keypoints, scores, strict=True) if sure.mean() >= self.least])

    def _search(self, frame: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Joints ``(1, V, 2)`` and scores ``(1, V)`` of the person of whom the network is surest."""
        width, height = self.model.coding.image_size
        keypoints, scores = self._look(frame, search_windows(frame.shape[1::-1], height / width))
        for kept in (REFINED,) * REFINEMENTS + (1,):
            best = np.argsort(-scores.mean(-1), kind='stable')[:kept]
            keypoints, scores = self._look(frame, keypoints[best])
        return keypoints, scores

    @torch.no_grad()
    def _look(self, frame: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Joints ``(N, V, 2)`` in frame pixels, scores ``(N, V)``, in the crops around ``points`` ``(N, any, 2)``."""
        size = self.model.coding.image_size
        boxes = clip_boxes(points[:, None], np.ones((len(points), 1, points.shape[1])), frame.shape[1::-1],
                           size[1] / size[0], self.boxes, np.random.default_rng(0))
        to_crop = crop_affine(boxes.center[:, 0], boxes.size[:, 0, 0], size)                       # (N, 2, 3)
        crops = np.stack([cv2.warpAffine(frame, matrix, size, flags=cv2.INTER_LINEAR) for matrix in to_crop])
        x, y = self.model.pose(self.model.normalize(torch.from_numpy(crops).to(self.device))).simcc
        found, scores = self.model.coding.decode(x, y, self.decode)
        keypoints = apply_affine(invert_affine(to_crop), found.cpu().numpy())
        return keypoints.astype(np.float32), scores.cpu().numpy()


def search_windows(frame_size: tuple[int, int], aspect: float) -> np.ndarray:
    """Opposite corners ``(N, 2, 2)`` of windows in a frame of (width, height) pixels; height / width is ``aspect``."""
    corners = []
    for share in WINDOW_HEIGHTS:
        side = share * frame_size[1] * np.array([1 / aspect, 1.0])
        starts = [np.linspace(0, length - part, max(1, round(2 * (length - part) / part) + 1))
                  for length, part in zip(frame_size, side, strict=True)]
        low = np.stack(np.meshgrid(*starts), -1).reshape(-1, 2)
        corners.append(np.stack([low, low + side], 1))
    return np.concatenate(corners)
