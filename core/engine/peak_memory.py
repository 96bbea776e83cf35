"""Memory of tensors: the most that are alive at once."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class PeakMemory(TorchDispatchMode):
    """Counts the bytes of all tensors alive at once while it is active; scratch memory inside an operation is not seen.

    Args:
        held: tensors that exist already and count.

    Attributes:
        peak: most bytes so far.

    Example:
        >>> with PeakMemory([]) as memory:
        ...     _ = torch.ones(10) + 1          # two tensors of 40 bytes
        >>> memory.peak
        80
    """

    def __init__(self, held: Iterable[Tensor]) -> None:
        super().__init__()
        self.peak = self._alive = 0
        self._seen: set[int] = set()
        self._watch(held)

    def _watch(self, tensors: Iterable[Tensor]) -> None:
        for storage in [tensor.untyped_storage() for tensor in tensors]:
            if id(storage) not in self._seen:
                self._seen.add(id(storage))
                self._alive += storage.nbytes()
                weakref.finalize(storage, self._drop, id(storage), storage.nbytes())
        self.peak = max(self.peak, self._alive)

    def _drop(self, storage: int, size: int) -> None:
        self._seen.remove(storage)
        self._alive -= size

    def __torch_dispatch__(self, func: Callable, types: Sequence[type], args: tuple = (),
                           kwargs: dict[str, Any] | None = None) -> Any:
        """Run one operation and watch what it returns."""
        result = func(*args, **(kwargs or {}))
        self._watch(value for value in tree_leaves(result) if isinstance(value, Tensor))
        return result
