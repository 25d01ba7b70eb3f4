"""Nothing superseded, draft, withdrawn or not yet in effect is given as current: any question, day, path, order."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from kb.answering import answer
from kb.domain import Answer, Filters, Hit
from kb.retrieval import search
from kb.retrieval.when import When, read_time
from kb.store.library import Library, open_library
from kb.text import squeeze
from tests.small_library import Book, Text, make_library

DATA = Path(__file__).parent / "data"
PATHS = ("fused", "lexical", "dense")
CURRENT = ("in_force", "partially_superseded")
# When the samples were in force, as their title pages say: [from, to).
SAMPLES = {
    "nics-stable-angina@2019-05-14": ("2019-07-01", "2024-11-01"),
    "nics-stable-angina@2024-09-17": ("2024-11-01", "9999-12-31"),
    "bcma-gout@2021-03-20": ("2021-05-01", "2025-09-01"),
    "bcma-gout@2025-06-18": ("2025-09-01", "9999-12-31"),
}
READ_AS = {
    When.ON: "as_of", When.BEFORE: "as_of", When.EDITION: "edition", When.PREVIOUS: "edition", When.NEWEST: "edition",
    When.COMPARE: "none", None: "none",
}  # fmt: skip


def is_in_force(intervals: dict[str, tuple[str, str]], edition_id: str, day: date) -> bool:
    begin, end = intervals.get(edition_id, ("9999-12-31", "9999-12-31"))
    return begin <= day.isoformat() < end


def days_around(intervals: dict[str, tuple[str, str]]) -> list[date]:
    """Every first day of an edition, the day before and the day after; and today."""
    begins = {date.fromisoformat(begin) for begin, _ in intervals.values()}
    return sorted({day + timedelta(days=shift) for day in begins for shift in (-1, 0)} | {date.today()})


def take_path(path: str, patch: pytest.MonkeyPatch) -> None:
    """Leave only one leg of retrieval."""
    from kb.retrieval.rank import fuse

    if path == "lexical":
        patch.setattr(sys.modules["kb.retrieval.search"], "fuse", lambda words, _, unknown: fuse(words, None, unknown))
    if path == "dense":
        patch.setattr(
            sys.modules["kb.retrieval.search"], "fuse", lambda words, dense, unknown: fuse(0 * words, dense, unknown)
        )


def shown_as_current(given: Answer | None, hits: tuple[Hit, ...]) -> set[str]:
    """Editions of which something is given as in force."""
    answered = [*(citation.hit for citation in given.citations), *given.related] if given else []
    everything = [*answered, *hits]
    return {hit.edition.id for hit in everything if hit.status in CURRENT and hit.passage_status in CURRENT}


@pytest.fixture(scope="module")
def library(sample_library: Path) -> Iterator[Library]:
    with open_library(sample_library) as opened:
        yield opened


@pytest.mark.parametrize("path", PATHS)
def test_on_any_day_and_path_only_what_is_in_force_is_given_as_current(
    library: Library, samples: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    take_path(path, monkeypatch)
    lines = (samples / "questions.jsonl").read_text("utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines][::8]
    wrong, asked = [], 0
    for question, day in itertools.product(questions, days_around(SAMPLES)):
        filters = Filters(as_of=day)
        given = shown_as_current(
            answer(library, question, filters=filters), search(library, question, filters=filters).hits
        )
        asked += 1
        wrong += [(question, day, each) for each in given if not is_in_force(SAMPLES, each, day)]
    assert asked > 30
    assert not wrong


@dataclass(frozen=True)
class Dated:
    """A frozen question, how its time was read, and its answer."""

    line: dict[str, Any]
    read: str
    given: Answer


@pytest.fixture(scope="module")
def dated(library: Library) -> list[Dated]:
    found = []
    for text in (DATA / "edition_questions.jsonl").read_text("utf-8").splitlines():
        line = json.loads(text)
        filters = Filters(as_of=date.fromisoformat(line["as_of"]) if line["as_of"] else None)
        time = read_time(line["question"])
        found.append(
            Dated(line, READ_AS[time.when if time else None], answer(library, line["question"], filters=filters))
        )
    return found


def test_dated_questions_are_understood(dated: list[Dated]) -> None:
    wrong = [
        f"{each.line['question']}: {each.read}"
        for each in dated
        if each.read not in (each.line["understood"], *each.line["understood_also"])
    ]
    assert 1 - len(wrong) / len(dated) >= 0.95, "\n".join(wrong)


def test_no_dated_question_is_answered_from_another_edition_than_the_one_it_asks_for(dated: list[Dated]) -> None:
    wrong = []
    for each in dated:
        family = (each.line["expected_edition"] or "").split("@")[0]
        cited = {citation.hit.edition.id for citation in each.given.citations}
        of_family = {key for key in cited if key.split("@")[0] == family or not family}
        if of_family - {each.line["expected_edition"]}:
            wrong.append(each.line["question"])
        quoted = squeeze("".join(citation.quote for citation in each.given.citations))
        wrong += [f"{each.line['question']}: {text}" for text in each.line["forbidden"] if squeeze(text) in quoted]
    assert not wrong


def test_dated_questions_are_answered_from_the_right_edition(dated: list[Dated]) -> None:
    right = [
        each
        for each in dated
        if each.line["expected_edition"] in ({c.hit.edition.id for c in each.given.citations} or {None})
    ]
    assert len(right) / len(dated) >= 0.9


BOOKS = (
    Book(
        "gout@2015",
        [Text("Offer allopurinol 100 mg daily to adults with gout.", number="1")],
        title="Gout",
        issued_on="2015-01-01",
    ),
    Book(
        "gout@2020",
        [Text("Offer allopurinol 50 mg daily to adults with gout.", number="1")],
        title="Gout",
        issued_on="2020-01-01",
        replaces=(("gout@2015", ()),),
    ),
    Book(
        "gout@2024-draft",
        [Text("Offer allopurinol 25 mg daily to adults with gout.", number="1")],
        title="Gout",
        issued_on="2024-01-01",
        kind="draft",
        replaces=(("gout@2020", ()),),
    ),
    Book(
        "gout-care@2018",
        [Text("Offer allopurinol 75 mg daily to adults with gout until 2019.", number="1")],
        title="Gout care",
        issued_on="2018-01-01",
        more={"valid_until": "2018-12-31"},
    ),
    Book(
        "gout@2030",
        [Text("Offer allopurinol 10 mg daily to adults with gout.", number="1")],
        title="Gout",
        issued_on="2025-06-01",
        replaces=(("gout@2020", ()),),
        more={"effective_on": "2030-01-01"},
    ),
)
INTERVALS = {
    "gout@2015": ("2015-01-01", "2020-01-01"),
    "gout@2020": ("2020-01-01", "2030-01-01"),
    "gout-care@2018": ("2018-01-01", "2019-01-01"),
    "gout@2030": ("2030-01-01", "9999-12-31"),
}


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (1, 4, 0, 2, 3), (2, 1, 3, 4, 0)])
def test_in_whatever_order_editions_come_in_only_what_is_in_force_is_given_as_current(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: tuple[int, ...]
) -> None:
    with make_library(tmp_path / "store", [BOOKS[place] for place in order]) as opened:
        for path in PATHS:
            with monkeypatch.context() as patch:
                take_path(path, patch)
                for day in days_around(INTERVALS):
                    filters = Filters(as_of=day)
                    given = answer(opened, "allopurinol dose in gout", filters=filters) if path == "fused" else None
                    hits = search(opened, "allopurinol dose in gout", filters=filters).hits
                    expected = {key for key in INTERVALS if is_in_force(INTERVALS, key, day)}
                    assert shown_as_current(given, hits) == expected, (path, day)
                    assert all(hit.status not in ("superseded", "draft", "not_yet_effective") for hit in hits)
