"""One training step and one epoch of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer
from torch.utils.data import DataLoader

from core.data.clips.base import Batch
from core.data.clips.loader import dataset_of
from core.engine.evaluation.figures import summarize
from core.engine.evaluation.predict import EvaluationSettings, predict
from core.engine.runs.run_log import RunLogger
from core.engine.runtime import Runtime, autocast, to_device, unwrap
from core.losses.joint_loss import JointLoss

HEADS = ('top1', 'skeleton_top1', 'visual_top1')
"""Accuracies that are logged where the model has them."""


@dataclass
class Trainer:
    """All that a training step changes or reads.

    Attributes:
        model: wrapped for the run's devices; its output goes to the criterion.
        criterion: joint loss.
        optimizer: over the trainable parameters.
        scheduler: timm schedule, updated per step.
        scaler: gradient scaler; disabled unless ``amp`` is fp16.
        ema: timm's averaged model or ``None``.
        amp: ``none``, ``bf16`` or ``fp16``.
        clip_grad: largest gradient norm, 0 for none.
        step: optimizer steps made so far.
    """

    model: nn.Module
    criterion: JointLoss
    optimizer: Optimizer
    scheduler: Any
    scaler: torch.amp.GradScaler
    ema: Any = None
    amp: str = 'none'
    clip_grad: float = 0.0
    step: int = 0

    def averaged_model(self) -> nn.Module:
        """Return the model to test with: the averaged weights where there are any."""
        return self.model if self.ema is None else self.ema.module


def train_step(trainer: Trainer, clip: Batch) -> dict[str, torch.Tensor]:
    """Forward, backward and update on one batch that lies on the device; nothing here waits for the device.

    Returns:
        What the criterion returns, without gradient.
    """
    with autocast(clip.label.device, trainer.amp):
        output = trainer.model(*clip.inputs)
    losses = trainer.criterion(output, *clip.targets)
    trainer.optimizer.zero_grad(set_to_none=True)
    trainer.scaler.scale(losses['loss']).backward()
    if trainer.clip_grad:
        trainer.scaler.unscale_(trainer.optimizer)
        nn.utils.clip_grad_norm_(trainer.model.parameters(), trainer.clip_grad)
    trainer.scaler.step(trainer.optimizer)
    trainer.scaler.update()
    trainer.step += 1
    trainer.scheduler.step_update(trainer.step)
    if trainer.ema is not None:
        trainer.ema.update(unwrap(trainer.model))
    return {name: value.detach() for name, value in losses.items()}


def train_epoch(trainer: Trainer, batches: DataLoader, epoch: int, runtime: Runtime, logger: RunLogger,
                print_freq: int = 20) -> None:
    """Train on every batch once; mean losses and accuracies, clips per second and rate are logged regularly.

    Args:
        trainer: to be updated.
        batches: of clips or of skeleton clips.
        epoch: 0-based.
        runtime: of this process.
        logger: of the run.
        print_freq: steps between two log lines.
    """
    trainer.model.train()
    bar = logger.bar(batches, f'epoch {epoch + 1}')
    pending, clips, since = [], 0, time.perf_counter()
    for number, clip in enumerate(bar, 1):
        losses = train_step(trainer, to_device(clip, runtime.device))
        pending.append(torch.stack(tuple(losses.values())))
        clips += len(clip.label) * runtime.world_size
        if number % print_freq == 0 or number == len(batches):
            means = torch.stack(pending).mean(dim=0).tolist()                # the only wait for the device
            values = {f'train_{name}': mean for name, mean in zip(losses, means, strict=True)}
            values |= {'clips_per_second': clips / (time.perf_counter() - since),
                       'lr': trainer.optimizer.param_groups[-1]['lr']}
            logger.log(epoch + number / len(batches), trainer.step, values)
            bar.set_postfix({name.removeprefix('train_'): f'{value:.3g}' for name, value in values.items()})
            pending, clips, since = [], 0, time.perf_counter()


def validate(trainer: Trainer, batches: DataLoader | None, epoch: int, runtime: Runtime, logger: RunLogger) -> float:
    """Log the figures of the held-out part of the training side and return the one that chooses ``best.pth``.

    That is top1, or AP for a model that knows no actions, in percent; 0 where nothing is held out.
    """
    if batches is None:
        return 0.0
    predictions = predict(trainer.averaged_model(), batches, runtime, EvaluationSettings(amp=trainer.amp))
    metrics = summarize(predictions, dataset_of(batches).layout)
    values: dict[str, float] = {name: metrics[name] for name in HEADS if name in metrics}
    if 'pose' in metrics:
        values['AP'] = metrics['pose']['AP'] or 0.0
    logger.log(epoch + 1, trainer.step, {f'val_{name}': value for name, value in values.items()})
    return values['top1'] if 'top1' in values else values['AP']
