import cv2
import numpy as np
import pytest

from core.visualization.plots import confusion_matrix_figure, curves_figure


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


def test_curves_of_rows_with_missing_values(tmp_path):
    rows = [{'epoch': 2, 'train_loss': 1.0}, {'epoch': 1, 'train_loss': 2.0, 'val_top1': None}]
    drawn = read(curves_figure(rows, tmp_path / 'drawn.png'))
    empty = read(curves_figure([], tmp_path / 'empty.png'))
    assert drawn.shape == empty.shape and (drawn != empty).any()
    assert sorted(path.name for path in tmp_path.iterdir()) == ['drawn.png', 'empty.png']


def test_curves_panels_can_be_chosen(tmp_path):
    rows = [{'epoch': 1, 'AP': 20.0}, {'epoch': 2, 'AP': 40.0}]
    one = read(curves_figure(rows, tmp_path / 'one.png', panels={'AP (%)': ('AP',)}))
    assert one.shape[1] == pytest.approx(550, abs=2)
