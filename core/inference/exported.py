"""Run exported files with ONNX Runtime on the CPU."""

from __future__ import annotations

import json
import math
import os
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
from google.protobuf.message import DecodeError
from onnx.utils import Extractor

from core.config import saved_config

if TYPE_CHECKING:
    import onnx

Arrays = dict[str, np.ndarray]

CROPS_AT_ONCE = 4
"""Crops that a worker takes through the graph together: their maps stay in the cache of its core."""


class OnnxModel:
    """An exported part of a model.

    Crops have nothing to tell each other, so each worker takes a few of them through the whole graph by itself. All
    workers sharing each operation on all crops would take half as long again.

    Args:
        file: written by ``pose-action export``.
        threads: workers; 0 takes as many as there are cores.

    Attributes:
        part: ``joint``, ``pose`` or ``action``.
        cfg: configuration of the run.
        class_names: K names, by label.
        clip_size: T.
        inputs: names.
        outputs: names.

    Raises:
        ValueError: the file cannot be read or is none of ours, or a package is missing.

    Example:
        >>> OnnxModel('pose.onnx').run(frames=crops)['simcc_x'].shape  # doctest: +SKIP
        (103, 17, 192)
    """

    def __init__(self, file: Path, threads: int = 0) -> None:
        check_packages(RUNNING)
        from core.inference.exported import read_graph, split
        graph = read_graph(file)
        about = {entry.key: entry.value for entry in graph.metadata_props}
        try:
            self.part, self.cfg = about['part'], saved_config(about['config'])
            self.class_names, self.clip_size = tuple(json.loads(about['class_names'])), int(about['clip_size'])
        except KeyError as missing:
            raise ValueError(f"'{file}' does not say what its {missing.args[0]} is: name an ONNX file that "
                             'pose-action export wrote') from None
        self.inputs, self.outputs = (tuple(value.name for value in values)
                                     for values in (graph.graph.input, graph.graph.output))
        workers = threads or len(os.sched_getaffinity(0))
        if self.part == 'joint':
            spread, crops, clips = split(graph)
            self._stages = [_Stage(spread, 1), _CropStage(crops, workers), _Stage(clips, workers)]
        else:
            self._stages = [(_CropStage if self.part == 'pose' else _Stage)(graph, workers)]

    def run(self, **inputs: np.ndarray) -> Arrays:
        """Return the outputs by name; names and shapes are those of ``core.export.export.export_part``.

        Where the crops of the part ``pose`` lie in their pictures matters to its output ``pose`` only; without
        ``crop_to_image`` and ``image_size`` they are taken for the pictures.

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


def _whole_pictures(frames: np.ndarray) -> Arrays:
    """Inputs of the part ``pose`` for crops (N, H, W, 3) that are whole pictures."""
    count, height, width, _ = frames.shape
    return {'crop_to_image': np.tile(np.eye(2, 3, dtype=np.float32), (count, 1, 1)),
            'image_size': np.tile(np.array([width, height], np.float32), (count, 1))}


JOINT_INPUTS = ('frames', 'person_mask', 'crop_to_image', 'image_size')

JOINT_OUTPUTS = ('simcc_x', 'simcc_y', 'logits')

CROPS, CLIPS = 'crops/', 'clips/'
"""Beginnings of the names of the two graphs inside the joint one."""


def split(joint: onnx.ModelProto) -> tuple[onnx.ModelProto, onnx.ModelProto, onnx.ModelProto]:
    """Return what ``join`` joined: from clips to crops, the graph of the crops, and what follows from its answers."""
    crops = [CROPS + name for name in CROP_INPUTS]
    answers = [value.name for value in joint.graph.value_info if value.name not in crops]
    extract = Extractor(joint).extract_model
    return (extract(list(JOINT_INPUTS), crops), extract(crops, answers),
            extract([*answers, 'person_mask'], list(JOINT_OUTPUTS)))


def read_graph(file: Path) -> onnx.ModelProto:
    """Read an ONNX file.

    Raises:
        ValueError: it is missing, or no ONNX file.
    """
    try:
        return onnx.load(file)
    except FileNotFoundError:
        raise ValueError(f"exported file '{file}' does not exist; pose-action export writes it") from None
    except (OSError, DecodeError):
        raise ValueError(f"'{file}' cannot be read as an ONNX file; export it again") from None


CROP_INPUTS = ('frames', 'crop_to_image', 'image_size')

CLIP_INPUTS = ('pose', 'person_mask', 'seen')

RUNNING = ('onnx', 'onnxruntime')

MAKING = (*RUNNING, 'onnxscript')


def check_packages(names: tuple[str, ...]) -> None:
    """Make sure that packages are installed.

    Raises:
        ValueError: one is not.
    """
    missing = [name for name in names if find_spec(name) is None]
    if missing:
        raise ValueError(f'exported files need the package {missing[0]}: pip install -r requirements-export.txt')
