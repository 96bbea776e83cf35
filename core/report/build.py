"""What the page needs of a configuration: the only module of ``core.report`` that reads one."""

from __future__ import annotations

from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any, cast

from yacs.config import CfgNode

from core.config.keys import KEYS
from core.config.systems import SYSTEMS
from core.data.build import build_data
from core.data.clips.person_clips import ClipDataset
from core.data.clips.scene_clips import SceneDataset
from core.engine.runs.checkpoint import load_weights, read_checkpoint
from core.report.replay import CropReplay, SceneReplay
from core.report.setting import KeyValue, Setting
from core.systems.build import build_model


def build_setting(cfg: CfgNode) -> Setting:
    """Return what the page says of a configuration."""
    visual = cfg.MODEL.VISUAL.NAME if cfg.MODEL.MULTI_FUSE and cfg.TRAIN.MODE == 'joint' else ''
    return Setting(cfg.NAME, cfg.MODEL.NAME, cfg.TRAIN.MODE, SYSTEMS[cfg.MODEL.NAME].clips, cfg.TRAIN.EVAL_MODE,
                   cfg.DATASET.CLIP_SIZE, cfg.SEED, visual, *_split(cfg))


def _split(cfg: CfgNode) -> tuple[list[KeyValue], list[KeyValue]]:
    """The keys that differ from their defaults, and the others; the default mode is the system's usual one."""
    changed: list[KeyValue] = []
    same: list[KeyValue] = []
    settled = {'TRAIN.MODE': SYSTEMS[cfg.MODEL.NAME].modes[0]}
    for name, key in KEYS.items():
        value, default = reduce(getitem, name.split('.'), cfg), settled.get(name, key.default)
        (same if value == default else changed).append(KeyValue(name, _text(value), _text(default), key.help))
    return changed, same


def _text(value: Any) -> str:
    return ', '.join(map(str, value)) if isinstance(value, (list, tuple)) else str(value) or 'none'


def build_replay(cfg: CfgNode, folder: Path) -> CropReplay | SceneReplay:
    """Return the test side of a run, and for a system that reads crops its ``best.pth``.

    Args:
        cfg: configuration of the run; its system reads frames.
        folder: of the run.

    Raises:
        ValueError: with one sentence, when the checkpoint or the data are no longer there or do not fit.
    """
    cfg = cfg.clone()
    cfg.defrost()
    cfg.TEST.NUM_CLIPS = 1                     # several lie one after the other; the page shows one
    dataset = build_data(cfg).test.dataset
    if SYSTEMS[cfg.MODEL.NAME].clips == 'scenes':
        return SceneReplay(cast(SceneDataset, dataset))
    model = build_model(cfg)
    load_weights(model, read_checkpoint(folder / 'best.pth'))
    return CropReplay(cast(ClipDataset, dataset), model.eval(), cfg.TEST.DECODE)
