"""Opening the SQLite file of a registry, also where nothing can be written beside it.

A reader of a file in WAL mode makes two small files beside it. On a full or read-only disk it cannot, and would not get
in. Then nobody else can write either: the file is read as it stands, and once more checked afterwards.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote

BUSY_MS = 20_000
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}")

SHARED_BYTES = 32_768  # of the file beside it that all who have it open share; a shorter one found no room

Stamp = tuple[int, int, int]


class FileConnection(sqlite3.Connection):
    """A connection that knows whether its file is read as it stands."""

    path: Path
    stamp: Stamp | None = None
    is_used = False

    def has_changed(self) -> bool:
        """Whether a file read as it stands was written to since."""
        return self.stamp is not None and stamp_of(self.path) != self.stamp


def connect_file(path: Path) -> FileConnection:
    """A connection; where nothing can be written beside the file, one that reads it as it stands.

    Raises sqlite3.Error.
    """
    connection = sqlite3.connect(path, timeout=BUSY_MS / 1000, check_same_thread=False, factory=FileConnection)
    try:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        stamp = stamp_of(path)
        if stamp is None:
            raise
        connection = _connect_as_it_stands(path)
        connection.path, connection.stamp = path, stamp
    connection.isolation_level = None  # transactions are begun by the registry, not by the driver
    return connection


def stamp_of(path: Path) -> Stamp | None:
    """Number, size and time of a file that nobody has open; None where somebody may have, or left changes beside."""
    if _size(path.with_name(path.name + "-shm")) >= SHARED_BYTES or _size(path.with_name(path.name + "-wal")):
        return None
    about = path.stat() if _size(path) else None
    return (about.st_ino, about.st_size, about.st_mtime_ns) if about else None


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _connect_as_it_stands(path: Path) -> FileConnection:
    url = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
    return sqlite3.connect(url, uri=True, check_same_thread=False, factory=FileConnection)
