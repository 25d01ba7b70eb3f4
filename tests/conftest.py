"""Shared fixtures."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real guidelines and question sets beside the checkout; tests that need it skip where it is absent."""
    folder = ROOT.parent / "shared"
    if not (folder / "guidelines" / "manifest.csv").is_file():
        pytest.skip("needs the folder ../shared with real guidelines and benchmarks")
    return folder


@pytest.fixture(scope="session")
def samples() -> Path:
    """Our own sample guidelines."""
    return ROOT / "data" / "samples"
