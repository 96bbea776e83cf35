"""From configuration to everything a run needs: model, loss, optimizer, schedule, scaler, averaged weights."""

from __future__ import annotations

import torch
from torch import nn
from torch.optim import Optimizer
from yacs.config import CfgNode

from core.compat import timm
from core.engine.runtime import Runtime, unwrap, wrap_model
from core.engine.training.loop import Trainer
from core.engine.training.stages import initialize, learning_rate, num_epochs
from core.losses.joint_loss import JointLoss
from core.systems.build import build_model


def seed_everything(cfg: CfgNode, runtime: Runtime) -> None:
    """Seed torch (each process differently, weights are made equal by the wrapper) and set cuDNN's behavior."""
    torch.manual_seed(cfg.SEED + runtime.rank)
    torch.backends.cudnn.benchmark = cfg.CUDNN.BENCHMARK
    torch.backends.cudnn.deterministic = cfg.CUDNN.DETERMINISTIC


def build_criterion(cfg: CfgNode) -> JointLoss:
    """Create the joint loss."""
    return JointLoss(tuple(cfg.LOSS.RATIO), image_size=tuple(cfg.MODEL.IMAGE_SIZE),
                     split_ratio=cfg.MODEL.SIMDR_SPLIT_RATIO, sigma=cfg.MODEL.SIGMA,
                     visual_ratio=tuple(cfg.LOSS.VISUAL_RATIO), gate_ratio=cfg.LOSS.GATE_RATIO,
                     target_norm=cfg.MODEL.TARGET_NORM, reduction=cfg.LOSS.KL_REDUCTION, norm=cfg.LOSS.KL_NORM,
                     label_smoothing=cfg.LOSS.LABEL_SMOOTHING)


def build_trainer(cfg: CfgNode, runtime: Runtime, steps_per_epoch: int) -> Trainer:
    """Create the trainer of a run: model (from its starting weights) on its devices, and all that updates it.

    Raises:
        ValueError: for starting weights that do not fit.
    """
    seed_everything(cfg, runtime)
    model = build_model(cfg)
    loaded = initialize(model, cfg)
    if loaded:
        runtime.say(loaded)
    model = wrap_model(model, runtime, sync_bn=cfg.TRAIN.SYNC_BN,
                       find_unused=cfg.MODEL.MULTI_FUSE and cfg.MODEL.VISUAL.TAP_GRAD == 0)
    train = cfg.TRAIN
    optimizer = build_optimizer(model, name=train.OPTIMIZER, lr=learning_rate(cfg), pose_lr_ratio=train.POSE_LR_RATIO,
                                weight_decay=train.WEIGHT_DECAY, momentum=train.MOMENTUM)
    scheduler = build_scheduler(optimizer, name=train.SCHEDULER, epochs=num_epochs(cfg),
                                steps_per_epoch=steps_per_epoch, milestones=tuple(train.LR_STEP),
                                factor=train.LR_FACTOR, min_lr=train.MIN_LR, warmup_epochs=train.WARMUP_EPOCHS)
    ema = timm.utils.ModelEmaV3(unwrap(model), decay=train.EMA_DECAY, use_warmup=True) if train.EMA_DECAY else None
    scaler = torch.amp.GradScaler(runtime.device.type, enabled=train.AMP == 'fp16')
    return Trainer(model, build_criterion(cfg), optimizer, scheduler, scaler, ema, train.AMP, train.CLIP_GRAD)


def parameter_groups(model: nn.Module, lr: float, pose_lr_ratio: float, weight_decay: float) -> list[dict]:
    """Split the trainable parameters by learning rate (pose network or rest) and by weight decay (not on 1-D ones).

    Returns:
        Groups for a torch optimizer, all at rate ``lr``: timm's schedulers multiply theirs by a group's ``lr_scale``,
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
