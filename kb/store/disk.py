"""A disk that is full or read-only, named as that wherever it is noticed."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from kb.errors import DiskFull

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


@contextmanager
def naming_full_disk(what: str) -> Iterator[None]:
    """Raise DiskFull, naming `what` could not be written, where the block finds no room; other errors pass."""
    try:
        yield
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise DiskFull(
            f"{what} cannot be written ({error.strerror}). What was visible before is still visible.",
            hint="Free disk space or make the folder writable, then run the same command again.",
        ) from error
