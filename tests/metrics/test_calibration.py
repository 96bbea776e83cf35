"""Expected calibration error against cases one can work out."""

import numpy as np
import pytest

from core.metrics.calibration import expected_calibration_error


def two_classes(confidences):
    return np.stack([confidences, 1 - np.asarray(confidences)], axis=1)


def test_hand_checked_case():
    """Two clips at 0.9, one of them right: off by 0.4. One at 0.55, right: off by 0.45."""
    error = expected_calibration_error(two_classes([0.9, 0.9, 0.55]), np.array([0, 1, 0]))
    assert error == pytest.approx(100 * (2 / 3 * 0.4 + 1 / 3 * 0.45))


def test_errors_within_a_bin_cancel_but_not_between_bins():
    clips = two_classes([0.70, 0.72])  # one right, one wrong: the mean confidence 0.71 is off by 0.21 from 1 of 2
    assert expected_calibration_error(clips, np.array([0, 1])) == pytest.approx(21)
    assert expected_calibration_error(clips, np.array([0, 1]), num_bins=100) == pytest.approx(50 * (0.3 + 0.72))


def test_calibrated_answers_have_no_error():
    assert expected_calibration_error(two_classes([0.8] * 5), np.array([0, 0, 0, 0, 1])) == pytest.approx(0)
    assert expected_calibration_error(two_classes([1.0] * 3), np.zeros(3, int)) == 0


def test_bins_are_closed_above():
    """0.6 belongs to (0.4, 0.6] of five bins, not to that of 0.7."""
    clips, labels = two_classes([0.6, 0.7]), np.array([1, 0])
    assert expected_calibration_error(clips, labels, num_bins=5) == pytest.approx(50 * (0.6 + 0.3))


@pytest.mark.parametrize('wrong', [np.zeros((0, 2)), np.array([[3.0, -1.0]]), np.array([[2.0, 0.0]])])
def test_logits_and_nothing_are_refused(wrong):
    with pytest.raises(ValueError, match='needs the class probabilities'):
        expected_calibration_error(wrong, np.zeros(len(wrong), int))
