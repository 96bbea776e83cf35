"""Cross-attention: equal to its formula, blind outside the window."""

import math

import pytest
import torch

from core.models.visual.attention import CrossAttentionLayer, time_window

DIM, HEADS = 16, 4


def explicit(layer, queries, tokens, mask=None):
    """``W_o softmax(Q K^T / sqrt(d)) V``, one head at a time."""
    q = layer.to_query(layer.norm_query(queries))
    k, v = layer.to_key_value(layer.norm_token(tokens)).chunk(2, dim=-1)
    heads = []
    for q_h, k_h, v_h in zip(*(x.chunk(HEADS, dim=-1) for x in (q, k, v)), strict=True):
        scores = q_h @ k_h.mT / math.sqrt(DIM / HEADS)
        if mask is not None:
            scores = scores.masked_fill(~mask, -math.inf)
        heads.append(scores.softmax(dim=-1) @ v_h)
    return layer.out(torch.cat(heads, dim=-1))


@pytest.mark.parametrize('masked', [False, True])
def test_attention_equals_its_formula(masked):
    torch.manual_seed(0)
    layer = CrossAttentionLayer(DIM, HEADS).double()
    queries, tokens = torch.randn(3, 8, DIM).double(), torch.randn(3, 12, DIM).double()
    mask = (torch.rand(8, 12) < 0.5).index_fill(1, torch.tensor([0]), True) if masked else None
    torch.testing.assert_close(layer.attend(queries, tokens, mask), explicit(layer, queries, tokens, mask))


@pytest.mark.parametrize('masked', [False, True])
def test_weights_explain_what_forward_adds(masked):
    torch.manual_seed(0)
    layer = CrossAttentionLayer(DIM, HEADS).double().eval()
    queries, tokens = torch.randn(3, 4, DIM).double(), torch.randn(3, 12, DIM).double()
    mask = time_window(4, 12, 1) if masked else None
    weights = layer.weights(queries, tokens, mask)                                       # (3, heads, 4, 12)
    _, values = layer.to_key_value(layer.norm_token(tokens)).chunk(2, dim=-1)
    mixed = torch.einsum('nhqk,nkhd->nqhd', weights, values.unflatten(-1, (HEADS, -1)))  # (3, 4, heads, D / heads)
    queried = queries + layer.out(mixed.flatten(2))
    torch.testing.assert_close(layer(queries, tokens, mask), queried + layer.feed_forward(queried))
    torch.testing.assert_close(weights.sum(dim=-1), torch.ones(3, HEADS, 4).double())
    assert not masked or bool((weights[..., ~mask] == 0).all())


def test_layer_adds_both_updates_to_the_queries():
    layer = CrossAttentionLayer(DIM, HEADS).eval()
    queries, tokens = torch.randn(3, 8, DIM), torch.randn(3, 12, DIM)
    attended = queries + layer.attend(queries, tokens)
    torch.testing.assert_close(layer(queries, tokens), attended + layer.feed_forward(attended))


def test_masked_tokens_change_nothing():
    layer = CrossAttentionLayer(DIM, HEADS).eval()
    queries, tokens = torch.randn(1, 4, DIM), torch.randn(1, 4, DIM)
    changed = tokens.clone()
    changed[:, 3] += 1
    mask = time_window(4, 4, 1)
    moved = (layer(queries, tokens, mask) != layer(queries, changed, mask)).any(dim=-1)
    assert moved.tolist() == [[False, False, True, True]]


def test_window_is_a_band():
    band = time_window(5, 5, 1)
    assert torch.equal(band, torch.ones(5, 5).triu(-1).tril(1).bool())
    assert torch.equal(time_window(5, 5, 0), torch.eye(5).bool())


@pytest.mark.parametrize('steps', [(1, 4), (2, 4), (4, 2), (7, 4), (4, 7), (13, 25)])
def test_every_query_sees_a_token_whatever_the_lengths(steps):
    window = time_window(*steps, 0)
    assert window.shape == steps and bool(window.any(dim=1).all())


def test_heads_that_do_not_divide_are_refused():
    with pytest.raises(ValueError, match='3 attention heads do not divide 16'):
        CrossAttentionLayer(16, 3)
