"""Files on disk: the PDFs of a library under their hashes, and what makes a file outlive a power cut."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path


def damaged_files(home: Path, hashes: Iterable[str]) -> list[str]:
    """Which of these PDFs are not there, or no longer have the bytes that they came in with."""
    folder = home / "files"
    return [sha256 for sha256 in hashes if file_hash(folder / f"{sha256}.pdf") != sha256]


def file_hash(path: Path) -> str:
    """sha256 of a file, "" where it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def sync_path(path: Path) -> None:
    """Have the disk keep a file's bytes, or a folder's names, before going on."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
