"""The one place that imports torchvision and timm.

PyPI's torchvision wheel for Linux is linked against CUDA libraries. With a CPU build of torch its extension ``_C.so``
cannot be loaded, so the operators that it defines are missing. Then ``import torchvision``, and with it ``import
timm``, stops with ``RuntimeError: operator torchvision::nms does not exist``. It is enough to declare the two
operators that the import asks for. Calling ``torchvision.ops.nms`` on such an install still fails, with torchvision's
own message about its missing extension.

Use ``from core.compat import timm, torchvision`` everywhere instead of importing either directly.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import sys

import torch

OPERATORS = (
    'nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor',
    'qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor',
)


def _has_operators() -> bool:
    """Whether ``torchvision::nms`` is registered, by torchvision or by anyone else."""
    return hasattr(torch.ops.torchvision, 'nms')


def _extension_loads() -> bool:
    """Load torchvision's C++ extension the way torchvision does, without importing torchvision.

    A failed ``import torchvision`` would leave half-initialized modules behind, so the package is only located. When
    torchvision loads the same file later, nothing is loaded twice.
    """
    package = importlib.util.find_spec('torchvision')
    if package is None or not package.submodule_search_locations:
        return False
    loader = (importlib.machinery.ExtensionFileLoader, importlib.machinery.EXTENSION_SUFFIXES)
    extension = importlib.machinery.FileFinder(package.submodule_search_locations[0], loader).find_spec('_C')
    if extension is None:
        return False
    try:
        torch.ops.load_library(extension.origin)
    except (ImportError, OSError):
        return False
    return True


def declare_missing_operators() -> torch.library.Library | None:
    """Declare torchvision's operators if its extension cannot be loaded; do nothing on an ordinary install.

    Only Linux builds of torch without CUDA have the mismatch; elsewhere nothing is tried.

    Returns:
        The library that holds the declarations (they vanish with it, so keep it alive), or None if none were needed.
    """
    if sys.platform != 'linux' or torch.version.cuda is not None or _has_operators() or _extension_loads():
        return None
    library = torch.library.Library('torchvision', 'FRAGMENT')
    for schema in OPERATORS:
        library.define(schema)
    return library


DECLARED = declare_missing_operators()

import timm.optim  # noqa: E402  (needs the declarations above)
import timm.scheduler  # noqa: E402
import timm.utils  # noqa: E402
import torchvision  # noqa: E402

__all__ = ['DECLARED', 'declare_missing_operators', 'timm', 'torchvision']
