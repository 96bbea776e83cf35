import cv2
import numpy as np
import pytest

from core.data.jpeg import decode_region, decode_shrunk, encode_jpeg, read_header


def picture(width, height, seed=0):
    noise = np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)
    return cv2.GaussianBlur(noise, (0, 0), 2)


def as_array(payload):
    return np.frombuffer(payload, np.uint8)


@pytest.mark.parametrize('size', [(160, 120), (150, 99), (96, 33), (17, 16)])
def test_a_region_has_the_pixels_of_the_whole_picture(size):
    data = as_array(encode_jpeg(picture(*size), 90))
    whole, header = cv2.imdecode(data, cv2.IMREAD_COLOR), read_header(data)
    assert header.size == size and header.run
    rng = np.random.default_rng(1)
    for x0, y0 in rng.integers(-20, size, (40, 2)):
        x1, y1 = x0 + rng.integers(1, 60), y0 + rng.integers(1, 60)
        patch = decode_region(data, header, (x0, y0, x1, y1))
        left, top, right, bottom = max(x0, 0), max(y0, 0), min(x1, size[0]), min(y1, size[1])
        if left < right and top < bottom:
            x, y = patch.origin
            assert np.array_equal(patch.pixels[top - y:bottom - y, left - x:right - x], whole[top:bottom, left:right])


def test_a_small_region_decodes_few_pixels():
    data = as_array(encode_jpeg(picture(480, 270), 90))
    assert decode_region(data, read_header(data), (200, 100, 210, 110)).pixels.size < 270 * 480 * 3 / 40


@pytest.mark.parametrize('settings', [[], [cv2.IMWRITE_JPEG_PROGRESSIVE, 1],
                                      [cv2.IMWRITE_JPEG_RST_INTERVAL, 7]])
def test_other_jpegs_are_decoded_whole(settings):
    data = cv2.imencode('.jpg', picture(160, 120), settings)[1]
    patch = decode_region(data, read_header(data), (70, 40, 80, 50))
    assert patch.origin == (0, 0) and np.array_equal(patch.pixels, cv2.imdecode(data, cv2.IMREAD_COLOR))


def test_other_chroma_sampling_is_cut_too():
    settings = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
                cv2.IMWRITE_JPEG_RST_INTERVAL, 4]
    data = cv2.imencode('.jpg', picture(160, 120), settings)[1]
    assert read_header(data).unit == (8, 8)
    x, y = (patch := decode_region(data, read_header(data), (70, 40, 90, 60))).origin
    assert x > 0 and np.array_equal(patch.pixels[40 - y:60 - y, 70 - x:90 - x],
                                    cv2.imdecode(data, cv2.IMREAD_COLOR)[40:60, 70:90])


@pytest.mark.parametrize('keep', [0.5, 0.95, 0.999])
def test_truncated_files_are_refused(keep):
    data = as_array(encode_jpeg(picture(160, 120), 90))
    with pytest.raises(ValueError, match='not a complete JPEG'):
        decode_region(data[:int(keep * len(data))], read_header(data), (0, 0, 10, 10))
    with pytest.raises(ValueError, match='not a complete JPEG'):
        decode_shrunk(data[:int(keep * len(data))], 2)


@pytest.mark.parametrize('content', [b'', b'\xff', b'\xff\xd8', b'\xff\xd8\xff\xe0', b'GIF89a' * 10, b'\xff\xd8' * 20])
def test_what_is_no_jpeg_has_no_header(content):
    with pytest.raises(ValueError, match='not a JPEG'):
        read_header(as_array(content))


def test_quality_and_colors_are_kept():
    red = np.zeros((32, 48, 3), np.uint8)
    red[..., 0] = 200
    assert np.abs(decode_shrunk(as_array(encode_jpeg(red, 95)))[..., ::-1].astype(int) - red).max() < 4
    assert len(encode_jpeg(picture(160, 120), 50)) < len(encode_jpeg(picture(160, 120), 95)) / 2
