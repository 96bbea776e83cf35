"""The program ``pose-action`` as a process of its own, started in another folder and without an installation."""

import subprocess
import sys

import pytest

from core.config import REPOSITORY


@pytest.fixture
def pose_action(tmp_path):
    """``pose_action('predict', ...)``: what the program printed, and its exit status."""
    def start(*words):
        return subprocess.run([sys.executable, REPOSITORY / 'tools' / 'pose_action.py', *words], cwd=tmp_path,
                              capture_output=True, text=True, check=False)
    return start
