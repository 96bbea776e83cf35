"""The whole chain learns: eight clips of a moving stick figure, seen as pixels, are told apart after a few steps."""

from __future__ import annotations

import cv2
import numpy as np
import torch

from core.config import load_config
from core.layouts import COCO17
from core.losses.joint_loss import JointLoss
from core.models.pose.coding import SimCCCoding
from core.systems.build import build_model

CLIPS, CLASSES, FRAMES, SIZE = 8, 4, 4, (32, 64)
STANDING = np.array([(16, 8), (15, 7), (17, 7), (14, 8), (18, 8), (12, 16), (20, 16), (9, 24), (23, 24), (8, 31),
                     (24, 31), (13, 34), (19, 34), (13, 45), (19, 45), (13, 56), (19, 56)], np.float32)
LIFTED = {'left': (7, 9), 'right': (8, 10), 'none': (), 'both': (7, 8, 9, 10)}    # elbow and wrist of an arm


def draw_clips():
    """Frames uint8 (B, 1, T, H, W, 3), keypoints (B, 1, T, 17, 2) and labels: which arms rise; places differ."""
    rng = np.random.default_rng(0)
    label = np.arange(CLIPS) % CLASSES
    keypoints = np.broadcast_to(STANDING, (CLIPS, FRAMES, 17, 2)).copy()
    rise = np.linspace(0, 1, FRAMES)
    for clip, joints in zip(keypoints, (tuple(LIFTED.values())[number] for number in label), strict=True):
        clip[:, list(joints), 1] -= rise[:, None] * (2 * (clip[:, list(joints), 1] - 16))
        clip += rng.uniform(-2, 2, 2)
    frames = np.zeros((CLIPS, FRAMES, SIZE[1], SIZE[0], 3), np.uint8)
    for image, points in zip(frames.reshape(-1, *frames.shape[2:]), keypoints.reshape(-1, 17, 2), strict=True):
        for child, parent in COCO17.links:
            ends = [tuple(np.rint(points[joint]).astype(int).tolist()) for joint in (child, parent)]
            cv2.line(image, *ends, (60 + 10 * child, 255 - 10 * child, 120), 2)
    return torch.from_numpy(frames)[:, None], torch.from_numpy(keypoints)[:, None], torch.from_numpy(label)


def test_joint_model_with_visual_branch_overfits_eight_clips():
    torch.manual_seed(0)
    model = build_model(load_config(overrides=['IMAGE_SIZE', str(list(SIZE)), 'CLIP_SIZE', str(FRAMES), 'NUM_ACTION',
                                               str(CLASSES), 'MULTI_FUSE', 'true', 'GEOM', 'none',
                                               'VISUAL.DROP', '0', 'GRAD_SCALE', '0.1']))
    frames, keypoints, label = draw_clips()
    rest = torch.ones(CLIPS, 1), torch.eye(2, 3).expand(CLIPS, 1, FRAMES, 2, 3), torch.tensor([SIZE] * CLIPS).float()
    criterion, visible = JointLoss(coding=SimCCCoding(SIZE)), torch.ones(CLIPS, 1, FRAMES, 17)
    optimizer = torch.optim.Adam(model.parameters(), 2e-3)
    history = []
    for _ in range(30):
        losses = criterion(model.train()(frames, *rest), label, keypoints, visible)
        optimizer.zero_grad()
        losses['loss'].backward()
        optimizer.step()
        history.append({name: value.item() for name, value in losses.items()})
    # Judged on batch statistics: the running ones need hundreds of steps to follow weights that change this fast.
    for name in ('top1', 'skeleton_top1', 'visual_top1'):
        assert history[0][name] < 95 < history[-1][name]
    assert history[-1]['pose_loss'] < 0.9 * history[0]['pose_loss']
