"""Calibration: does a network that is 80 % sure answer rightly 80 % of the time?"""

from __future__ import annotations

import numpy as np


def expected_calibration_error(probabilities: np.ndarray, labels: np.ndarray, num_bins: int = 15) -> float:
    """Return the mean distance between confidence and accuracy, in percent (Guo et al., ICML 2017, equation 3).

    Clips fall into bins of equal width by the probability of their best class, ``(m / num_bins, (m + 1) / num_bins]``;
    a bin's distance ``|accuracy - mean confidence|`` weighs as many clips as it holds.

    Args:
        probabilities: (N, K), each row sums to 1.
        labels: true classes (N,), 0-based.
        num_bins: the paper's experiments take 15.

    Raises:
        ValueError: for no clips, or probabilities outside 0..1.
    """
    if not len(probabilities) or probabilities.min() < 0 or probabilities.max() > 1 + 1e-4:
        raise ValueError('calibration needs the class probabilities (0 to 1) of at least one clip; take the softmax of '
                         'logits first')
    confidence = probabilities.max(axis=1).astype(np.float64)  # (N,)
    correct = probabilities.argmax(axis=1) == labels           # (N,)
    bins = np.clip(np.ceil(confidence * num_bins).astype(int) - 1, 0, num_bins - 1)
    gaps = np.bincount(bins, weights=correct - confidence, minlength=num_bins)  # clips in the bin times its distance
    return 100.0 * float(np.abs(gaps).sum() / len(labels))
