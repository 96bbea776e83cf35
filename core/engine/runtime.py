"""Where a run computes: CPU, one GPU, several under DataParallel, or one process each under torchrun."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import distributed, nn
from torch.nn.parallel import DataParallel, DistributedDataParallel

from core.data.clips.base import Batch

BatchT = TypeVar('BatchT', bound=Batch)
AUTOCAST_TYPES = {'bf16': torch.bfloat16, 'fp16': torch.float16}

AUTO = 'auto'
"""Stands for all GPUs of the machine, or the CPU where there is none."""


@dataclass(frozen=True)
class Runtime:
    """Devices and place of this process among all processes of the run.

    Attributes:
        device: device of this process' tensors.
        device_ids: CUDA ids this process drives; empty on CPU.
        rank: 0-based number of this process.
        world_size: number of processes.
        distributed: started by torchrun.
    """

    device: torch.device
    device_ids: tuple[int, ...] = ()
    rank: int = 0
    world_size: int = 1
    distributed: bool = False

    @property
    def devices(self) -> int:
        """Number of devices this process drives, the CPU being one."""
        return max(1, len(self.device_ids))

    @property
    def is_main(self) -> bool:
        """True in the one process that prints and writes."""
        return self.rank == 0

    def say(self, text: str) -> None:
        """Print ``text`` once per run."""
        if self.is_main:
            print(text, flush=True)


def start_runtime(gpus: Sequence[int | str]) -> Runtime:
    """Choose the devices and join the process group where torchrun started this process.

    Args:
        gpus: CUDA ids asked for, ``['auto']`` for all there are, or none for the CPU; under torchrun each local process
            takes the one at its local rank. A machine without GPU always takes the CPU.

    Raises:
        ValueError: when a GPU was asked for that the machine, which has some, does not have.
    """
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    ids = list(range(count)) if AUTO in gpus else [gpu for gpu in gpus if isinstance(gpu, int)]
    missing = [gpu for gpu in ids if gpu >= count]
    if count and missing:
        raise ValueError(f'GPUS names device {missing[0]} but this machine has {count}; '
                         f'allowed: {", ".join(map(str, range(count)))}')
    if 'RANK' in os.environ and 'WORLD_SIZE' in os.environ:
        return _join_processes(ids, on_gpu=bool(count and ids))
    if not (count and ids):
        return Runtime(torch.device('cpu'))
    torch.cuda.set_device(ids[0])
    return Runtime(torch.device('cuda', ids[0]), tuple(ids))


def _join_processes(gpus: list[int], on_gpu: bool) -> Runtime:
    local = int(os.environ.get('LOCAL_RANK', 0))
    if on_gpu and local >= len(gpus):
        raise ValueError(f'GPUS names {len(gpus)} devices but torchrun started process {local + 1} on this machine; '
                         'name one device per process')
    device = torch.device('cuda', gpus[local]) if on_gpu else torch.device('cpu')
    if on_gpu:
        torch.cuda.set_device(device)
    distributed.init_process_group('nccl' if on_gpu else 'gloo')
    return Runtime(device, (device.index,) if on_gpu else (), distributed.get_rank(), distributed.get_world_size(),
                   distributed=True)


def describe(runtime: Runtime) -> str:
    """Return the one line that says where the run computes."""
    where = 'GPU ' + ', '.join(map(str, runtime.device_ids)) if runtime.device_ids else _the_cpu()
    if runtime.distributed:
        return f'computing on {where}, {runtime.world_size} processes'
    return f'computing on {where}' + (', DataParallel' if runtime.devices > 1 else '')


def _the_cpu() -> str:
    return 'the CPU' if torch.cuda.is_available() else 'the CPU (no GPU here)'


def wrap_model(model: nn.Module, runtime: Runtime, *, sync_bn: bool = False, find_unused: bool = False) -> nn.Module:
    """Return ``model`` on its device, wrapped for the processes or GPUs of ``runtime``.

    Args:
        model: to be wrapped.
        runtime: of this process.
        sync_bn: BatchNorm over all processes (GPUs only).
        find_unused: some trainable parameters get no gradient; processes must then agree on which, each step.
    """
    if runtime.distributed and sync_bn and runtime.device_ids:
        model = nn.SyncBatchNorm.convert_sync_batchnorm(model)
    model = model.to(runtime.device)
    if runtime.distributed:
        return DistributedDataParallel(model, device_ids=list(runtime.device_ids) or None,
                                       find_unused_parameters=find_unused)
    if len(runtime.device_ids) > 1:
        return DataParallel(model, device_ids=list(runtime.device_ids))
    return model


def unwrap(model: nn.Module) -> nn.Module:
    """Return the model inside a parallel wrapper, or the model itself."""
    return model.module if isinstance(model, (DataParallel, DistributedDataParallel)) else model


def gather_objects(value: object, runtime: Runtime) -> list:
    """Return the ``value`` of every process, in rank order."""
    if not runtime.distributed:
        return [value]
    values = [None] * runtime.world_size
    distributed.all_gather_object(values, value)
    return values


def check_equal_weights(model: nn.Module, runtime: Runtime) -> None:
    """Make sure that every process ended with the same parameters.

    Raises:
        RuntimeError: when two ranks differ.
    """
    digest = hashlib.sha256()
    for parameter in unwrap(model).parameters():
        digest.update(parameter.detach().cpu().numpy().tobytes())
    digests = gather_objects(digest.hexdigest(), runtime)
    if len(set(digests)) > 1:
        raise RuntimeError(f'the weights of the {runtime.world_size} processes differ after training')
    if runtime.distributed:
        runtime.say(f'weights equal on {runtime.world_size} processes (sha256 {digests[0][:12]})')


def stop_runtime(runtime: Runtime) -> None:
    """Leave the process group, if there is one."""
    if runtime.distributed:
        distributed.destroy_process_group()


def to_device(clip: BatchT, device: torch.device) -> BatchT:
    """Return the batch on ``device``, copied without waiting where its memory is pinned."""
    return type(clip)(*(tensor.to(device, non_blocking=True) for tensor in clip))


def autocast(device: torch.device, amp: str) -> torch.autocast:
    """Return the autocast context of setting ``amp`` (``none``: disabled)."""
    return torch.autocast(device.type, dtype=AUTOCAST_TYPES.get(amp), enabled=amp != 'none')
