"""What searching needs, derived from the registry: built beside, checked, switched by rename, thrown away at will.

A snapshot is named after the set of extractions that it holds. It knows nothing of editions or their status.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, select

from kb.errors import DiskFull, EncoderMismatch, KBError
from kb.models.encoder import Vectors
from kb.store import schema
from kb.store.files import sync_path
from kb.store.lexical import LEXICAL_VERSION, LexicalIndex
from kb.store.vectors import load_vectors

SNAPSHOT_VERSION = 1
KEEP = 3
ABANDONED_SECONDS = 3600  # a folder under construction whose builder cannot be alive any more
Ints = npt.NDArray[np.int32]


class SnapshotDamaged(Exception):
    """The folder is missing, incomplete or changed; the caller rebuilds."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Passage rows (N) of a set of extractions, their vectors (M windows) and their lexical index."""

    key: str
    extraction_ids: tuple[str, ...]
    extraction: Ints  # (N,) index into extraction_ids
    ordinal: Ints  # (N,) of the passage in its extraction
    page_first: Ints  # (N,)
    page_last: Ints  # (N,)
    recommendation: Ints  # (N,) ordinal of the recommendation, -1 for none
    kind: npt.NDArray[np.str_]  # (N,)
    language: npt.NDArray[np.str_]  # (N,)
    text_hash: npt.NDArray[np.str_]  # (N,)
    vectors: Vectors  # (M, dimension), unit length, memory-mapped
    vector_row: Ints  # (M,) passage row of each window
    lexical: LexicalIndex

    @property
    def size(self) -> int:
        """Number of passages."""
        return len(self.ordinal)

    def rows_of(self, extraction_id: str) -> tuple[int, int]:
        """[first, last) rows of an extraction; they are contiguous and in document order."""
        index = self.extraction_ids.index(extraction_id)
        first = int(np.searchsorted(self.extraction, index, side="left"))
        return first, int(np.searchsorted(self.extraction, index, side="right"))


def snapshot_key(extraction_ids: Sequence[str], encoder: str) -> str:
    """Name of the snapshot that holds exactly these extractions."""
    text = "\n".join([encoder, str(LEXICAL_VERSION), str(SNAPSHOT_VERSION), *sorted(extraction_ids)])
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def derived_folder(home: Path, encoder: str) -> Path:
    """Folder of everything derived for one encoder; models never share one."""
    safe = "".join(char if char.isalnum() or char in "-." else "_" for char in encoder)
    return home / "derived" / safe


def build_snapshot(
    connection: Connection, folder: Path, extraction_ids: Sequence[str], *, encoder: str, dimension: int
) -> Path:
    """Write the snapshot of these extractions into `folder` unless it is there; returns its path.

    Raises EncoderMismatch when an extraction has no vectors of this encoder, DiskFull when it cannot be written.
    """
    key = snapshot_key(extraction_ids, encoder)
    target = folder / f"snapshot-{key}"
    if target.is_dir():
        return target
    try:
        folder.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=".building-", dir=folder))
        try:
            _write_snapshot(connection, beside, sorted(extraction_ids), encoder, dimension)
            beside.rename(target)
        except FileExistsError:
            pass  # another process built the same one
        except OSError:
            if not target.is_dir():
                raise
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except OSError as error:
        raise DiskFull(
            f"The search index cannot be written ({error.strerror or error}).", hint="Free disk space and repeat."
        ) from error
    _drop_old(folder, keep=target)
    return target


