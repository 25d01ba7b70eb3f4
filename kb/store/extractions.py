"""Keeping what was read from a PDF: rows in, nouns out. An extraction is written once and never changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from kb.domain import Box, Extraction, LineSpan, PageText, Passage, Proposal, Recommendation, Section
from kb.store import schema

IN_CHUNK = 500  # SQLite limits the number of bound parameters


def extraction_id(sha256: str, reader: str) -> str:
    """Stable id of one reading of one file."""
    return "x-" + hashlib.sha256(f"{sha256}|{reader}".encode()).hexdigest()[:16]


def text_hash(text: str) -> str:
    """The part of a passage id that follows its words."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def passage_id(edition_id: str, ordinal: int, digest: str) -> str:
    """Id of a passage of an edition; survives a change of encoder, not of words."""
    return f"{edition_id}#{ordinal:04d}-{digest}"


def has_extraction(connection: Connection, identity: str) -> bool:
    """Whether this reading is stored."""
    return connection.execute(select(schema.extractions.c.id).filter_by(id=identity)).first() is not None


def save_extraction(connection: Connection, extraction: Extraction) -> str:
    """Store an extraction inside a write transaction unless it is there; returns its id."""
    identity = extraction_id(extraction.sha256, extraction.reader)
    if has_extraction(connection, identity):
        return identity
    summary = {
        "coverage": extraction.coverage,
        "warnings": extraction.warnings,
        "abbreviations": extraction.abbreviations,
        "proposals": {key: asdict(proposal) for key, proposal in extraction.proposals.items()},
        "pages": len(extraction.pages),
        "passages": len(extraction.passages),
        "recommendations": len(extraction.recommendations),
    }
    row = {"id": identity, "sha256": extraction.sha256, "reader": extraction.reader, "summary": _dump(summary)}
    connection.execute(insert(schema.extractions).values(row))
    _insert(connection, schema.pages, (_page_row(identity, page) for page in extraction.pages))
    _insert(connection, schema.sections, ({"extraction_id": identity, **asdict(each)} for each in extraction.sections))
    _insert(
        connection,
        schema.recommendations,
        (
            {"extraction_id": identity, "ordinal": each.ordinal, "body": _dump(asdict(each))}
            for each in extraction.recommendations
        ),
    )
    _insert(connection, schema.passages, (_passage_row(identity, each) for each in extraction.passages))
    return identity


def _insert(connection: Connection, table: Any, rows: Iterable[dict[str, Any]]) -> None:
    values = list(rows)
    if values:
        connection.execute(insert(table), values)


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _page_row(identity: str, page: PageText) -> dict[str, Any]:
    notes = {"doubts": page.doubts, "hidden": page.hidden, "repairs": page.repairs}
    return {
        "extraction_id": identity,
        "number": page.number,
        "label": page.label,
        "width": page.width,
        "height": page.height,
        "text": page.text,
        "notes": _dump(notes),
    }


def _passage_row(identity: str, passage: Passage) -> dict[str, Any]:
    spans = [
        [
            span.start,
            span.end,
            span.box.page,
            *(round(edge, 4) for edge in (span.box.x0, span.box.y0, span.box.x1, span.box.y1)),
        ]
        for span in passage.lines
    ]
    return {
        "extraction_id": identity,
        "ordinal": passage.ordinal,
        "text": passage.text,
        "context": passage.context,
        "kind": passage.kind,
        "language": passage.language,
        "section": _dump(passage.section),
        "page_first": passage.page_first,
        "page_last": passage.page_last,
        "lines": _dump(spans),
        "recommendation": passage.recommendation,
        "text_hash": text_hash(passage.text),
    }


