"""Where a reader is in a file: told by the child process, read by its parent when the child was stopped."""

from __future__ import annotations

from mmap import mmap

LONGEST = 80  # bytes

_shared: mmap | None = None


def make_place() -> mmap:
    """A piece of memory that a child made after it shares with its parent."""
    return mmap(-1, LONGEST)


def share_place(place: mmap) -> None:
    """From now on this process tells there where it is."""
    global _shared
    _shared = place


def tell_place(where: str) -> None:
    """Say what is being read ("page 12"); costs nothing outside of a child process."""
    if _shared is not None:
        _shared[:] = where.encode("ascii", "replace")[:LONGEST].ljust(LONGEST, b"\0")


def read_place(place: mmap) -> str:
    """What was told last, "" if nothing. The teller may be hostile: plain ASCII only."""
    return "".join(chr(byte) for byte in bytes(place).rstrip(b"\0") if 32 <= byte < 127)
