"""What a question is asked of: the editions that may be shown, and the passage rows that this leaves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from kb.domain import Edition, Filters, Status
from kb.publishers import same_publisher
from kb.retrieval.names import Mention, find_mentions
from kb.store.ledger import Ledger
from kb.store.library import Library, View
from kb.store.snapshot import Snapshot
from kb.versions.status import lane, partial_successions, status

Mask = npt.NDArray[np.bool_]
INTERNATIONAL = "INT"
NAMES_ONE = 0.5  # strength and title of a mention from which a question is about that document


@dataclass(frozen=True, slots=True)
class Scope:
    """Editions that may be shown, with their status, and why."""

    as_of: date
    statuses: dict[str, Status]  # by edition id
    rows: Mask  # (N,) passages that may be shown
    mentions: dict[str, Mention]  # how the question refers to editions
    widened: tuple[str, ...] = ()  # edition ids that are here only because the question names them
    notes: tuple[str, ...] = ()
    absent: str = ""  # what to say where the question names an edition that the library does not hold
    named: tuple[str, ...] = ()  # edition ids that the question names, where others of their guideline are hidden


def open_scope(library: Library, view: View, question: str, filters: Filters, *, widen: bool = True) -> Scope:
    """Decide what may be shown for a question; filters fail closed."""
    as_of = filters.as_of or date.today()
    known = {key: found for key in view.ledger.editions if (found := status(view.ledger, key, as_of)) is not None}
    eligible = {key: found for key, found in known.items() if passes(view.ledger.editions[key], filters)}
    mentions = find_mentions(question, [view.ledger.editions[key] for key in eligible])
    current = lane(view.ledger, as_of, all_editions=filters.all_editions)
    shown = {key: found for key, found in eligible.items() if key in current}
    widened = [key for key in eligible if key not in shown and key in mentions and mentions[key].is_specific]
    if widen and not filters.all_editions:
        shown |= {key: eligible[key] for key in widened}
    else:
        widened = []
    rows = rows_of(view.snapshot, [view.ledger.editions[key] for key in shown])
    if not filters.all_editions:
        hide_replaced_parts(library, view, shown, as_of, rows)
    notes = tuple(_note(view.ledger.editions[key], eligible[key]) for key in widened)
    return Scope(as_of, shown, rows, mentions, tuple(widened), notes)


def passes(edition: Edition, filters: Filters) -> bool:
    """Whether an edition meets every filter that is set."""
    return all(
        (
            filters.guideline is None or edition.guideline_id == filters.guideline,
            filters.publisher is None or same_publisher(edition.publisher, filters.publisher),
            filters.jurisdiction is None or edition.jurisdiction in (filters.jurisdiction, INTERNATIONAL),
            filters.language is None or edition.language == filters.language,
            filters.file is None or edition.file == filters.file,
        )
    )


def rows_of(snapshot: Snapshot, editions: Iterable[Edition]) -> Mask:
    """Passage rows of these editions, as a mask over the snapshot."""
    wanted = {edition.extraction_id for edition in editions}
    chosen = np.array([identity in wanted for identity in snapshot.extraction_ids], dtype=np.bool_)
    return chosen[snapshot.extraction] if len(chosen) else np.zeros(snapshot.size, dtype=np.bool_)


def hide_replaced_parts(library: Library, view: View, shown: dict[str, Status], as_of: date, rows: Mask) -> None:
    """Take out of `rows` the passages of partially superseded editions that were replaced."""
    for edition_id, found in shown.items():
        if found == Status.PARTIALLY_SUPERSEDED:
            rows[replaced_rows(library, view, edition_id, as_of)] = False


def replaced_rows(library: Library, view: View, edition_id: str, as_of: date) -> npt.NDArray[np.intp]:
    """Rows of an edition that a confirmed partial replacement has ended."""
    identity = view.ledger.editions[edition_id].extraction_id
    found = [
        library.rows_where(view.snapshot, identity, library.scoped_ordinals(relation.id, identity, relation.scope))
        for relation in (e.relation for e in partial_successions(view.ledger, edition_id) if e.certain <= as_of)
    ]
    return np.concatenate(found) if found else np.empty(0, dtype=np.intp)


def _note(edition: Edition, found: Status) -> str:
    name = f"{edition.publisher} {edition.label}".strip()
    return f"The question names {name} ({found.value.replace('_', ' ')}); it is searched too."


def as_history(filters: Filters) -> Filters:
    """The same filters over every published edition."""
    return replace(filters, all_editions=True)


def shown_mentions(scope: Scope) -> Scope:
    """The scope without mentions of editions that it does not show: a year in the question named its day."""
    return replace(scope, mentions={key: found for key, found in scope.mentions.items() if key in scope.statuses})


def rows_of_named(view: View, scope: Scope) -> Mask | None:
    """Rows of the editions that a question names most clearly; None where it names none."""
    clear = {key: each.strength + each.title for key, each in scope.mentions.items() if key in scope.statuses}
    most = max(clear.values(), default=0.0)
    if most < NAMES_ONE:
        return None
    named = [view.ledger.editions[key] for key, strength in clear.items() if strength == most]
    return rows_of(view.snapshot, named) & scope.rows


def named_edition(ledger: Ledger, scope: Scope) -> str | None:
    """The one edition that the question names, if it names one."""
    if scope.named:
        return scope.named[0] if len(scope.named) == 1 else None
    named = [key for key, mention in scope.mentions.items() if mention.is_specific and key in ledger.editions]
    strongest = max((scope.mentions[key].strength for key in named), default=0.0)
    best = [key for key in named if scope.mentions[key].strength == strongest]
    return best[0] if len(best) == 1 else None
