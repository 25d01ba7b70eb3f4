"""The form of a backup: one zip file with the registry, the PDFs by hash, and a manifest that says what each must be.

The registry inside is always SQLite, whatever the library runs on: a backup is a file that anything can open.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from kb.errors import LibraryCorrupt, LibraryTooNew, UsageError
from kb.store.registry import SCHEMA_REVISION

FORMAT = 1
MANIFEST = "manifest.json"
REGISTRY = "registry.sqlite"
OWN_FILES = ("lexicon.tsv",)  # what a person may put into the folder of a library
ENTRY = re.compile("|".join([*map(re.escape, (REGISTRY, *OWN_FILES)), r"files/[0-9a-f]{64}\.pdf"]))
LONGEST_MANIFEST = 1 << 28
BLOCK = 1 << 20
LISTS = ("encoders", "missing")


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a backup."""

    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds, and of which state of which library."""

    library_id: str
    schema: str
    created_at: str  # UTC, ISO 8601
    acts: int  # number of the newest act
    newest: str  # its hash
    encoders: tuple[str, ...]  # whose vectors it holds
    missing: tuple[str, ...]  # hashes of PDFs that the library had lost
    entries: Mapping[str, Entry]

    @property
    def pdfs(self) -> int:
        """How many PDFs it holds."""
        return sum(name.startswith("files/") for name in self.entries)


def pdf_entry(sha256: str) -> str:
    """Name of a PDF inside a backup."""
    return f"files/{sha256}.pdf"


def add_file(archive: zipfile.ZipFile, name: str, path: Path) -> Entry:
    """Put a file into a backup; returns what it must be when it comes out again."""
    packed = zipfile.ZipInfo(name)
    packed.compress_type = zipfile.ZIP_DEFLATED if name == REGISTRY else zipfile.ZIP_STORED  # a PDF is packed already
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source, archive.open(packed, "w", force_zip64=True) as target:
        while block := source.read(BLOCK):
            digest.update(block)
            size += len(block)
            target.write(block)
    return Entry(digest.hexdigest(), size)


def add_manifest(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Put the manifest into a backup, as its last part."""
    body = {"format": FORMAT, **asdict(manifest)}
    archive.writestr(MANIFEST, json.dumps(body, ensure_ascii=False, indent=1))


@contextmanager
def opened_archive(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """A backup and its manifest; raises UsageError without the file, LibraryCorrupt or LibraryTooNew."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive, _read_manifest(archive, path)
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        raise UsageError(
            f"{path} cannot be read ({error.strerror}).", hint="Name a file that `gkb backup` wrote."
        ) from error
    except (zipfile.BadZipFile, EOFError, KeyError, NotImplementedError) as error:
        raise _damaged(path, "it is cut off or no backup at all") from error


def _read_manifest(archive: zipfile.ZipFile, path: Path) -> Manifest:
    try:
        if archive.getinfo(MANIFEST).file_size > LONGEST_MANIFEST:
            raise ValueError
        body = json.loads(archive.read(MANIFEST))
        newer = body.pop("format") > FORMAT or body["schema"] > SCHEMA_REVISION
        if not newer:
            entries = {name: Entry(**entry) for name, entry in body.pop("entries").items()}
            manifest = Manifest(**{**body, **{name: tuple(body[name]) for name in LISTS}, "entries": entries})
    except (ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise _damaged(path, "its manifest cannot be read") from error
    if newer:
        raise LibraryTooNew(f"{path} was written by a newer version of this program.", hint="Update the program.")
    names = archive.namelist()
    if sorted(names) != sorted([MANIFEST, *manifest.entries]) or not all(map(ENTRY.fullmatch, manifest.entries)):
        raise _damaged(path, "it holds other files than its manifest says")
    if REGISTRY not in manifest.entries:
        raise _damaged(path, "it holds no registry")
    return manifest


def verify_archive(path: Path) -> Manifest:
    """Compare every file of a backup with the manifest; raises LibraryCorrupt naming the first that is wrong."""
    with opened_archive(path) as (archive, manifest):
        for name, entry in manifest.entries.items():
            with archive.open(name) as source:
                _copy_checked(source, None, name, entry, path)
    return manifest


def unpack_archive(path: Path, folder: Path) -> Manifest:
    """Write every file of a backup below a folder, each checked again on its way; raises LibraryCorrupt."""
    with opened_archive(path) as (archive, manifest):
        (folder / "files").mkdir(parents=True, exist_ok=True)
        for name, entry in manifest.entries.items():
            with archive.open(name) as source, (folder / name).open("wb") as target:
                _copy_checked(source, target, name, entry, path)
                target.flush()
                os.fsync(target.fileno())
    return manifest


def _copy_checked(source: IO[bytes], target: IO[bytes] | None, name: str, entry: Entry, path: Path) -> None:
    digest, size = hashlib.sha256(), 0
    while size <= entry.bytes and (block := source.read(BLOCK)):  # a bomb is read one block too far, no more
        digest.update(block)
        size += len(block)
        if target is not None:
            target.write(block)
    if (digest.hexdigest(), size) != (entry.sha256, entry.bytes):
        raise _damaged(path, f"{name} is not what was backed up")


def _damaged(path: Path, how: str) -> LibraryCorrupt:
    return LibraryCorrupt(f"The backup {path} is damaged: {how}.", hint="Nothing was written. Use another backup.")
