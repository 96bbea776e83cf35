"""The joint loss: RATIO[0] · pose + RATIO[1] · action (end-to-end paper), targets drawn on the device."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor
from torch.nn import functional as F

from core.losses.simcc import simcc_kl_loss
from core.models.joint import JointOutput
from core.models.pose.simcc import encode_simcc


class Losses(NamedTuple):
    """Scalar losses of one step, still on the device.

    Attributes:
        total: weighted sum that is minimised.
        pose: KL divergence of the x and y distributions, unweighted.
        action: cross-entropy of the action, summed over the heads, unweighted.
    """

    total: Tensor
    pose: Tensor
    action: Tensor


class JointLoss:
    """Joint pose and action loss with fixed settings.

    Args:
        ratio: weights of pose and action loss.
        image_size: crop ``(width, height)``, pixels.
        split_ratio: bins per pixel.
        sigma: standard deviation of the targets, bins.
        target_norm: see ``encode_simcc``.
        reduction: see ``simcc_kl_loss``.
        norm: see ``simcc_kl_loss``.
        label_smoothing: of the cross-entropy.
    """

    def __init__(self, ratio: tuple[float, float] = (1.0, 1.0), *, image_size: tuple[int, int],
                 split_ratio: float = 2.0, sigma: float = 4.0, target_norm: str = 'renorm', reduction: str = 'sum',
                 norm: str = 'visible', label_smoothing: float = 0.0) -> None:
        self.ratio = ratio
        self.encoding = {'image_size': image_size, 'split_ratio': split_ratio, 'sigma': sigma,
                         'target_norm': target_norm}
        self.kl = {'reduction': reduction, 'norm': norm}
        self.label_smoothing = label_smoothing

    def __call__(self, output: JointOutput, keypoints_crop: Tensor, visible: Tensor, label: Tensor) -> Losses:
        """Compare a forward pass with its annotation.

        Args:
            output: of the model.
            keypoints_crop: ``(B, M, T, V, 2)``, crop pixels.
            visible: 1 for annotated joints, ``(B, M, T, V)``; 0 for all of an absent person.
            label: class indices ``(B,)``.
        """
        target = encode_simcc(keypoints_crop.flatten(0, 2), visible.flatten(0, 2), **self.encoding)  # (BMT, V, N)
        pose = simcc_kl_loss(output.simcc_x.flatten(0, 2).float(), output.simcc_y.flatten(0, 2).float(), target,
                             **self.kl)
        heads = [output.logits]
        if output.visual_logits is not None:
            heads += [output.skeleton_logits, output.visual_logits]
        action = sum(F.cross_entropy(head.float(), label, label_smoothing=self.label_smoothing) for head in heads)
        return Losses(self.ratio[0] * pose + self.ratio[1] * action, pose.detach(), action.detach())
