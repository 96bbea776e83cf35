"""The joint loss ``RATIO[0] · pose + RATIO[1] · action`` (end-to-end paper); targets are drawn on the device."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from core.losses.simcc_loss import simcc_kl_loss
from core.models.output import JointOutput
from core.models.pose.coding import SimCCCoding


class JointLoss:
    """Loss of a model's output: of its poses, of its actions, or of both.

    Args:
        ratio: weights of pose and action loss.
        coding: how the distributions write joints; needed for an output that has distributions.
        visual_ratio: weights inside the action loss: of the visual branch's cross-entropy, and of the skeleton
            network's. The cross-entropy of the final logits has weight 1.
        gate_ratio: weight, inside the action loss, of the gate's mean distance from 1, −log gate (IntegralAction).
        reduction: see ``simcc_kl_loss``.
        norm: see ``simcc_kl_loss``.
        label_smoothing: label smoothing of the cross-entropy.
    """

    def __init__(self, ratio: tuple[float, float] = (1.0, 1.0), *, coding: SimCCCoding | None = None,
                 visual_ratio: tuple[float, float] = (0.5, 1.0), gate_ratio: float = 1.5, reduction: str = 'sum',
                 norm: str = 'visible', label_smoothing: float = 0.0) -> None:
        self.ratio, self.visual_ratio, self.gate_ratio = ratio, visual_ratio, gate_ratio
        self.coding = coding
        self.kl = {'reduction': reduction, 'norm': norm}
        self.label_smoothing = label_smoothing

    def __call__(self, output: JointOutput, label: Tensor, keypoints_crop: Tensor | None = None,
                 visible: Tensor | None = None) -> dict[str, Tensor]:
        """Compare a forward pass with its annotation.

        Args:
            output: answer of the model.
            label: class indices ``(B,)``.
            keypoints_crop: ``(B, M, T, V, 2)``, crop pixels; needed for an output that has distributions.
            visible: 1 for annotated joints, ``(B, M, T, V)``; 0 for all of an absent person.

        Returns:
            Scalars by name, still on the device. ``loss`` is minimized. The others have no gradient and exist only for
            parts that the output has: ``pose_loss`` (KL divergence) and ``action_loss`` (cross-entropy), both
            unweighted; ``top1``, ``skeleton_top1`` and ``visual_top1`` in percent.

        Raises:
            ValueError: the output has distributions, but ``coding``, ``keypoints_crop`` or ``visible`` is missing.
        """
        terms: list[Tensor] = []
        values: dict[str, Tensor] = {}
        if output.simcc_x is not None and output.simcc_y is not None:
            pose = self._pose(output.simcc_x, output.simcc_y, keypoints_crop, visible)
            terms.append(self.ratio[0] * pose)
            values['pose_loss'] = pose.detach()
        if output.logits is not None:
            heads = {'top1': output.logits}
            if output.visual_logits is not None and output.skeleton_logits is not None:
                heads |= {'skeleton_top1': output.skeleton_logits, 'visual_top1': output.visual_logits}
            action = self._action(heads, output.gate, label)
            terms.append(self.ratio[1] * action)
            values |= {'action_loss': action.detach(), **_accuracies(heads, label)}
        return {'loss': sum(terms[1:], terms[0]), **values}

    def _pose(self, simcc_x: Tensor, simcc_y: Tensor, keypoints_crop: Tensor | None, visible: Tensor | None) -> Tensor:
        if self.coding is None or keypoints_crop is None or visible is None:
            raise ValueError('the loss of distributions needs coding, keypoints_crop and visible; pass all three')
        target = self.coding.encode(keypoints_crop.flatten(0, 2), visible.flatten(0, 2))             # (BMT, V, N)
        return simcc_kl_loss(simcc_x.flatten(0, 2).float(), simcc_y.flatten(0, 2).float(), target,
                             beta=1 / self.coding.temperature, **self.kl)

    def _action(self, heads: dict[str, Tensor], gate: Tensor | None, label: Tensor) -> Tensor:
        weights = {'top1': 1.0, 'visual_top1': self.visual_ratio[0], 'skeleton_top1': self.visual_ratio[1]}
        losses = [weight * F.cross_entropy(heads[name].float(), label, label_smoothing=self.label_smoothing)
                  for name, weight in weights.items() if name in heads]
        loss = sum(losses[1:], losses[0])
        return loss if gate is None else loss - self.gate_ratio * gate.float().clamp_min(1e-12).log().mean()


def _accuracies(heads: dict[str, Tensor], label: Tensor) -> dict[str, Tensor]:
    with torch.no_grad():
        return {name: 100 * (head.argmax(dim=1) == label).float().mean() for name, head in heads.items()}
