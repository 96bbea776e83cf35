"""The kinds of annotation sources and their readers."""

from __future__ import annotations

from collections.abc import Callable

from core.data.annotations.sources.coco import read_coco
from core.data.annotations.sources.kinetics import read_kinetics
from core.data.annotations.sources.mpose import read_mpose
from core.data.annotations.sources.ntu_skeleton import read_ntu_skeletons
from core.data.annotations.sources.nucla import read_nucla
from core.data.annotations.sources.pyskl import read_pyskl
from core.data.annotations.sources.wholebody import read_wholebody

SOURCES: dict[str, Callable[..., dict]] = {
    'pyskl': read_pyskl,
    'kinetics': read_kinetics,
    'ntu_skeleton': read_ntu_skeletons,
    'nucla': read_nucla,
    'coco': read_coco,
    'mpose': read_mpose,
    'wholebody': read_wholebody,
}
"""Kind → reader of a path, with keyword options, that returns the content of an annotation pickle."""
