"""Where the visual branch looks: attention weights recorded while a model runs, and drawn over the crops."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from core.models.visual.attention import CrossAttentionLayer
from core.models.visual.cross_attention import CrossAttentionBranch
from core.visualization.colors import BLACK, WHITE, YELLOW

PANEL_HEIGHT = 180  # pixels
MAX_PANELS = 16
MAX_OPACITY = 0.7    # of the hottest cell


class Attention(NamedTuple):
    """How much attention every token got; 1 is an even share.

    Attributes:
        frames: clip frame in the middle of each token step, ``(T_v,)``.
        cells: of grid cells, ``(T_v, rows, columns)``; no rows where tokens are read at joints only.
        joints: of joint tokens, ``(T_v, V)``; no columns where tokens are pooled over cells only.
    """

    frames: np.ndarray
    cells: np.ndarray
    joints: np.ndarray


class AttentionRecord:
    """Weights of the cross-attention layers, in the order in which they ran.

    Args:
        branch: whose layers are recorded; nothing is where it is None.
    """

    def __init__(self, branch: CrossAttentionBranch | None) -> None:
        self.branch = branch
        self.weights: list[Tensor] = []

    def add(self, layer: CrossAttentionLayer, arguments: tuple) -> None:
        """Record what ``layer`` is about to do (a forward pre-hook)."""
        self.weights.append(layer.weights(*arguments))

    def mean(self) -> Attention | None:
        """Return the mean over layers, heads and queries for person 0 of the first clip; None without weights."""
        if self.branch is None or not self.weights:
            return None
        tokens = self.branch.tokens
        received = torch.stack(self.weights)[:, 0].mean(dim=(0, 1, 2))              # (T_v * P,)
        shares = (received * len(received)).unflatten(0, (-1, tokens.places)).numpy()   # (T_v, P)
        rows, columns = tokens.grid if 'grid' in tokens.kinds else (0, 0)
        cells, joints = np.split(shares, [rows * columns], axis=1)
        return Attention(np.arange(len(shares)) * tokens.temporal.stride[0],
                         cells.reshape(len(shares), rows, columns), joints)


@contextmanager
def watch_attention(model: nn.Module) -> Iterator[AttentionRecord]:
    """Record the weights of every cross-attention layer of ``model`` that runs in the context."""
    branch = getattr(model, 'visual', None)
    record = AttentionRecord(branch if isinstance(branch, CrossAttentionBranch) else None)
    hooks = [layer.register_forward_pre_hook(record.add) for layer in (record.branch.layers if record.branch else ())]
    try:
        yield record
    finally:
        for hook in hooks:
            hook.remove()


def attention_panels(crops: np.ndarray, joints: np.ndarray, attention: Attention) -> list[tuple[int, np.ndarray]]:
    """Return (frame, RGB picture) of up to 16 token steps: yellow over the cells, rings around the joints.

    Args:
        crops: ``(T, H, W, 3)`` RGB.
        joints: ``(T, V, 2)`` in pixels of the crops.
        attention: of the same clip; the largest share of a cell is the hottest, that of a joint the widest ring.
    """
    steps = np.unique(np.linspace(0, len(attention.frames) - 1, MAX_PANELS).round().astype(int))
    scale = PANEL_HEIGHT / crops.shape[1]
    size = (round(crops.shape[2] * scale), PANEL_HEIGHT)
    panels = []
    for step in steps:
        frame = min(int(attention.frames[step]), len(crops) - 1)
        panel = cv2.resize(crops[frame], size, interpolation=cv2.INTER_CUBIC)
        if attention.cells.size:
            panel = _heat(panel, attention.cells[step] / attention.cells.max())
        if attention.joints.size:
            radii = attention.joints[step] / attention.joints.max() * PANEL_HEIGHT / 12
            _draw_rings(panel, (joints[frame] + 0.5) * scale, radii)
        panels.append((frame, panel))
    return panels


def _heat(panel: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """The panel ``(H, W, 3)`` in gray; the higher ``cells`` ``(rows, columns)``, 0 to 1, the yellower."""
    values = cv2.resize(cells, panel.shape[1::-1], interpolation=cv2.INTER_NEAREST)[..., None]      # (H, W, 1)
    gray = cv2.cvtColor(panel, cv2.COLOR_RGB2GRAY)[..., None]
    return (gray + MAX_OPACITY * values * (np.array(YELLOW) - gray)).astype(np.uint8)


def _draw_rings(panel: np.ndarray, centers: np.ndarray, radii: np.ndarray) -> None:
    for center, radius in zip(centers.round().astype(int).tolist(), radii.round().astype(int).tolist(), strict=True):
        for color, width in ((BLACK, 3), (WHITE, 1)):
            cv2.circle(panel, center, max(radius, 1), color, width, cv2.LINE_AA)
