"""A new PDF is proposed as an edition of a known guideline, with reasons; look-alikes are not; nothing is retired."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kb.domain import Edition, Kind, State
from kb.store.ledger import Ledger
from kb.versions.families import FamilyCandidate, is_preselected, names_as_replaced, predecessor, propose_families
from tests.ledgers import History

PAIRS = Path(__file__).parent / "data" / "family_pairs.jsonl"


def card(row: dict[str, Any]) -> Edition:
    return Edition(
        id=row["id"] + ("" if row["role"] == "known" else "@new"),
        guideline_id=row["id"],
        sha256="",
        extraction_id="",
        file="",
        state=State.PUBLISHED if row["role"] == "known" else State.IN_REVIEW,
        title=row["title"],
        publisher=row["publisher"],
        label=row["edition_label"],
        kind=Kind(row["kind"]),
        issued_on=row["issued_on"],
        language=row["language"],
        jurisdiction=row["jurisdiction"],
        identifiers=tuple(row["identifiers"]),
    )


Judged = list[tuple[dict[str, Any], list[FamilyCandidate]]]


@pytest.fixture(scope="module")
def judged() -> Judged:
    """Every arrival of the frozen pairs with its candidates."""
    rows = [json.loads(line) for line in PAIRS.read_text("utf-8").splitlines()]
    known = {row["id"]: card(row) for row in rows if row["role"] == "known"}
    ledger = Ledger(1, editions=known)
    new = [row for row in rows if row["role"] == "new"]
    return [(row, propose_families(ledger, card(row), row["statement"])) for row in new]


def fits(row: dict[str, Any], candidate: FamilyCandidate) -> bool:
    return candidate.guideline_id in {row["family"], *(row.get("also") or [])}


def test_what_is_chosen_beforehand_is_right_97_times_in_100(judged: Judged) -> None:
    chosen = [(row, found[0]) for row, found in judged if found and is_preselected(found[0])]
    wrong = [f"{row['title']} → {found.guideline_id} {found.score}" for row, found in chosen if not fits(row, found)]
    assert len(chosen) >= 0.7 * sum(bool(row["family"]) for row, _ in judged)
    assert 1 - len(wrong) / len(chosen) >= 0.97, "\n".join(wrong)


def test_the_right_guideline_is_among_the_first_five_95_times_in_100(judged: Judged) -> None:
    editions = [(row, found) for row, found in judged if row["family"]]
    missed = [row["title"] for row, found in editions if not any(fits(row, each) for each in found)]
    assert 1 - len(missed) / len(editions) >= 0.95, "\n".join(missed)


def test_a_summary_translation_commentary_or_erratum_is_never_chosen_as_the_next_edition(judged: Judged) -> None:
    beside = [(row, found) for row, found in judged if "derived" in (row["trap"] or ())]
    assert len(beside) >= 10
    assert not [row["title"] for row, found in beside if any(map(is_preselected, found))]


@pytest.fixture
def history() -> History:
    made = History()
    made.publish("ht@2011", "2011-08", title="Hypertension in adults", publisher="NICE", guideline="ht",
                 identifiers=["CG127"])  # fmt: skip
    made.publish("ht@2019", "2019-08", title="Hypertension in adults: diagnosis and management", publisher="NICE",
                 guideline="ht", identifiers=["NG136"])  # fmt: skip
    made.publish("preg@2010", "2010", title="Hypertension in pregnancy", publisher="NICE", guideline="preg")
    return made


def arrival(history: History, **fields: Any) -> tuple[Ledger, Edition]:
    history.stage("new", fields.pop("issued_on", "2026-01"), guideline="new", publisher="NICE", **fields)
    ledger = history.ledger()
    return ledger, ledger.editions["new"]


def test_the_youngest_older_edition_is_what_a_new_one_would_follow(history: History) -> None:
    ledger, new = arrival(history, title="Hypertension in adults: diagnosis and management")
    best = propose_families(ledger, new)[0]
    assert (best.guideline_id, best.edition_id) == ("ht", "ht@2019")
    assert is_preselected(best)
    assert "same subject" in best.reasons
    assert predecessor(ledger, replace(new, issued_on="2015"), "ht") == "ht@2011"


def test_the_same_illness_in_another_population_is_not_chosen(history: History) -> None:
    ledger, new = arrival(history, title="Hypertension in children and young people")
    found = propose_families(ledger, new)
    assert not any(map(is_preselected, found))
    assert all("another population" in each.reasons for each in found)


def test_an_old_edition_that_comes_late_replaces_nothing(history: History) -> None:
    ledger, new = arrival(history, title="Hypertension in adults", issued_on="2006")
    best = propose_families(ledger, new)[0]
    assert best.guideline_id == "ht"
    assert "older than what is here: would replace nothing" in best.reasons
    assert predecessor(ledger, new, "ht") is None


@pytest.mark.parametrize(
    ("statement", "is_named"),
    [
        ("This guideline updates and replaces NICE guideline CG127.", True),
        ("This guideline has been updated and replaced by CG 127.", True),
        ("This guideline replaces Hypertension in adults.", True),
        ("This guideline does not replace CG127.", False),
        ("For adults see CG127.", False),
        ("This guideline replaces CG1274.", False),
        ("", False),
    ],
)
def test_only_words_about_replacing_name_what_is_replaced(history: History, statement: str, is_named: bool) -> None:
    assert names_as_replaced(statement, history.ledger().editions["ht@2011"]) is is_named


def test_a_proposal_changes_no_status(history: History) -> None:
    from datetime import date

    from kb.versions.status import lane

    before = lane(history.ledger(), date(2026, 6, 1))
    ledger, new = arrival(history, title="Hypertension in adults: diagnosis and management")
    propose_families(ledger, new, "This guideline updates and replaces NG136.")
    assert lane(ledger, date(2026, 6, 1)) == before
