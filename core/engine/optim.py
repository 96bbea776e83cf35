"""Optimiser and schedule from timm, with the pose network's own learning rate."""

from __future__ import annotations

from torch import nn
from torch.optim import Optimizer

from core.compat import timm
from core.engine.runtime import unwrap


def parameter_groups(model: nn.Module, lr: float, pose_lr_ratio: float, weight_decay: float) -> list[dict]:
    """Split the trainable parameters by learning rate (pose network or rest) and by weight decay (not on 1-D ones).

    Returns:
        Groups for a torch optimiser, all at rate ``lr``: timm's schedulers multiply theirs by a group's ``lr_scale``,
        the first time when they are created.
    """
    groups: dict[tuple[bool, bool], list] = {}
    for name, parameter in unwrap(model).named_parameters():
        if parameter.requires_grad:
            groups.setdefault((name.startswith('pose.'), parameter.ndim > 1), []).append(parameter)
    return [{'params': parameters, 'lr': lr, 'lr_scale': pose_lr_ratio if in_pose else 1.0,
             'weight_decay': weight_decay if decays else 0.0}
            for (in_pose, decays), parameters in groups.items()]


def build_optimizer(model: nn.Module, *, name: str = 'adam', lr: float = 0.002, pose_lr_ratio: float = 1.0,
                    weight_decay: float = 0.0, momentum: float = 0.9) -> Optimizer:
    """Create timm's adam, adamw, sgd (with Nesterov) or momentum (sgd without) for the trainable parameters."""
    groups = parameter_groups(model, lr, pose_lr_ratio, weight_decay)
    extra = {'momentum': momentum} if name in ('sgd', 'momentum') else {}
    return timm.optim.create_optimizer_v2(groups, opt=name, lr=lr, weight_decay=0.0, **extra)


def build_scheduler(optimizer: Optimizer, *, name: str = 'multistep', epochs: int, steps_per_epoch: int,
                    milestones: tuple[int, ...] = (), factor: float = 0.5, min_lr: float = 0.0,
                    warmup_epochs: float = 0.0):
    """Create timm's schedule ``name`` (multistep, cosine), updated once per step with ``step_update``."""
    steps = max(steps_per_epoch, 1)
    scheduler, _ = timm.scheduler.create_scheduler_v2(
        optimizer, sched=name, num_epochs=max(epochs, 1), decay_milestones=list(milestones), decay_rate=factor,
        min_lr=min_lr, warmup_epochs=warmup_epochs, warmup_lr=0.0, warmup_prefix=False, step_on_epochs=False,
        updates_per_epoch=steps)
    return scheduler
