"""What a killed process leaves behind, and its removal at the next start: never anything of a living process."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TAKING_IN = ".taking-in-"  # a PDF that is being copied into the library
READING = "gkb-read-"  # a folder for the answers of readers, among the temporary files
OWNER = "owner"  # a file locked for as long as the folder's process lives
UNOWNED_SECONDS = 3600  # a folder without that file: made a moment ago, or by a process killed in that moment


@contextmanager
def reading_folder() -> Iterator[Path]:
    """A temporary folder for readers' answers, removed afterwards; those of killed processes are removed first."""
    sweep_reading_folders(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=READING))
    try:
        with (folder / OWNER).open("wb") as owner:
            fcntl.flock(owner, fcntl.LOCK_EX)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep_reading_folders(temporary: Path) -> list[Path]:
    """Remove this user's reading folders whose process is gone; returns them."""
    return [each for each in temporary.glob(f"{READING}*") if _is_abandoned(each) and _remove(each)]


def sweep_copies(files: Path) -> list[Path]:
    """Remove copies of PDFs that were never finished; returns them. Only for the owner of the writer's lock."""
    left = list(files.glob(f"{TAKING_IN}*"))
    for each in left:
        each.unlink(missing_ok=True)
    return left


def _remove(folder: Path) -> bool:
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()


def _is_abandoned(folder: Path) -> bool:
    try:
        about = folder.lstat()
    except FileNotFoundError:
        return False
    try:
        if about.st_uid != os.getuid() or folder.is_symlink() or not folder.is_dir():
            return False
        with (folder / OWNER).open("rb") as owner:
            fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return time.time() - about.st_mtime > UNOWNED_SECONDS
    except OSError:  # BlockingIOError: its process lives
        return False
    return True
