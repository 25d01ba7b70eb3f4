"""Relations between editions: proposed with evidence, confirmed or declined by a person, checked against the rules."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert, select

from kb.access import Verb, Who, allow
from kb.dates import day_after_last, first_day, parse_date
from kb.domain import Relation, RelationState, RelationType
from kb.errors import UsageError
from kb.store import schema
from kb.store.ledger import Ledger, fold
from kb.store.library import Library
from kb.store.registry import ActKind, NewAct, append_acts, read_acts, writing
from kb.store.scope import resolve_scope
from kb.versions.change import get_edition
from kb.versions.status import is_issued_before, may_replace


def relation_id(kind: RelationType, source: str, target: str, scope: Sequence[str]) -> str:
    """Stable id: the same claim read twice is one relation."""
    text = "|".join([kind, source, target, *sorted(scope)])
    return "r-" + hashlib.sha256(text.encode()).hexdigest()[:10]


def propose_acts(
    connection: Connection,
    ledger: Ledger,
    *,
    kind: RelationType,
    source: str,
    target: str,
    scope: Sequence[str] = (),
    evidence: str = "",
    on: str = "",
    confirm: bool = False,
) -> list[NewAct]:
    """Acts that record a relation (and a person's word for it) unless they are recorded; inserts its row."""
    identity = relation_id(kind, source, target, scope)
    known = ledger.relations.get(identity)
    acts = []
    if known is None:
        _insert_relation(connection, identity, kind, source, target, scope, evidence)
        payload: dict[str, Any] = {"type": kind, "source": source, "target": target, "scope": list(scope)}
        acts.append(NewAct(ActKind.PROPOSE, source, identity, payload={**payload, "evidence": evidence, "on": on}))
    if confirm and (known is None or known.state != RelationState.CONFIRMED or (on and known.on != on)):
        acts.append(NewAct(ActKind.CONFIRM, source, identity, payload={"on": on} if on else {}))
    return acts


def _insert_relation(
    connection: Connection,
    identity: str,
    kind: RelationType,
    source: str,
    target: str,
    scope: Sequence[str],
    evidence: str,
) -> None:
    table = schema.relations
    if connection.execute(select(table.c.id).where(table.c.id == identity)).first() is None:
        row = {"id": identity, "type": kind, "source": source, "target": target, "evidence": evidence}
        connection.execute(insert(table).values(**row, scope=json.dumps(list(scope), ensure_ascii=False)))


def relate(
    library: Library,
    source: str,
    kind: RelationType,
    target: str,
    *,
    by: Who,
    why: str = "",
    scope: Sequence[str] = (),
    on: str = "",
) -> str:
    """Record and confirm a relation between two editions; returns its id. Raises UsageError where a rule forbids it."""
    name = allow(library.settings, by, Verb.RELATE)
    date = parse_date(on) if on else ""
    with writing(library.engine) as connection:
        ledger = fold(read_acts(connection))
        get_edition(ledger, source)
        resolved = ledger.resolve(target)
        if resolved is None:
            get_edition(ledger, target)
            raise UsageError(
                f"{target!r} names no single edition.", hint="Use an edition id; `gkb editions` lists them."
            )
        check_relation(connection, ledger, kind, source, resolved, scope, date)
        acts = propose_acts(
            connection, ledger, kind=kind, source=source, target=resolved, scope=scope, on=date, confirm=True
        )
        identity = relation_id(kind, source, resolved, scope)
        if not acts:
            raise UsageError(f"That relation is confirmed already ({identity}).")
        append_acts(connection, acts, by=name, why=why)
        return identity


def confirm_relation(library: Library, identity: str, *, by: Who, why: str = "", on: str = "") -> int:
    """Stand behind a proposed relation; returns the act's number."""
    name = allow(library.settings, by, Verb.RELATE)
    date = parse_date(on) if on else ""
    with writing(library.engine) as connection:
        ledger = fold(read_acts(connection))
        relation = get_relation(ledger, identity)
        if relation.state == RelationState.CONFIRMED:
            raise UsageError(f"Relation {identity} is confirmed already.")
        target = ledger.resolve(relation.target)
        if target is not None:
            check_relation(
                connection, ledger, relation.type, relation.source, target, relation.scope, date or relation.on
            )
        act = NewAct(ActKind.CONFIRM, relation.source, identity, payload={"on": date} if date else {})
        return append_acts(connection, [act], by=name, why=why)[0]


def decline_relation(library: Library, identity: str, *, by: Who, why: str = "") -> int:
    """Reject a relation; returns the act's number."""
    name = allow(library.settings, by, Verb.RELATE)
    with writing(library.engine) as connection:
        relation = get_relation(fold(read_acts(connection)), identity)
        if relation.state == RelationState.REJECTED:
            raise UsageError(f"Relation {identity} is rejected already.")
        act = NewAct(ActKind.DECLINE, relation.source, identity)
        return append_acts(connection, [act], by=name, why=why)[0]


def is_confirmed(ledger: Ledger, kind: RelationType, source: str, target: str) -> bool:
    """Whether a person stands behind this relation of whole editions already."""
    known = ledger.relations.get(relation_id(kind, source, target, ()))
    return known is not None and known.state == RelationState.CONFIRMED


def get_relation(ledger: Ledger, identity: str) -> Relation:
    """The relation with this id; raises UsageError."""
    if identity not in ledger.relations:
        raise UsageError(f"There is no relation {identity!r}.", hint="`gkb editions --json` lists relations with ids.")
    return ledger.relations[identity]


def check_relation(
    connection: Connection,
    ledger: Ledger,
    kind: RelationType,
    source: str,
    target: str,
    scope: Sequence[str],
    on: str = "",
) -> None:
    """Raise UsageError when a relation breaks a rule: itself, a cycle, an earlier successor, a wrong kind."""
    if source == target:
        raise UsageError("An edition cannot be related to itself.")
    if scope:
        unresolved = resolve_scope(connection, ledger.editions[target].extraction_id, scope).unresolved
        if unresolved:
            raise UsageError(
                f"The scope {', '.join(unresolved)} names nothing in {target}.",
                hint="A scope is a recommendation number, p12-14, §section or a recommendation id.",
            )
    if kind == RelationType.REPLACES and not scope:
        _check_replacement(ledger, source, target, on)
    if kind in (RelationType.REPLACES, RelationType.TRANSFORMS, RelationType.DERIVED_FROM) and _reaches(
        ledger, kind, target, source
    ):
        raise UsageError(f"{target} already {kind} {source}; both ways round is impossible.")


def _check_replacement(ledger: Ledger, source: str, target: str, on: str) -> None:
    newer, older = ledger.editions[source], ledger.editions[target]
    if is_issued_before(newer, older):
        raise UsageError(f"{source} ({newer.issued_on}) is older than {target} ({older.issued_on}).")
    if not may_replace(ledger, source, target):
        raise UsageError(
            f"{source} is a {newer.kind} and cannot replace {target} ({older.kind}) as a whole.",
            hint="Give a --scope, or use amends, corrects, transforms or derived-from.",
        )
    if on and older.issued_on and day_after_last(on) <= first_day(older.issued_on):
        raise UsageError(f"{target} was issued on {older.issued_on}, after {on}.")


def _reaches(ledger: Ledger, kind: RelationType, start: str, goal: str) -> bool:
    waiting, seen = [start], {start}
    while waiting:
        current = waiting.pop()
        for relation in ledger.relations_from(current):
            if relation.type != kind or relation.state != RelationState.CONFIRMED or relation.scope:
                continue
            found = ledger.resolve(relation.target)
            if found == goal:
                return True
            if found is not None and found not in seen:
                seen.add(found)
                waiting.append(found)
    return False
