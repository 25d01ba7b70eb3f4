"""A disk of a few hundred kilobytes for tests: full at will, read-only at will. Needs the right to mount."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

PAGE = 4096


@dataclass(frozen=True)
class SmallDisk:
    """A mounted tmpfs."""

    path: Path

    def resize(self, size: int) -> None:
        """Give it another size, in bytes."""
        self._mount(f"remount,size={_whole(size)}")

    def make_read_only(self) -> None:
        """Nothing can be written any more."""
        self._mount("remount,ro")

    def used(self) -> int:
        """Bytes in use."""
        about = self._about()
        return (about.f_blocks - about.f_bfree) * about.f_frsize

    def _about(self) -> os.statvfs_result:
        return os.statvfs(self.path)

    def _mount(self, options: str) -> None:
        subprocess.run(["mount", "-o", options, str(self.path)], check=True, capture_output=True)


@contextmanager
def small_disk(path: Path, size: int) -> Iterator[SmallDisk]:
    """Mount one; the test is skipped where that is not allowed."""
    path.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={_whole(size)}", "tmpfs", str(path)], check=False, capture_output=True
    )
    if done.returncode:
        pytest.skip("needs the right to mount a small disk")
    try:
        yield SmallDisk(path)
    finally:
        subprocess.run(["umount", "-l", str(path)], check=False, capture_output=True)


def _whole(size: int) -> int:
    return max(1, size // PAGE) * PAGE
