"""From configuration to everything a run needs: model, loss, optimizer, schedule, scaler, averaged weights."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from yacs.config import CfgNode

from core.compat import timm
from core.config import resolve_path
from core.config.systems import SYSTEMS
from core.config.tree import flatten
from core.data.annotations.records import read_annotations
from core.data.build import Data, build_clips, build_data
from core.data.frames.frame_folder import FrameFolder
from core.engine.runs.checkpoint import read_checkpoint
from core.engine.runs.run_folder import run_folder
from core.engine.runtime import Runtime, gather_objects, unwrap, wrap_model
from core.engine.training.loop import Trainer
from core.engine.training.pose_keypoints import write_predicted
from core.losses.joint_loss import JointLoss
from core.models.joint import PoseModel
from core.models.pose.coding import SimCCCoding
from core.models.published_weights import load_state
from core.systems.build import blueprint_of, build_model
from core.systems.joint import build_pose_net


def seed_everything(cfg: CfgNode, runtime: Runtime) -> None:
    """Seed torch (each process differently, weights are made equal by the wrapper) and set cuDNN's behavior."""
    torch.manual_seed(cfg.SEED + runtime.rank)
    torch.backends.cudnn.benchmark = cfg.CUDNN.BENCHMARK
    torch.backends.cudnn.deterministic = cfg.CUDNN.DETERMINISTIC


def build_run_data(cfg: CfgNode, runtime: Runtime) -> Data:
    """Create the loaders of this process; keypoints that a pose network must predict first are predicted.

    Raises:
        ValueError: with one sentence, when files are missing or do not fit the configuration.
    """
    return build_data(cfg, devices=runtime.devices, rank=runtime.rank, world_size=runtime.world_size,
                      keypoints=predicted_keypoints(cfg, runtime))


DECIDING = ('SEED', 'DATA_DIR', 'BACKBONE', 'DATASET.ANNOTATIONS', 'DATASET.FRAMES', 'DATASET.VIS_THR',
            'DATASET.BBOX_MODE', 'DATASET.BBOX_SCALE', 'DATASET.BOX_SOURCE', 'DATASET.BOX_FILE', 'DATASET.BOX_JITTER',
            'MODEL.IMAGE_SIZE', 'MODEL.NUM_PERSONS', 'MODEL.SIMDR_SPLIT_RATIO', 'MODEL.SIGMA', 'TEST.DECODE')
"""What predicted keypoints depend on, beside the weights."""


def predicted_keypoints(cfg: CfgNode, runtime: Runtime) -> Path | None:
    """Return the file with the keypoints that ``DATASET.POSE_CHECKPOINT`` predicts, made where it is missing.

    It lies in ``OUTPUT_DIR/keypoints``; its name follows from the weights, the data and the crop settings. ``None``
    where the keypoints are annotated, or frames are read.

    Raises:
        ValueError: for a checkpoint that cannot be read, or whose pose network is another than the configured one.
    """
    if SYSTEMS[cfg.MODEL.NAME].clips != 'keypoints' or not cfg.DATASET.POSE_CHECKPOINT:
        return None
    weights = read_checkpoint(resolve_path(cfg.DATASET.POSE_CHECKPOINT)).weights
    weights = {name: value for name, value in weights.items() if name.startswith('pose.')}
    file = resolve_path(cfg.OUTPUT_DIR) / 'keypoints' / f'{_digest(cfg, weights)}.pkl'
    if gather_objects(not file.exists(), runtime)[0]:                       # all processes do what the main one sees
        model = PoseModel(build_pose_net(cfg))
        if load_state(model, weights).missing:
            raise ValueError(f"checkpoint '{cfg.DATASET.POSE_CHECKPOINT}' lacks weights of a {cfg.BACKBONE} pose "
                             'network for this IMAGE_SIZE; name one that was trained with these settings')
        root = resolve_path(cfg.DATA_DIR)
        annotated = read_annotations(root / cfg.DATASET.ANNOTATIONS, cfg.DATASET.NUM_JOINTS)
        frames = FrameFolder(root, cfg.DATASET.FRAMES)
        found = frames.names_with(record.name for record in annotated.annotations)
        dataset = build_clips(cfg, [record for record in annotated.annotations if record.name in found], frames, False)
        model.to(runtime.device, memory_format=torch.channels_last)     # type: ignore[call-overload]   # not in its stubs
        write_predicted(file, model, dataset, annotated, runtime, decode=cfg.TEST.DECODE, workers=cfg.WORKERS)
    return file


def _digest(cfg: CfgNode, weights: dict[str, Tensor]) -> str:
    settings = dict(flatten(cfg))
    digest = hashlib.sha256(repr([(key, str(settings[key])) for key in DECIDING]).encode())
    for name, value in sorted(weights.items()):
        digest.update(name.encode() + value.numpy().tobytes())
    return digest.hexdigest()[:16]


def build_criterion(cfg: CfgNode, coding: SimCCCoding | None) -> JointLoss:
    """Create the joint loss of a model that writes joints with ``coding``, or writes none."""
    loss = cfg.LOSS
    return JointLoss(tuple(loss.RATIO), coding=coding, visual_ratio=tuple(loss.VISUAL_RATIO),
                     gate_ratio=loss.GATE_RATIO, reduction=loss.KL_REDUCTION, norm=loss.KL_NORM,
                     label_smoothing=loss.LABEL_SMOOTHING)


