"""A server that failed is left alone for a while, so that nobody waits for it at every question.

Two failures in a row open the breaker; each further one doubles the pause. What is known is kept in this process and in
a small file of the library's folder, because a command in the terminal lives for one question only.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

FAILURES = 2  # in a row, from which the server is left alone
PAUSE, LONGEST_PAUSE = 60.0, 900.0  # seconds
FILE = "language-model.json"


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of one server."""

    address: str
    failures: int = 0  # in a row
    failed_at: float = 0.0  # seconds since the epoch
    reason: str = ""


_known: dict[tuple[str, str], Health] = {}
_lock = threading.Lock()


def seconds_to_wait(home: Path, address: str) -> float:
    """Seconds for which the server should be left alone; 0 when it may be tried."""
    found = health(home, address)
    if found.failures < FAILURES:
        return 0.0
    pause = min(LONGEST_PAUSE, PAUSE * 2.0 ** (found.failures - FAILURES))
    passed = time.time() - found.failed_at
    return max(0.0, pause - passed) if passed >= 0 else 0.0


def health(home: Path, address: str) -> Health:
    """What this process or another one noted last about the server."""
    noted = _read(home, address)
    with _lock:
        known = _known.get((str(home), address), Health(address))
    return max(known, noted, key=lambda each: each.failed_at)


def note_failure(home: Path, address: str, reason: str) -> None:
    """The server failed."""
    before = health(home, address)
    _note(home, Health(address, before.failures + 1, time.time(), reason))


def note_success(home: Path, address: str) -> None:
    """The server answered."""
    if health(home, address).failures:
        _note(home, Health(address, 0, time.time(), ""))


def _note(home: Path, found: Health) -> None:
    with _lock:
        _known[str(home), found.address] = found
    beside = home / f"{FILE}.{os.getpid()}.new"
    with contextlib.suppress(OSError):  # a folder that cannot be written to: this process remembers
        beside.write_text(json.dumps(asdict(found)), encoding="utf-8")
        beside.replace(home / FILE)


def _read(home: Path, address: str) -> Health:
    try:
        found = Health(**json.loads((home / FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return Health(address)
    return found if found.address == address else Health(address)
