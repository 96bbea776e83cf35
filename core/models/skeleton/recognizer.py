"""Skeleton recognizer: backbone and head, with PYSKL's multi-clip rule."""

from __future__ import annotations

from torch import Tensor, nn


class SkeletonRecognizer(nn.Module):
    """Action logits of joint sequences.

    Args:
        backbone: ``(B, M, T, V, C) → (B, M, C_out, T', V)``.
        head: feature and optional person mask → ``(B, classes)``.
    """

    def __init__(self, backbone: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = head

    def features(self, x: Tensor) -> Tensor:
        """Return the backbone's map ``(B, M, C_out, T', V)`` of ``(B, M, T, V, C)``."""
        return self.backbone(x)

    def forward(self, x: Tensor, person_mask: Tensor | None = None) -> Tensor:
        """Return logits ``(B, classes)``.

        Args:
            x: joint features ``(B, M, T, V, C)``.
            person_mask: 1 where the person exists, ``(B, M)``; absent persons do not count.
        """
        return self.head(self.features(x), person_mask)

    def clip_probabilities(self, x: Tensor) -> Tensor:
        """Average the class probabilities over test clips, ``(B, clips, M, T, V, C) → (B, classes)``."""
        logits = self(x.flatten(0, 1))                                                   # (B * clips, classes)
        return logits.softmax(dim=-1).unflatten(0, x.shape[:2]).mean(dim=1)
