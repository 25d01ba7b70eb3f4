"""From what was read to what can be seen: stage it unseen, then one transaction in which editions appear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from ingest.identity import edition_id, guideline_slug
from ingest.intake import SourceFile
from ingest.manifest import ManifestRow
from kb.domain import Edition, Extraction, Proposal, Relation, RelationState, RelationType, State
from kb.errors import UsageError
from kb.models.encoder import Window
from kb.store import schema
from kb.store.extractions import save_extraction
from kb.store.ledger import Ledger, fold, reversed_acts, stage_edition
from kb.store.library import Library
from kb.store.registry import Act, ActKind, NewAct, append_acts, read_acts, writing
from kb.store.vectors import save_windows
from kb.versions.change import REQUIRED, ensure_guideline, missing_fields
from kb.versions.relate import check_relation, propose_acts

PROPOSAL_FIELDS = {
    "title": "title",
    "publisher": "publisher",
    "edition_label": "label",
    "issued_on": "issued_on",
    "effective_on": "effective_on",
    "valid_until": "valid_until",
    "last_updated_on": "last_updated_on",
    "next_review_on": "next_review_on",
    "kind": "kind",
    "language": "language",
    "jurisdiction": "jurisdiction",
    "identifiers": "identifiers",
    "archived": "archived",
}


@dataclass(frozen=True, slots=True)
class Arrival:
    """One file that is ready to become (or update) an edition."""

    source: SourceFile
    extraction_id: str
    proposals: Mapping[str, Proposal]
    row: ManifestRow | None
    publish: bool  # --publish was given


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file."""

    status: str  # published | in_review | updated | unchanged
    edition_id: str
    guideline_id: str
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Batch:
    """Acts gathered for one transaction, with the ledger they will lead to as far as ids are concerned."""

    ledger: Ledger
    taken: set[str]
    acts: list[NewAct] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)


def keep_source(library: Library, source: SourceFile) -> None:
    """Record a source file unless it is known."""
    table = schema.source_files
    with writing(library.engine) as connection:
        if connection.execute(select(table.c.sha256).where(table.c.sha256 == source.sha256)).first() is None:
            row = {"sha256": source.sha256, "bytes": source.bytes, "name": source.name}
            connection.execute(insert(table).values(**row, received_at=datetime.now(UTC).isoformat()))


def stage(library: Library, extraction: Extraction, windows: Sequence[Window]) -> str:
    """Store an extraction and its windows, unseen by readers; returns its id."""
    with writing(library.engine) as connection:
        identity = save_extraction(connection, extraction)
        save_windows(connection, library.encoder.name, identity, windows)
    return identity


def will_publish(arrival: Arrival) -> bool:
    """Whether an arrival asks to be published (it still needs the required fields)."""
    if arrival.row is not None and arrival.row.publish is not None:
        return arrival.row.publish
    return arrival.publish or arrival.row is not None


def appear(library: Library, arrivals: Sequence[Arrival], *, by: str, why: str) -> list[Outcome]:
    """Record all arrivals in one transaction: editions staged, confirmed, published, related; outcomes in order."""
    with writing(library.engine) as connection:
        ledger = fold(read_acts(connection))
        batch = _Batch(ledger, set(ledger.editions))
        for arrival in arrivals:
            _arrive(connection, batch, arrival)
        for arrival, outcome in zip(arrivals, batch.outcomes, strict=True):
            _relate(connection, batch, arrival, outcome.edition_id)
        if batch.acts:
            append_acts(connection, batch.acts, by=by, why=why)
        return _confirm_relations(connection, arrivals, batch, by=by, why=why)


def metadata_of(arrival: Arrival) -> dict[str, Any]:
    """Metadata of a new edition: what was read, overruled by the manifest."""
    found: dict[str, Any] = {}
    for key, name in PROPOSAL_FIELDS.items():
        if key in arrival.proposals:
            value = arrival.proposals[key].value
            found[name] = list(value) if isinstance(value, tuple) else value
    return {**found, **(row_metadata(arrival.row) if arrival.row else {})}


def row_metadata(row: ManifestRow) -> dict[str, Any]:
    """The metadata fields that a manifest row states."""
    stated = {
        "title": row.title,
        "publisher": row.publisher,
        "label": row.edition_label,
        "issued_on": row.issued_on,
        "effective_on": row.effective_on,
        "valid_until": row.valid_until,
        "last_updated_on": row.last_updated_on,
        "next_review_on": row.next_review_on,
        "kind": str(row.kind) if row.kind else "",
        "language": row.language,
        "jurisdiction": row.jurisdiction,
        "identifiers": list(row.identifiers),
        "licence": row.licence,
        "source_url": row.source_url,
    }
    return {name: value for name, value in stated.items() if value}


