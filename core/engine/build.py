"""From configuration to everything a run needs: model, loss, optimiser, schedule, scaler, averaged weights."""

from __future__ import annotations

import torch
from yacs.config import CfgNode

from core.compat import timm
from core.engine.optim import build_optimizer, build_scheduler
from core.engine.runtime import Runtime, unwrap, wrap_model
from core.engine.stages import initialize, learning_rate, num_epochs
from core.engine.train import Trainer
from core.losses.joint import JointLoss
from core.models.build import build_model


def seed_everything(cfg: CfgNode, runtime: Runtime) -> None:
    """Seed torch (each process differently, weights are made equal by the wrapper) and set cuDNN's behaviour."""
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
