"""Every answer knows its edition: a sentence on each, the successor's passage, the other editions on request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from kb.answering import answer, with_history
from kb.domain import Filters, Status
from kb.store.library import Library
from kb.store.registry import ActKind
from kb.versions.standing import standing
from tests.doors import gkb
from tests.ledgers import History
from tests.small_library import make_library
from tests.test_when import BOOKS, DOSE_2019, DOSE_2024

D = date.fromisoformat


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with make_library(tmp_path_factory.mktemp("standing"), BOOKS) as opened:
        yield opened


def two() -> History:
    history = History()
    history.publish("old", "2016-03-18", publisher="CDC", label="2016")
    history.publish("new", "2022-11-04", publisher="CDC", label="2022")
    history.relate("new", "replaces", "old")
    return history


@pytest.mark.parametrize(
    ("edition", "day", "language", "sentence"),
    [
        ("old", "2026-01-01", "en", "CDC, 2016, in force 2016-03-18 to 2022-11-03; superseded by CDC 2022"),
        ("old", "2020-01-01", "en",
         "CDC, 2016, in force since 2016-03-18, to 2022-11-03"),
        ("old", "2010-01-01", "en",
         "CDC, 2016, in force from 2016-03-18"),
        ("new", "2026-01-01", "en", "CDC, 2022, in force since 2022-11-04"),
        ("old", "2026-01-01", "zh", "CDC，2016，2016-03-18至2022-11-03有效；已被CDC 2022替代"),
    ],
)  # fmt: skip
def test_the_sentence_says_from_when_to_when_and_what_replaced_it(
    edition: str, day: str, language: str, sentence: str
) -> None:
    assert standing(two().ledger(), edition, D(day), language) == sentence


def test_drafts_withdrawn_expired_and_partly_replaced_editions_say_what_they_are() -> None:
    history = History()
    history.publish("draft", "2022-02", publisher="P", label="2022 draft", kind="draft")
    history.publish("gone", "2018", publisher="P", label="2018")
    history.add(ActKind.WITHDRAW, "gone", withdrawn_on="2020-01-01")
    history.publish("done", "2015-01-01", publisher="P", label="2015", valid_until="2017-12-31")
    history.publish("base", "2019-01-01", publisher="P", label="2019")
    history.publish("part", "2021-01-01", publisher="P", label="2021", kind="partial_update")
    history.relate("part", "amends", "base", scope=["1"])
    ledger, day = history.ledger(), D("2024-01-01")
    assert standing(ledger, "draft", day) == "P, 2022 draft, draft of 2022-02, never in force"
    assert standing(ledger, "gone", day).endswith("withdrawn by its publisher on 2020-01-01")
    assert standing(ledger, "done", day) == "P, 2015, in force 2015-01-01 to 2017-12-31; valid until 2017-12-31"
    assert standing(ledger, "base", day).endswith("in force since 2019-01-01; parts replaced by P 2021")


def test_every_citation_carries_its_sentence(library: Library) -> None:
    given = answer(library, "aspirin dose in stable angina")
    assert given.citations
    assert all("in force since 2024-11-01" in each.hit.standing for each in given.citations)


def test_beside_a_superseded_quote_stands_the_successor_s_passage_on_the_same_subject(library: Library) -> None:
    given = answer(library, "aspirin dose in stable angina in the first edition")
    assert {each.hit.edition.id for each in given.citations} == {"angina@2019"}
    first = given.related[0]
    assert (first.edition.id, first.status) == ("angina@2024", Status.IN_FORCE)
    assert first.passage.text == DOSE_2024


def test_no_successor_stands_beside_what_is_in_force(library: Library) -> None:
    given = answer(library, "aspirin dose in stable angina")
    assert all(hit.edition.guideline_id != "angina" for hit in given.related)


def test_on_request_the_other_editions_are_quoted_beside_the_answer_with_their_days(library: Library) -> None:
    plain = answer(library, "aspirin dose in stable angina")
    assert plain.history == ()
    given = with_history(library, plain)
    assert [(hit.edition.id, hit.status) for hit in given.history] == [("angina@2019", Status.SUPERSEDED)]
    assert given.history[0].passage.text == DOSE_2019
    assert "in force 2019-07-01 to 2024-10-31" in given.history[0].standing
    assert given.citations == plain.citations


def test_the_history_is_that_of_the_day_asked_for(library: Library) -> None:
    filters = Filters(as_of=D("2020-01-01"))
    given = with_history(library, answer(library, "aspirin dose in stable angina", filters=filters), filters)
    assert [hit.status for hit in given.history] == [Status.NOT_YET_EFFECTIVE]


def test_the_terminal_prints_sentence_and_history(sample_library: Path) -> None:
    ran = gkb("ask", "aspirin dose for stable angina", "--history", "--home", sample_library)
    assert "in force since 2024-11-01" in ran.out
    assert "Other editions on the same question:" in ran.out
    assert "in force 2019-07-01 to 2024-10-31; superseded by" in ran.out
