"""The two small languages inside a parity vector: how an input is made, and which part of an output is recorded."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from core.parity.fill import make_input

OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def evaluate_rule(rule: str, shape: list[int], arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    """Array of an input rule: ``stored: in/NAME``, or arithmetic on ``make_input(shape, SEED)`` with ``abs``.

    Args:
        rule: text of the rule; a remark may follow a semicolon or, for stored arrays, the name.
        shape: of the input.
        arrays: stored arrays by key.

    Raises:
        ValueError: for a rule outside this little language.

    Example:
        >>> evaluate_rule('abs(make_input(shape, 33)) / 2', [2, 3], {}).shape
        (2, 3)
    """
    stored = re.match(r'stored: *(in/[\w./+-]*\w)', rule)
    if stored:
        return arrays[stored[1]]

    def walk(node: ast.expr) -> Any:
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            return node.value
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -walk(node.operand)
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
            return OPERATORS[type(node.op)](walk(node.left), walk(node.right))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            if node.func.id == 'abs' and len(node.args) == 1:
                return np.abs(walk(node.args[0]))
            if node.func.id == 'make_input' and len(node.args) == 2:
                return make_input(shape, walk(node.args[1]))
        raise ValueError(f"input rule '{rule}' is not understood; use make_input(shape, SEED) or stored: in/NAME")

    try:
        return np.asarray(walk(ast.parse(rule.split(';')[0].strip(), mode='eval').body))
    except SyntaxError as error:
        raise ValueError(f"input rule '{rule}' is not understood ({error.msg})") from error


def parse_slice(text: str) -> tuple[slice | int, ...]:
    """Index written as text, such as ``[:1, ::4]``.

    Raises:
        ValueError: for anything but integers and slices of integers.

    Example:
        >>> parse_slice('[:1, ::4]')
        (slice(None, 1, None), slice(None, None, 4))
    """
    parts = text.strip().removeprefix('[').removesuffix(']').split(',')
    if not all(re.fullmatch(r' *-?\d+ *| *(-?\d+)? *:( *-?\d+)? *(:( *-?\d+)? *)?', part) for part in parts):
        raise ValueError(f"slice '{text}' is not understood; write it like [:1, ::4]")
    return tuple(slice(*(int(bound) if bound.strip() else None for bound in part.split(':'))) if ':' in part
                 else int(part) for part in parts)
