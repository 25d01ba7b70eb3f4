"""What an edition is worth on a date: pure functions of the ledger. Never `max(year)`, never stored.

Intervals are half-open. A date printed as a year or month starts on its first day; what it ends is certain only after
its last day, and in between both editions are shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from kb.dates import day_after_last, first_day, is_imprecise
from kb.domain import Edition, Kind, Relation, RelationState, RelationType, State, Status
from kb.store.ledger import Ledger

VISIBLE = (State.PUBLISHED, State.WITHDRAWN)
SAME_AS_ITS_SOURCE = (Kind.TRANSLATION, Kind.SUMMARY, Kind.DERIVATIVE)
NEVER_ALONE = (Kind.COMMENTARY, Kind.ERRATUM)
CURRENT = (Status.IN_FORCE, Status.PARTIALLY_SUPERSEDED)
NEVER_REPLACES = (Kind.DRAFT, Kind.COMMENTARY, Kind.ERRATUM)


@dataclass(frozen=True, slots=True)
class Effect:
    """A confirmed relation and when it begins to hold: possibly from `first`, certainly from `certain`."""

    relation: Relation
    first: date
    certain: date


def status(ledger: Ledger, edition_id: str, as_of: date) -> Status | None:
    """Status of an edition on a date; None unless it is published or withdrawn."""
    return _status(ledger, edition_id, as_of, frozenset())


def _status(ledger: Ledger, edition_id: str, as_of: date, seen: frozenset[str]) -> Status | None:
    edition = ledger.editions.get(edition_id)
    if edition is None or edition.state not in VISIBLE:
        return None
    if _is_withdrawn(ledger, edition, as_of):
        return Status.WITHDRAWN
    if edition.kind == Kind.DRAFT:
        return Status.DRAFT
    begin = begins_on(edition)
    if begin is not None and as_of < begin:
        return Status.NOT_YET_EFFECTIVE
    inherited = _status_of_source(ledger, edition, as_of, seen | {edition_id})
    if inherited is not None:
        return inherited
    if any(effect.certain <= as_of for effect in successions(ledger, edition_id)):
        return Status.SUPERSEDED
    if edition.valid_until and as_of >= day_after_last(edition.valid_until):
        return Status.EXPIRED
    if any(effect.certain <= as_of for effect in partial_successions(ledger, edition_id)):
        return Status.PARTIALLY_SUPERSEDED
    return Status.IN_FORCE


def _is_withdrawn(ledger: Ledger, edition: Edition, as_of: date) -> bool:
    if edition.state == State.WITHDRAWN and (not edition.withdrawn_on or first_day(edition.withdrawn_on) <= as_of):
        return True
    retractions = _effects(ledger, edition.id, RelationType.RETRACTS)
    return any(effect.first <= as_of for effect in retractions if not effect.relation.scope)


def _status_of_source(ledger: Ledger, edition: Edition, as_of: date, seen: frozenset[str]) -> Status | None:
    if edition.kind not in SAME_AS_ITS_SOURCE:
        return None
    for relation in ledger.relations_from(edition.id):
        if relation.state != RelationState.CONFIRMED:
            continue
        if relation.type in (RelationType.TRANSFORMS, RelationType.DERIVED_FROM):
            source = ledger.resolve(relation.target)
            if source is not None and source not in seen:
                found = _status(ledger, source, as_of, seen)
                if found is not None:
                    return found
    return None


def begins_on(edition: Edition) -> date | None:
    """First day on which an edition may hold; None when it carries no date."""
    stated = edition.effective_on or edition.issued_on
    return first_day(stated) if stated else None


def successions(ledger: Ledger, edition_id: str) -> list[Effect]:
    """Confirmed whole replacements of an edition, by editions that may replace it, earliest first."""
    effects = [effect for effect in _effects(ledger, edition_id, RelationType.REPLACES) if not effect.relation.scope]
    allowed = [effect for effect in effects if may_replace(ledger, effect.relation.source, edition_id)]
    return sorted(allowed, key=lambda effect: (effect.certain, effect.relation.id))


def partial_successions(ledger: Ledger, edition_id: str) -> list[Effect]:
    """Confirmed replacements and amendments of listed parts of an edition."""
    kinds = (RelationType.REPLACES, RelationType.AMENDS)
    return [effect for kind in kinds for effect in _effects(ledger, edition_id, kind) if effect.relation.scope]


def corrections(ledger: Ledger, edition_id: str, as_of: date) -> list[Relation]:
    """Confirmed corrections of an edition that hold on a date."""
    effects = _effects(ledger, edition_id, RelationType.CORRECTS)
    return [effect.relation for effect in effects if effect.first <= as_of]


def may_replace(ledger: Ledger, newer: str, older: str) -> bool:
    """Whether kind and dates of one edition allow it to replace the other as a whole.

    Drafts, commentaries and errata never do; translations, summaries and derivatives only one of their own kind; an
    edition issued earlier never does. The target may have come in after the relation, so this is asked at every fold.
    """
    new, old = ledger.editions[newer], ledger.editions[older]
    if new.kind in NEVER_REPLACES or is_issued_before(new, old):
        return False
    return new.kind not in SAME_AS_ITS_SOURCE or old.kind == new.kind


def is_issued_before(new: Edition, old: Edition) -> bool:
    """Whether one edition was certainly issued before the other."""
    return bool(new.issued_on and old.issued_on) and day_after_last(new.issued_on) <= first_day(old.issued_on)


def _effects(ledger: Ledger, edition_id: str, kind: RelationType) -> Iterator[Effect]:
    for relation in ledger.relations_to(edition_id):
        if relation.type == kind and relation.state == RelationState.CONFIRMED:
            effect = _effect(ledger, relation)
            if effect is not None:
                yield effect


def _effect(ledger: Ledger, relation: Relation) -> Effect | None:
    source = ledger.editions.get(relation.source)
    if source is None or source.state not in VISIBLE or source.kind == Kind.DRAFT:
        return None
    stated = relation.on or source.effective_on or source.issued_on
    if not stated:
        return Effect(relation, date.min, date.min)
    first = first_day(stated)
    if source.state == State.WITHDRAWN and source.withdrawn_on and first_day(source.withdrawn_on) <= first:
        return None  # withdrawn before it took effect: it never ended anything
    return Effect(relation, first, day_after_last(stated) if is_imprecise(stated) else first)


def superseded_by(ledger: Ledger, edition_id: str, as_of: date) -> str | None:
    """Edition id of the successor that holds on a date, or None."""
    for effect in successions(ledger, edition_id):
        if effect.certain <= as_of:
            return effect.relation.source
    return None


def in_force_interval(ledger: Ledger, edition_id: str) -> tuple[date | None, date | None]:
    """[from, to) in which an edition is in force as far as is recorded; to is None while it has no end."""
    edition = ledger.editions[edition_id]
    ends = [effect.certain for effect in successions(ledger, edition_id)]
    if edition.valid_until:
        ends.append(day_after_last(edition.valid_until))
    if edition.state == State.WITHDRAWN and edition.withdrawn_on:
        ends.append(first_day(edition.withdrawn_on))
    ends += [effect.first for effect in _effects(ledger, edition_id, RelationType.RETRACTS)]
    return begins_on(edition), min(ends) if ends else None


def lane(ledger: Ledger, as_of: date, *, all_editions: bool = False) -> dict[str, Status]:
    """Editions that may be shown on a date, with their status.

    By default those in force and what remains of partly superseded ones, without errata and commentaries, which never
    stand alone; with `all_editions` every published one.
    """
    shown = {}
    for edition_id, edition in ledger.editions.items():
        found = status(ledger, edition_id, as_of)
        if found is not None and (all_editions or (found in CURRENT and edition.kind not in NEVER_ALONE)):
            shown[edition_id] = found
    return shown


def imprecise_pairs(ledger: Ledger, as_of: date) -> list[tuple[str, str]]:
    """(older, newer) where the date lies inside the year or month in which the newer one took over."""
    pairs = []
    for edition_id in ledger.editions:
        for effect in successions(ledger, edition_id):
            if effect.first <= as_of < effect.certain:
                pairs.append((edition_id, effect.relation.source))
    return pairs


def conflicts_of_currency(ledger: Ledger, as_of: date) -> list[tuple[str, ...]]:
    """Groups of two or more full editions of one guideline, language and jurisdiction that are all in force."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for edition_id, found in lane(ledger, as_of).items():
        edition = ledger.editions[edition_id]
        if edition.kind == Kind.FULL and found in CURRENT:
            key = (edition.guideline_id, edition.language, edition.jurisdiction)
            groups.setdefault(key, []).append(edition_id)
    explained = {edition_id for pair in imprecise_pairs(ledger, as_of) for edition_id in pair}
    return [tuple(sorted(ids)) for ids in groups.values() if len(ids) > 1 and not set(ids) <= explained]
