"""Pretrain the small pose network that the repository ships, on rendered people nobody ever sees again.

    pose-action pretrain --out pretrained/litehrnet18_rendered.pth

Subjects, clothes and cameras differ from the demo's (``core.rendering.strangers``). Writes weights only, in half
precision.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch.utils.data import DataLoader

from core.cli import exit_with, program_parser
from core.engine.training.pretrain import PersonCrops, crop_pck, train_pose
from core.files import written_atomically
from core.models.pose.coding import SimCCCoding
from core.models.pose.lite_hrnet import build_lite_hrnet
from core.models.pose.pose_net import PoseNet
from core.models.pose.simcc_head import SimCCHead

NUM_JOINTS = 17
NUM_CHECKED = 2048


def _parse_arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = program_parser(__doc__)
    parser.add_argument('--out', type=Path, required=True, help='checkpoint to write')
    parser.add_argument('--backbone', default='lite-hrnet-18', help='name as in the configuration key BACKBONE')
    parser.add_argument('--image-size', type=int, nargs=2, default=(64, 96), metavar=('W', 'H'), help='crop, pixels')
    parser.add_argument('--images', type=int, default=120_000, help='pictures drawn and learned from')
    parser.add_argument('--batch', type=int, default=32)
    parser.add_argument('--lr', type=float, default=1.5e-3)
    parser.add_argument('--workers', type=int, default=2, help='rendering processes')
    parser.add_argument('--seed', type=int, default=0)
    return parser.parse_args(argv)


def save_weights(model: PoseNet, file: Path) -> None:
    """Write the weights as a joint model's ``pose.*``, in half precision."""
    state = {f'pose.{name}': value.half() if value.is_floating_point() else value
             for name, value in model.state_dict().items()}
    with written_atomically(file) as temporary:
        torch.save({'model': state}, temporary)


def main(argv: list[str] | None = None) -> None:
    """Pretrain as the command line says."""
    arguments = _parse_arguments(argv)
    torch.manual_seed(arguments.seed)
    device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
    image_size = tuple(arguments.image_size)
    backbone = build_lite_hrnet(arguments.backbone, outputs=(0,))
    model = PoseNet(backbone, SimCCHead(backbone.channels[0], NUM_JOINTS, SimCCCoding(image_size)))
    model.to(device, memory_format=torch.channels_last)     # type: ignore[call-overload]   # torch's stubs lack it

    def loader(start: int, length: int) -> DataLoader:
        return DataLoader(PersonCrops(start, length, image_size, arguments.seed), arguments.batch,
                          num_workers=arguments.workers, drop_last=start == 0)

    train_pose(model, loader(0, arguments.images), device, arguments.lr)
    pck = crop_pck(model, loader(arguments.images, NUM_CHECKED), device)
    save_weights(model, arguments.out)
    print(f'{arguments.out}: {pck:.1f} % of the joints of {NUM_CHECKED} further pictures within 5 % of the crop height')


if __name__ == '__main__':
    exit_with(main)
