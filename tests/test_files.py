import os

import cv2
import numpy as np
import pytest

from core.files import save_image, write_atomic


def test_save_image_keeps_rgb_order(tmp_path):
    image = np.random.default_rng(0).integers(0, 256, (4, 5, 3), dtype=np.uint8)
    path = save_image(tmp_path / 'new' / 'picture.png', image)
    np.testing.assert_array_equal(cv2.imread(str(path))[..., ::-1], image)


def test_unknown_suffix_is_named(tmp_path):
    with pytest.raises(ValueError, match='use .png or .jpg'):
        save_image(tmp_path / 'picture.txt', np.zeros((4, 5, 3), np.uint8))


def test_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = write_atomic(tmp_path / 'data.bin', b'old')

    def fail(*_):
        raise OSError('disk full')

    monkeypatch.setattr(os, 'replace', fail)
    with pytest.raises(OSError, match='disk full'):
        write_atomic(path, b'new')
    assert path.read_bytes() == b'old'
    assert list(tmp_path.iterdir()) == [path]
