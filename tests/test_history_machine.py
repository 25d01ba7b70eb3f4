"""Whatever librarians do, in any order, on SQLite and on PostgreSQL: the rules hold, and the past stays as it was."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from pydantic import SecretStr
from sqlalchemy import insert

from kb.domain import Kind, RelationState, RelationType, State, Status
from kb.errors import KBError
from kb.settings import load_settings
from kb.store import schema
from kb.store.extractions import save_extraction
from kb.store.ledger import Ledger
from kb.store.library import Library, open_library
from kb.store.registry import ActKind, NewAct, append_acts, writing
from kb.versions import change, relate
from kb.versions.status import lane, status, successions
from tests.postgres import postgres
from tests.small_library import Book, Text, extraction_of

DAYS = [date(2014, 1, 1), date(2018, 3, 15), date(2021, 7, 1), date(2024, 5, 5), date(2026, 11, 1)]
DATES = st.sampled_from(["2012", "2015-06-01", "2018-03", "2020-01-01", "2022", "2024-05-05", ""])
NEVER = {Kind.DRAFT, Kind.COMMENTARY, Kind.ERRATUM}
KINDS = st.sampled_from([*[Kind.FULL] * 5, Kind.ERRATUM, Kind.COMMENTARY, *Kind])
TYPES = st.sampled_from([*[RelationType.REPLACES] * 5, *RelationType])
Shown = dict[date, dict[str, Status]]


class Librarians(RuleBasedStateMachine):
    """Acts at random. What the verbs refuse is refused; what they do is judged by rules written down again here."""

    url: ClassVar[str | None] = None

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="machine-")
        more = {"database_url": SecretStr(self.url)} if self.url else {}
        chosen = load_settings(home=Path(self.folder.name) / "store").model_copy(update=more)
        self.library: Library = open_library(settings=chosen, create=True)
        self.past: list[tuple[datetime, Shown]] = []
        self.made = 0

    def teardown(self) -> None:
        if self.url:
            schema.metadata.drop_all(self.library.engine)
            with self.library.engine.begin() as connection:
                connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
        self.library.close()
        self.folder.cleanup()

    def ledger(self) -> Ledger:
        return self.library.ledger()

    def shown(self, known_at: datetime | None = None) -> Shown:
        ledger = self.library.ledger(known_at)
        return {day: lane(ledger, day) for day in DAYS}

    def pick(self, data: st.DataObject, *states: State) -> str:
        ids = [key for key, each in self.ledger().editions.items() if not states or each.state in states]
        return data.draw(st.sampled_from(ids)) if ids else ""

    def do(self, verb: Any, *arguments: Any, **named: Any) -> None:
        try:
            verb(self.library, *arguments, by="tester", **named)
        except KBError:
            return
        self.past.append((self.library.acts()[-1].at, self.shown()))

    @initialize()
    def some_editions_to_begin_with(self) -> None:
        begin = {"2015-06-01": Kind.FULL, "2018-03": Kind.FULL, "2020-01-01": Kind.ERRATUM, "2022": Kind.FULL}
        for issued, kind in {**begin, "2024-05-05": Kind.DRAFT}.items():
            self.come_in(issued, "", kind, "g0", True)

    @rule(issued=DATES, effective=DATES, kind=KINDS, guideline=st.sampled_from(["g0", "g1"]), publish=st.booleans())
    @precondition(lambda self: self.made < 9)
    def come_in(self, issued: str, effective: str, kind: Kind, guideline: str, publish: bool) -> None:
        """An edition comes in, in any order of dates: old ones too."""
        self.made += 1
        key = f"e{self.made}"
        extraction = extraction_of(Book(key, [Text("One.", number="1"), Text("Two.", number="2")]))
        metadata = {"title": "T", "publisher": "P", "kind": str(kind), "issued_on": issued, "effective_on": effective}
        with writing(self.library.engine) as connection:
            source = {"sha256": extraction.sha256, "bytes": 1, "name": key, "received_at": "2024-01-01T00:00:00+00:00"}
            connection.execute(insert(schema.source_files).values(**source))
            identity = save_extraction(connection, extraction)
            change.ensure_guideline(connection, guideline)
            connection.execute(insert(schema.editions).values(id=key, guideline_id=guideline))
            payload = {
                "guideline_id": guideline, "sha256": extraction.sha256, "extraction_id": identity, "file": f"{key}.pdf",
                "metadata": metadata,
            }  # fmt: skip
            append_acts(connection, [NewAct(ActKind.STAGE, key, payload=payload)], by="tester", why="")
        if publish:
            self.do(change.publish, key)

    @rule(data=st.data())
    def publish(self, data: st.DataObject) -> None:
        if key := self.pick(data, State.IN_REVIEW, State.REJECTED):
            self.do(change.publish, key)

    @rule(data=st.data(), field=st.sampled_from(["issued_on", "effective_on", "valid_until"]), value=DATES)
    def correct(self, data: st.DataObject, field: str, value: str) -> None:
        if key := self.pick(data):
            self.do(change.edit, key, fields={field: value})

    @rule(data=st.data(), kind=TYPES, scope=st.sampled_from([(), (), ("1",)]), on=DATES)
    def relate(self, data: st.DataObject, kind: RelationType, scope: tuple[str, ...], on: str) -> None:
        ids = sorted(self.ledger().editions)
        new = data.draw(st.sampled_from(ids))
        old = data.draw(st.sampled_from([key for key in ids if key != new]))
        self.do(relate.relate, new, kind, old, scope=scope, on=on)

    @rule(data=st.data())
    def decline(self, data: st.DataObject) -> None:
        if known := sorted(self.ledger().relations):
            self.do(relate.decline_relation, data.draw(st.sampled_from(known)))

    @rule(data=st.data(), on=DATES)
    def withdraw(self, data: st.DataObject, on: str) -> None:
        if key := self.pick(data, State.PUBLISHED):
            self.do(change.withdraw, key, on=on or "2023")

    @rule(data=st.data())
    def reject(self, data: st.DataObject) -> None:
        if key := self.pick(data):
            self.do(change.reject, key)

    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        self.do(change.undo, data.draw(st.sampled_from([act.seq for act in self.library.acts()])))

    @invariant()
    def only_what_is_in_force_is_shown(self) -> None:
        ledger = self.ledger()
        for found in self.shown().values():
            assert set(found.values()) <= {Status.IN_FORCE, Status.PARTIALLY_SUPERSEDED}
            for key in found:
                assert ledger.editions[key].state in (State.PUBLISHED, State.WITHDRAWN)
                assert ledger.editions[key].kind not in NEVER

    @invariant()
    def nothing_gives_way_without_a_confirmed_replacement_by_what_may_replace(self) -> None:
        ledger = self.ledger()
        for key in ledger.editions:
            for effect in successions(ledger, key):
                newer = ledger.editions[effect.relation.source]
                assert effect.relation.state == RelationState.CONFIRMED
                assert newer.kind not in NEVER
                assert newer.state in (State.PUBLISHED, State.WITHDRAWN)
            if status(ledger, key, DAYS[-1]) == Status.SUPERSEDED and ledger.editions[key].kind == Kind.FULL:
                assert successions(ledger, key)

    @invariant()
    def no_two_editions_replace_each_other(self) -> None:
        ledger = self.ledger()
        older = {key: {effect.relation.source for effect in successions(ledger, key)} for key in ledger.editions}
        for start in older:
            waiting, seen = list(older[start]), set[str]()
            while waiting:
                current = waiting.pop()
                assert current != start, "a replacement goes round in a ring"
                if current not in seen:
                    seen.add(current)
                    waiting += older.get(current, ())

    @invariant()
    def what_was_shown_at_an_earlier_moment_is_still_told(self) -> None:
        for at, shown in self.past[-6:] + self.past[:2]:
            assert self.shown(at) == shown


FEW = settings(
    max_examples=20,
    stateful_step_count=18,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(autouse=True)
def _no_index(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is searched here: publishing builds no index."""
    monkeypatch.setattr(change, "prepare_snapshot", lambda *_: None)
    return


def test_whatever_librarians_do_the_rules_hold_on_sqlite() -> None:
    run_state_machine_as_test(Librarians, settings=FEW)


def test_whatever_librarians_do_the_rules_hold_on_postgresql() -> None:
    with postgres() as url:
        machine = type("OnPostgres", (Librarians,), {"url": url})
        run_state_machine_as_test(machine, settings=settings(FEW, max_examples=5))
