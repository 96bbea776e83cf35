"""A missing package is named, with the way to get it."""

import pytest

from core.export import packages


def test_what_is_missing_is_named(monkeypatch):
    packages.check_packages(packages.MAKING)
    monkeypatch.setattr(packages, 'find_spec', lambda name: None if name == 'onnxscript' else name)
    packages.check_packages(packages.RUNNING)
    with pytest.raises(ValueError, match='package onnxscript: pip install -r requirements-export.txt'):
        packages.check_packages(packages.MAKING)
