"""MPOSE2021 and the like (Mazzia et al. 2022, arXiv 2107.00606): clips of equal length as numpy arrays.

``X_train`` and ``X_test`` ``(N, T, V, 3)`` are x, y and score of one person; ``y_train`` and ``y_test`` ``(N,)`` are
0-based classes; ``names_train`` and ``names_test`` ``(N,)`` name the clips and may be absent.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from core.data.annotations.records import to_entry

_SIDES = ('train', 'test')
_ARRAYS = tuple(f'{kind}_{side}' for kind in 'Xy' for side in _SIDES)
_NAMES = tuple(f'names_{side}' for side in _SIDES)


def read_mpose(path: Path, *, image_size: tuple[int, int] | None = None) -> dict:
    """Read a folder of ``.npy`` files, or an ``.npz``, with the arrays that the module describes.

    Clips without names are called ``train_00000`` and so on; the lists are ``train`` and ``test``.

    Args:
        path: folder or file.
        image_size: (width, height) of the picture in pixels. If no coordinate is above 1, they are shares of the
            picture and are scaled; else they are pixels. Without a size, the picture is the smallest that holds them.

    Raises:
        ValueError: a file is missing, damaged or of another shape, or the coordinates need an ``image_size``.
    """
    arrays = _load(Path(path))
    for side in _SIDES:
        _check_side(path, arrays, side)
    places = np.concatenate([arrays[f'X_{side}'][..., :2].reshape(-1, 2) for side in _SIDES])
    largest = np.where(np.isfinite(places), places, 0).max(0, initial=0)  # (2,): x, y
    normalized = largest.max() <= 1
    if image_size is None and normalized:
        raise ValueError(f'{path}: the coordinates are parts of a picture (at most 1); give its width and height in '
                         'pixels as image size')
    size = image_size or (int(largest[0]) + 1, int(largest[1]) + 1)
    scale = np.array([*(size if normalized else (1, 1)), 1])
    split: dict[str, list[str]] = {}
    entries = []
    for side in _SIDES:
        clips = arrays[f'X_{side}'] * scale
        split[side] = [str(name) for name in
                       arrays.get(f'names_{side}', [f'{side}_{number:05d}' for number in range(len(clips))])]
        entries += [_clip_entry(*clip, size) for clip in zip(split[side], clips, arrays[f'y_{side}'], strict=True)]
    return {'split': split, 'annotations': entries}


def _load(path: Path) -> dict[str, np.ndarray]:
    try:
        if path.is_dir():
            names = (*_ARRAYS, *(name for name in _NAMES if (path / f'{name}.npy').exists()))
            return {name: np.load(path / f'{name}.npy', allow_pickle=False) for name in names}
        with np.load(path, allow_pickle=False) as content:
            return {name: content[name] for name in (*_ARRAYS, *(name for name in _NAMES if name in content))}
    except (OSError, EOFError, ValueError, TypeError, LookupError, zipfile.BadZipFile) as error:
        raise ValueError(f'{path}: cannot read the arrays {", ".join(_ARRAYS)} ({error}); give a folder with a .npy '
                         'file of each, or an .npz') from error


def _check_side(path: Path, arrays: dict[str, np.ndarray], side: str) -> None:
    clips, labels = arrays[f'X_{side}'], arrays[f'y_{side}']
    if clips.dtype.kind not in 'fiu' or clips.ndim != 4 or clips.shape[-1] != 3:
        raise ValueError(f'{path}: X_{side} must be numbers of shape (N, T, V, 3), x, y and score, found '
                         f'{clips.dtype} {clips.shape}')
    if labels.dtype.kind not in 'iu' or labels.shape != clips.shape[:1]:
        raise ValueError(f'{path}: y_{side} must be {len(clips)} whole numbers, one a clip, found {labels.dtype} '
                         f'{labels.shape}')
    names = arrays.get(f'names_{side}', labels)
    if names.shape != labels.shape:
        raise ValueError(f'{path}: names_{side} must be {len(clips)} names, one a clip, found {names.shape}')


def _clip_entry(name: str, clip: np.ndarray, label: np.integer, size: tuple[int, int]) -> dict:
    """Entry of one clip ``(T, V, 3)``."""
    with np.errstate(over='ignore'):                            # infinity is for the check to report
        joints = clip[None].astype(np.float16)
    return to_entry(name, int(label), joints[..., :2], joints[..., 2], size)
