import gzip
import shutil
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parents[1] / 'fixtures' / 'parity'


@pytest.fixture
def unpack(tmp_path):
    """Function that unpacks a recorded vector and returns the path of its JSON file."""
    def write(name):
        path = tmp_path / f'{name}.json'
        path.write_bytes(gzip.decompress((FIXTURES / f'{name}.json.gz').read_bytes()))
        shutil.copy(FIXTURES / f'{name}.npz', tmp_path)
        return path

    return write