def edition_of_file(ledger: Ledger, sha256: str) -> Edition | None:
    """The edition that has this file (or waits to take it), if any."""
    for edition in ledger.editions.values():
        if edition.sha256 == sha256:
            return edition
    waiting = (identity for identity, pending in ledger.pending_files.items() if pending.sha256 == sha256)
    return next((ledger.editions[identity] for identity in waiting), None)


def _arrive(connection: Connection, batch: _Batch, arrival: Arrival) -> None:
    known = edition_of_file(batch.ledger, arrival.source.sha256)
    if known is not None:
        batch.outcomes.append(_update(batch, arrival, known))
        return
    metadata = metadata_of(arrival)
    row = arrival.row
    guideline_id = (row.guideline_id if row else "") or guideline_slug(metadata.get("title") or arrival.source.name)
    wanted = row.edition_id if row and row.edition_id else ""
    same = _same_edition(batch.ledger, arrival, guideline_id, wanted, metadata)
    if same is not None:
        batch.outcomes.append(_attach(batch, arrival, same))
        return
    kind = metadata.get("kind") or "full"
    identity = wanted or edition_id(guideline_id, metadata.get("issued_on", ""), kind, batch.taken)
    if identity in batch.taken:
        raise UsageError(f"The edition id {identity!r} is given twice.", hint="Correct edition_id in the manifest.")
    batch.taken.add(identity)
    batch.outcomes.append(_stage_edition(connection, batch, arrival, identity, guideline_id, metadata))


def _same_edition(
    ledger: Ledger, arrival: Arrival, guideline_id: str, wanted: str, metadata: Mapping[str, Any]
) -> Edition | None:
    """The stored edition that other bytes of the same manifest row belong to."""
    if wanted:
        return ledger.editions.get(wanted)
    if arrival.row is None:
        return None
    for edition in ledger.editions.values():
        same_file = edition.file == arrival.source.name and edition.guideline_id == guideline_id
        if same_file and edition.issued_on == metadata.get("issued_on", ""):
            return edition
    return None


def _stage_edition(
    connection: Connection,
    batch: _Batch,
    arrival: Arrival,
    identity: str,
    guideline_id: str,
    metadata: dict[str, Any],
) -> Outcome:
    ensure_guideline(connection, guideline_id)
    connection.execute(insert(schema.editions).values(id=identity, guideline_id=guideline_id))
    payload = {
        "guideline_id": guideline_id,
        "sha256": arrival.source.sha256,
        "extraction_id": arrival.extraction_id,
        "file": arrival.source.name,
        "metadata": metadata,
    }
    batch.acts.append(NewAct(ActKind.STAGE, identity, payload=payload))
    edition = stage_edition(identity, payload)
    batch.ledger.editions[identity] = edition
    missing = missing_fields(edition)
    if not will_publish(arrival):
        return Outcome("in_review", identity, guideline_id)
    if missing:
        return Outcome("in_review", identity, guideline_id, (f"not published: {', '.join(missing)} not known",))
    batch.acts += _publish_acts(arrival, identity)
    return Outcome("published", identity, guideline_id)


def _publish_acts(arrival: Arrival, identity: str) -> list[NewAct]:
    acts = [NewAct(ActKind.PUBLISH, identity)]
    if arrival.row is not None and arrival.row.withdrawn_on:
        acts.append(NewAct(ActKind.WITHDRAW, identity, payload={"withdrawn_on": arrival.row.withdrawn_on}))
    return acts


def _attach(batch: _Batch, arrival: Arrival, edition: Edition) -> Outcome:
    payload = {
        "sha256": arrival.source.sha256,
        "extraction_id": arrival.extraction_id,
        "file": arrival.source.name,
    }
    batch.acts.append(NewAct(ActKind.ATTACH, edition.id, payload=payload))
    note = f"other bytes for {edition.id}: they replace its file when a person publishes them"
    return Outcome("in_review", edition.id, edition.guideline_id, (note,))


