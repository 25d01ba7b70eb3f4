"""The work that follows a check: findings that were kept, what people decided, what a new edition changes.

Keeping is somebody's explicit act. The registry's acts say who kept, decided or purged what, and hold no word of a
document.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, func, insert, inspect, select

from kb.access import Verb, Who, allow
from kb.dates import parse_date
from kb.domain import Citation, Filters
from kb.errors import UsageError
from kb.practice.check import check_claim
from kb.practice.claims import split_parts
from kb.practice.nouns import GRAVITY, NO_CONCERN, Check, Claim, Finding, Verdict
from kb.store import schema
from kb.store.library import Library
from kb.store.registry import ActKind, NewAct, append_acts, create_registry, reading, writing

ENGINE = "rules-1"  # name and version of the rules; a change of rules is a new version


class DecisionKind(StrEnum):
    """What a person can decide about a finding."""

    CONFIRM = "confirm"  # the document has to change
    DISMISS = "dismiss"  # the finding is wrong; needs a reason
    ACCEPT = "accept"  # the document stays as it is until a date; needs a reason and the date
    ASSIGN = "assign"  # somebody works on it
    NOTE = "note"
    DONE = "done"  # the document was changed


CLOSING = (DecisionKind.DISMISS, DecisionKind.DONE)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided, when and why."""

    kind: DecisionKind
    at: str
    by: str
    reason: str
    until: str  # last day of an accepted deviation
    assignee: str


@dataclass(frozen=True, slots=True)
class KeptFinding:
    """A finding that was kept, as it stands after the last re-check, with what was decided."""

    document_id: str
    document: str  # name
    id: str
    round: int
    at: str
    claim: str
    location: str
    verdict: Verdict
    before: Verdict | None  # before the last re-check that changed it
    subtype: str
    severity: str
    why: str
    evidence: dict[str, dict[str, Any]]
    engine: str
    revision: int
    decisions: tuple[Decision, ...]

    def is_open(self, on: date) -> bool:
        """Whether somebody still has to act: a concern, neither closed nor accepted for the day since it last "
        "changed."""
        if self.verdict in NO_CONCERN:
            return False
        later = [each for each in self.decisions if each.at >= self.at]
        if any(each.kind in CLOSING for each in later):
            return False
        return not any(each.kind == DecisionKind.ACCEPT and each.until >= on.isoformat() for each in later)


def keep(library: Library, found: Check, *, name: str, by: Who, why: str = "", jurisdiction: str = "") -> str:
    """Keep a check's findings under a document's name; returns the document's id."""
    person = allow(library.settings, by, Verb.KEEP)
    create_registry(library.settings)  # an older library gets the tables now
    identity = "d-" + secrets.token_hex(4)
    with writing(library.engine) as connection:
        act = NewAct(ActKind.KEEP, payload={"document_id": identity, "findings": len(found.findings)})
        revision = append_acts(connection, [act], by=person, why=why)[0]
        row = {"id": identity, "name": name, "kept_at": _now(), "kept_by": person, "jurisdiction": jurisdiction}
        connection.execute(insert(schema.documents).values(row))
        unique = {each.id: each for each in found.findings}
        for ordinal, finding in enumerate(unique.values()):
            _insert(connection, identity, finding, ordinal, 1, revision)
    return identity


def _insert(connection: Connection, document: str, finding: Finding, ordinal: int, round_: int, revision: int) -> None:
    row = {
        "document_id": document, "id": finding.id, "round": round_, "ordinal": ordinal, "at": _now(),
        "claim": finding.claim, "location": finding.location, "verdict": finding.verdict.value,
        "subtype": finding.subtype, "severity": finding.severity.value, "why": finding.why,
        "evidence": json.dumps(evidence_of(finding), ensure_ascii=False), "engine": ENGINE, "revision": revision,
    }  # fmt: skip
    connection.execute(insert(schema.findings).values(row))


def evidence_of(finding: Finding) -> dict[str, dict[str, Any]]:
    """What both sides say, by role: enough to show, and to find the edition again."""
    parts = [("current", finding.current), ("superseded", finding.superseded)]
    parts += [(f"other_{place}", each) for place, each in enumerate(finding.other_bodies, start=1)]
    for place, part in enumerate(finding.parts, start=1):
        parts += [(f"part_{place}_current", part.current), (f"part_{place}_superseded", part.superseded)]
    return {role: _cited(citation) for role, citation in parts if citation is not None}


