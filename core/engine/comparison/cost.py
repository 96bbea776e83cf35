"""What a model costs: multiply-adds, clips per second and memory, of models of any kind alike.

Weights do not matter to any of these figures, so a model is measured as it is built. The figures of a run lie in
``cost.json`` of its folder; delete that file to have them measured again, on another machine for example.
"""

from __future__ import annotations

import json
import statistics
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode

from core.data.clips.base import Batch
from core.engine.runtime import autocast, to_device
from core.files import write_json
from core.losses.joint_loss import JointLoss

REPEATS = 5          # timed forward passes; their median counts

TRAINING_CLIPS = 2   # of the measured training step: BatchNorm needs more than one

GPU_CLIPS = 16       # of a forward pass on the GPU, which one clip would leave idle


class Cost(NamedTuple):
    """What a model costs; the figures of the GPU are None where none was at hand.

    Attributes:
        gflops: 1e9 multiply-adds of matrix products and convolutions for one view of a clip in testing.
        views: views of a clip in testing; it costs that many times ``gflops``.
        clips_per_second: views a second in testing, on one thread of the CPU, one at a time.
        training_memory: peak of the tensors alive in a training step of ``TRAINING_CLIPS`` clips without the
            optimizer's, weights included, MB (1e6 bytes); the same on every machine, see ``PeakMemory``.
        test_memory: the same of one view in testing.
        gpu: name of the GPU.
        gpu_clips_per_second: views a second in testing, ``GPU_CLIPS`` at a time.
        gpu_training_memory: as ``training_memory``, but what the allocator of the GPU handed out at most.
        gpu_test_memory: the same of one view in testing.
    """

    gflops: float
    views: int
    clips_per_second: float
    training_memory: float
    test_memory: float
    gpu: str | None = None
    gpu_clips_per_second: float | None = None
    gpu_training_memory: float | None = None
    gpu_test_memory: float | None = None


def measure_cost(model: nn.Module, view: Sequence[Tensor], clips: Batch, criterion: JointLoss, *,
                 views: int = 1, amp: str = 'none', gpu: torch.device | None = None) -> Cost:
    """Measure what ``model`` costs; afterwards the model is on ``gpu`` (if given) and holds gradients.

    Args:
        model: on the CPU.
        view: its inputs for one view of one clip in testing, B = 1, on the CPU.
        clips: batch of training clips, on the CPU.
        criterion: of training.
        views: views of a clip in testing.
        amp: autocast setting.
        gpu: CUDA device to measure on, too.
    """
    def test() -> None:
        _test(model, view, amp)

    def train() -> None:
        _train(model, clips, criterion, amp)

    held = [*model.parameters(), *model.buffers()]
    test()                                                  # what a model makes once is made before anything counts
    with FlopCounterMode(display=False) as operations:
        test()
    with PeakMemory([*held, *view]) as testing:
        test()
    with _one_thread():
        rate = 1 / _seconds(test)
    with PeakMemory([*held, *clips]) as training:
        train()
    cost = Cost(operations.get_total_flops() / 2e9, views, rate, training.peak / 1e6, testing.peak / 1e6)
    return cost if gpu is None else cost._replace(**_gpu_cost(model, view, clips, criterion, amp, gpu))


def _test(model: nn.Module, view: Sequence[Tensor], amp: str) -> None:
    model.eval()
    with torch.no_grad(), autocast(view[0].device, amp):
        model(*view)


def _train(model: nn.Module, clips: Batch, criterion: JointLoss, amp: str) -> None:
    model.train()
    model.zero_grad(set_to_none=True)
    with autocast(clips.label.device, amp):
        output = model(*clips.inputs)
    criterion(output, *clips.targets)['loss'].backward()


def _gpu_cost(model: nn.Module, view: Sequence[Tensor], clips: Batch, criterion: JointLoss, amp: str,
              device: torch.device) -> dict[str, Any]:
    model.zero_grad(set_to_none=True)
    before = torch.cuda.memory_allocated(device)
    model, view, clips = model.to(device), [value.to(device) for value in view], to_device(clips, device)
    many = [value.repeat_interleave(GPU_CLIPS, 0) for value in view]

    def peak(work: Callable[[], None]) -> float:
        work()                                              # libraries choose and set up their kernels
        torch.cuda.reset_peak_memory_stats(device)
        work()
        return (torch.cuda.max_memory_allocated(device) - before) / 1e6

    def test_many() -> None:
        _test(model, many, amp)
        torch.cuda.synchronize(device)

    cost = {'gpu': torch.cuda.get_device_name(device),
            'gpu_test_memory': peak(lambda: _test(model, view, amp)),
            'gpu_training_memory': peak(lambda: _train(model, clips, criterion, amp)),
            'gpu_clips_per_second': GPU_CLIPS / _seconds(test_many)}
    torch.cuda.empty_cache()                                # for the trainings that follow, which are other processes
    return cost


@contextmanager
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _seconds(work: Callable[[], None]) -> float:
    """Median duration of ``work`` after one call that does not count."""
    work()
    stamps = [time.perf_counter()]
    for _ in range(REPEATS):
        work()
        stamps.append(time.perf_counter())
    return statistics.median(end - start for start, end in zip(stamps, stamps[1:], strict=False))


def read_cost(folder: Path) -> Cost | None:
    """Return ``cost.json`` of a run's folder, None unless it was measured after the run's last test."""
    file, metrics = folder / 'cost.json', folder / 'metrics.json'
    try:
        if file.stat().st_mtime_ns < metrics.stat().st_mtime_ns:
            return None
        return Cost(**json.loads(file.read_text()))
    except FileNotFoundError:
        return None


def write_cost(folder: Path, cost: Cost) -> None:
    """Write ``cost.json`` into a run's folder."""
    write_json(folder / 'cost.json', cost._asdict())


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
