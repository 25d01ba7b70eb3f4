"""Every command in every role: what a role may not do is refused before anything happens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kb import open_library
from kb.access import LEAST, Person, Role, Verb
from kb.backup import backup
from kb.domain import RelationType
from kb.errors import KBError, NotAllowed
from kb.maintenance import examine, reindex
from kb.practice import check, kept
from kb.restore import restore
from kb.settings import load_settings
from kb.store.library import Library
from kb.versions import asking, change, relate
from kb.versions.listing import list_acts
from tests.doors import copy_library, gkb
from ui.cli import COMMANDS

pytestmark = pytest.mark.usefixtures("hash_encoder")

OLD, NEW, ZH = "nics-stable-angina@2019-05-14", "nics-stable-angina@2024-09-17", "bcma-gout@2025-06-18"
R, Q, L, A = Role.READER, Role.QUALITY, Role.LIBRARIAN, Role.ADMIN
WORDS = "aspirin dose for stable angina"

# command: arguments, the least role, whether it changes or writes something
TABLE: dict[str, tuple[tuple[object, ...], Role, bool]] = {
    "search": ((WORDS,), R, False),
    "ask": ((WORDS,), R, False),
    "guidelines": ((), R, False),
    "editions": ((), R, False),
    "show": ((NEW,), R, False),
    "currency": ((), R, False),
    "diff": ((OLD, NEW), R, False),
    "check": (("Aspirin 300 mg daily in stable angina.",), R, False),
    "review": ((), R, False),
    "evaluate": (("QUESTIONS",), R, False),
    "settings": ((), R, False),
    "stats": ((), R, False),
    "doctor": ((), R, False),
    "audit": ((), Q, False),
    "findings": ((), R, False),
    "check --keep": (("Aspirin 300 mg daily in stable angina.", "--keep", "ward"), Q, True),
    "decide": (("FINDING", "confirm"), Q, True),
    "recheck": ((), Q, True),
    "purge": (("FINDING",), Q, True),
    "ingest": (("PDF",), L, True),
    "publish": ((NEW, "--set", "label=3"), L, True),
    "edit": ((NEW, "--set", "label=3"), L, True),
    "reject": ((NEW,), L, True),
    "withdraw": ((NEW, "--on", "2026-01-01"), L, True),
    "relate": ((NEW, "amends", OLD), L, True),
    "undo": (("ACT",), L, True),
    "reindex": ((), A, True),
    "doctor --repair": (("--repair",), A, True),
    "review --accept": (("--accept",), L, True),
    "backup": (("FILE",), A, True),
    "restore": (("FILE",), A, True),
}


def _arguments(name: str, home: Path, folder: Path, samples: Path) -> list[object]:
    with open_library(home) as library:
        last = next(act.seq for act in reversed(library.acts()) if act.kind == "publish")
    named = {"PDF": next(samples.glob("*.pdf")), "FILE": folder / "file", "ACT": last, "QUESTIONS": folder / "q.jsonl"}
    (folder / "q.jsonl").write_text('{"id": "1", "question": "aspirin", "lang": "en", "kind": "negative", "gold": []}')
    if "FINDING" in TABLE[name][0]:
        with open_library(home) as library:
            kept.keep(library, check(library, "Aspirin 300 mg daily in stable angina."), name="ward", by="quality")
            named["FINDING"] = kept.list_kept(library)[0].id
    return [named.get(str(each), each) for each in TABLE[name][0]]


def test_every_command_has_its_place_in_the_table() -> None:
    assert {command.__name__ for command in COMMANDS} - {"ui"} <= set(TABLE)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("name", [name for name in TABLE if name.split()[0] in {each.__name__ for each in COMMANDS}])
def test_a_command_is_done_for_roles_that_may_and_refused_for_others(
    name: str, role: Role, fast_library: Path, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, least, changes = TABLE[name]
    may = list(Role).index(role) >= list(Role).index(least)
    home = copy_library(fast_library, tmp_path / "home") if changes else fast_library
    arguments = _arguments(name, home, tmp_path, samples)
    if name == "restore":
        assert gkb("backup", tmp_path / "file", "--home", home).code == 0
        home = tmp_path / "again"
    before = _state(home)
    monkeypatch.setenv("GKB_ROLE", role)
    if name == "settings":
        assert gkb(name, "--json").code == 0
        return
    ran = gkb(name.split()[0], *arguments, "--home", home, "--json")
    if may:
        assert ran.code == 0, ran.out + ran.err
        return
    assert (ran.code, ran.json["error"]["code"]) == (2, "not_allowed")
    assert str(least) in ran.json["error"]["message"]
    assert _state(home) == before
    assert (tmp_path / "file").exists() == (name == "restore")


def _state(home: Path) -> list[Any]:
    if not home.exists():
        return []
    with open_library(home) as library:
        return [library.acts(), sorted(path.name for path in home.rglob("*") if "registry" not in path.name)]


def test_a_reader_makes_no_library(samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GKB_ROLE", "reader")
    ran = gkb("ingest", samples, "--home", tmp_path / "home", "--json")
    assert ran.json["error"]["code"] == "not_allowed"
    assert not (tmp_path / "home").exists()


def test_a_role_that_does_not_exist_is_named(fast_library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GKB_ROLE", "chief")
    ran = gkb("stats", "--home", fast_library, "--json")
    assert (ran.code, "GKB_ROLE" in ran.json["error"]["hint"]) == (2, True)


# What a door calls for somebody whom it knows, such as the web pages after a login.
VERBS: dict[str, tuple[Verb, Callable[[Library, Person], object]]] = {
    "publish": (Verb.PUBLISH, lambda library, who: change.publish(library, NEW, by=who, fields={"label": "3"})),
    "accept": (Verb.PUBLISH, lambda library, who: asking.accept_sure(library, by=who)),
    "edit": (Verb.EDIT, lambda library, who: change.edit(library, NEW, by=who, fields={"label": "3"})),
    "reject": (Verb.REJECT, lambda library, who: change.reject(library, ZH, by=who)),
    "withdraw": (Verb.WITHDRAW, lambda library, who: change.withdraw(library, NEW, on="2026", by=who)),
    "relate": (Verb.RELATE, lambda library, who: relate.relate(library, NEW, RelationType.AMENDS, OLD, by=who)),
    "confirm": (Verb.RELATE, lambda library, who: relate.confirm_relation(library, "r-0", by=who)),
    "decline": (Verb.RELATE, lambda library, who: relate.decline_relation(library, "r-0", by=who)),
    "undo": (Verb.UNDO, lambda library, who: change.undo(library, 0, by=who)),
    "audit": (Verb.AUDIT, lambda library, who: list_acts(library, by=who)),
    "keep": (Verb.KEEP, lambda library, who: kept.keep(library, check(library, ""), name="ward", by=who)),
    "decide": (Verb.DECIDE, lambda library, who: kept.decide(library, "f-0", kept.DecisionKind.NOTE, by=who)),
    "recheck": (Verb.RECHECK, lambda library, who: kept.recheck(library, by=who)),
    "purge": (Verb.PURGE, lambda library, who: kept.purge(library, "d-0", by=who)),
    "repair": (Verb.REPAIR, lambda library, who: examine(library, repair=True, by=who)),
    "reindex": (Verb.REINDEX, lambda library, who: reindex(library, by=who)),
    "backup": (Verb.BACKUP, lambda library, who: backup(library, library.home / "no" / "file", by=who)),
    "restore": (Verb.RESTORE, lambda library, who: restore(library.settings, library.home / "none", by=who)),
    "ingest": (Verb.INGEST, lambda library, who: _ingest(library, who)),
    "resume": (Verb.INGEST, lambda library, who: _resume(library, who)),
}


def _ingest(library: Library, who: Person) -> object:
    from ingest.queue import ingest

    return ingest(library, [], by=who)


def _resume(library: Library, who: Person) -> object:
    from ingest.queue import resume

    return resume(library, by=who)


def test_every_verb_that_is_not_for_all_is_called_here() -> None:
    assert {verb for verb, _ in VERBS.values()} == set(Verb) == set(LEAST)


@pytest.mark.parametrize("at_the_terminal", [R, A])
@pytest.mark.parametrize("role", Role)
def test_the_role_that_a_door_passes_counts_and_not_that_of_the_terminal(
    role: Role, at_the_terminal: Role, fast_library: Path, tmp_path: Path
) -> None:
    home = copy_library(fast_library, tmp_path / "home")
    who = Person("Mei", role)
    with open_library(settings=load_settings(home=home, role=at_the_terminal)) as library:
        for name, (verb, call) in VERBS.items():
            may = list(Role).index(role) >= list(Role).index(LEAST[verb])
            before = len(library.acts())
            assert _is_let_in(library, call, who) == may, name
            assert {act.by for act in library.acts()[before:]} <= {"Mei"}


def _is_let_in(library: Library, call: Callable[[Library, Person], object], who: Person) -> bool:
    try:
        call(library, who)
    except NotAllowed:
        return False
    except KBError:
        return True  # let in, and then something of the request was wrong
    return True
