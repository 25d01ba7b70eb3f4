"""Bytes → SourceFile: hashed, limited, named, "is it a PDF", kept under its hash."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ingest.leftovers import TAKING_IN
from kb.errors import UnreadablePdf
from kb.store.disk import NO_ROOM, naming_full_disk

HEADER_WITHIN = 1024  # bytes in which "%PDF-" must stand (PDF 32000-1, annex H.3.4.1)
PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\0", b"MM\0*", b"BM")
LONGEST_NAME = 150
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A PDF that was taken in."""

    sha256: str
    bytes: int
    name: str  # display only, never used as a path


def take_in(path: Path, files: Path, *, name: str | None = None, max_bytes: int = 200_000_000) -> SourceFile:
    """Copy a PDF to `files/<sha256>.pdf` (unless it is there) and return what it is.

    Raises UnreadablePdf (status rejected or failed) for what is no PDF, DiskFull when it cannot be kept.
    """
    shown = display_name(name or path.name)
    with naming_full_disk(shown):
        return _take_in(path, files, shown, max_bytes)


def _take_in(path: Path, files: Path, shown: str, max_bytes: int) -> SourceFile:
    try:
        with open(path, "rb", opener=_open_at_once) as stream:
            about = os.fstat(stream.fileno())
            if not stat.S_ISREG(about.st_mode):
                raise UnreadablePdf(f"{shown} is not a file but a device or a pipe.", status="rejected")
            _check_head(stream.read(HEADER_WITHIN), shown)
            size = about.st_size
            if size > max_bytes:
                raise UnreadablePdf(
                    f"{shown} has {size:,} bytes; at most {max_bytes:,} are taken in.",
                    status="rejected",
                    hint="Split the file or raise GKB_MAX_BYTES.",
                )
            stream.seek(0)
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
            target = files / f"{sha256}.pdf"
            if not target.is_file() or target.stat().st_size != size:
                stream.seek(0)
                _keep(stream.read, target, sha256)
    except UnreadablePdf:
        raise
    except OSError as error:
        if error.errno in NO_ROOM:
            raise
        raise UnreadablePdf(f"{shown} cannot be read ({error.strerror or error}).", status="failed") from error
    return SourceFile(sha256, size, shown)


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # a pipe that nobody writes to must not hold up the others


def _check_head(head: bytes, shown: str) -> None:
    if not head:
        raise UnreadablePdf(f"{shown} is empty (0 bytes).", status="rejected", hint="Download the file again.")
    if b"%PDF-" in head:
        return
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<?xml", b"<head")):
        message = f"{shown} is a web page, not a PDF; the download was probably a login or error page."
    elif start.startswith(b"pk\x03\x04"):
        message = f"{shown} is an Office or ZIP file, not a PDF."
    elif head.startswith(PICTURES):
        message = f"{shown} is a picture, not a PDF."
    else:
        message = f"{shown} is not a PDF: the mark %PDF- is missing from its first {HEADER_WITHIN} bytes."
    raise UnreadablePdf(message, status="rejected", hint="Open the file in a PDF viewer to see what it is.")


def _keep(read: Callable[[int], bytes], target: Path, sha256: str) -> None:
    """Write beside, sync, rename: a killed process leaves no half file under a hash."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(prefix=TAKING_IN, dir=target.parent)
    try:
        digest = hashlib.sha256()
        with os.fdopen(handle, "wb") as out:
            while block := read(BLOCK):
                digest.update(block)
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
        if digest.hexdigest() != sha256:
            raise UnreadablePdf("The file changed while it was read.", status="failed", hint="Try again.")
        os.replace(beside, target)
    finally:
        Path(beside).unlink(missing_ok=True)


def display_name(name: str) -> str:
    """A file name fit to be shown: last part only, no control or direction characters, not too long."""
    last = re.split(r"[/\\]", name)[-1]
    clean = "".join(char for char in last if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    clean = " ".join(clean.split()) or "unnamed.pdf"
    if len(clean) > LONGEST_NAME:
        stem, dot, ending = clean.rpartition(".")
        ending = dot + ending if dot and len(ending) < 8 else ""
        clean = (stem or clean)[: LONGEST_NAME - len(ending) - 1] + "…" + ending
    return clean
