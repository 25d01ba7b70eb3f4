"""What a librarian's act would change, before it is done: which editions get another status, and from which day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from kb.domain import Relation, RelationState, RelationType, State, Status
from kb.store.ledger import Ledger, metadata_fields
from kb.versions.status import conflicts_of_currency, in_force_interval, status


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One edition whose status or interval would change."""

    edition_id: str
    before: Status | None  # on the day looked at
    after: Status | None
    begins: date | None  # in force from, after the act
    ends: date | None  # in force to (exclusive), after the act


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything that publishing an edition, with a relation or without, would change."""

    changes: tuple[StatusChange, ...]
    conflicts: tuple[tuple[str, ...], ...]  # groups of editions of one guideline that would be in force side by side


def preview_publishing(
    ledger: Ledger,
    edition_id: str,
    *,
    fields: Mapping[str, Any] | None = None,
    kind: RelationType = RelationType.REPLACES,
    older: str = "",
    as_of: date | None = None,
) -> Preview:
    """What publishing an edition with these fields, related to `older` ("" for none), would change on a day (today).

    `fields` are in stored form (`clean_fields`). Nothing is written.
    """
    day = as_of or date.today()
    after = _after(ledger, edition_id, fields or {}, kind, older)
    seen = {edition_id, *ledger.editions}
    changes = []
    for each in sorted(seen, key=lambda key: key != edition_id):
        old, new = _standing(ledger, each, day), _standing(after, each, day)
        if old != new:
            changes.append(StatusChange(each, old[0], new[0], new[1], new[2]))
    known = set(conflicts_of_currency(ledger, day))
    conflicts = tuple(group for group in conflicts_of_currency(after, day) if group not in known)
    return Preview(tuple(changes), conflicts)


def _standing(ledger: Ledger, edition_id: str, day: date) -> tuple[Status | None, date | None, date | None]:
    found = status(ledger, edition_id, day)
    if found is None:
        return None, None, None
    return found, *in_force_interval(ledger, edition_id)


def _after(ledger: Ledger, edition_id: str, fields: Mapping[str, Any], kind: RelationType, older: str) -> Ledger:
    """The ledger as it would be."""
    published = replace(ledger.editions[edition_id], state=State.PUBLISHED, **metadata_fields(dict(fields)))
    relations = dict(ledger.relations)
    if older:
        at = datetime.now(UTC)
        relations["preview"] = Relation(
            "preview", kind, edition_id, older, (), RelationState.CONFIRMED, "", "", "preview", at
        )
    return replace(ledger, editions={**ledger.editions, edition_id: published}, relations=relations)
