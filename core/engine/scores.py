"""``scores.npz``: what a tested model answers for every clip, to be fused with the answers of other models."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np

from core.metrics.fusion import ClipScores
from core.visualization.files import write_atomic

SHAPES = {'names': '(N,) of text', 'labels': '(N,) of whole numbers', 'scores': '(N, K) of numbers'}


def write_scores(file: Path, scores: ClipScores) -> None:
    """Write ``names``, ``labels`` and ``scores`` as arrays; the file appears when it is complete."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **{name: getattr(scores, name) for name in SHAPES})
    write_atomic(file, buffer.getvalue())


def read_scores(file: Path) -> ClipScores:
    """Read what ``write_scores`` wrote.

    Raises:
        ValueError: when the file is missing or damaged, or its arrays are not those of a test.
    """
    try:
        with np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in SHAPES}
    except FileNotFoundError:
        raise ValueError(f"score file '{file}' does not exist; exp/test.py writes it into its run's folder") from None
    except (OSError, ValueError, KeyError, EOFError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise ValueError(f"score file '{file}' cannot be read ({type(error).__name__}): it must be a scores.npz "
                         'written by exp/test.py') from None
    scores = ClipScores(**arrays, source=str(file))
    clips = scores.names.shape
    shapes_fit = len(clips) == 1 and scores.labels.shape == clips and scores.scores.shape[:-1] == clips
    if not shapes_fit or [array.dtype.kind for array in arrays.values()] != ['U', 'i', 'f']:
        raise ValueError(f"score file '{file}' must hold "
                         + ', '.join(f'{name} {shape}' for name, shape in SHAPES.items()))
    return scores
