"""Small ledgers for tests: acts written down as a librarian would do them, without PDFs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from kb.store.ledger import Ledger, fold
from kb.store.registry import Act, ActKind

START = datetime(2026, 1, 1, tzinfo=UTC)


class History:
    """Acts in order, one a minute."""

    def __init__(self) -> None:
        self.acts: list[Act] = []

    def add(self, kind: ActKind, edition_id: str | None = None, relation_id: str | None = None, **rest: Any) -> int:
        seq = len(self.acts) + 1
        at = START + timedelta(minutes=seq)
        reverses = rest.pop("reverses", None)
        self.acts.append(Act(seq, at, "test", "", kind, edition_id, relation_id, reverses, rest, ""))
        return seq

    def stage(self, edition_id: str, issued_on: str = "", guideline: str = "g", **metadata: Any) -> int:
        metadata = {"issued_on": issued_on, "title": "T", "publisher": "P", "kind": "full", **metadata}
        return self.add(
            ActKind.STAGE,
            edition_id,
            guideline_id=guideline,
            sha256=f"sha-{edition_id}",
            extraction_id=f"x-{edition_id}",
            file=f"{edition_id}.pdf",
            metadata=metadata,
        )

    def publish(self, edition_id: str, issued_on: str = "", **metadata: Any) -> int:
        self.stage(edition_id, issued_on, **metadata)
        return self.add(ActKind.PUBLISH, edition_id)

    def relate(
        self, source: str, kind: str, target: str, *, confirm: bool = True, scope: Any = (), on: str = ""
    ) -> int:
        identity = f"r-{source}-{kind}-{target}"
        seq = self.add(
            ActKind.PROPOSE,
            source,
            identity,
            type=kind,
            source=source,
            target=target,
            scope=list(scope),
            evidence="",
            on=on,
        )
        return self.add(ActKind.CONFIRM, source, identity) if confirm else seq

    def undo(self, act: int) -> int:
        return self.add(ActKind.UNDO, self.acts[act - 1].edition_id, self.acts[act - 1].relation_id, reverses=act)

    def ledger(self, known_at: datetime | None = None) -> Ledger:
        return fold(self.acts, known_at)