def _cited(citation: Citation) -> dict[str, Any]:
    edition = citation.hit.edition
    return {
        "edition_id": edition.id, "guideline_id": edition.guideline_id, "title": edition.title, "label": edition.label,
        "issued_on": edition.issued_on, "page": citation.page_first, "quote": citation.quote,
        "passage_id": citation.hit.passage_id,
    }  # fmt: skip


def list_kept(library: Library, *, document: str | None = None) -> list[KeptFinding]:
    """Kept findings as they stand, by document, the gravest first."""
    with reading(library.engine) as connection:
        if not _has_tables(connection):
            return []
        names = dict(connection.execute(select(schema.documents.c.id, schema.documents.c.name)).tuples().all())
        if document is not None and document not in names:
            raise UsageError(f"No document {document!r} is kept.", hint="`gkb findings` lists what is kept.")
        rows = connection.execute(select(schema.findings).order_by(schema.findings.c.round)).mappings().all()
        decided = connection.execute(select(schema.decisions).order_by(schema.decisions.c.seq)).mappings().all()
    kept: dict[tuple[str, str], KeptFinding] = {}
    for row in rows:
        key = (row["document_id"], row["id"])
        if document in (None, row["document_id"]):
            kept[key] = _kept(dict(row), names[row["document_id"]], kept.get(key))
    for row in decided:
        key = (row["document_id"], row["finding_id"])
        if key in kept:
            made = Decision(
                DecisionKind(row["kind"]), row["at"], row["by"], row["reason"], row["until"], row["assignee"]
            )
            kept[key] = replace(kept[key], decisions=(*kept[key].decisions, made))
    return sorted(kept.values(), key=lambda each: (each.document_id, GRAVITY.index(each.verdict)))


def _kept(row: dict[str, Any], name: str, earlier: KeptFinding | None) -> KeptFinding:
    return KeptFinding(
        document_id=row["document_id"], document=name, id=row["id"], round=row["round"], at=row["at"],
        claim=row["claim"], location=row["location"], verdict=Verdict(row["verdict"]),
        before=earlier.verdict if earlier else None, subtype=row["subtype"], severity=row["severity"], why=row["why"],
        evidence=json.loads(row["evidence"]), engine=row["engine"], revision=row["revision"], decisions=(),
    )  # fmt: skip


def decide(
    library: Library, finding: str, kind: DecisionKind, *, by: Who, why: str = "", until: str = "", to: str = "",
    document: str | None = None,
) -> KeptFinding:  # fmt: skip
    """Record what a person decided about a kept finding. Raises UsageError where a reason, date or name is missing."""
    person = allow(library.settings, by, Verb.DECIDE)
    known = [each for each in list_kept(library, document=document) if each.id == finding]
    if len(known) != 1:
        problem = "is kept in several documents" if known else "is not kept"
        raise UsageError(f"The finding {finding!r} {problem}.", hint="`gkb findings` lists them; --document names one.")
    if kind in (DecisionKind.DISMISS, DecisionKind.ACCEPT, DecisionKind.NOTE) and not why.strip():
        raise UsageError(f"To {kind} a finding needs a reason.", hint='Add --why "…".')
    if kind == DecisionKind.ACCEPT and not until:
        raise UsageError("An accepted deviation needs its last day.", hint="Add --until YYYY-MM-DD.")
    if kind == DecisionKind.ASSIGN and not to.strip():
        raise UsageError("Say to whom.", hint="Add --to NAME.")
    row = {
        "document_id": known[0].document_id, "finding_id": finding, "at": _now(), "by": person, "kind": kind.value,
        "reason": why, "until": parse_date(until) if until else "", "assignee": to,
    }  # fmt: skip
    with writing(library.engine) as connection:
        payload = {"document_id": known[0].document_id, "finding_id": finding, "kind": kind.value}
        append_acts(connection, [NewAct(ActKind.DECIDE, payload=payload)], by=person, why="")
        seq = int(connection.execute(select(func.max(schema.decisions.c.seq))).scalar() or 0) + 1
        connection.execute(insert(schema.decisions).values({**row, "seq": seq}))
    return next(each for each in list_kept(library, document=known[0].document_id) if each.id == finding)


