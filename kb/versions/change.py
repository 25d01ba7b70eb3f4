"""What a person may do to editions: each verb is one transaction that leaves a record; nothing is deleted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select

from kb.access import Verb, Who, allow
from kb.dates import parse_date
from kb.domain import Edition, Kind, State
from kb.errors import UsageError
from kb.store import schema
from kb.store.ledger import EDITABLE, REVERSIBLE, Ledger, reversed_acts
from kb.store.library import Library
from kb.store.registry import ActKind, NewAct, append_acts, read_acts, writing
from kb.store.snapshot import build_snapshot

REQUIRED = ("guideline_id", "title", "publisher", "kind", "issued_on")
DATES = ("issued_on", "effective_on", "valid_until", "last_updated_on", "next_review_on", "withdrawn_on")
ALIASES = {"edition_label": "label"}


def get_edition(ledger: Ledger, edition_id: str) -> Edition:
    """The edition with this id; raises UsageError naming close ones."""
    if edition_id in ledger.editions:
        return ledger.editions[edition_id]
    from rapidfuzz import process

    near = [name for name, score, _ in process.extract(edition_id, list(ledger.editions), limit=3) if score > 60]
    hint = f"Did you mean {', '.join(near)}?" if near else "`gkb editions` lists them."
    raise UsageError(f"There is no edition {edition_id!r}.", hint=hint)


def clean_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Editable fields, checked and in stored form; raises UsageError naming the field that is wrong."""
    cleaned: dict[str, Any] = {}
    for given, value in fields.items():
        name = ALIASES.get(given, given)
        if name not in EDITABLE:
            raise UsageError(f"Unknown field {given!r}.", hint=f"Fields: {', '.join(EDITABLE)}.")
        cleaned[name] = _clean_value(name, value)
    return cleaned


def _clean_value(name: str, value: Any) -> Any:
    if name in DATES:
        return parse_date(value) if value else ""
    if name == "kind":
        if value not in list(Kind):
            raise UsageError(f"Unknown kind {value!r}.", hint=f"Kinds: {', '.join(Kind)}.")
        return str(value)
    if name == "guideline_id" and not re.fullmatch(r"[^\s@#;]+", str(value)):
        raise UsageError(f"{value!r} is not a guideline id.", hint="`gkb guidelines` lists them; no spaces, @ or #.")
    if name == "identifiers":
        parts = value.split(";") if isinstance(value, str) else value
        return [part.strip() for part in parts if part.strip()]
    return str(value).strip()


def missing_fields(edition: Edition) -> list[str]:
    """What must be known before an edition can be published and is not."""
    return [name for name in REQUIRED if not getattr(edition, name)]


def prepare_snapshot(library: Library, extraction_ids: Sequence[str]) -> None:
    """Build the snapshot that readers will need once these extractions are published as well."""
    wanted = sorted(library.ledger().ever_published | set(extraction_ids))
    from kb.store.registry import reading

    with reading(library.engine) as connection:
        build_snapshot(
            connection, library.derived, wanted, encoder=library.encoder.name, dimension=library.encoder.dimension
        )


def publish(
    library: Library, edition_id: str, *, by: Who, why: str = "", fields: Mapping[str, Any] | None = None
) -> int:
    """Make an edition visible, with corrected fields if given; returns the act's number.

    Takes over a waiting replacement file as well. Raises UsageError when a required field is missing.
    """
    name = allow(library.settings, by, Verb.PUBLISH)
    cleaned = clean_fields(fields or {})
    ledger = library.ledger()
    edition = get_edition(ledger, edition_id)
    pending = ledger.pending_files.get(edition_id)
    prepare_snapshot(library, [pending.extraction_id if pending else edition.extraction_id])
    with writing(library.engine) as connection:
        ledger = _fresh(connection)
        edition = get_edition(ledger, edition_id)
        pending = ledger.pending_files.get(edition_id)
        if edition.state == State.PUBLISHED and not pending and not cleaned:
            raise UsageError(f"{edition_id} is published already.")
        if edition.state in (State.WITHDRAWN, State.ENTERED_IN_ERROR):
            raise UsageError(
                f"{edition_id} is {edition.state}.",
                hint="Take that back with `gkb undo ACT`; `gkb audit` shows the act.",
            )
        known = {each: cleaned.get(each, getattr(edition, each)) for each in REQUIRED}
        missing = [each for each in REQUIRED if not known[each]]
        if missing:
            raise UsageError(
                f"{edition_id} cannot be published: {', '.join(missing)} not known.",
                hint=f"gkb publish {edition_id} --set {missing[0]}=…",
            )
        acts = []
        if pending:
            payload = {"sha256": pending.sha256, "extraction_id": pending.extraction_id, "file": pending.file}
            acts.append(NewAct(ActKind.ACCEPT_FILE, edition_id, payload=payload))
        if "guideline_id" in cleaned:
            ensure_guideline(connection, cleaned["guideline_id"])
        acts.append(NewAct(ActKind.PUBLISH, edition_id, payload=cleaned))
        return append_acts(connection, acts, by=name, why=why)[-1]


