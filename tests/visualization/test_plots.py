import cv2
import numpy as np
import pytest

from core.visualization.plots import comparison_figure, confusion_matrix_figure, curves_figure


def read(path):
    image = cv2.imread(str(path))
    assert image is not None
    return image


def test_confusion_matrix_grows_with_its_classes(tmp_path):
    sizes = {}
    for classes in (3, 40):
        names = [f'a rather long name of an action {index}' for index in range(classes)]
        path = confusion_matrix_figure(np.eye(classes, dtype=int) * 9, names, tmp_path / f'{classes}.png')
        sizes[classes] = read(path).shape[0]
    assert sizes[40] > 1.5 * sizes[3]


def test_confusion_rows_are_true_classes(tmp_path):
    confusion = np.array([[0, 0, 9], [0, 0, 9], [0, 0, 0]])  # a and b always taken for c, c without clips
    image = read(confusion_matrix_figure(confusion, ['a', 'b', 'c'], tmp_path / 'matrix.png')).astype(int)
    dark = np.argwhere((image[:, : image.shape[1] * 3 // 4] == (107, 48, 8)).all(axis=2))  # BGR of 100 %
    center = dark.mean(axis=0) / image.shape[:2]
    assert len(dark) and center[0] < 0.45 and center[1] > 0.6  # the two upper cells at the right


def test_confusion_needs_one_name_per_class(tmp_path):
    with pytest.raises(ValueError, match='got 2'):
        confusion_matrix_figure(np.eye(3), ['a', 'b'], tmp_path / 'matrix.png')


def test_curves_leave_out_panels_without_values(tmp_path):
    training = [{'epoch': 1.5, 'train_loss': 1.0, 'lr': 0.1}, {'epoch': 1, 'train_loss': 2.0}]
    one = read(curves_figure(training, tmp_path / 'one.png'))
    two = read(curves_figure([*training, {'epoch': 2, 'val_top1': 50.0}], tmp_path / 'two.png'))
    assert (one.shape[1], two.shape[1]) == pytest.approx((550, 1100), abs=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ['one.png', 'two.png']


def test_curves_follow_the_values_whatever_the_order_of_rows(tmp_path):
    rows = [{'epoch': epoch, 'AP': float(epoch**2)} for epoch in range(5)]
    orders = {'forward': rows, 'backward': rows[::-1], 'other': [*rows[:4], {'epoch': 4, 'AP': 1.0}]}
    forward, backward, other = (
        read(curves_figure(order, tmp_path / f'{name}.png', panels={'AP (%)': ('AP',)}))
        for name, order in orders.items())
    np.testing.assert_array_equal(forward, backward)
    assert (forward != other).any()


def test_curves_without_any_value_name_the_metrics(tmp_path):
    with pytest.raises(ValueError, match='train_loss, .*val_top1'):
        curves_figure([{'epoch': 1, 'lr': 0.1}], tmp_path / 'none.png')


def test_comparison_shows_means_seeds_and_only_metrics_with_values(tmp_path):
    both = {'top-1': {'a': [60.0, 70.0], 'b': [80.0]}, 'AP': {'a': [], 'b': [50.0]}}
    wide = read(comparison_figure(both, tmp_path / 'wide.png'))
    pictures = [read(comparison_figure({'top-1': {'a': seeds, 'b': [80.0]}, 'AP': {'a': [], 'b': []}},
                                       tmp_path / 'narrow.png')) for seeds in ([60.0, 70.0], [64.0, 66.0], [60.0])]
    assert wide.shape[1] > 1.4 * pictures[0].shape[1]
    assert all((pictures[0] != other).any() for other in pictures[1:])  # same mean, other seeds; other mean


def test_comparison_of_many_arms_hatches_what_colors_repeat(tmp_path):
    arms = {f'arm {index}': [50.0] for index in range(7)}
    image = read(comparison_figure({'top-1': arms}, tmp_path / 'many.png'))
    blue = (np.array([178, 114, 0]) * 0.6 + 255 * 0.4).round().astype(int)  # BGR of the first color over white
    columns = np.flatnonzero((np.abs(image.astype(int) - blue).max(axis=2) <= 2)[image.shape[0] // 2:].any(axis=0))
    left, right = columns[columns < columns.mean()], columns[columns > columns.mean()]
    plain, hatched = (image[-100:-60, part.min():part.max()].std(axis=(0, 1)).max() for part in (left, right))
    assert hatched > plain + 10


def test_comparison_without_any_value(tmp_path):
    with pytest.raises(ValueError, match='no arm has a value'):
        comparison_figure({'AP': {'a': []}}, tmp_path / 'none.png')
