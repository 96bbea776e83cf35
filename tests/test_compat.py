"""core.compat in fresh interpreters: operators are registered once per process and cannot be taken back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from core import compat

ROOT = Path(__file__).resolve().parents[1]
linux_cpu_torch = pytest.mark.skipif(sys.platform != 'linux' or torch.version.cuda is not None,
                                     reason='only a Linux torch without CUDA can miss the operators')

# What torchvision does at import: load the extension if it can, then describe nms, which must exist by then.
STUB_TORCHVISION = '''
import torch
{load}
torch.library.register_fake('torchvision::nms')(lambda dets, scores, iou_threshold: scores)
'''
ORDINARY_LOAD = '''
from pathlib import Path
torch.ops.load_library(str(next(Path(__file__).parent.glob('_C*'))))
library = torch.library.Library('torchvision', 'DEF')
library.define('nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor')
'''


def run_python(code: str, *path: Path) -> str:
    """Run ``code`` in a new interpreter that finds modules in ``path`` first; return what it printed."""
    environment = {**os.environ, 'PYTHONPATH': os.pathsep.join(map(str, (*path, ROOT)))}
    result = subprocess.run([sys.executable, '-c', code], env=environment, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def write_stub_packages(folder: Path, load: str) -> None:
    """Write a ``torchvision`` that behaves like the real one at import, and a ``timm`` of empty modules."""
    (folder / 'torchvision').mkdir()
    (folder / 'torchvision' / '__init__.py').write_text(STUB_TORCHVISION.format(load=load))
    (folder / 'timm').mkdir()
    for module in ('__init__', 'optim', 'scheduler', 'utils'):
        (folder / 'timm' / f'{module}.py').write_text('')


def test_declares_exactly_where_torchvision_cannot_load_its_extension():
    assert (compat.DECLARED is None) == compat.torchvision.extension._has_ops()
    assert compat.timm.__version__ and compat.torchvision.__version__


def test_second_call_declares_nothing():
    assert compat.declare_missing_operators() is None


@linux_cpu_torch
def test_extension_that_cannot_load_gets_declarations(tmp_path):
    write_stub_packages(tmp_path, load='')
    (tmp_path / 'torchvision' / '_C.so').write_bytes(b'not a shared library')
    printed = run_python('from core.compat import DECLARED, torchvision; import torch\n'
                         'print(torchvision.__file__, DECLARED.ns, torch.ops.torchvision.qnms)', tmp_path)
    assert printed.startswith(str(tmp_path)) and 'torchvision torchvision.qnms' in printed


@linux_cpu_torch
def test_extension_that_loads_is_left_alone(tmp_path):
    write_stub_packages(tmp_path, load=ORDINARY_LOAD)
    (tmp_path / 'torchvision' / Path(torch._C.__file__).name).symlink_to(torch._C.__file__)
    printed = run_python('from core.compat import DECLARED, torchvision\n'
                         'print(torchvision.__file__, DECLARED)', tmp_path)
    assert printed.startswith(str(tmp_path)) and printed.endswith('None')


@linux_cpu_torch
def test_operators_that_already_exist_are_left_alone(tmp_path):
    write_stub_packages(tmp_path, load='')
    printed = run_python('''
import torch
library = torch.library.Library('torchvision', 'DEF')
library.define('nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor')
library.impl('nms', lambda dets, scores, iou_threshold: scores + 1, 'CPU')
from core.compat import DECLARED
print(DECLARED, torch.ops.torchvision.nms(torch.zeros(2, 4), torch.zeros(2), 0.5).tolist())
''', tmp_path)
    assert printed == 'None [1.0, 1.0]'


@linux_cpu_torch
def test_stub_reproduces_the_failure_without_the_declarations(tmp_path):
    write_stub_packages(tmp_path, load='')
    printed = run_python('try:\n    import torchvision\nexcept RuntimeError as error:\n    print(error)', tmp_path)
    assert 'torchvision::nms does not exist' in printed
