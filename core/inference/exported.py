"""Run exported files with ONNX Runtime on the CPU.

The packages for exported files are optional; they are imported when a file is read.
"""

from __future__ import annotations

import json
import math
import os
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from core.config import saved_config
from core.models.output import JointOutput
from core.systems.joint import build_coding

if TYPE_CHECKING:
    import onnx

Arrays = dict[str, np.ndarray]

RUNNING = ('onnx', 'onnxruntime')
MAKING = (*RUNNING, 'onnxscript')
"""Packages that running and making exported files need."""

CROP_INPUTS = ('frames', 'crop_to_image', 'image_size')
CLIP_INPUTS = ('pose', 'person_mask', 'seen')
JOINT_INPUTS = ('frames', 'person_mask', 'crop_to_image', 'image_size')
JOINT_OUTPUTS = ('simcc_x', 'simcc_y', 'logits')

CROPS, CLIPS = 'crops/', 'clips/'
"""Beginnings of the names of the two graphs inside the joint one."""

CROPS_AT_ONCE = 4
"""Crops that a worker takes through the graph together: their maps stay in the cache of its core."""


def check_packages(names: tuple[str, ...]) -> None:
    """Make sure that packages are installed.

    Raises:
        ValueError: one is not.
    """
    missing = [name for name in names if find_spec(name) is None]
    if missing:
        raise ValueError(f'exported files need the package {missing[0]}: pip install -r requirements-export.txt')


class ExportedModel(nn.Module):
    """An exported part of a model. A file of the part ``joint`` can be called like the ``JointModel`` it is made of.

    Crops are independent of each other, so each worker takes a few of them through the whole graph by itself. If all
    workers shared each operation on all crops, it would take half as long again.

    Args:
        file: written by ``pose-action export``.
        threads: workers; 0 takes as many as there are cores.

    Attributes:
        part: ``joint``, ``pose`` or ``action``.
        config: configuration of the run, as YAML.
        class_names: K names, by label.
        clip_size: T.
        coding: how the answered distributions write joints.
        inputs: names.
        outputs: names.

    Raises:
        ValueError: the file cannot be read or is none of ours, or a package is missing.

    Example:
        >>> ExportedModel('pose.onnx').run(frames=crops)['simcc_x'].shape  # doctest: +SKIP
        (103, 17, 192)
    """

    def __init__(self, file: Path, threads: int = 0) -> None:
        super().__init__()
        graph = read_graph(file)
        about = {entry.key: entry.value for entry in graph.metadata_props}
        try:
            self.part, self.config = about['part'], about['config']
            self.class_names, self.clip_size = tuple(json.loads(about['class_names'])), int(about['clip_size'])
        except KeyError as missing:
            raise ValueError(f"'{file}' does not say what its {missing.args[0]} is: name an ONNX file that "
                             'pose-action export wrote') from None
        self.coding = build_coding(saved_config(self.config))
        self.inputs, self.outputs = (tuple(value.name for value in values)
                                     for values in (graph.graph.input, graph.graph.output))
        self._stages = _stages(graph, self.part, threads or len(os.sched_getaffinity(0)))

    def forward(self, frames: Tensor, person_mask: Tensor, crop_to_image: Tensor, image_size: Tensor) -> JointOutput:
        """Recognize poses and actions with a file of the part ``joint``; arguments as in ``JointModel.forward``."""
        answers = self.run(frames=frames.numpy(), person_mask=person_mask.numpy(), crop_to_image=crop_to_image.numpy(),
                           image_size=image_size.numpy())
        return JointOutput(**{name: torch.from_numpy(values) for name, values in answers.items()})

    def run(self, **inputs: np.ndarray) -> Arrays:
        """Return the outputs of any part by name; names and shapes are those of ``core.export.export.export_part``.

        The part ``pose`` needs ``crop_to_image`` and ``image_size`` for its output ``pose`` only. Without them each
        crop is taken for a whole picture.

        Raises:
            ValueError: another input is missing.
        """
        if self.part == 'pose' and 'frames' in inputs:
            inputs = _whole_pictures(inputs['frames']) | inputs
        missing = [name for name in self.inputs if name not in inputs]
        if missing:
            raise ValueError(f"the part {self.part} needs '{missing[0]}'; its inputs are {', '.join(self.inputs)}")
        for stage in self._stages:
            inputs = inputs | stage(inputs)
        return {name: inputs[name] for name in self.outputs}


class _Stage:
    """A graph whose operations are shared by all threads."""

    def __init__(self, graph: onnx.ModelProto, threads: int) -> None:
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(graph.SerializeToString(), options,
                                                    providers=['CPUExecutionProvider'])
        self.inputs, self.outputs = ([value.name for value in values] for values in
                                     (self.session.get_inputs(), self.session.get_outputs()))

    def __call__(self, values: Arrays) -> Arrays:
        answers = self.session.run(None, {name: values[name] for name in self.inputs})
        return dict(zip(self.outputs, answers, strict=True))


class _CropStage(_Stage):
    """A graph that each worker runs by itself, on some of the crops."""

    def __init__(self, graph: onnx.ModelProto, workers: int) -> None:
        super().__init__(graph, 1)
        self.workers, self.pool = workers, ThreadPoolExecutor(workers)

    def __call__(self, values: Arrays) -> Arrays:
        count = len(values[self.inputs[0]])
        step = min(CROPS_AT_ONCE, math.ceil(count / self.workers))
        if step >= count:
            return super().__call__(values)
        parts = [{name: values[name][start:start + step] for name in self.inputs} for start in range(0, count, step)]
        answers = list(self.pool.map(super().__call__, parts))
        return {name: np.concatenate([answer[name] for answer in answers]) for name in self.outputs}


def _stages(graph: onnx.ModelProto, part: str, workers: int) -> list[_Stage]:
    """What a file of a part does, one after the other."""
    if part != 'joint':
        return [(_CropStage if part == 'pose' else _Stage)(graph, workers)]
    spread, crops, clips = split(graph)
    return [_Stage(spread, 1), _CropStage(crops, workers), _Stage(clips, workers)]


def _whole_pictures(frames: np.ndarray) -> Arrays:
    """Inputs of the part ``pose`` for crops ``(N, H, W, 3)`` that are whole pictures."""
    count, height, width, _ = frames.shape
    return {'crop_to_image': np.tile(np.eye(2, 3, dtype=np.float32), (count, 1, 1)),
            'image_size': np.tile(np.array([width, height], np.float32), (count, 1))}


def split(joint: onnx.ModelProto) -> tuple[onnx.ModelProto, onnx.ModelProto, onnx.ModelProto]:
    """Return what ``core.export.graphs.join`` joined: from clips to crops, the graph of the crops, and the rest."""
    from onnx.utils import Extractor
    crops = [CROPS + name for name in CROP_INPUTS]
    answers = [value.name for value in joint.graph.value_info if value.name not in crops]
    extract = Extractor(joint).extract_model
    return (extract(list(JOINT_INPUTS), crops), extract(crops, answers),
            extract([*answers, 'person_mask'], list(JOINT_OUTPUTS)))


def read_graph(file: Path) -> onnx.ModelProto:
    """Read an ONNX file.

    Raises:
        ValueError: it is missing, or no ONNX file, or a package is missing.
    """
    check_packages(RUNNING)
    import onnx
    from google.protobuf.message import DecodeError
    try:
        return onnx.load(file)
    except FileNotFoundError:
        raise ValueError(f"exported file '{file}' does not exist; pose-action export writes it") from None
    except (OSError, DecodeError):
        raise ValueError(f"'{file}' cannot be read as an ONNX file; export it again") from None
