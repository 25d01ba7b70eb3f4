"""The fold: acts in, what every edition and relation is by then out. No clock, no store, no side effect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from kb.domain import Edition, Kind, Relation, RelationState, RelationType, State
from kb.store.registry import Act, ActKind
from kb.text import squeeze

EDITABLE = (
    "title", "publisher", "label", "kind", "issued_on", "effective_on", "valid_until", "last_updated_on",
    "next_review_on", "language", "jurisdiction", "identifiers", "licence", "source_url", "withdrawn_on", "archived",
    "guideline_id",
)  # fmt: skip

STATE_AFTER = {
    ActKind.PUBLISH: State.PUBLISHED,
    ActKind.REJECT: State.REJECTED,
    ActKind.WITHDRAW: State.WITHDRAWN,
    ActKind.ENTER_IN_ERROR: State.ENTERED_IN_ERROR,
}

# Coming in is a fact; only what a person decided can be taken back.
REVERSIBLE = frozenset(
    {
        ActKind.SET,
        ActKind.PUBLISH,
        ActKind.REJECT,
        ActKind.WITHDRAW,
        ActKind.ENTER_IN_ERROR,
        ActKind.CONFIRM,
        ActKind.DECLINE,
        ActKind.ACCEPT_FILE,
        ActKind.UNDO,
    }
)


@dataclass(frozen=True, slots=True)
class PendingFile:
    """Other bytes that came in for a known edition and wait for a person."""

    sha256: str
    extraction_id: str
    file: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything that can change, as recorded up to a moment."""

    revision: int
    editions: dict[str, Edition] = field(default_factory=dict)
    relations: dict[str, Relation] = field(default_factory=dict)
    pending_files: dict[str, PendingFile] = field(default_factory=dict)
    ever_published: frozenset[str] = frozenset()  # extraction ids
    _names: dict[str, frozenset[str]] = field(default_factory=dict)  # squeezed identifier or file name → edition ids

    def resolve(self, reference: str) -> str | None:
        """Edition id for an edition id, identifier or file name; None if unknown or ambiguous."""
        if reference in self.editions:
            return reference
        found = self._names.get(squeeze(reference), frozenset())
        return next(iter(found)) if len(found) == 1 else None

    def relations_to(self, edition_id: str) -> list[Relation]:
        """Relations whose target is this edition."""
        return [relation for relation in self.relations.values() if self.resolve(relation.target) == edition_id]

    def relations_from(self, edition_id: str) -> list[Relation]:
        """Relations that this edition claims."""
        return [relation for relation in self.relations.values() if relation.source == edition_id]


def fold(acts: Sequence[Act], known_at: datetime | None = None) -> Ledger:
    """What the acts recorded by `known_at` (None: all) amount to."""
    known = [act for act in acts if known_at is None or act.at <= known_at]
    reversed_ = reversed_acts(known)
    draft = _Draft()
    for act in known:
        if act.seq not in reversed_ and act.kind != ActKind.UNDO:
            draft.apply(act)
    return Ledger(
        revision=known[-1].seq if known else 0,
        editions=draft.editions,
        relations=draft.relations,
        pending_files=draft.pending,
        ever_published=frozenset(draft.ever_published),
        _names=_names(draft.editions.values()),
    )


def reversed_acts(acts: Sequence[Act]) -> set[int]:
    """Numbers of the acts that a later act, itself not reversed, takes back."""
    reversed_: set[int] = set()
    for act in reversed(acts):
        if act.kind == ActKind.UNDO and act.reverses is not None and act.seq not in reversed_:
            reversed_.add(act.reverses)
    return reversed_


class _Draft:
    """The fold in progress."""

    def __init__(self) -> None:
        self.editions: dict[str, Edition] = {}
        self.relations: dict[str, Relation] = {}
        self.pending: dict[str, PendingFile] = {}
        self.ever_published: set[str] = set()

    def apply(self, act: Act) -> None:
        if act.relation_id is not None:
            self._apply_to_relation(act, act.relation_id)
        elif act.edition_id is not None:
            self._apply_to_edition(act, act.edition_id)

    def _apply_to_edition(self, act: Act, edition_id: str) -> None:
        if act.kind == ActKind.STAGE:
            self.editions[edition_id] = stage_edition(edition_id, act.payload)
            return
        edition = self.editions[edition_id]
        if act.kind == ActKind.ATTACH:
            self.pending[edition_id] = PendingFile(**act.payload)
        elif act.kind in (ActKind.ACCEPT_FILE, ActKind.READ_AGAIN):
            edition = replace(edition, **act.payload)
            self.pending.pop(edition_id, None)
        elif act.kind in STATE_AFTER:
            edition = replace(edition, state=STATE_AFTER[act.kind], **metadata_fields(act.payload))
        elif act.kind == ActKind.SET:
            edition = replace(edition, **metadata_fields(act.payload))
        self.editions[edition_id] = edition
        if edition.state == State.PUBLISHED:
            self.ever_published.add(edition.extraction_id)

    def _apply_to_relation(self, act: Act, relation_id: str) -> None:
        if act.kind == ActKind.PROPOSE:
            self.relations[relation_id] = Relation(
                id=relation_id,
                type=RelationType(act.payload["type"]),
                source=act.payload["source"],
                target=act.payload["target"],
                scope=tuple(act.payload["scope"]),
                state=RelationState.PROPOSED,
                evidence=act.payload["evidence"],
                on=act.payload.get("on", ""),
                by=act.by,
                at=act.at,
            )
            return
        state = RelationState.CONFIRMED if act.kind == ActKind.CONFIRM else RelationState.REJECTED
        relation = self.relations[relation_id]
        on = act.payload.get("on", relation.on)
        self.relations[relation_id] = replace(relation, state=state, by=act.by, at=act.at, on=on)


def stage_edition(edition_id: str, payload: dict[str, Any]) -> Edition:
    """The edition as its first act describes it."""
    return Edition(
        id=edition_id,
        guideline_id=payload["guideline_id"],
        sha256=payload["sha256"],
        extraction_id=payload["extraction_id"],
        file=payload["file"],
        state=State.IN_REVIEW,
        **metadata_fields(payload.get("metadata", {})),
    )


def metadata_fields(payload: dict[str, Any]) -> dict[str, Any]:
    """The editable fields of a payload, as the noun holds them."""
    fields: dict[str, Any] = {key: payload[key] for key in EDITABLE if key in payload}
    if "identifiers" in fields:
        fields["identifiers"] = tuple(fields["identifiers"])
    if "kind" in fields:
        fields["kind"] = Kind(fields["kind"])
    return fields


def _names(editions: Iterable[Edition]) -> dict[str, frozenset[str]]:
    names: dict[str, set[str]] = {}
    for edition in editions:
        if edition.state in (State.REJECTED, State.ENTERED_IN_ERROR):
            continue
        for name in (edition.file, *edition.identifiers):
            if name:
                names.setdefault(squeeze(name), set()).add(edition.id)
    return {name: frozenset(ids) for name, ids in names.items()}
