"""Loading pickles, which can run code when loaded: only numpy arrays and plain containers are let through."""

from __future__ import annotations

import codecs
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np

_NUMPY_GLOBALS = {
    '_reconstruct': np.empty(0).__reduce__()[0],
    'scalar': np.float32(0).__reduce__()[0],
    '_frombuffer': np.empty(0).__reduce_ex__(5)[0],
}
_ALLOWED_GLOBALS: dict[tuple[str, str], Any] = {
    ('numpy', 'ndarray'): np.ndarray,
    ('numpy', 'dtype'): np.dtype,
    ('collections', 'OrderedDict'): OrderedDict,
    ('_codecs', 'encode'): codecs.encode,
    **{('builtins', kind.__name__): kind for kind in (set, frozenset, bytearray)},
    **{(f'numpy.{core}.{module}', name): _NUMPY_GLOBALS[name]  # numpy 1 and numpy 2 call the package differently
       for core in ('core', '_core')
       for module, name in (('multiarray', '_reconstruct'), ('multiarray', 'scalar'), ('numeric', '_frombuffer'))},
}


class _RestrictedUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """Return an allowed global; refuse everything else."""
        try:
            return _ALLOWED_GLOBALS[module, name]
        except KeyError:
            raise ValueError(f"asks for '{module}.{name}', which is neither a numpy array nor a plain container; "
                             'such a file could run code and is refused') from None


def load_pickle(path: str | Path) -> Any:
    """Load a pickle of numpy arrays, scalars and plain containers.

    Raises:
        ValueError: the file is missing, damaged, or asks for anything else (named in the message).
    """
    try:
        with open(path, 'rb') as file:
            return _RestrictedUnpickler(file).load()
    except OSError as error:
        raise ValueError(f'{path}: cannot read the annotation file ({error.strerror}); give the path of a PYSKL '
                         'pickle') from error
    except ValueError as error:
        raise ValueError(f'{path}: {error}') from error
    except Exception as error:  # a damaged pickle can raise nearly anything
        raise ValueError(f'{path}: not a readable pickle ({error}); copy or download the file again') from error
