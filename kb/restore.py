"""Restore: a backup into an empty or missing folder; nothing of it can be used until all of it can."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from kb.access import Verb, Who, allow
from kb.errors import DiskFull, EncoderMismatch, LibraryCorrupt, UsageError
from kb.maintenance import rebuild_snapshot
from kb.settings import Settings
from kb.store.archive import OWN_FILES, Manifest, unpack_archive, verify_archive
from kb.store.chroma import keep_index
from kb.store.copying import check_registry_file, copy_tables, fold_journal, holds_library
from kb.store.files import sync_path
from kb.store.library import open_library
from kb.store.registry import (
    bind_folder,
    migrate,
    newest_act,
    open_engine,
    reading,
    registry_path,
    restoring_folder,
    verify_chain,
    writing,
)
from kb.store.seal import Seal, write_seal

LOCK = "lock"
STAGED = "staged"
MOVED = ("files", "derived", "library.json", "seal.json", *OWN_FILES)


@dataclass(frozen=True, slots=True)
class Restored:
    """A library that was put back."""

    home: Path
    library_id: str
    taken_at: str  # when its backup was taken, UTC
    schema: str  # of the backup; it is brought up to date on the way
    acts: int
    pdfs: int
    passages: int
    missing: tuple[str, ...]  # hashes of PDFs that the library had lost before the backup
    notices: tuple[str, ...]
    seconds: float


def restore(settings: Settings, file: Path, *, by: Who = "") -> Restored:
    """Put a backup into the settings' empty or missing folder (and empty database); embeds nothing again.

    Every hash is checked before anything is written. Killed at any point, it leaves a folder that every command
    refuses and the next restore begins anew. Raises UsageError where something is there already, LibraryCorrupt for a
    damaged backup, LibraryTooNew for that of a newer program, DiskFull where it does not fit.
    """
    allow(settings, by, Verb.RESTORE)
    begun = time.monotonic()
    _refuse_occupied(settings)
    verify_archive(file)
    with _staging_folder(settings) as staged:
        manifest = unpack_archive(file, staged)
        local = settings.model_copy(update={"home": staged, "database_url": None})
        _prepare(local, manifest, file)
        passages, notices = _derive(local)
        _switch(settings, staged)
    with open_library(settings=settings) as library:
        if not notices:
            keep_index(library)
    return Restored(
        home=settings.home,
        library_id=manifest.library_id,
        taken_at=manifest.created_at,
        schema=manifest.schema,
        acts=manifest.acts,
        pdfs=manifest.pdfs,
        passages=passages,
        missing=manifest.missing,
        notices=notices,
        seconds=round(time.monotonic() - begun, 2),
    )


def _refuse_occupied(settings: Settings) -> None:
    home = settings.home
    if home.exists() and not home.is_dir():
        raise UsageError(f"{home} is a file.", hint="Name a folder with --home.")
    found = {each.name for each in home.iterdir()} if home.is_dir() else set()
    leftovers = {*MOVED, restoring_folder(home).name} if restoring_folder(home).is_dir() else set()
    if found - leftovers:
        raise UsageError(
            f"{home} is not empty; a restore never overwrites.",
            hint="Name another folder with --home, or move this one away first.",
        )
    if settings.database_url is not None and _database_holds_library(settings):
        raise UsageError("The database holds a library; a restore never overwrites.", hint="Name an empty one.")


def _database_holds_library(settings: Settings) -> bool:
    engine = open_engine(settings)
    try:
        return holds_library(engine)
    finally:
        engine.dispose()


@contextmanager
def _staging_folder(settings: Settings) -> Iterator[Path]:
    """A folder inside the home, for one restore at a time; every other command refuses a home in which it stands."""
    home = settings.home
    folder = restoring_folder(home)
    created = not home.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(str(folder / LOCK), timeout=0)
        with lock:
            _refuse_occupied(settings)  # somebody may have finished in between
            _clear(home)
            try:
                yield folder / STAGED
            except BaseException:
                _give_up(settings, created=created)
                raise
            shutil.rmtree(folder, ignore_errors=True)
    except Timeout as error:
        raise UsageError(f"Another restore into {home} is running.", hint="Wait for it to end.") from error
    except OSError as error:
        raise DiskFull(
            f"The backup cannot be restored into {home} ({error.strerror or error}); nothing was kept.",
            hint="Free disk space or check the folder's permissions, then repeat.",
        ) from error


def _clear(home: Path) -> None:
    """Remove what a killed restore left, and nothing else."""
    for left in (restoring_folder(home) / STAGED, *(home / name for name in MOVED)):
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink(missing_ok=True)


def _give_up(settings: Settings, *, created: bool) -> None:
    """After an error (a kill leaves it to the next restore) the folder is as it was found."""
    home = settings.home
    on_disk = settings.database_url is None
    is_switched = registry_path(home).is_file() if on_disk else _database_holds_library(settings)
    if not is_switched:
        _clear(home)
        shutil.rmtree(restoring_folder(home), ignore_errors=True)
        if created:
            home.rmdir()


def _prepare(local: Settings, manifest: Manifest, file: Path) -> None:
    """Bring the unpacked registry up to date and check that it is the one of the manifest."""
    wrong = check_registry_file(registry_path(local.home))
    if wrong:
        raise LibraryCorrupt(f"The registry in {file} is damaged ({wrong}).", hint="Use another backup.")
    engine = open_engine(local)
    try:
        migrate(engine)
        with reading(engine) as connection:
            newest, chain = newest_act(connection), verify_chain(connection)
    finally:
        engine.dispose()
    if newest != Seal(manifest.acts, manifest.newest):
        raise LibraryCorrupt(
            f"The registry in {file} is not of the state that its manifest names.", hint="Use another."
        )
    if chain:
        raise LibraryCorrupt(f"The history in {file} was tampered with: {chain[0]}", hint="Use an earlier backup.")
    bind_folder(local.home, manifest.library_id)
    write_seal(local.home, newest)


def _derive(local: Settings) -> tuple[int, tuple[str, ...]]:
    """Build the search index from the vectors in the registry; number of passages, and why it could not be built."""
    with open_library(settings=local) as library:
        try:
            return rebuild_snapshot(library), ()
        except EncoderMismatch as mismatch:
            return 0, (f"{mismatch.message} {mismatch.hint}",)


def _switch(settings: Settings, staged: Path) -> None:
    """Move everything into place, the registry last: before it nothing counts, after it everything does."""
    home = settings.home
    registry = registry_path(staged)
    for name in MOVED:
        if (staged / name).exists():
            (staged / name).rename(home / name)
    sync_path(home)
    if settings.database_url is None:
        fold_journal(registry)
        registry.rename(registry_path(home))
        sync_path(home)
        return
    source = open_engine(settings.model_copy(update={"home": staged, "database_url": None}))
    target = open_engine(settings)
    try:
        migrate(target)
        with reading(source) as rows, writing(target) as connection:
            copy_tables(rows, connection)
    finally:
        source.dispose()
        target.dispose()
