"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def project() -> Path:
    """Root of the checkout."""
    return PROJECT


@pytest.fixture(scope="session")
def reference() -> Path:
    """Folder of real data and other programs' numbers, or skip."""
    folder = Path(os.environ.get("CORRIDORS_REFERENCE", PROJECT / ".." / "shared" / "reference"))
    if not (folder / "README.md").is_file():
        pytest.skip(f"reference data not found at {folder}; set CORRIDORS_REFERENCE")
    return folder.resolve()


@pytest.fixture
def rng() -> np.random.Generator:
    """A seeded random generator."""
    return np.random.default_rng(20240101)
