"""One parity vector: configuration, inputs and recorded outputs of an official implementation.

A vector is ``NAME.json`` (what was run) beside ``NAME.npz`` (arrays ``out/…``, ``in/…``, ``const/…``, ``init/…``).
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from core.parity.fill import fill_state
from core.parity.rules import evaluate_rule, parse_slice

AFFINE_OUTPUTS = ('affine_', 'gt_bbox', 'gt_center_scale')
GRAD_NORM = 'grad_norm/'


class Comparison(NamedTuple):
    """One output beside its recorded value.

    Attributes:
        name: of the output.
        difference: largest absolute difference.
        used: largest share of the tolerance that any element uses; above 1 the output fails.
        remark: why nothing could be compared, else empty.
    """

    name: str
    difference: float
    used: float
    remark: str = ''

    @property
    def passed(self) -> bool:
        """Whether every element keeps its tolerance."""
        return self.used <= 1


@dataclass(frozen=True)
class Vector:
    """A loaded parity vector.

    Attributes:
        case: the JSON file.
        arrays: the NPZ file.
    """

    case: Mapping[str, Any]
    arrays: Mapping[str, np.ndarray]

    @classmethod
    def load(cls, path: str | Path) -> Vector:
        """Read ``NAME.json`` and the ``NAME.npz`` beside it.

        Raises:
            ValueError: when one is missing or broken, or does not describe a vector.
        """
        path = Path(path)
        try:
            case = json.loads(path.read_text(encoding='utf-8'))
            with np.load(path.with_suffix('.npz'), allow_pickle=False) as stored:
                arrays = {key: stored[key] for key in stored.files}
        except FileNotFoundError as error:
            raise ValueError(f'{error.filename} is missing: a parity vector is a .json and a .npz file of one name '
                             'in one folder') from error
        except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
            raise ValueError(f'{path}: the vector cannot be read, fetch its .json and .npz again ({error})') from error
        lacking = [key for key in ('config', 'source', 'inputs', 'outputs', 'tolerance')
                   if not isinstance(case, dict) or key not in case]
        if lacking:
            raise ValueError(f"{path}: not a parity vector, it has no '{lacking[0]}'")
        return cls(case, arrays)

    @property
    def name(self) -> str:
        """Name of the vector."""
        return self.case.get('name', '')

    @property
    def source(self) -> str:
        """Official repository, file and class."""
        return self.case['source']

    @property
    def config(self) -> dict[str, Any]:
        """Arguments of the official class."""
        return self.case['config']

    @property
    def trains(self) -> bool:
        """Whether the model ran in training mode and gradients were recorded."""
        return 'grad_norms' in self.case

    @property
    def grad_keys(self) -> tuple[str, ...]:
        """Official keys of the parameters whose gradient norm was recorded."""
        return tuple(self.case.get('grad_norms', {}))

    def inputs(self) -> dict[str, Tensor]:
        """Input tensors by name, on the CPU.

        Raises:
            ValueError: for an unknown rule, or a stored input of another shape than announced.
        """
        made = {name: torch.from_numpy(np.array(evaluate_rule(entry['rule'], entry['shape'], self.arrays)))
                for name, entry in self.case['inputs'].items()}
        for name, entry in self.case['inputs'].items():
            if list(made[name].shape) != list(entry['shape']):
                raise ValueError(f"input '{name}' has shape {tuple(made[name].shape)}, announced is {entry['shape']}")
        return made

    def state(self) -> dict[str, Tensor]:
        """The official state dict, filled by rule, as a checkpoint would hold it."""
        constants = {key: self.arrays[f'const/{key}'] for key in self.case.get('constants', [])}
        return {key: torch.from_numpy(np.array(value))
                for key, value in fill_state(self.case['state'], constants).items()}

    def expected(self) -> dict[str, np.ndarray]:
        """Recorded values every run must give: the outputs, the loss and, as ``grad_norm/<key>``, gradient norms."""
        wanted = {name: self.arrays[f'out/{name}'] for name in self.case['outputs']}
        if 'loss' in self.case:
            wanted.setdefault('loss', np.asarray(self.case['loss']))
        return wanted | {GRAD_NORM + key: np.asarray(norm) for key, norm in self.case.get('grad_norms', {}).items()}

    def recorded_extras(self) -> dict[str, np.ndarray]:
        """Recorded values compared where a run gives them: ``num_parameters`` and ``init/<key>`` constructor graphs."""
        counts = {name: np.asarray(self.case[name]) for name in ('num_parameters',) if name in self.case}
        return counts | {key: value for key, value in self.arrays.items() if key.startswith('init/')}

    def tolerance(self, name: str, wanted: np.ndarray) -> np.ndarray:
        """Largest allowed absolute difference of every element of an output; whole numbers must be equal."""
        rules = self.case['tolerance']
        if np.issubdtype(wanted.dtype, np.integer):
            return np.zeros(wanted.shape)
        if name.startswith(GRAD_NORM):
            return rules['grad_rtol_in_float64'] * np.abs(wanted)
        atol = rules.get('atol', rules.get('atol_relative_to_max_abs', 0) * np.abs(wanted).max(initial=0))
        if name.startswith(AFFINE_OUTPUTS):
            atol = rules.get('affine_atol', atol)
        return atol + rules.get('rtol', 0) * np.abs(wanted.astype(np.float64))

    def _compare(self, name: str, wanted: np.ndarray, got: np.ndarray) -> Comparison:
        entry = self.case['outputs'].get(name, {})
        full = tuple(entry.get('full_shape', wanted.shape))
        if got.shape != full and not got.size == wanted.size == 1:
            return Comparison(name, np.inf, np.inf, f'shape {got.shape} instead of {full}')
        got = got[parse_slice(entry['slice'])] if 'slice' in entry else got
        difference = np.abs(got.reshape(wanted.shape).astype(np.float64) - wanted.astype(np.float64))
        allowed = self.tolerance(name, wanted)
        used = np.divide(difference, allowed, out=np.where(difference == 0, 0.0, np.inf), where=allowed > 0)
        return Comparison(name, float(difference.max()), float(np.nan_to_num(used, nan=np.inf).max()))

    def compare(self, outputs: Mapping[str, Tensor | np.ndarray]) -> list[Comparison]:
        """Put computed outputs beside the recorded ones; one that was not computed fails."""
        extras = {name: wanted for name, wanted in self.recorded_extras().items() if name in outputs}
        return [self._compare(name, wanted, torch.as_tensor(outputs[name]).detach().cpu().numpy())
                if name in outputs else Comparison(name, np.inf, np.inf, 'not computed')
                for name, wanted in (self.expected() | extras).items()]