def build_trainer(cfg: CfgNode, runtime: Runtime, steps_per_epoch: int) -> Trainer:
    """Create the trainer of a run: model (from its starting weights) on its devices, and all that updates it.

    Raises:
        ValueError: for starting weights that do not fit.
    """
    seed_everything(cfg, runtime)
    blueprint, model = blueprint_of(cfg), build_model(cfg)
    criterion = build_criterion(cfg, getattr(model, 'coding', None))
    loaded = start_weights(model, cfg)
    if loaded:
        runtime.say(loaded)
    model = wrap_model(model, runtime, sync_bn=cfg.TRAIN.SYNC_BN,
                       find_unused=blueprint.leaves_gradients_out(cfg))
    train = cfg.TRAIN
    optimizer = build_optimizer(model, name=train.OPTIMIZER, lr=blueprint.learning_rate(cfg),
                                factors=blueprint.rate_factors(cfg), weight_decay=train.WEIGHT_DECAY,
                                momentum=train.MOMENTUM)
    scheduler = build_scheduler(optimizer, name=train.SCHEDULER, epochs=blueprint.num_epochs(cfg),
                                steps_per_epoch=steps_per_epoch, milestones=tuple(train.LR_STEP),
                                factor=train.LR_FACTOR, min_lr=train.MIN_LR, warmup_epochs=train.WARMUP_EPOCHS)
    ema = timm.utils.ModelEmaV3(unwrap(model), decay=train.EMA_DECAY, use_warmup=True) if train.EMA_DECAY else None
    scaler = torch.amp.GradScaler(runtime.device.type, enabled=train.AMP == 'fp16')
    return Trainer(model, criterion, optimizer, scheduler, scaler, ema, train.AMP, train.CLIP_GRAD)


def start_weights(model: nn.Module, cfg: CfgNode) -> str | None:
    """Load what the run starts from: the best weights of its earlier stages, or ``PRETRAINED``.

    Returns:
        One line about them, ``None`` for random ones.

    Raises:
        ValueError: a file is unreadable or nothing of it fits.
    """
    blueprint = blueprint_of(cfg)
    best = [run_folder(stage) / 'best.pth' for stage in blueprint.earlier_stages(cfg)]
    return blueprint.start(model, cfg, [(str(file), read_checkpoint(file).weights) for file in best])


def parameter_groups(model: nn.Module, lr: float, factors: Mapping[str, float], weight_decay: float) -> list[dict]:
    """Split the trainable parameters by learning rate and by weight decay (not on 1-D ones).

    Args:
        model: wrapped or not.
        lr: learning rate.
        factors: beginning of parameter names → factor on ``lr``.
        weight_decay: of matrices and kernels.

    Returns:
        Groups for a torch optimizer, all at rate ``lr``: timm's schedulers multiply theirs by a group's ``lr_scale``,
        the first time when they are created.
    """
    groups: dict[tuple[str, bool], list] = {}
    for name, parameter in unwrap(model).named_parameters():
        if parameter.requires_grad:
            part = next((prefix for prefix in factors if name.startswith(prefix)), '')
            groups.setdefault((part, parameter.ndim > 1), []).append(parameter)
    return [{'params': parameters, 'lr': lr, 'lr_scale': factors.get(part, 1.0),
             'weight_decay': weight_decay if decays else 0.0}
            for (part, decays), parameters in groups.items()]


def build_optimizer(model: nn.Module, *, name: str = 'adam', lr: float = 0.002,
                    factors: Mapping[str, float] | None = None, weight_decay: float = 0.0,
                    momentum: float = 0.9) -> Optimizer:
    """Create timm's adam, adamw, sgd (with Nesterov) or momentum (sgd without) for the trainable parameters."""
    groups = parameter_groups(model, lr, factors or {}, weight_decay)
    extra: dict[str, Any] = {'momentum': momentum} if name in ('sgd', 'momentum') else {}
    return timm.optim.create_optimizer_v2(groups, opt=name, lr=lr, weight_decay=0.0, **extra)


def build_scheduler(optimizer: Optimizer, *, name: str = 'multistep', epochs: int, steps_per_epoch: int,
                    milestones: tuple[int, ...] = (), factor: float = 0.5, min_lr: float = 0.0,
                    warmup_epochs: float = 0.0) -> Any:
    """Create timm's schedule ``name`` (multistep, cosine), updated once per step with ``step_update``."""
    steps = max(steps_per_epoch, 1)
    scheduler, _ = timm.scheduler.create_scheduler_v2(
        optimizer, sched=name, num_epochs=max(epochs, 1), decay_milestones=list(milestones), decay_rate=factor,
        min_lr=min_lr, warmup_epochs=warmup_epochs,                # type: ignore[arg-type]   # a part of one works, too
        warmup_lr=0.0, warmup_prefix=False, step_on_epochs=False, updates_per_epoch=steps)
    return scheduler
