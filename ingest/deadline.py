"""An end to Python code that a file keeps busy, where the rest of the file is still worth reading."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class OutOfTime(BaseException):
    """The time was up. Not an Exception: what runs must not catch it by the way."""


@contextmanager
def cpu_deadline(seconds: float) -> Iterator[None]:
    """Raise OutOfTime inside the block when it has used this much processor time; outside the main thread never."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _ring(*_: Any) -> None:
    raise OutOfTime
