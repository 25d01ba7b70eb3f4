"""Backup: one file with all that cannot be rebuilt, taken while others read and write, checked before it counts."""

from __future__ import annotations

import shutil
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Engine, select

from kb.access import Verb, Who, allow
from kb.errors import DiskFull, UsageError
from kb.store import schema
from kb.store.archive import OWN_FILES, REGISTRY, Entry, Manifest, add_file, add_manifest, pdf_entry, verify_archive
from kb.store.copying import copy_registry
from kb.store.files import damaged_files, file_hash, sync_path
from kb.store.library import Library
from kb.store.registry import SCHEMA_REVISION, newest_act, open_engine, reading


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was written and read again, every hash as it should be."""

    file: Path
    sha256: str
    bytes: int
    library_id: str
    schema: str
    acts: int  # number of the newest act in it
    pdfs: int
    missing: tuple[str, ...]  # hashes of PDFs that the library itself has lost
    seconds: float


def backup(library: Library, file: Path, *, by: Who = "") -> Backup:
    """Write registry and PDFs into one new file, of one state, while others go on reading and writing.

    What is derived stays out; a restore builds it again. PDFs that the library itself has lost or that were changed
    are left out and named. Raises UsageError where the file is there already, DiskFull where it does not fit.
    """
    allow(library.settings, by, Verb.BACKUP)
    begun = time.monotonic()
    if file.exists():
        raise UsageError(f"{file} is there already; a backup never overwrites.", hint="Name another file.")
    if not file.absolute().parent.is_dir():
        raise UsageError(f"There is no folder {file.absolute().parent}.", hint="Create it, or name another file.")
    with _folder_beside(file) as folder:
        packed = folder / "backup"
        manifest = _pack(library, folder, packed)
        verify_archive(packed)
        written = Backup(
            file=file,
            sha256=file_hash(packed),
            bytes=packed.stat().st_size,
            library_id=manifest.library_id,
            schema=manifest.schema,
            acts=manifest.acts,
            pdfs=manifest.pdfs,
            missing=manifest.missing,
            seconds=round(time.monotonic() - begun, 2),
        )
        sync_path(packed)
        packed.rename(file)
        sync_path(folder.parent)
    return written


@contextmanager
def _folder_beside(file: Path) -> Iterator[Path]:
    """A private folder beside the file to be; what a killed backup to the same file left in it is removed."""
    folder = file.absolute().with_name(f".{file.name}.partial")
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        with FileLock(str(folder / "lock"), timeout=0):
            for left in folder.iterdir():
                if left.name != "lock":
                    left.unlink()
            yield folder
            shutil.rmtree(folder, ignore_errors=True)
    except Timeout as error:
        raise UsageError(f"Another backup is writing {file}.", hint="Wait for it, or name another file.") from error
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise DiskFull(
            f"The backup {file} cannot be written ({error.strerror or error}). The library is as it was.",
            hint="Free disk space or name a file on another disk, then repeat.",
        ) from error
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _pack(library: Library, folder: Path, packed: Path) -> Manifest:
    registry = copy_registry(library.engine, library.settings, folder)
    copied = open_engine(library.settings.model_copy(update={"home": folder, "database_url": None}))
    try:
        state = _state_of(copied)
    finally:
        copied.dispose()
    lost = damaged_files(library.home, state.hashes)
    packed.touch(mode=0o600)  # it may hold what only its owner may read
    with zipfile.ZipFile(packed, "w", compresslevel=1) as archive:
        entries: dict[str, Entry] = {REGISTRY: add_file(archive, REGISTRY, registry)}
        for sha256 in state.hashes:
            if sha256 not in lost:
                entries[pdf_entry(sha256)] = add_file(archive, pdf_entry(sha256), library.file_path(sha256))
        for name in OWN_FILES:
            if (library.home / name).is_file():
                entries[name] = add_file(archive, name, library.home / name)
        manifest = Manifest(
            library_id=state.library_id,
            schema=SCHEMA_REVISION,
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            acts=state.acts,
            newest=state.newest,
            encoders=state.encoders,
            missing=tuple(lost),
            entries=entries,
        )
        add_manifest(archive, manifest)
    return manifest


@dataclass(frozen=True, slots=True)
class _State:
    """What the copied registry says of itself."""

    library_id: str
    acts: int
    newest: str
    encoders: tuple[str, ...]
    hashes: tuple[str, ...]


def _state_of(engine: Engine) -> _State:
    with reading(engine) as connection:
        newest = newest_act(connection)
        return _State(
            library_id=connection.execute(select(schema.library.c.id)).scalar_one(),
            acts=newest.seq,
            newest=newest.hash,
            encoders=tuple(sorted(connection.execute(select(schema.windows.c.encoder).distinct()).scalars())),
            hashes=tuple(sorted(connection.execute(select(schema.source_files.c.sha256)).scalars())),
        )
