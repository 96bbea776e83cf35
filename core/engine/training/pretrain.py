"""Train a pose network alone on endless rendered people; the result is what the joint model starts from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm

from core.compat import timm
from core.data.boxes import BoxSettings, apply_affine, clip_boxes, crop_affine
from core.data.clips.base import Array
from core.losses.simcc_loss import simcc_kl_loss
from core.models.joint import NormalizeFrames
from core.models.pose.pose_net import PoseNet
from core.rendering.strangers import render_person_sample


class PersonCrop(NamedTuple):
    """One training picture: ``frame`` uint8 ``(H, W, 3)`` and its ``keypoints_crop`` ``(V, 2)`` in crop pixels."""

    frame: Array
    keypoints_crop: Array


class PersonCrops(Dataset):
    """Rendered people as the crops the pose network sees; picture ``i`` depends on ``(seed, i)`` alone.

    Args:
        start: number of the first picture.
        length: number of pictures.
        image_size: crop ``(width, height)``.
        seed: of all draws.
    """

    BOX = BoxSettings(scale=1.3, source='jitter', jitter_shift=0.08, jitter_size=0.15)

    def __init__(self, start: int, length: int, image_size: tuple[int, int], seed: int = 0) -> None:
        self.start, self.length, self.image_size, self.seed = start, length, image_size, seed

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> PersonCrop:
        rng = np.random.default_rng((self.seed, self.start + index))
        frame, keypoints, *_ = render_person_sample(rng)
        height, width = frame.shape[:2]
        aspect = self.image_size[1] / self.image_size[0]
        boxes = clip_boxes(keypoints[None], np.ones((1, len(keypoints))), (width, height), aspect, self.BOX, rng)
        rotation = rng.uniform(-25, 25) if rng.random() < 0.5 else 0.0
        affine = crop_affine(boxes.center[0], boxes.size[0, 0], self.image_size, rotation)
        crop = cv2.warpAffine(frame, affine, self.image_size, flags=cv2.INTER_LINEAR)
        return PersonCrop(crop, apply_affine(affine, keypoints).astype(np.float32))


def train_pose(model: PoseNet, loader: DataLoader, device: torch.device, lr: float = 1.5e-3) -> None:
    """Minimize the KL divergence over the pictures of ``loader``, once, under a cosine schedule."""
    optimizer = timm.optim.create_optimizer_v2(model, opt='adamw', lr=lr, weight_decay=1e-4)
    scheduler, _ = timm.scheduler.create_scheduler_v2(optimizer, num_epochs=1, updates_per_epoch=len(loader),
                                                      step_on_epochs=False, min_lr=lr / 100)
    normalize = NormalizeFrames().to(device)
    model.train()
    bar = tqdm(loader, desc='pretraining', unit='step', mininterval=5)
    for step, batch in enumerate(bar, 1):
        loss = pose_loss(model, normalize(batch.frame.to(device)), batch.keypoints_crop.to(device))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        scheduler.step_update(step)
        if step % 50 == 0:
            bar.set_postfix(loss=f'{loss.item():.3f}')


def pose_loss(model: PoseNet, images: Tensor, keypoints: Tensor) -> Tensor:
    """KL loss of normalized images ``(N, 3, H, W)`` and keypoints ``(N, V, 2)`` in crop pixels, hidden ones too."""
    target = model.coding.encode(keypoints, torch.ones_like(keypoints[..., 0]))
    simcc = model(images).simcc
    return simcc_kl_loss(simcc.x, simcc.y, target, reduction='sum', norm='visible')


@torch.no_grad()
def crop_pck(model: PoseNet, batches: Iterable[PersonCrop], device: torch.device,
             threshold: float = 0.05) -> float:
    """Return the share (percent) of joints closer to the truth than ``threshold`` of the crop's height."""
    normalize = NormalizeFrames().to(device)
    model.eval()
    hits = []
    for batch in batches:
        simcc = model(normalize(batch.frame.to(device))).simcc
        keypoints, _ = model.coding.decode(simcc.x, simcc.y)
        distance = (keypoints - batch.keypoints_crop.to(device)).norm(dim=-1)                  # (N, V)
        hits.append((distance < threshold * batch.frame.shape[1]).float().flatten())
    return 100 * torch.cat(hits).mean().item()
