"""Cross-attention (1706.03762, pre-norm): queries collect evidence from tokens of another kind."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

FEED_FORWARD_RATIO = 2
"""Width of the feed-forward network over the width of its input."""


def time_window(query_steps: int, token_steps: int, window: int, device: torch.device | None = None) -> Tensor:
    """Return which time steps see each other, ``|t_q - t_k| <= window``, ``(query_steps, token_steps)`` of bool.

    Time is in token steps; both sequences span the clip. The window is half a step wider, so that every query sees a
    token even if the sequences have different steps.
    """
    query_time = (torch.arange(query_steps, device=device) + 0.5) * token_steps / query_steps - 0.5
    distance = query_time[:, None] - torch.arange(token_steps, device=device)
    return distance.abs() <= window + 0.5


class CrossAttentionLayer(nn.Module):
    """``q ← q + W_o MHA(LN q, LN k)``, then ``q ← q + FFN(LN q)``; torch picks the fused attention kernel.

    Args:
        dim: D of queries and tokens.
        heads: attention heads.
        dropout: dropout rate of both updates.

    Raises:
        ValueError: unless the heads divide D.
    """

    def __init__(self, dim: int = 128, heads: int = 4, dropout: float = 0.1) -> None:
        super().__init__()
        if dim % heads:
            raise ValueError(f'{heads} attention heads do not divide {dim} channels')
        self.heads = heads
        self.norm_query, self.norm_token = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.to_query, self.to_key_value = nn.Linear(dim, dim), nn.Linear(dim, 2 * dim)
        self.out = nn.Linear(dim, dim)
        self.drop = nn.Dropout(dropout)
        self.feed_forward = nn.Sequential(
            nn.LayerNorm(dim), nn.Linear(dim, FEED_FORWARD_RATIO * dim), nn.GELU(), nn.Dropout(dropout),
            nn.Linear(FEED_FORWARD_RATIO * dim, dim), nn.Dropout(dropout))

    def _projected(self, queries: Tensor, tokens: Tensor) -> tuple[Tensor, ...]:
        """Return query, key and value by head, ``(N, heads, Q or K, D / heads)`` each."""
        key, value = self.to_key_value(self.norm_token(tokens)).chunk(2, dim=-1)         # (N, K, D) each
        query = self.to_query(self.norm_query(queries))                                  # (N, Q, D)
        return tuple(x.unflatten(-1, (self.heads, -1)).transpose(1, 2) for x in (query, key, value))

    def attend(self, queries: Tensor, tokens: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return the update ``(N, Q, D)`` of the queries; arguments as in ``forward``."""
        query, key, value = self._projected(queries, tokens)
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)        # (N, heads, Q, D / heads)
        return self.out(mixed.transpose(1, 2).flatten(2))

    def weights(self, queries: Tensor, tokens: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return the attention weights ``(N, heads, Q, K)``; they sum to 1 over K.

        The fused kernel of ``attend`` does not return them. Arguments as in ``forward``.
        """
        query, key, _ = self._projected(queries, tokens)
        scores = query @ key.mT / math.sqrt(query.shape[-1])                             # (N, heads, Q, K)
        return (scores if mask is None else scores.masked_fill(~mask, -math.inf)).softmax(dim=-1)

    def forward(self, queries: Tensor, tokens: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return the updated queries ``(N, Q, D)``.

        Args:
            queries: ``(N, Q, D)``.
            tokens: ``(N, K, D)``.
            mask: true where a query may see a token, ``(Q, K)``; every query must see one.
        """
        queries = queries + self.drop(self.attend(queries, tokens, mask))
        return queries + self.feed_forward(queries)
