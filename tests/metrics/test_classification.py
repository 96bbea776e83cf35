import numpy as np
import pytest

from core.metrics.classification import (
    class_metrics,
    confusion_matrix,
    evaluate_classification,
    expected_calibration_error,
    mean_class_accuracy,
    topk_accuracy,
)


def one_hot(predictions, num_classes):
    return np.eye(num_classes)[np.asarray(predictions)]


def test_hand_checked_case():
    labels = np.array([0, 0, 0, 1, 3, 3])
    metrics = evaluate_classification(one_hot([0, 0, 1, 1, 0, 3], 4), labels)
    assert metrics.top1 == pytest.approx(100 * 4 / 6)
    assert metrics.top5 == 100.0  # four classes only
    assert [figures.recall for figures in metrics.per_class] == [pytest.approx(200 / 3), 100.0, None, 50.0]
    assert [figures.precision for figures in metrics.per_class] == [pytest.approx(200 / 3), 50.0, None, 100.0]
    assert [figures.f1 for figures in metrics.per_class] == pytest.approx([200 / 3, 200 / 3, None, 200 / 3])
    assert [figures.clips for figures in metrics.per_class] == [3, 1, 0, 2]
    assert metrics.mean_class_accuracy == pytest.approx((200 / 3 + 100 + 50) / 3)  # class 2 is left out
    np.testing.assert_array_equal(metrics.confusion, [[2, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0], [1, 0, 0, 1]])


def test_top5_counts_the_label_at_any_of_five_ranks():
    scores = np.tile(np.arange(7, 0, -1.0), (7, 1))  # class 0 best, class 6 worst
    assert topk_accuracy(scores, np.arange(7), 5) == pytest.approx(500 / 7)
    assert topk_accuracy(scores, np.arange(7), 1) == pytest.approx(100 / 7)


def test_equal_scores_are_not_all_hits():
    metrics = evaluate_classification(np.zeros((4, 8)), np.array([0, 1, 4, 7]))
    assert (metrics.top1, metrics.top5) == (25.0, 75.0)
    assert metrics.confusion[:, 0].sum() == 4


def test_confusion_agrees_with_top1_and_class_mean():
    rng = np.random.default_rng(0)
    scores, labels = rng.normal(size=(300, 6)), rng.integers(0, 6, 300)
    metrics = evaluate_classification(scores, labels)
    assert metrics.confusion.sum() == 300
    assert metrics.top1 == pytest.approx(100 * np.trace(metrics.confusion) / 300)
    confusion = confusion_matrix(labels, scores.argmax(axis=1), 6)
    np.testing.assert_array_equal(confusion, metrics.confusion)
    recalls = [100 * np.mean(scores[labels == k].argmax(axis=1) == k) for k in range(6)]
    assert [figures.recall for figures in class_metrics(confusion)] == pytest.approx(recalls)
    assert mean_class_accuracy(confusion) == pytest.approx(np.mean(recalls))


def test_f1_is_the_harmonic_mean_and_0_for_a_class_always_missed():
    figures = class_metrics(np.array([[6, 2, 0], [4, 8, 0], [1, 0, 0]]))
    precision, recall = 600 / 11, 600 / 8
    assert figures[0] == pytest.approx((precision, recall, 2 * precision * recall / (precision + recall), 8))
    assert figures[2] == (None, 0.0, 0.0, 1)


@pytest.mark.parametrize(('scores', 'labels', 'message'), [
    (np.zeros((0, 3)), np.zeros(0, int), 'at least one clip'),
    (np.zeros((2, 3)), np.zeros(3, int), 'at least one clip'),
    (np.full((2, 3), np.nan), np.zeros(2, int), 'NaN'),
    (np.zeros((2, 3)), np.array([0, 3]), '3 classes'),
])
def test_bad_input_is_named(scores, labels, message):
    with pytest.raises(ValueError, match=message):
        evaluate_classification(scores, labels)


def two_classes(confidences):
    return np.stack([confidences, 1 - np.asarray(confidences)], axis=1)


def test_calibration_error_of_a_hand_checked_case():
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