def _update(batch: _Batch, arrival: Arrival, edition: Edition) -> Outcome:
    """Same bytes again: take over what a changed manifest row states, publish if it asks for it."""
    before = len(batch.acts)
    if arrival.row is not None:
        stated = row_metadata(arrival.row)
        changed = {name: value for name, value in stated.items() if not _same_value(getattr(edition, name), value)}
        if changed:
            batch.acts.append(NewAct(ActKind.SET, edition.id, payload=changed))
    else:
        changed = {}
    known = {name: changed.get(name, getattr(edition, name)) for name in REQUIRED}
    if edition.state == State.IN_REVIEW and will_publish(arrival) and all(known.values()):
        batch.acts += _publish_acts(arrival, edition.id)
    elif arrival.row is not None and arrival.row.withdrawn_on and edition.state == State.PUBLISHED:
        payload = {"withdrawn_on": arrival.row.withdrawn_on}
        batch.acts.append(NewAct(ActKind.WITHDRAW, edition.id, payload=payload))
    status = "updated" if len(batch.acts) > before else "unchanged"
    notes = (f"{edition.id} is {edition.state}",) if edition.state != State.PUBLISHED else ()
    return Outcome(status, edition.id, edition.guideline_id, notes)


def _same_value(stored: Any, stated: Any) -> bool:
    return list(stored) == list(stated) if isinstance(stored, tuple) else str(stored) == str(stated)


def _relate(connection: Connection, batch: _Batch, arrival: Arrival, source: str) -> None:
    """Record every relation as proposed: those that were read, and those that the manifest states."""
    named = arrival.proposals.get("replaces")
    if named is not None and not (arrival.row and arrival.row.relations):
        targets = named.value if isinstance(named.value, tuple) else (named.value,)
        for target in targets:
            batch.acts += propose_acts(
                connection,
                batch.ledger,
                kind=RelationType.REPLACES,
                source=source,
                target=target,
                evidence=named.snippet,
            )
    if arrival.row is not None:
        for kind, reference in arrival.row.relations:
            batch.acts += propose_acts(
                connection, batch.ledger, kind=kind, source=source, target=reference.target, scope=reference.scope
            )


def _confirm_relations(
    connection: Connection, arrivals: Sequence[Arrival], batch: _Batch, *, by: str, why: str
) -> list[Outcome]:
    """Confirm what the manifest states, rule by rule; a relation that breaks a rule stays proposed and is named."""
    ledger = fold(read_acts(connection))
    acts: list[NewAct] = []
    outcomes = []
    for arrival, outcome in zip(arrivals, batch.outcomes, strict=True):
        notes = list(outcome.notes)
        before = len(acts)
        for kind, reference in arrival.row.relations if arrival.row else ():
            target = ledger.resolve(reference.target)
            try:
                if target is not None:
                    check_relation(connection, ledger, kind, outcome.edition_id, target, reference.scope)
            except UsageError as error:
                notes.append(f"{kind} {reference.target} stays proposed: {error.message}")
                continue
            acts += propose_acts(
                connection,
                ledger,
                kind=kind,
                source=outcome.edition_id,
                target=reference.target,
                scope=reference.scope,
                confirm=True,
            )
        status = "updated" if outcome.status == "unchanged" and len(acts) > before else outcome.status
        reopened, why_not = _reopen_relations(connection, ledger, outcome)
        acts += reopened
        notes += why_not
        outcomes.append(Outcome(status, outcome.edition_id, outcome.guideline_id, tuple(notes)))
    if acts:
        append_acts(connection, acts, by=by, why=why)
    return outcomes


def _reopen_relations(connection: Connection, ledger: Ledger, outcome: Outcome) -> tuple[list[NewAct], list[str]]:
    """Relations that were confirmed before this edition came in and now turn out to break a rule: proposed again.

    So the order in which two editions come in makes no difference.
    """
    acts, notes = [], []
    for relation in ledger.relations_to(outcome.edition_id):
        if relation.state != RelationState.CONFIRMED:
            continue
        try:
            check_relation(
                connection, ledger, relation.type, relation.source, outcome.edition_id, relation.scope, relation.on
            )
        except UsageError as error:
            acts += _undo_confirmations(read_acts(connection), relation)
            notes.append(f"{relation.source} {relation.type} this stays proposed: {error.message}")
    return acts, notes


def _undo_confirmations(acts: Sequence[Act], relation: Relation) -> list[NewAct]:
    undone = reversed_acts(acts)
    numbers = [
        act.seq
        for act in acts
        if act.relation_id == relation.id and act.kind == ActKind.CONFIRM and act.seq not in undone
    ]
    return [NewAct(ActKind.UNDO, relation.source, relation.id, reverses=number) for number in numbers]
