"""What the library holds, for lists and cards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kb.access import Verb, Who, allow
from kb.domain import Edition, Relation, Status
from kb.store.extractions import load_summary
from kb.store.ledger import Ledger
from kb.store.library import Library
from kb.store.registry import Act, reading
from kb.versions.status import in_force_interval, status, superseded_by


@dataclass(frozen=True, slots=True)
class EditionRow:
    """An edition with everything derived for a date."""

    edition: Edition
    status: Status | None
    in_force_from: date | None
    in_force_to: date | None
    superseded_by: str | None
    relations: tuple[Relation, ...]
    pages: int
    passages: int
    recommendations: int


@dataclass(frozen=True, slots=True)
class GuidelineRow:
    """A guideline with the editions that are in force on a date."""

    id: str
    title: str
    publisher: str
    language: str
    editions: tuple[str, ...]
    in_force: tuple[str, ...]


def list_acts(library: Library, *, edition: str | None = None, by: Who = "") -> list[Act]:
    """The history, of one edition if given: who did what, when and why."""
    allow(library.settings, by, Verb.AUDIT)
    return [act for act in library.acts() if edition in (None, act.edition_id)]


def list_editions(
    library: Library, *, guideline: str | None = None, as_of: date | None = None, known_at: datetime | None = None
) -> list[EditionRow]:
    """Editions by guideline, oldest first, with their status on a date (default today)."""
    ledger = library.ledger(known_at)
    chosen = [each for each in ledger.editions.values() if guideline in (None, each.guideline_id)]
    ordered = sorted(chosen, key=lambda each: (each.guideline_id, each.effective_on or each.issued_on, each.id))
    return edition_rows(library, ledger, ordered, as_of or date.today())


def edition_rows(library: Library, ledger: Ledger, editions: Sequence[Edition], as_of: date) -> list[EditionRow]:
    """Rows for these editions, in their order."""
    with reading(library.engine) as connection:
        summaries = {each.id: load_summary(connection, each.extraction_id) for each in editions}
    return [_row(ledger, edition, summaries[edition.id], as_of) for edition in editions]


def _row(ledger: Ledger, edition: Edition, summary: dict[str, Any], as_of: date) -> EditionRow:
    begin, end = in_force_interval(ledger, edition.id)
    relations = (*ledger.relations_from(edition.id), *ledger.relations_to(edition.id))
    return EditionRow(
        edition=edition,
        status=status(ledger, edition.id, as_of),
        in_force_from=begin,
        in_force_to=end,
        superseded_by=superseded_by(ledger, edition.id, as_of),
        relations=relations,
        pages=summary["pages"],
        passages=summary["passages"],
        recommendations=summary["recommendations"],
    )


def list_guidelines(library: Library, *, as_of: date | None = None) -> list[GuidelineRow]:
    """Guidelines with a published edition, by id; titled as their newest edition in force (or newest at all)."""
    families: dict[str, list[EditionRow]] = {}
    for row in list_editions(library, as_of=as_of):
        if row.status is not None:
            families.setdefault(row.edition.guideline_id, []).append(row)
    return [_guideline(identity, rows) for identity, rows in families.items()]


def newest_in_force(rows: Sequence[EditionRow]) -> EditionRow:
    """The edition that a guideline is titled by: its newest in force, or its newest at all; a draft names nothing."""
    return (_in_force(rows) or list(rows))[-1]


def _in_force(rows: Sequence[EditionRow]) -> list[EditionRow]:
    return [row for row in rows if row.status in (Status.IN_FORCE, Status.PARTIALLY_SUPERSEDED)]


def _guideline(identity: str, rows: Sequence[EditionRow]) -> GuidelineRow:
    current = _in_force(rows)
    face = newest_in_force(rows).edition
    return GuidelineRow(
        id=identity,
        title=face.title,
        publisher=face.publisher,
        language=face.language,
        editions=tuple(row.edition.id for row in rows),
        in_force=tuple(row.edition.id for row in current),
    )
