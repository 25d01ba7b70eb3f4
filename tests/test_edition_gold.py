"""The frozen gold for families of guidelines and for questions about a time: true to itself and to the samples.

What a program makes of it is measured elsewhere; `tests/data/family_README.md` says what the fields mean.
"""

from __future__ import annotations

import calendar
import csv
import hashlib
import json
import re
import unicodedata
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

DATA = ROOT / "tests" / "data"
FROZEN = {
    "family_pairs.jsonl": "a5ba66fddc91ff6cf1f0ec1d30dbbb9af7c0263b5ddb0e0a2817a4c80d077c42",
    "edition_questions.jsonl": "87d440f13537ac7d914419aeedd9d99fbf9f6ba8a1a289b1b7e89887f382f430",
}
CARD = {
    "role", "id", "title", "publisher", "edition_label", "issued_on", "kind", "identifiers", "language", "jurisdiction",
}  # fmt: skip
ARRIVAL = CARD | {"statement", "family", "note", "changes", "trap", "also", "of"}
QUESTION = {
    "id", "question", "lang", "as_of", "expected_edition", "understood", "understood_also", "phrase", "not_a_time",
    "must_include", "forbidden", "note",
}  # fmt: skip
EDITION_KINDS = {"full", "partial_update", "draft"}
DERIVED_KINDS = {"derivative", "translation", "summary", "commentary", "erratum"}
CHANGES = {"title", "number", "publisher", "older", "amendment", "draft"}
TRAPS = {"publishers", "population", "act", "neighbour", "series", "derived"}
DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
Row = dict[str, Any]


def fold(text: str) -> str:
    """As answers are judged: NFKC, case folded, white space and the marks of the source removed."""
    return re.sub(r"<[a-z/]+>|\s", "", unicodedata.normalize("NFKC", text).casefold())


