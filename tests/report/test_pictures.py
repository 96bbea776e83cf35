"""Pictures inside a page."""

import base64

import cv2
import numpy as np
import pytest

from core.report.pictures import embed


@pytest.mark.parametrize(('suffix', 'tolerance'), [('.png', 0), ('.webp', 12)])
def test_the_address_holds_the_picture(suffix, tolerance):
    image = np.full((6, 8, 3), (200, 100, 20), np.uint8)
    picture = embed(image, 'orange', suffix)
    kind, code = picture.address.split(';base64,')
    decoded = cv2.imdecode(np.frombuffer(base64.b64decode(code), np.uint8), cv2.IMREAD_COLOR_RGB)
    assert kind == f'data:image/{suffix[1:]}' and (picture.alt, picture.width, picture.height) == ('orange', 8, 6)
    np.testing.assert_allclose(decoded.astype(int), image, atol=tolerance)