def affected(library: Library, *, on: date | None = None) -> list[KeptFinding]:
    """Kept findings that rest on an edition no longer in force, or whose guideline has got another edition since."""
    from kb.versions.status import CURRENT, status

    ledger, day = library.ledger(), on or date.today()
    published = {edition.guideline_id: set[str]() for edition in ledger.editions.values()}
    for edition_id, edition in ledger.editions.items():
        if status(ledger, edition_id, day) in CURRENT:
            published[edition.guideline_id].add(edition_id)
    found = []
    for each in list_kept(library):
        rests_on = {part["edition_id"] for role, part in each.evidence.items() if role.endswith("current")}
        guidelines = {part["guideline_id"] for part in each.evidence.values()}
        now = {edition_id for guideline in guidelines for edition_id in published.get(guideline, ())}
        if rests_on - now or (rests_on and now - rests_on - _known_then(library, each)):
            found.append(each)
    return found


def _known_then(library: Library, kept: KeptFinding) -> set[str]:
    """Editions that were published when a finding was made."""
    from kb.store.ledger import fold

    ledger = fold([act for act in library.acts() if act.seq <= kept.revision])
    return {key for key, edition in ledger.editions.items() if edition.state.value == "published"}


@dataclass(frozen=True, slots=True)
class Recheck:
    """What a re-check did: findings looked at, and those whose verdict or edition changed."""

    looked_at: int
    changed: tuple[KeptFinding, ...]


def recheck(library: Library, *, by: Who, every: bool = False) -> Recheck:
    """Check again what rests on editions that changed (or every kept finding); what differs gets a new round."""
    person = allow(library.settings, by, Verb.RECHECK)
    due = list_kept(library) if every else affected(library)
    with reading(library.engine) as connection:
        has_tables = _has_tables(connection)
        places = (
            dict(connection.execute(select(schema.documents.c.id, schema.documents.c.jurisdiction)).tuples().all())
            if has_tables
            else {}
        )
    again: list[tuple[KeptFinding, Finding]] = []
    for each in due:
        filters = Filters(jurisdiction=places.get(each.document_id) or None)
        again.append((each, check_claim(library, Claim(each.claim, each.location, split_parts(each.claim)), filters)))
    with writing(library.engine) as connection:
        payload = {"findings": len(due), "changed": sum(_differs(old, new) for old, new in again)}
        revision = append_acts(connection, [NewAct(ActKind.RECHECK, payload=payload)], by=person, why="")[0]
        for old, new in again:
            _insert(connection, old.document_id, replace(new, id=old.id), 0, old.round + 1, revision)
    changed = {(old.document_id, old.id) for old, new in again if _differs(old, new)}
    return Recheck(len(due), tuple(e for e in list_kept(library) if (e.document_id, e.id) in changed))


def _differs(old: KeptFinding, new: Finding) -> bool:
    return old.verdict != new.verdict or old.subtype != new.subtype


def purge(library: Library, identity: str, *, by: Who, why: str = "") -> int:
    """Remove a kept document, or one finding, for good; returns how many findings went. An act without content "
    "stays."""
    person = allow(library.settings, by, Verb.PURGE)
    keys = {(each.document_id, each.id) for each in list_kept(library) if identity in (each.document_id, each.id)}
    documents = [identity] if identity in _documents(library) else []
    if not keys and not documents:
        raise UsageError(f"Nothing is kept under {identity!r}.", hint="`gkb findings` lists what is kept.")
    with writing(library.engine) as connection:
        act = NewAct(ActKind.PURGE, payload={"id": identity, "findings": len(keys)})
        append_acts(connection, [act], by=person, why=why)
        _delete(connection, keys, documents)
    _forget(library)
    return len(keys)


def _delete(connection: Connection, keys: Iterable[tuple[str, str]], documents: Sequence[str]) -> None:
    for document_id, finding_id in keys:
        for table, column in (
            (schema.findings, schema.findings.c.id),
            (schema.decisions, schema.decisions.c.finding_id),
        ):
            connection.execute(delete(table).where(table.c.document_id == document_id, column == finding_id))
    for identity in documents:
        connection.execute(delete(schema.decisions).where(schema.decisions.c.document_id == identity))
        connection.execute(delete(schema.findings).where(schema.findings.c.document_id == identity))
        connection.execute(delete(schema.documents).where(schema.documents.c.id == identity))


def _forget(library: Library) -> None:
    """Make SQLite overwrite what was deleted, in the file and in its journal."""
    if library.engine.dialect.name != "sqlite":
        return
    with library.engine.connect() as connection:
        raw = connection.connection.driver_connection
        if raw is not None:
            raw.execute("VACUUM")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _documents(library: Library) -> set[str]:
    with reading(library.engine) as connection:
        return set(connection.execute(select(schema.documents.c.id)).scalars()) if _has_tables(connection) else set()


def _has_tables(connection: Connection) -> bool:
    return inspect(connection).has_table("findings")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
