"""The Library: the stores, opened. Reading takes no lock; what may be shown always comes from the registry."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from sqlalchemy import Engine, select

from kb.access import Verb, Who, allow
from kb.domain import PageText, Passage, Recommendation
from kb.errors import DiskFull, LibraryMissing
from kb.models import load_encoder
from kb.models.encoder import Encoder
from kb.settings import Settings, load_settings
from kb.store import extractions, schema
from kb.store.ledger import Ledger, fold
from kb.store.registry import (
    Act,
    check_folder,
    check_revision,
    create_registry,
    open_engine,
    read_acts,
    reading,
    registry_path,
    revision,
    unreadable_history,
)
from kb.store.scope import resolve_scope
from kb.store.snapshot import (
    Snapshot,
    SnapshotDamaged,
    build_snapshot,
    derived_folder,
    open_snapshot,
    read_rows,
    set_aside,
    snapshot_from_rows,
    snapshot_key,
)

TOLD_SECONDS = 600  # for how long answers tell of what was mended

if TYPE_CHECKING:
    from kb.store.chroma import DenseIndex, OwnedIndex


@dataclass(frozen=True, slots=True)
class View:
    """One consistent state of the library: what is recorded, and the passages to search in."""

    ledger: Ledger
    snapshot: Snapshot


class Library:
    """An opened library; a context manager. Safe to share between threads for reading."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self.settings = settings
        self.engine = engine
        self._notices: dict[str, tuple[str, float]] = {}  # part → what is wrong with it, and until when that is said
        self._acts: tuple[int, list[Act]] = (-1, [])
        self._folds: dict[tuple[int, datetime | None], Ledger] = {}
        self._snapshot: Snapshot | None = None
        self._scopes: dict[tuple[str, str], frozenset[int]] = {}
        self._abbreviations: dict[str, tuple[tuple[str, str], ...]] = {}
        self._dense: OwnedIndex | None = None

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the registry's connections and the dense index."""
        self.release_dense_index()
        self.engine.dispose()

    @property
    def notices(self) -> tuple[str, ...]:
        """Degraded modes, said in every answer while they last and for ten minutes after something was mended."""
        now = time.monotonic()
        return tuple(text for text, until in list(self._notices.values()) if now < until)

    def note(self, part: str, text: str, *, is_mended: bool = False) -> None:
        """Say from now on what is wrong with a part of the library; an empty text: nothing any more."""
        if text:
            self._notices[part] = (text, time.monotonic() + TOLD_SECONDS if is_mended else math.inf)
        else:
            self._notices.pop(part, None)

    @property
    def home(self) -> Path:
        """Folder of the library."""
        return self.settings.home

    @cached_property
    def encoder(self) -> Encoder:
        """The embedding model; loaded at first use."""
        return load_encoder(self.settings)

    @property
    def derived(self) -> Path:
        """Folder of what is derived for this encoder."""
        return derived_folder(self.home, self.encoder.name)

    def file_path(self, sha256: str) -> Path:
        """Where a source PDF is kept."""
        return self.home / "files" / f"{sha256}.pdf"

    def acts(self) -> list[Act]:
        """Every act recorded so far, in order."""
        with reading(self.engine) as connection:
            newest = revision(connection)
            known = self._acts  # threads share a library: what is returned is what was checked
            if newest != known[0]:
                self._acts = known = (newest, read_acts(connection))
        return known[1]

    def ledger(self, known_at: datetime | None = None) -> Ledger:
        """What is recorded now, or was by `known_at`."""
        acts = self.acts()
        key = (acts[-1].seq if acts else 0, known_at)
        folded = self._folds.get(key)
        if folded is None:
            if len(self._folds) > 32:
                self._folds.clear()
            self._folds[key] = folded = _fold(acts, known_at)
        return folded

    def view(self, known_at: datetime | None = None) -> View:
        """The ledger and a snapshot that holds at least everything the ledger can show."""
        ledger = self.ledger(known_at)  # looked up once: an edition published meanwhile must not be in one half only
        newest = ledger if known_at is None else self.ledger()
        # What was published by then and taken back since is still shown to whoever asks what was known then.
        return View(ledger, self._open_snapshot(sorted(newest.ever_published | ledger.ever_published)))

    def snapshot(self) -> Snapshot:
        """The passages of everything published so far."""
        return self.view().snapshot

    def _open_snapshot(self, wanted: Sequence[str]) -> Snapshot:
        key = snapshot_key(wanted, self.encoder.name)
        opened = self._snapshot
        if opened is not None and opened.key == key:
            return opened
        path = self.derived / f"snapshot-{key}"
        if path.is_dir():
            try:
                self._snapshot = opened = open_snapshot(path)
                self.note("memory", "")
                return opened
            except SnapshotDamaged as damage:
                text = f"The search index was damaged ({damage}); it was rebuilt from the registry."
                self.note("search index", text, is_mended=True)
                set_aside(path)
        self._snapshot = opened = self._rebuild_snapshot(key, wanted)
        return opened

    def _rebuild_snapshot(self, key: str, wanted: Sequence[str]) -> Snapshot:
        encoder, dimension = self.encoder.name, self.encoder.dimension
        with reading(self.engine) as connection:
            try:
                built = build_snapshot(connection, self.derived, wanted, encoder=encoder, dimension=dimension)
                opened = open_snapshot(built)
                self.note("memory", "")
                return opened
            except (DiskFull, SnapshotDamaged) as error:
                self.note("memory", f"The search index could not be kept on disk ({error}); it is held in memory.")
                rows = read_rows(connection, wanted, encoder=encoder, dimension=dimension)
                return snapshot_from_rows(key, wanted, rows)

    def dense_index(self) -> DenseIndex | None:
        """The dense index, owned by this process until the library is closed; None where another process has it."""
        from kb.store.chroma import own_index

        if self._dense is None:
            self._dense = own_index(self)
        return self._dense.index if self._dense else None

    def release_dense_index(self) -> None:
        """Let another process have the dense index."""
        owned, self._dense = self._dense, None
        if owned is not None:
            owned.close()

    def passages(self, snapshot: Snapshot, rows: Sequence[int]) -> list[Passage]:
        """The passages of snapshot rows, in the order of `rows`."""
        by_extraction: dict[str, list[int]] = {}
        places = [(snapshot.extraction_ids[snapshot.extraction[row]], int(snapshot.ordinal[row])) for row in rows]
        for identity, ordinal in places:
            by_extraction.setdefault(identity, []).append(ordinal)
        found: dict[tuple[str, int], Passage] = {}
        with reading(self.engine) as connection:
            for identity, ordinals in by_extraction.items():
                for passage in extractions.load_passages(connection, identity, ordinals):
                    found[identity, passage.ordinal] = passage
        return [found[place] for place in places]

    def recommendation(self, extraction_id: str, ordinal: int) -> Recommendation | None:
        """One recommendation of an extraction, or None."""
        with reading(self.engine) as connection:
            return extractions.load_recommendation(connection, extraction_id, ordinal)

    def abbreviations(self, snapshot: Snapshot) -> tuple[tuple[str, str], ...]:
        """(short, long) of every abbreviation that the guidelines of a snapshot define, each pair once."""
        if snapshot.key not in self._abbreviations:
            with reading(self.engine) as connection:
                found = extractions.load_abbreviations(connection, snapshot.extraction_ids)
            self._abbreviations = {snapshot.key: tuple(sorted(found))}
        return self._abbreviations[snapshot.key]

    def page(self, extraction_id: str, number: int) -> PageText | None:
        """One page as read, or None."""
        with reading(self.engine) as connection:
            return extractions.load_page(connection, extraction_id, number)

    def scoped_ordinals(self, relation_id: str, extraction_id: str, scope: Sequence[str]) -> frozenset[int]:
        """Ordinals of the passages of an extraction that a relation's scope names."""
        key = (relation_id, extraction_id)
        if key not in self._scopes:
            with reading(self.engine) as connection:
                self._scopes[key] = resolve_scope(connection, extraction_id, scope).ordinals
        return self._scopes[key]

    def rows_where(self, snapshot: Snapshot, extraction_id: str, ordinals: frozenset[int]) -> npt.NDArray[np.intp]:
        """Snapshot rows of some passages of an extraction."""
        first, last = snapshot.rows_of(extraction_id)
        inside = np.isin(snapshot.ordinal[first:last], sorted(ordinals))
        return np.flatnonzero(inside) + first


def _fold(acts: Sequence[Act], known_at: datetime | None) -> Ledger:
    try:
        return fold(acts, known_at)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise unreadable_history(error) from error


def open_library(
    home: Path | str | None = None, settings: Settings | None = None, *, create: bool = False, by: Who = ""
) -> Library:
    """Open the library at `home` (default GKB_HOME); raises LibraryMissing unless it exists or `create` is set.

    `create` makes one or brings an earlier schema up to date, which takes the role of whoever takes PDFs in.
    """
    settings = settings or load_settings(home=home)
    if create:
        allow(settings, by, Verb.INGEST)
        create_registry(settings)
    elif settings.database_url is None and not registry_path(settings.home).is_file():
        raise LibraryMissing(f"There is no library at {settings.home}.", hint="Create one with `gkb ingest PATH`.")
    engine = open_engine(settings)
    try:
        check_revision(engine)
        with reading(engine) as connection:
            library_id = connection.execute(select(schema.library.c.id)).scalar()
        if library_id is None:
            raise LibraryMissing(f"The library at {settings.home} is empty.", hint="Create it with `gkb ingest PATH`.")
        check_folder(settings.home, library_id)
    except BaseException:
        engine.dispose()
        raise
    return Library(settings, engine)