def load_passages(connection: Connection, identity: str, ordinals: Sequence[int] | None = None) -> list[Passage]:
    """Passages of an extraction in document order; all, or those with the given ordinals."""
    table = schema.passages
    query = select(table).where(table.c.extraction_id == identity).order_by(table.c.ordinal)
    if ordinals is None:
        return [_passage(row) for row in connection.execute(query)]
    found: list[Passage] = []
    wanted = sorted(set(ordinals))
    for start in range(0, len(wanted), IN_CHUNK):
        part = query.where(table.c.ordinal.in_(wanted[start : start + IN_CHUNK]))
        found += [_passage(row) for row in connection.execute(part)]
    return found


def _passage(row: Row[Any]) -> Passage:
    return Passage(
        ordinal=row.ordinal,
        text=row.text,
        context=row.context,
        kind=row.kind,
        language=row.language,
        section=tuple(json.loads(row.section)),
        page_first=row.page_first,
        page_last=row.page_last,
        lines=tuple(LineSpan(start, end, Box(page, *edges)) for start, end, page, *edges in json.loads(row.lines)),
        recommendation=row.recommendation,
    )


def load_recommendations(connection: Connection, identity: str) -> list[Recommendation]:
    """Recommendations of an extraction in document order."""
    table = schema.recommendations
    query = select(table.c.body).where(table.c.extraction_id == identity).order_by(table.c.ordinal)
    return [_recommendation(json.loads(row.body)) for row in connection.execute(query)]


def load_recommendation(connection: Connection, identity: str, ordinal: int) -> Recommendation | None:
    """One recommendation, or None."""
    table = schema.recommendations
    query = select(table.c.body).where(table.c.extraction_id == identity, table.c.ordinal == ordinal)
    row = connection.execute(query).first()
    return None if row is None else _recommendation(json.loads(row.body))


def _recommendation(body: dict[str, Any]) -> Recommendation:
    boxes = tuple(Box(**box) for box in body.pop("boxes"))
    section = tuple(body.pop("section"))
    return Recommendation(**body, section=section, boxes=boxes)


def load_pages(connection: Connection, identity: str) -> list[PageText]:
    """Pages of an extraction in order."""
    table = schema.pages
    query = select(table).where(table.c.extraction_id == identity).order_by(table.c.number)
    return [_page(row) for row in connection.execute(query)]


def load_page(connection: Connection, identity: str, number: int) -> PageText | None:
    """One page, or None."""
    table = schema.pages
    row = connection.execute(select(table).where(table.c.extraction_id == identity, table.c.number == number)).first()
    return None if row is None else _page(row)


def _page(row: Row[Any]) -> PageText:
    notes = {key: tuple(value) for key, value in json.loads(row.notes).items()}
    return PageText(row.number, row.label, row.width, row.height, row.text, **notes)


def load_sections(connection: Connection, identity: str) -> list[Section]:
    """Sections of an extraction in document order."""
    table = schema.sections
    query = select(table).where(table.c.extraction_id == identity).order_by(table.c.ordinal)
    return [
        Section(row.ordinal, row.title, row.level, row.page, row.parent, row.role) for row in connection.execute(query)
    ]


def load_summary(connection: Connection, identity: str) -> dict[str, Any]:
    """Counts, coverage, warnings, abbreviations and metadata proposals of an extraction."""
    raw = connection.execute(select(schema.extractions.c.summary).filter_by(id=identity)).scalar_one()
    summary: dict[str, Any] = json.loads(raw)
    summary["proposals"] = {key: proposal_from(value) for key, value in summary["proposals"].items()}
    return summary


def load_abbreviations(connection: Connection, identities: Sequence[str]) -> set[tuple[str, str]]:
    """(short, long) as the guidelines of these extractions define them."""
    query = select(schema.extractions.c.summary).where(schema.extractions.c.id.in_(identities))
    pairs = (pair for raw in connection.execute(query).scalars() for pair in json.loads(raw)["abbreviations"])
    return {(short, long) for short, long in pairs}


def proposal_from(fields: dict[str, Any]) -> Proposal:
    """A Proposal from its JSON form."""
    value = fields["value"]
    return Proposal(**{**fields, "value": tuple(value) if isinstance(value, list) else value})
