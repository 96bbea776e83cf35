"""People by torchvision's Keypoint R-CNN (He et al., Mask R-CNN, ICCV 2017), trained on COCO."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import nn

from core.compat import torchvision
from core.people.person import Person, person_within

INSTEAD = 'use blazepose instead'


class KeypointRCNN:
    """A ``PoseEstimator`` that looks at every frame by itself.

    Args:
        network: from a list of float RGB images ``(3, H, W)`` in 0..1 to a list of dicts with boxes ``(N, 4)``,
            scores ``(N,)``, keypoints ``(N, 17, 3)`` and keypoints_scores ``(N, 17)``. By default it is torchvision's,
            on a GPU if there is one.
        least: smallest detection score of a person who counts.

    Raises:
        ValueError: the weights cannot be had, or torchvision's operators do not work on this machine.
    """

    def __init__(self, network: Callable | None = None, least: float = 0.7) -> None:
        self.device = torch.device('cuda' if torch.cuda.is_available() and network is None else 'cpu')
        self.network = network or _published_network().to(self.device)
        self.least = least

    @torch.no_grad()
    def __call__(self, frame: np.ndarray, expected: Sequence[Person] = ()) -> list[Person]:
        """Return the people in frame ``(H, W, 3)`` uint8 RGB, most certain first; ``expected`` is not used."""
        image = torch.from_numpy(np.ascontiguousarray(frame)).to(self.device).permute(2, 0, 1) / 255
        found = {name: value.float().cpu().numpy() for name, value in self.network([image])[0].items()}
        scores = joint_scores(found['keypoints_scores'])
        return [person_within(found['keypoints'][index, :, :2], scores[index], found['scores'][index],
                              frame.shape[1::-1])
                for index in np.flatnonzero(found['scores'] >= self.least)]


def joint_scores(logits: np.ndarray) -> np.ndarray:
    """Return the peaks of joint heat maps (any shape), which are logits without a fixed scale, as scores in 0..1.

    A peak of 2, the usual limit for drawing a joint, becomes 0.5. Clear joints, about 10, become nearly 1.
    """
    return (1 / (1 + np.exp(1 - logits / 2))).astype(np.float32)


def _published_network() -> nn.Module:
    detection = torchvision.models.detection
    try:
        torchvision.ops.nms(torch.zeros(1, 4), torch.zeros(1), 0.5)
    except (RuntimeError, NotImplementedError) as error:
        raise ValueError("torchvision's operators do not work here: its build does not fit that of torch; install both "
                         f'from the same index, or {INSTEAD}') from error
    try:
        return detection.keypointrcnn_resnet50_fpn(weights='DEFAULT').eval()
    except (OSError, RuntimeError) as error:
        raise ValueError(f'the weights of Keypoint R-CNN cannot be had ({error}); {INSTEAD}') from error
