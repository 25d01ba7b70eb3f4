"""One owner of heavy writing at a time: a lock that names its holder and dies with it."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from kb.store.disk import naming_full_disk


@contextmanager
def try_own(home: Path, what: str) -> Iterator[bool]:
    """Take the writer's lock of a library for the length of the block; yields whether it was free."""
    lock = FileLock(str(home / "writer.lock"), timeout=0)
    try:
        with naming_full_disk("The writer's lock"):
            lock.acquire()
    except Timeout:
        yield False
        return
    try:
        holder = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "what": what,
            "since": datetime.now(UTC).isoformat(),
        }
        with suppress(OSError):  # on a full disk: the lock holds without its name
            (home / "writer.json").write_text(json.dumps(holder), encoding="utf-8")
        yield True
    finally:
        lock.release()


def holder_name(home: Path) -> str:
    """Who holds (or last held) the writer's lock, for a message."""
    try:
        holder = json.loads((home / "writer.json").read_text(encoding="utf-8"))
        return f"{holder['what']} (process {holder['pid']} on {holder['host']}, since {holder['since'][:19]}Z)"
    except (OSError, ValueError, KeyError):
        return "another process"
