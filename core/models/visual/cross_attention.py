"""The visual branch of this project: cross-attention from skeleton features to low-level backbone maps.

Queries are nodes of the skeleton network's map, so that each joint (part, body) collects what its frames show around
it. Every person attends to its own crops. Prior: VPN (2007.03056), STAR-Transformer (2210.07503).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from core.models.visual.attention import CrossAttentionLayer, time_window
from core.models.visual.tokens import SeparablePosition, TokenPool

QUERIES: dict[str, int] = {'joint': 0, 'part': 1, 'body': 2, 'pooled': 0}
"""Kind of query → index of the skeleton network's map; 'pooled' is the mean over the nodes of map 0."""


class CrossAttentionBranch(nn.Module):
    """Action logits of what skeleton queries find in backbone maps.

    Args:
        tap_channels: C_i of the backbone maps.
        map_channels: C_s of the skeleton network's maps, finest first.
        map_nodes: V_s of the same maps; further values are ignored.
        num_classes: K.
        grid: rows and columns of token cells, usually the crop's height and width over 32.
        clip_size: T that the position codes are learned for; other lengths interpolate.
        query: key of ``QUERIES``.
        token_pool: key of ``TOKEN_POOLS``.
        dim: D of queries and tokens.
        heads: attention heads.
        layers: cross-attention layers.
        t_stride: frames per token.
        window: largest distance in time between query and token, in token steps; 0 is unlimited.
        dropout: dropout rate of the layers.
        drop: probability that the logits of a training clip are set to 0 (modality dropout).

    Raises:
        ValueError: for an unknown query, one whose map the skeleton network lacks, or an unknown token pool.
    """

    def __init__(self, tap_channels: Sequence[int], map_channels: Sequence[int], map_nodes: Sequence[int],
                 num_classes: int, *, grid: tuple[int, int], clip_size: int, query: str = 'joint',
                 token_pool: str = 'grid', dim: int = 128, heads: int = 4, layers: int = 2, t_stride: int = 4,
                 window: int = 0, dropout: float = 0.1, drop: float = 0.1) -> None:
        super().__init__()
        if query not in QUERIES:
            raise ValueError(f"visual query '{query}' is unknown; choose one of {', '.join(QUERIES)}")
        self.query, self.level = query, QUERIES[query]
        if self.level >= len(map_channels):
            raise ValueError(f"visual query '{query}' needs map {self.level} of the skeleton network, which has only "
                             f'{len(map_channels)}; use a multi-scale network or query joint')
        self.window, self.drop = window, drop
        self.tokens = TokenPool(tap_channels, grid, map_nodes[0], clip_size, token_pool, dim, t_stride)
        self.embed = nn.Linear(map_channels[self.level], dim)
        nodes = 1 if query == 'pooled' else map_nodes[self.level]
        self.position = SeparablePosition(math.ceil(clip_size / t_stride), nodes, dim)
        self.layers = nn.ModuleList(CrossAttentionLayer(dim, heads, dropout=dropout) for _ in range(layers))
        self.head = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, num_classes))

    def _queries(self, maps: Sequence[Tensor]) -> Tensor:
        level = maps[self.level].flatten(0, 1)                                           # (BM, C_s, T_s, V_s)
        if self.query == 'pooled':
            level = level.mean(dim=-1, keepdim=True)                                     # (BM, C_s, T_s, 1)
        return self.embed(level.permute(0, 2, 3, 1)) + self.position(level.shape[2])     # (BM, T_s, V_s, D)

    def _mask(self, queries: Tensor, tokens: Tensor) -> Tensor | None:
        if not self.window:
            return None
        steps = time_window(queries.shape[1], tokens.shape[1], self.window, queries.device)
        return steps.repeat_interleave(queries.shape[2], dim=0).repeat_interleave(tokens.shape[2], dim=1)

    def see(self, taps: Sequence[Tensor], positions: Tensor) -> Tensor:
        """Return the tokens of each frame by itself, ``(B, M, T, P, D)``; arguments as in ``TokenPool.see``."""
        return self.tokens.see(taps, positions)

    def forward(self, seen: Tensor, maps: Sequence[Tensor], person_mask: Tensor) -> Tensor:
        """Return logits ``(B, K)``; absent persons contribute nothing.

        Args:
            seen: what ``see`` returned for the frames of the clip, ``(B, M, T, P, D)``.
            maps: the skeleton network's maps ``(B, M, C_s, T_s, V_s)``, finest first.
            person_mask: 1 where the person exists, ``(B, M)``.
        """
        tokens = self.tokens(seen)                                                       # (BM, T_v, P, D)
        queries = self._queries(maps)                                                    # (BM, T_s, V_s, D)
        mask = self._mask(queries, tokens)                                               # (T_s * V_s, T_v * P)
        queries, tokens = queries.flatten(1, 2), tokens.flatten(1, 2)
        for layer in self.layers:
            queries = layer(queries, tokens, mask)
        persons = queries.mean(dim=1).unflatten(0, person_mask.shape)                    # (B, M, D)
        return self._drop_clips(self.head(_mean_of_present(persons, person_mask)))

    def _drop_clips(self, logits: Tensor) -> Tensor:
        if not self.training or not self.drop:
            return logits
        return logits * (torch.rand(len(logits), 1, device=logits.device) >= self.drop)


def _mean_of_present(persons: Tensor, person_mask: Tensor) -> Tensor:
    """Mean ``(B, D)`` over the persons ``(B, M, D)`` that exist; what an absent person holds, NaN too, is ignored."""
    present = persons.masked_fill(person_mask[..., None] == 0, 0)
    return present.sum(dim=1) / person_mask.sum(dim=1, keepdim=True).clamp(min=1)
