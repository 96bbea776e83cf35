import pytest
import torch
from torch import nn

from core.parity.running import count_parameters, load_exactly, run_training
from core.parity.vector import Vector


def build():
    return nn.ModuleDict({'skeleton': nn.ModuleDict({'backbone': nn.ModuleDict({'data_bn': nn.BatchNorm1d(3)})})})


def vector(*left_out):
    state = sorted([key.removeprefix('skeleton.'), list(value.shape)] for key, value in build().state_dict().items()
                   if not key.endswith(left_out or ('?',)))
    return Vector({'config': {}, 'source': '', 'inputs': {}, 'tolerance': {}, 'state': state,
                   'grad_norms': {'backbone.data_bn.weight': 0.0},
                   'outputs': {'buffer_after_forward/backbone.data_bn.running_mean': {}}}, {})


def test_loading_fills_every_tensor():
    model = build()
    load_exactly(model, vector().state())
    assert model.state_dict()['skeleton.backbone.data_bn.running_mean'].abs().min() > 0
    assert count_parameters(model) == 6


def test_loading_refuses_a_gap():
    with pytest.raises(ValueError, match='1 missing.*data_bn.bias'):
        load_exactly(build(), vector('bias').state())


def test_training_step_reports_gradients_buffers_and_loss():
    model = build()
    load_exactly(model, vector().state())
    before = {key: value.clone() for key, value in model.state_dict().items()}
    x = torch.randn(16, 3)
    answer = run_training(vector(), model, lambda net, x: {'y': net['skeleton']['backbone']['data_bn'](x)}, x, 'y')
    weight = before['skeleton.backbone.data_bn.weight'].double().requires_grad_()
    bias = before['skeleton.backbone.data_bn.bias'].double()
    y = (x.double() - x.double().mean(0)) / (x.double().var(0, unbiased=False) + 1e-5).sqrt() * weight + bias
    gradient, = torch.autograd.grad(y.square().mean(), weight)
    assert torch.allclose(answer['grad_norm/backbone.data_bn.weight'], gradient.norm())
    assert torch.allclose(answer['loss'], y.square().mean())
    assert torch.allclose(answer['y'].double(), y, atol=1e-5)
    moved = 0.9 * before['skeleton.backbone.data_bn.running_mean'] + 0.1 * x.mean(0)
    assert torch.allclose(answer['buffer_after_forward/backbone.data_bn.running_mean'], moved)
