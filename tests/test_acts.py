"""What a librarian does to editions and what a clinician then sees: in the terminal, with the real encoder."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.doors import Ran, copy_library, gkb

NEW_EN, OLD_EN = "nics-stable-angina@2024-09-17", "nics-stable-angina@2019-05-14"
NEW_ZH = "bcma-gout@2025-06-18"
ASPIRIN = "aspirin dose for stable angina"
URATE = "痛风患者的血尿酸控制目标是多少？"


@pytest.fixture
def home(sample_library: Path, tmp_path: Path) -> Path:
    """A copy of the samples' library to write in."""
    return copy_library(sample_library, tmp_path / "store")


def _editions(home: Path, *arguments: object) -> dict[str, dict[str, Any]]:
    rows = gkb("editions", *arguments, "--home", home, "--json").json["editions"]
    return {row["edition_id"]: row for row in rows}


def _cited(home: Path, question: str, *arguments: object) -> set[str]:
    answered = gkb("ask", question, *arguments, "--home", home, "--json").json
    return {citation["edition_id"] for citation in answered["citations"]}


def _done(ran: Ran) -> int:
    assert ran.code == 0, ran.out + ran.err
    return int(ran.json["recorded"])


def test_a_withdrawn_edition_is_not_cited_until_that_is_undone(home: Path) -> None:
    assert _cited(home, URATE) == {NEW_ZH}
    act = _done(gkb("withdraw", NEW_ZH, "--on", "2026-01-01", "--home", home, "--json"))
    assert _editions(home)[NEW_ZH]["status"] == "withdrawn"
    assert NEW_ZH not in _cited(home, URATE)
    assert _cited(home, URATE, "--as-of", "2025-12-31") == {NEW_ZH}
    _done(gkb("undo", act, "--home", home, "--json"))
    assert _editions(home)[NEW_ZH]["status"] == "in_force"
    assert _cited(home, URATE) == {NEW_ZH}


def test_a_withdrawn_successor_does_not_bring_its_predecessor_back(home: Path) -> None:
    _done(gkb("withdraw", NEW_EN, "--on", "2026-01-01", "--home", home, "--json"))
    assert _editions(home)[OLD_EN]["status"] == "superseded"
    answered = gkb("ask", ASPIRIN, "--home", home, "--json").json
    assert answered["citations"] == []
    assert answered["refusal"]["code"] == "no_edition_in_force"


def test_an_edition_entered_in_error_gives_its_predecessor_back(home: Path) -> None:
    act = _done(gkb("reject", NEW_EN, "--home", home, "--why", "wrong file", "--json"))
    assert _editions(home)[NEW_EN]["state"] == "entered_in_error"
    assert _cited(home, ASPIRIN) == {OLD_EN}
    _done(gkb("undo", act, "--home", home, "--json"))
    assert _cited(home, ASPIRIN) == {NEW_EN}


def test_a_relation_declined_and_confirmed_again_changes_what_is_in_force(home: Path) -> None:
    relation = next(each for each in _editions(home)[NEW_EN]["relations"] if each["type"] == "replaces")
    act = _done(gkb("relate", "--reject", relation["id"], "--home", home, "--json"))
    assert _editions(home)[OLD_EN]["status"] == "in_force"
    answered = gkb("ask", ASPIRIN, "--home", home, "--json").json
    assert "conflict_of_currency" in {warning["code"] for warning in answered["warnings"]}
    _done(gkb("undo", act, "--home", home, "--json"))
    assert _editions(home)[OLD_EN]["status"] == "superseded"


def test_what_was_known_before_an_act_can_still_be_asked(home: Path) -> None:
    moment = gkb("audit", "--home", home, "--json").json["acts"][-1]["at"]
    time.sleep(0.01)
    _done(gkb("withdraw", NEW_ZH, "--on", "2026-01-01", "--home", home, "--json"))
    assert _cited(home, URATE, "--known-at", moment) == {NEW_ZH}
    assert NEW_ZH not in _cited(home, URATE)


def test_an_edition_of_an_earlier_date_answers_for_that_date(home: Path) -> None:
    assert _cited(home, ASPIRIN, "--as-of", "2020-01-01") == {OLD_EN}
    assert _cited(home, ASPIRIN, "--as-of", "2026-01-01") == {NEW_EN}