def edit(library: Library, edition_id: str, *, by: Who, why: str = "", fields: Mapping[str, Any]) -> int:
    """Correct metadata of an edition; returns the act's number."""
    name = allow(library.settings, by, Verb.EDIT)
    cleaned = clean_fields(fields)
    if not cleaned:
        raise UsageError("Nothing to change.", hint="Give --set field=value.")
    with writing(library.engine) as connection:
        edition = get_edition(_fresh(connection), edition_id)
        emptied = [each for each in REQUIRED if each in cleaned and not cleaned[each]]
        if edition.state == State.PUBLISHED and emptied:
            raise UsageError(f"A published edition needs {', '.join(emptied)}.")
        if "guideline_id" in cleaned:
            ensure_guideline(connection, cleaned["guideline_id"])
        return append_acts(connection, [NewAct(ActKind.SET, edition_id, payload=cleaned)], by=name, why=why)[0]


def reject(library: Library, edition_id: str, *, by: Who, why: str = "") -> int:
    """Keep an edition out: rejected while in review, entered in error once published; returns the act."""
    name = allow(library.settings, by, Verb.REJECT)
    with writing(library.engine) as connection:
        ledger = _fresh(connection)
        edition = get_edition(ledger, edition_id)
        if edition.state in (State.REJECTED, State.ENTERED_IN_ERROR):
            raise UsageError(f"{edition_id} is {edition.state} already.")
        if edition_id in ledger.pending_files and edition.state == State.PUBLISHED:
            payload = {"sha256": edition.sha256, "extraction_id": edition.extraction_id, "file": edition.file}
            act = NewAct(ActKind.ACCEPT_FILE, edition_id, payload=payload)  # the file it has stays
        else:
            kind = ActKind.REJECT if edition.state == State.IN_REVIEW else ActKind.ENTER_IN_ERROR
            act = NewAct(kind, edition_id)
        return append_acts(connection, [act], by=name, why=why)[0]


def withdraw(library: Library, edition_id: str, *, on: str, by: Who, why: str = "") -> int:
    """Record that the publisher withdrew an edition on a date; returns the act's number."""
    name = allow(library.settings, by, Verb.WITHDRAW)
    date = parse_date(on)
    with writing(library.engine) as connection:
        edition = get_edition(_fresh(connection), edition_id)
        if edition.state != State.PUBLISHED:
            raise UsageError(f"{edition_id} is {edition.state}; only a published edition can be withdrawn.")
        act = NewAct(ActKind.WITHDRAW, edition_id, payload={"withdrawn_on": date})
        return append_acts(connection, [act], by=name, why=why)[0]


def undo(library: Library, act: int, *, by: Who, why: str = "") -> int:
    """Take back one act of a person; returns the number of the act that does so."""
    name = allow(library.settings, by, Verb.UNDO)
    with writing(library.engine) as connection:
        acts = read_acts(connection)
        found = next((each for each in acts if each.seq == act), None)
        if found is None:
            raise UsageError(f"There is no act {act}.", hint="`gkb audit` lists them.")
        if found.kind not in REVERSIBLE:
            raise UsageError(
                f"Act {act} ({found.kind}) records that something came in; it cannot be undone.",
                hint="Use `gkb reject EDITION` to keep an edition out.",
            )
        if act in reversed_acts(acts):
            raise UsageError(f"Act {act} is undone already.")
        new = NewAct(ActKind.UNDO, found.edition_id, found.relation_id, reverses=act)
        return append_acts(connection, [new], by=name, why=why)[0]


def ensure_guideline(connection: Any, guideline_id: str) -> None:
    """Insert the guideline's row unless it is there."""
    table = schema.guidelines
    if connection.execute(select(table.c.id).where(table.c.id == guideline_id)).first() is None:
        connection.execute(insert(table).values(id=guideline_id))


def _fresh(connection: Any) -> Ledger:
    from kb.store.ledger import fold

    return fold(read_acts(connection))
