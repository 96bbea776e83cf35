"""Choosing devices and wrapping models."""

import pytest
import torch
from torch import nn

from core.engine import runtime as module
from core.engine.runtime import (
    Runtime,
    check_equal_weights,
    describe,
    gather_objects,
    start_runtime,
    unwrap,
    wrap_model,
)


@pytest.fixture
def no_torchrun(monkeypatch):
    for name in ('RANK', 'WORLD_SIZE', 'LOCAL_RANK'):
        monkeypatch.delenv(name, raising=False)


def pretend_gpus(monkeypatch, count):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: count > 0)
    monkeypatch.setattr(torch.cuda, 'device_count', lambda: count)
    monkeypatch.setattr(torch.cuda, 'set_device', lambda device: None)


def test_without_gpu_any_list_means_cpu(no_torchrun, monkeypatch):
    pretend_gpus(monkeypatch, 0)
    runtime = start_runtime([0, 1])
    assert runtime == Runtime(torch.device('cpu'))
    assert 'CPU' in describe(runtime) and runtime.devices == 1 and runtime.is_main


@pytest.mark.parametrize(('count', 'said'), [(0, 'the CPU (no GPU here)'), (2, 'the CPU')])
def test_no_gpu_asked_for_means_cpu_everywhere(no_torchrun, monkeypatch, count, said):
    pretend_gpus(monkeypatch, count)
    runtime = start_runtime([])
    assert runtime == Runtime(torch.device('cpu'))
    assert describe(runtime) == f'computing on {said}'


@pytest.mark.parametrize(('count', 'devices'), [(0, ()), (3, (0, 1, 2))])
def test_auto_means_all_gpus_there_are(no_torchrun, monkeypatch, count, devices):
    pretend_gpus(monkeypatch, count)
    runtime = start_runtime(['auto'])
    assert runtime.device_ids == devices and runtime.device.type == ('cuda' if devices else 'cpu')


def test_torchrun_with_no_gpu_asked_for_joins_on_the_cpu(monkeypatch):
    pretend_gpus(monkeypatch, 2)
    joined = []
    monkeypatch.setattr(module.distributed, 'init_process_group', joined.append)
    monkeypatch.setattr(module.distributed, 'get_rank', lambda: 1)
    monkeypatch.setattr(module.distributed, 'get_world_size', lambda: 2)
    for name, value in {'RANK': '1', 'WORLD_SIZE': '2', 'LOCAL_RANK': '1'}.items():
        monkeypatch.setenv(name, value)
    assert start_runtime([]) == Runtime(torch.device('cpu'), rank=1, world_size=2, distributed=True)
    assert joined == ['gloo']


def test_missing_gpu_is_refused_by_name(no_torchrun, monkeypatch):
    pretend_gpus(monkeypatch, 2)
    with pytest.raises(ValueError, match=r'GPUS names device 5 but this machine has 2; allowed: 0, 1'):
        start_runtime([0, 5])


def test_several_gpus_are_driven_by_one_process(no_torchrun, monkeypatch):
    pretend_gpus(monkeypatch, 2)
    runtime = start_runtime([1, 0])
    assert runtime.device == torch.device('cuda', 1) and runtime.devices == 2
    assert 'DataParallel' in describe(runtime)


def test_more_processes_than_devices_are_refused(monkeypatch):
    pretend_gpus(monkeypatch, 2)
    for name, value in {'RANK': '1', 'WORLD_SIZE': '2', 'LOCAL_RANK': '1'}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match='one device per process'):
        start_runtime([0])


def test_wrapping_is_undone():
    model = nn.Linear(2, 2)
    runtime = Runtime(torch.device('cpu'))
    assert wrap_model(model, runtime) is model
    assert unwrap(nn.DataParallel(model)) is model
    assert gather_objects('a', runtime) == ['a']


def test_differing_weights_are_found(monkeypatch):
    monkeypatch.setattr(module, 'gather_objects', lambda value, runtime: [value, value + 'x'])
    with pytest.raises(RuntimeError, match='differ'):
        check_equal_weights(nn.Linear(2, 2), Runtime(torch.device('cpu'), world_size=2))
