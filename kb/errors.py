"""Errors that a door shows without a traceback. Each message says what to do next."""

from __future__ import annotations


class KBError(Exception):
    """Base of every error meant for a person; `exit_code` follows CONTRACT, `code` is stable for programs."""

    exit_code = 1
    code = "error"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(KBError):
    """The request itself is wrong: an unknown edition, a bad date, an unknown key."""

    exit_code = 2
    code = "usage"


class NotAllowed(UsageError):
    """The person's role does not allow this."""

    code = "not_allowed"


class LibraryError(KBError):
    """The library cannot be used: missing, locked for writing, corrupt, of another encoder."""

    exit_code = 3
    code = "library"


class LibraryMissing(LibraryError):
    """There is no library at the given path."""

    code = "library_missing"


class LibraryLocked(LibraryError):
    """Another process is writing."""

    code = "library_locked"


class LibraryCorrupt(LibraryError):
    """What is stored does not agree with itself."""

    code = "library_corrupt"


class LibraryUnreachable(LibraryError):
    """The registry's server does not answer."""

    code = "library_unreachable"


class LibraryTooNew(LibraryError):
    """The library was written by a newer version of this program."""

    code = "library_too_new"


class LibraryTooOld(LibraryError):
    """The library was written by an earlier version of this program and is not upgraded yet."""

    code = "library_too_old"


class EncoderMismatch(LibraryError):
    """The encoder configured is not the one whose vectors are stored."""

    code = "encoder_mismatch"


class DiskFull(LibraryError):
    """Nothing more can be written; what was visible stays visible."""

    code = "disk_full"


class OutOfMemory(LibraryError):
    """The machine has no memory left; what was visible stays visible."""

    code = "out_of_memory"


class OutsideServiceError(KBError):
    """A configured outside service failed."""

    exit_code = 4
    code = "outside_service"


class UnreadablePdf(KBError):
    """A file could not be read; `status` is the named outcome of the contract."""

    code = "unreadable_pdf"

    def __init__(self, message: str, *, status: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status = status
