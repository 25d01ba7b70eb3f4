"""A small library of invented guidelines in a real registry, made without a PDF: to search and answer in tests."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from sqlalchemy import insert

from kb.domain import Box, Extraction, LineSpan, PageText, Passage, Recommendation, RelationType
from kb.models.encoder import Window
from kb.settings import load_settings
from kb.store import schema
from kb.store.extractions import save_extraction
from kb.store.ledger import fold
from kb.store.library import Library, open_library
from kb.store.registry import ActKind, NewAct, append_acts, read_acts, writing
from kb.store.vectors import content_hash, save_vectors, save_windows
from kb.text import language_of
from kb.versions.change import ensure_guideline
from kb.versions.relate import propose_acts


@dataclass(frozen=True)
class Text:
    """A passage to be: its words, page and kind; lines of the text are lines of the page."""

    words: str
    page: int = 1
    kind: str = "text"
    context: str = ""
    number: str = ""  # of the recommendation it holds


@dataclass(frozen=True)
class Book:
    """An edition to be."""

    id: str
    texts: Sequence[Text]
    guideline: str = ""
    title: str = ""
    publisher: str = "Board of Examples"
    label: str = ""
    issued_on: str = "2024-01-01"
    kind: str = "full"
    jurisdiction: str = "US"
    replaces: tuple[tuple[str, tuple[str, ...]], ...] = ()  # (edition id, scope)
    corrects: tuple[str, ...] = ()
    abbreviations: tuple[tuple[str, str], ...] = ()  # as the guideline itself defines them
    more: dict[str, str] = field(default_factory=dict)  # further metadata


def make_library(home: Path, books: Sequence[Book]) -> Library:
    """Publish these editions in a new library and open it."""
    settings = load_settings(home=home)
    library = open_library(settings=settings, create=True)
    for book in books:
        _publish(library, book)
    for book in books:
        _relate(library, book)
    return library


def _publish(library: Library, book: Book) -> None:
    extraction = extraction_of(book)
    windows = [Window(passage.ordinal, f"{passage.context}\n{passage.text}".strip()) for passage in extraction.passages]
    vectors = [library.encoder.encode_query(window.text) for window in windows]
    contents = [content_hash(window.text) for window in windows]
    save_vectors(library.engine, library.encoder.name, contents, np.asarray(vectors, dtype=np.float32))
    guideline = book.guideline or book.id.split("@")[0]
    with writing(library.engine) as connection:
        source = {"sha256": extraction.sha256, "bytes": 1, "name": f"{book.id}.pdf"}
        connection.execute(insert(schema.source_files).values(**source, received_at="2024-01-01T00:00:00+00:00"))
        identity = save_extraction(connection, extraction)
        save_windows(connection, library.encoder.name, identity, windows)
        ensure_guideline(connection, guideline)
        connection.execute(insert(schema.editions).values(id=book.id, guideline_id=guideline))
        metadata = {
            "title": book.title or book.id,
            "publisher": book.publisher,
            "label": book.label,
            "kind": book.kind,
            "issued_on": book.issued_on,
            "language": language_of(book.texts[0].words) if book.texts else "en",
            "jurisdiction": book.jurisdiction,
            **book.more,
        }
        payload = {
            "guideline_id": guideline,
            "sha256": extraction.sha256,
            "extraction_id": identity,
            "file": f"{book.id}.pdf",
            "metadata": metadata,
        }
        acts = [NewAct(ActKind.STAGE, book.id, payload=payload), NewAct(ActKind.PUBLISH, book.id)]
        append_acts(connection, acts, by="tester", why="")


def _relate(library: Library, book: Book) -> None:
    claims = [(RelationType.REPLACES, target, scope) for target, scope in book.replaces]
    claims += [(RelationType.CORRECTS, target, ()) for target in book.corrects]
    for kind, target, scope in claims:
        with writing(library.engine) as connection:
            ledger = fold(read_acts(connection))
            acts = propose_acts(connection, ledger, kind=kind, source=book.id, target=target, scope=scope, confirm=True)
            append_acts(connection, acts, by="tester", why="")


def extraction_of(book: Book) -> Extraction:
    """What reading such a PDF would have given."""
    passages: list[Passage] = []
    recommendations: list[Recommendation] = []
    for ordinal, text in enumerate(book.texts):
        passages.append(_passage(ordinal, text, len(recommendations) if text.number else None))
        if text.number:
            recommendations.append(
                Recommendation(len(recommendations), text.number, text.words, (), text.page, text.page)
            )
    numbers = sorted({text.page for text in book.texts})
    pages = tuple(
        PageText(number, f"p{number}", 595, 842, "\n".join(t.words for t in book.texts if t.page == number))
        for number in numbers
    )
    sha = hashlib.sha256(book.id.encode()).hexdigest()
    return Extraction(
        sha, "test-1", pages, (), tuple(recommendations), tuple(passages), abbreviations=book.abbreviations
    )


def _passage(ordinal: int, text: Text, recommendation: int | None) -> Passage:
    lines, start = [], 0
    for number, line in enumerate(text.words.split("\n")):
        box = Box(text.page, 0.1, 0.1 + 0.02 * number, 0.9, 0.12 + 0.02 * number)
        lines.append(LineSpan(start, start + len(line), box))
        start += len(line) + 1
    return Passage(
        ordinal=ordinal,
        text=text.words,
        context=text.context,
        kind="recommendation" if text.number else text.kind,
        language=language_of(text.words),
        section=tuple(text.context.split(" > ")) if text.context else (),
        page_first=text.page,
        page_last=text.page,
        lines=tuple(lines),
        recommendation=recommendation,
    )


def retitled(book: Book, **changes: object) -> Book:
    """A copy of a book with some fields changed."""
    return replace(book, **changes)  # type: ignore[arg-type]