def _write_snapshot(
    connection: Connection, beside: Path, extraction_ids: Sequence[str], encoder: str, dimension: int
) -> None:
    rows = read_rows(connection, extraction_ids, encoder=encoder, dimension=dimension)
    np.savez(beside / "rows.npz", allow_pickle=False, **rows.columns)
    np.save(beside / "vectors.npy", rows.vectors)
    np.save(beside / "vector_row.npy", rows.vector_row)
    (beside / "lexical").mkdir()
    rows.lexical.save(beside / "lexical")
    files = {str(path.relative_to(beside)): checksum(path) for path in sorted(beside.rglob("*")) if path.is_file()}
    meta = {"extraction_ids": list(extraction_ids), "encoder": encoder, "dimension": dimension, "files": files}
    (beside / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
    for path in beside.rglob("*"):
        if path.is_file():
            sync_path(path)


@dataclass(frozen=True, slots=True)
class Rows:
    """The parts of a snapshot before they are written."""

    columns: dict[str, npt.NDArray[Any]]
    vectors: Vectors
    vector_row: Ints
    lexical: LexicalIndex


def read_rows(connection: Connection, extraction_ids: Sequence[str], *, encoder: str, dimension: int) -> Rows:
    """Everything of these extractions from the registry, in order; raises EncoderMismatch where vectors are missing."""
    columns: dict[str, list[Any]] = {name: [] for name in (*_COLUMNS, "extraction")}
    texts: list[str] = []
    contexts: list[str] = []
    parts, vector_rows = [np.empty((0, dimension), dtype=np.float32)], []
    table = schema.passages
    for index, identity in enumerate(extraction_ids):
        start = len(texts)
        query = select(*(table.c[name] for name in _COLUMNS), table.c.text, table.c.context)
        found = connection.execute(query.where(table.c.extraction_id == identity).order_by(table.c.ordinal)).all()
        for row in found:
            for name in _COLUMNS:
                columns[name].append(getattr(row, name))
            columns["extraction"].append(index)
            texts.append(row.text)
            contexts.append(row.context)
        vectors, ordinals = load_vectors(connection, encoder, identity, dimension)
        if found and not len(vectors):
            raise EncoderMismatch(
                f"The library holds no vectors of the encoder {encoder}.",
                hint="Set GKB_ENCODER to the encoder that built it, or run `gkb reindex` to embed again.",
            )
        by_ordinal = {row.ordinal: start + offset for offset, row in enumerate(found)}
        parts.append(vectors)
        vector_rows += [by_ordinal[ordinal] for ordinal in ordinals]
    return Rows(
        columns=_as_arrays(columns),
        vectors=np.concatenate(parts),
        vector_row=np.asarray(vector_rows, dtype=np.int32),
        lexical=LexicalIndex.build(texts, contexts),
    )


_COLUMNS = ("ordinal", "page_first", "page_last", "recommendation", "kind", "language", "text_hash")


def _as_arrays(columns: dict[str, list[Any]]) -> dict[str, npt.NDArray[Any]]:
    arrays: dict[str, npt.NDArray[Any]] = {}
    for name, values in columns.items():
        if name in ("kind", "language", "text_hash"):
            arrays[name] = np.asarray(values, dtype=np.str_)
        else:
            arrays[name] = np.asarray([-1 if value is None else value for value in values], dtype=np.int32)
    return arrays


def snapshot_from_rows(key: str, extraction_ids: Sequence[str], rows: Rows) -> Snapshot:
    """A snapshot held in memory only, for when the disk cannot be written."""
    return Snapshot(
        key=key,
        extraction_ids=tuple(extraction_ids),
        vectors=rows.vectors,
        vector_row=rows.vector_row,
        lexical=rows.lexical,
        **rows.columns,
    )


def open_snapshot(path: Path) -> Snapshot:
    """Open and check a snapshot; raises SnapshotDamaged when anything is missing or was changed."""
    try:
        meta = json.loads((path / "meta.json").read_text(encoding="utf-8"))
        for name, known in meta["files"].items():
            if checksum(path / name) != known:
                raise SnapshotDamaged(f"{name} was changed")
        with np.load(path / "rows.npz", allow_pickle=False) as stored:
            columns = {name: stored[name] for name in stored.files}
        return Snapshot(
            key=path.name.removeprefix("snapshot-"),
            extraction_ids=tuple(meta["extraction_ids"]),
            vectors=np.load(path / "vectors.npy", mmap_mode="r", allow_pickle=False),
            vector_row=np.load(path / "vector_row.npy", allow_pickle=False),
            lexical=LexicalIndex.load(path / "lexical"),
            **columns,
        )
    except SnapshotDamaged:
        raise
    except KBError:
        raise
    except Exception as error:
        raise SnapshotDamaged(f"{type(error).__name__}: {error}") from error


def set_aside(path: Path) -> None:
    """Move a damaged snapshot or index out of the way, whoever else does so at the same time."""
    try:
        path.rename(path.with_name(f".damaged-{path.name}-{os.getpid()}"))
    except OSError:
        shutil.rmtree(path, ignore_errors=True)


def _drop_old(folder: Path, keep: Path) -> None:
    found = [path for path in folder.glob("snapshot-*") if path != keep]
    for path in sorted(found, key=lambda each: each.stat().st_mtime, reverse=True)[KEEP - 1 :]:
        shutil.rmtree(path, ignore_errors=True)  # readers that have it open keep their mapped files
    for path in folder.glob(".damaged-*"):
        shutil.rmtree(path, ignore_errors=True)
    for path in folder.glob(".building-*"):  # left by a process that was killed
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > ABANDONED_SECONDS:
                shutil.rmtree(path, ignore_errors=True)


def checksum(path: Path) -> int:
    """CRC-32 of a file."""
    value = 0
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            value = zlib.crc32(block, value)
    return value
