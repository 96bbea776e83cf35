import cv2
import numpy as np
import pytest

from core.data.frames.jpeg import cut_regions, decode_jpeg, encode_jpeg, read_header


def picture(width, height, seed=0):
    noise = np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)
    return cv2.GaussianBlur(noise, (0, 0), 2)


def regions(*rows):
    return np.array(rows, float)


@pytest.mark.parametrize('size', [(160, 120), (150, 99), (96, 33), (17, 16), (16, 16)])
def test_regions_have_the_pixels_of_the_whole_pictures(size):
    files = [encode_jpeg(picture(*size, seed), 90) for seed in range(40)]
    rng = np.random.default_rng(1)
    low = rng.uniform(-20, size, (40, 2))
    wanted = np.concatenate([low, low + rng.uniform(1, 60, (40, 2))], 1)
    for file, region, cut in zip(files, wanted, cut_regions(files, size, wanted), strict=True):
        left, top = np.maximum(np.floor(region[:2]).astype(int), 0)
        right, bottom = np.minimum(np.ceil(region[2:]).astype(int), size)
        if left < right and top < bottom:
            (x, y), part = cut.origin, decode_jpeg(cut.data)
            assert np.array_equal(part[top - y:bottom - y, left - x:right - x],
                                  decode_jpeg(file)[top:bottom, left:right])


def test_a_small_region_decodes_few_pixels():
    cut, = cut_regions([encode_jpeg(picture(480, 270), 90)], (480, 270), regions((200, 100, 210, 110)))
    assert decode_jpeg(cut.data).size < 270 * 480 * 3 / 40


@pytest.mark.parametrize('settings', [[], [cv2.IMWRITE_JPEG_PROGRESSIVE, 1],
                                      [cv2.IMWRITE_JPEG_RST_INTERVAL, 7]])
def test_other_jpegs_stay_whole(settings):
    data = cv2.imencode('.jpg', picture(160, 120), settings)[1].tobytes()
    assert cut_regions([data], (160, 120), regions((70, 40, 80, 50))) == [(data, (0, 0))]


def test_other_chroma_sampling_is_cut_too():
    settings = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
                cv2.IMWRITE_JPEG_RST_INTERVAL, 4]
    data = cv2.imencode('.jpg', picture(160, 120), settings)[1].tobytes()
    assert read_header(data).unit == (8, 8)
    cut, = cut_regions([data], (160, 120), regions((70, 40, 90, 60)))
    x, y = cut.origin
    assert x > 0 and np.array_equal(decode_jpeg(cut.data)[40 - y:60 - y, 70 - x:90 - x],
                                    decode_jpeg(data)[40:60, 70:90])


def test_a_file_with_other_tables_a_damaged_one_and_a_lost_one_do_not_disturb_the_rest():
    size, region = (160, 120), (70, 40, 90, 60)
    good = encode_jpeg(picture(*size), 90)
    marker = good.index(b'\xff\xd3', len(read_header(good).raw))
    files = [good, encode_jpeg(picture(*size), 50), good[:marker] + good[marker + 2:], None, b'', b'GIF89a',
             encode_jpeg(picture(64, 48), 90), good[:-1], good[:len(read_header(good).raw)], good]
    cuts = cut_regions(files, size, regions(*[region] * len(files)))
    assert [cut is None for cut in cuts] == [False] * 3 + [True] * 4 + [False] * 3
    assert [index for index, cut in enumerate(cuts) if cut and cut.data is files[index]] == [1, 2, 7, 8]
    assert cuts[0].origin == cuts[9].origin != (0, 0) and np.array_equal(cuts[0].data, cuts[9].data)


@pytest.mark.parametrize('keep', [0.5, 0.95, 0.999])
def test_truncated_files_are_refused(keep):
    data = encode_jpeg(picture(160, 120), 90)
    cut, = cut_regions([data[:int(keep * len(data))]], (160, 120), regions((0, 0, 10, 10)))
    for damaged in (cut.data, np.frombuffer(cut.data, np.uint8)):
        with pytest.raises(ValueError, match='not a complete JPEG'):
            decode_jpeg(damaged)


@pytest.mark.parametrize('content', [b'', b'\xff', b'\xff\xd8', b'\xff\xd8\xff\xe0', b'GIF89a' * 10, b'\xff\xd8' * 20])
def test_what_is_no_jpeg_has_no_header(content):
    with pytest.raises(ValueError, match='not a JPEG'):
        read_header(content)


def test_quality_and_colors_are_kept():
    red = np.zeros((32, 48, 3), np.uint8)
    red[..., 0] = 200
    assert np.abs(decode_jpeg(encode_jpeg(red, 95))[..., ::-1].astype(int) - red).max() < 4
    assert len(encode_jpeg(picture(160, 120), 50)) < len(encode_jpeg(picture(160, 120), 95)) / 2