def read_lines(name: str) -> list[Row]:
    return [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def known() -> dict[str, Row]:
    return {row["id"]: row for row in read_lines("family_pairs.jsonl") if row["role"] == "known"}


@pytest.fixture(scope="module")
def arrivals() -> list[Row]:
    return [row for row in read_lines("family_pairs.jsonl") if row["role"] == "new"]


@pytest.fixture(scope="module")
def questions() -> list[Row]:
    return read_lines("edition_questions.jsonl")


@pytest.fixture(scope="module")
def editions(samples: Path) -> dict[str, Row]:
    """Rows of the samples' manifest by edition."""
    with (samples / "manifest.csv").open(encoding="utf-8", newline="") as file:
        return {row["edition_id"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def sources(samples: Path) -> dict[str, str]:
    """Folded body of each edition, without the head that describes the file."""
    bodies = {}
    for path in (samples / "sources").glob("*.txt"):
        _, head, body = path.read_text("utf-8").split("+++", 2)
        found = re.search(r'^edition_id = "(.+)"', head, re.M)
        assert found
        bodies[found[1]] = fold(body)
    return bodies


@pytest.mark.parametrize("name", FROZEN)
def test_gold_is_the_one_that_was_frozen_before_anything_was_tuned(name: str) -> None:
    assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == FROZEN[name]


def test_every_card_has_the_same_fields_and_ids_are_unique(known: dict[str, Row], arrivals: list[Row]) -> None:
    rows = [*known.values(), *arrivals]
    assert len({row["id"] for row in rows}) == len(rows) == len(read_lines("family_pairs.jsonl"))
    for row in rows:
        assert set(row) == (CARD if row["role"] == "known" else ARRIVAL), row["id"]
        assert row["title"], row["id"]
        assert row["publisher"], row["id"]
        assert row["edition_label"], row["id"]
        assert row["jurisdiction"], row["id"]
        assert DATE.fullmatch(row["issued_on"]), row["id"]
        assert row["language"] == ("zh" if re.search("[一-鿿]", row["title"]) else "en"), row["id"]
    assert all(row["kind"] == "full" for row in known.values())
    assert len({(row["title"], row["publisher"]) for row in known.values()}) == len(known)


def test_there_are_enough_pairs_of_each_sort(known: dict[str, Row], arrivals: list[Row]) -> None:
    true = [row for row in arrivals if row["family"]]
    strangers = [row for row in arrivals if not row["family"]]
    assert len(known) >= 160
    assert len(arrivals) >= 90
    assert len(true) >= 65
    assert len(strangers) >= 25
    assert sum(bool({"title", "number"} & set(row["changes"])) for row in true) * 2 >= len(true)
    for rows in (list(known.values()), true, strangers):
        share = Counter(row["language"] for row in rows)["zh"] / len(rows)
        assert 0.3 <= share <= 0.5
    traps = Counter(trap for row in strangers for trap in row["trap"])
    assert set(traps) == TRAPS
    assert min(traps.values()) >= 5


def test_a_new_edition_names_a_family_of_the_pool_and_tells_what_changed(
    known: dict[str, Row], arrivals: list[Row]
) -> None:
    for row in (row for row in arrivals if row["family"]):
        old, changes = known[row["family"]], set(row["changes"])
        assert changes <= CHANGES, row["id"]
        assert row["kind"] in EDITION_KINDS, row["id"]
        assert not row["trap"], row["id"]
        assert row["of"] is None, row["id"]
        assert ("older" in changes) == (row["issued_on"] < old["issued_on"]), row["id"]
        assert ("publisher" in changes) == (row["publisher"] != old["publisher"]), row["id"]
        ids = set(row["identifiers"]), set(old["identifiers"])
        assert ("number" in changes) == (all(ids) and not ids[0] & ids[1]), row["id"]
        assert (row["kind"] == "draft") == ("draft" in changes), row["id"]
        assert (row["kind"] == "partial_update") == ("amendment" in changes), row["id"]
        assert set(row["also"]) <= set(known) - {row["family"]}, row["id"]
        assert old["language"] == row["language"], row["id"]


def test_a_look_alike_has_no_family_and_a_work_about_a_guideline_names_it(
    known: dict[str, Row], arrivals: list[Row]
) -> None:
    for row in (row for row in arrivals if not row["family"]):
        assert row["trap"], row["id"]
        assert set(row["trap"]) <= TRAPS, row["id"]
        assert not row["changes"], row["id"]
        assert not row["also"], row["id"]
        assert ("derived" in row["trap"]) == (row["kind"] in DERIVED_KINDS) == (row["of"] in known), row["id"]
        assert row["kind"] in DERIVED_KINDS | {"full"}, row["id"]


def test_a_number_of_the_pool_in_a_sentence_belongs_to_the_family_it_replaces(
    known: dict[str, Row], arrivals: list[Row]
) -> None:
    owners = {name: row["id"] for row in known.values() for name in row["identifiers"] if re.match("[CNP]", name)}
    for row in arrivals:
        named = {owners[word] for word in re.findall(r"\b(?:CG|NG|PH)\d+\b", row["statement"]) if word in owners}
        right = {row["family"], row["of"], *row["also"]}
        assert not named or named & right, row["id"]


def test_the_pool_holds_wrong_candidates_whose_titles_are_nearer_than_the_right_one(
    known: dict[str, Row], arrivals: list[Row]
) -> None:
    def cut(row: Row) -> set[str]:
        title, size = re.sub(r"[\W\d_]+", "", fold(row["title"])), 4 if row["language"] == "en" else 2
        return {title[start : start + size] for start in range(len(title) - size + 1)}

    def nearness(left: set[str], right: set[str]) -> float:
        return len(left & right) / len(left | right)

    pool = {name: cut(row) for name, row in known.items()}
    tempted = 0
    for row in arrivals:
        mine = cut(row)
        rivals = [nearness(mine, pieces) for name, pieces in pool.items() if name not in (row["family"], row["of"])]
        assert max(rivals) > 0.08, row["id"]
        tempted += bool(row["family"]) and max(rivals) > nearness(mine, pool[row["family"]])
    assert tempted >= 15


def test_there_are_enough_dated_questions_and_years_that_are_no_time(questions: list[Row]) -> None:
    assert len({row["id"] for row in questions}) == len(questions) >= 80
    count = Counter(row["lang"] for row in questions)
    assert 0.45 <= count["zh"] / len(questions) <= 0.55
    assert sum(bool(row["not_a_time"]) for row in questions) >= 20
    assert sum(row["expected_edition"] is None for row in questions) >= 8


def test_every_question_shows_where_it_speaks_of_a_time_and_where_not(questions: list[Row]) -> None:
    for row in questions:
        assert set(row) == QUESTION, row["id"]
        assert {row["understood"], *row["understood_also"]} <= {"as_of", "edition", "none"}, row["id"]
        assert row["phrase"] in row["question"], row["id"]
        assert row["not_a_time"] in row["question"], row["id"]
        assert row["understood"] == "none" or row["phrase"], row["id"]
        assert row["lang"] == ("zh" if re.search("[一-鿿]", row["question"]) else "en"), row["id"]
        assert row["phrase"] or row["not_a_time"] or row["as_of"] or row["understood_also"], row["id"]


def test_a_date_given_as_option_or_written_out_picks_the_edition_in_effect_that_day(
    questions: list[Row], editions: dict[str, Row]
) -> None:
    """Where nothing else in the question speaks of a time, or its words hold a whole date."""
    checked = 0
    for row in questions:
        day = row["as_of"] or _written_day(row["phrase"])
        if not day:
            continue
        guideline = "bcma-gout" if _is_about_gout(row) else "nics-stable-angina"
        begun = [
            (edition["effective_on"], name)
            for name, edition in editions.items()
            if edition["guideline_id"] == guideline and edition["effective_on"] <= day
        ]
        assert row["expected_edition"] == (max(begun)[1] if begun else None), row["id"]
        checked += 1
    assert checked >= 15


def _is_about_gout(row: Row) -> bool:
    return bool(re.search("痛风|降尿酸|血尿酸|gout|allopurinol", row["question"]))


def _written_day(phrase: str) -> str | None:
    months = list(calendar.month_name)
    if found := re.search(rf"(\d{{1,2}}) ({'|'.join(months[1:])}) (\d{{4}})", phrase):
        return date(int(found[3]), months.index(found[2]), int(found[1])).isoformat()
    if found := re.search(r"(\d{4})(?:年|-)(\d{1,2})(?:月|-)(\d{1,2})", phrase):
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    return None


def test_facts_of_the_expected_edition_stand_in_its_source_and_tell_it_from_the_other(
    questions: list[Row], editions: dict[str, Row], sources: dict[str, str]
) -> None:
    for row in questions:
        if row["expected_edition"] is None:
            assert row["must_include"] == [], row["id"]
            assert row["forbidden"], row["id"]
            assert all(any(fold(value) in text for text in sources.values()) for value in row["forbidden"]), row["id"]
            continue
        guideline = editions[row["expected_edition"]]["guideline_id"]
        own = sources[row["expected_edition"]]
        (other,) = (
            sources[name]
            for name, edition in editions.items()
            if edition["guideline_id"] == guideline and name != row["expected_edition"]
        )
        assert row["must_include"], row["id"]
        assert all(fold(fact) in own for group in row["must_include"] for fact in group), row["id"]
        assert all(fold(value) in other and fold(value) not in own for value in row["forbidden"]), row["id"]
        tells = any(all(fold(fact) not in other for fact in group) for group in row["must_include"])
        assert tells or row["forbidden"], row["id"]
