"""Vectors in the registry, addressed by what was embedded: never twice, never lost, never mixed between encoders."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np
from sqlalchemy import Connection, Engine, func, insert, select

from kb.models.encoder import Vectors, Window
from kb.store import schema
from kb.store.registry import writing

CHUNK = 500


def content_hash(text: str) -> str:
    """Address of an embedded text."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def known_contents(connection: Connection, encoder: str, contents: Iterable[str]) -> set[str]:
    """Which of these texts have a vector of this encoder."""
    wanted = sorted(set(contents))
    table = schema.vectors
    found: set[str] = set()
    for start in range(0, len(wanted), CHUNK):
        query = select(table.c.content).where(
            table.c.encoder == encoder, table.c.content.in_(wanted[start : start + CHUNK])
        )
        found.update(connection.execute(query).scalars())
    return found


def save_vectors(engine: Engine, encoder: str, contents: Sequence[str], vectors: Vectors) -> None:
    """Keep a batch of vectors in a transaction of its own, so that an interrupted run goes on from here."""
    rows = {
        content: {"encoder": encoder, "content": content, "data": np.asarray(vector, dtype="<f4").tobytes()}
        for content, vector in zip(contents, vectors, strict=True)
    }
    if not rows:
        return
    with writing(engine) as connection:
        missing = set(rows) - known_contents(connection, encoder, rows)
        if missing:
            connection.execute(insert(schema.vectors), [rows[content] for content in sorted(missing)])


def save_windows(connection: Connection, encoder: str, extraction_id: str, windows: Sequence[Window]) -> None:
    """Record which vectors cover which passage of an extraction, unless recorded."""
    table = schema.windows
    if has_windows(connection, encoder, extraction_id):
        return
    rows = [
        {
            "encoder": encoder,
            "extraction_id": extraction_id,
            "part": part,
            "ordinal": window.ordinal,
            "content": content_hash(window.text),
        }
        for part, window in enumerate(windows)
    ]
    if rows:
        connection.execute(insert(table), rows)


def has_windows(connection: Connection, encoder: str, extraction_id: str) -> bool:
    """Whether an extraction is embedded by this encoder."""
    table = schema.windows
    query = select(table.c.part).where(table.c.encoder == encoder, table.c.extraction_id == extraction_id).limit(1)
    return connection.execute(query).first() is not None


def count_windows(connection: Connection, encoder: str, extraction_ids: Sequence[str]) -> int:
    """Number of windows of this encoder over these extractions."""
    table = schema.windows
    query = (
        select(table.c.extraction_id, func.count()).where(table.c.encoder == encoder).group_by(table.c.extraction_id)
    )
    counts: dict[str, int] = {row[0]: int(row[1]) for row in connection.execute(query)}
    return sum(counts.get(identity, 0) for identity in extraction_ids)


def load_vectors(connection: Connection, encoder: str, extraction_id: str, dimension: int) -> tuple[Vectors, list[int]]:
    """Vectors (n, dimension) of an extraction in order, and the passage ordinal of each."""
    windows, vectors = schema.windows, schema.vectors
    query = (
        select(windows.c.ordinal, vectors.c.data)
        .join(vectors, (vectors.c.encoder == windows.c.encoder) & (vectors.c.content == windows.c.content))
        .where(windows.c.encoder == encoder, windows.c.extraction_id == extraction_id)
        .order_by(windows.c.part)
    )
    rows = connection.execute(query).all()
    data = np.frombuffer(b"".join(row.data for row in rows), dtype="<f4").reshape(-1, dimension)
    return data, [row.ordinal for row in rows]
