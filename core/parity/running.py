"""What the runners of all network families share: exact loading, and one recorded training step."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from core.models.published_weights import load_state, rename_key, to_joint_layout
from core.parity.vector import GRAD_NORM, Vector

BUFFER = 'buffer_after_forward/'
ModelT = TypeVar('ModelT', bound=nn.Module)


def load_exactly(model: nn.Module, state: Mapping[str, Tensor]) -> None:
    """Fill a model with official weights, renamed as published checkpoints are.

    Args:
        model: with the joint model's names.
        state: a vector's, by the official names.

    Raises:
        ValueError: unless every tensor of either side finds its counterpart.
    """
    report = load_state(model, to_joint_layout(state))
    if report.missing or report.mismatched or report.unused:
        raise ValueError(f'the official weights do not cover the model exactly: {report.summary()}')


@contextmanager
def recording(modules: Mapping[str, nn.Module]) -> Iterator[dict[str, Any]]:
    """Record the outputs of modules, by name, while the context lasts."""
    seen: dict[str, Any] = {}
    hooks = [module.register_forward_hook(partial(_record, seen, name)) for name, module in modules.items()]
    yield seen
    for hook in hooks:
        hook.remove()


def _record(seen: dict[str, Any], name: str, module: nn.Module, args: tuple[Tensor, ...], output: Any) -> None:
    seen[name] = output


def count_parameters(model: nn.Module) -> Tensor:
    """Number of trainable parameters."""
    return torch.tensor(sum(parameter.numel() for parameter in model.parameters()))


def _gradient_norm(model: nn.Module, key: str) -> Tensor:
    gradient = model.get_parameter(rename_key(key)).grad
    if gradient is None:
        raise ValueError(f"the loss does not reach the parameter '{key}', whose gradient norm is recorded")
    return gradient.norm()


def run_training(vector: Vector, model: ModelT, forward: Callable[[ModelT, Tensor], dict[str, Tensor]], x: Tensor,
                 output: str) -> dict[str, Tensor]:
    """One step in training mode on ``loss = mean(output²)``.

    Args:
        vector: names the gradients and buffers to report.
        model: filled model; its running statistics move.
        forward: ``(model, x) → outputs by name``.
        x: input.
        output: which output the loss is taken of.

    Returns:
        The outputs and buffers of a float32 step, and the gradient norms of a float64 step.

    Raises:
        ValueError: a parameter with a recorded gradient norm gets no gradient.
    """
    precise = copy.deepcopy(model).double().train()
    forward(precise, x.double())[output].square().mean().backward()
    norms = {GRAD_NORM + key: _gradient_norm(precise, key) for key in vector.grad_keys}
    with torch.no_grad():
        outputs = forward(model.train(), x)
    buffers = {name: model.get_buffer(rename_key(name.removeprefix(BUFFER)))
               for name in vector.case['outputs'] if name.startswith(BUFFER)}
    return {**outputs, 'loss': outputs[output].double().square().mean(), **norms, **buffers}


def clip_probabilities(recognizer: nn.Module, clips: Tensor) -> Tensor:
    """Average the class probabilities over test clips as PYSKL does, ``(B, clips, ...) → (B, classes)``."""
    logits = recognizer(clips.flatten(0, 1))                                             # (B * clips, classes)
    return logits.softmax(dim=-1).unflatten(0, clips.shape[:2]).mean(dim=1)
