"""Follow-ups keep the subject, the day and the filters of the question before, by rules that the reader sees."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from kb.answering import answer
from kb.answering.follow_up import read_follow_up
from kb.domain import Filters
from kb.store.library import Library
from tests.small_library import Book, Text, make_library

ANGINA = "aspirin dose in stable angina"


@pytest.mark.parametrize(
    ("question", "before", "read_as"),
    [
        ("and in pregnancy?", ANGINA, "aspirin dose in stable angina in pregnancy?"),
        ("What about clopidogrel?", ANGINA, "clopidogrel dose in stable angina?"),
        ("and for children under 12?", "amoxicillin for adults in 2019", "amoxicillin for children under 12 in 2019?"),
        ("那老年人呢？", "痛风患者的血尿酸控制目标是多少？", "老年人，痛风患者的血尿酸控制目标是多少？"),
        ("那儿童呢?", "成人哮喘首选什么药？", "儿童哮喘首选什么药？"),
        ("别嘌醇呢？", "非布司他的起始剂量", "别嘌醇的起始剂量？"),
    ],
)  # fmt: skip
def test_a_follow_up_is_read_with_the_question_before_it(question: str, before: str, read_as: str) -> None:
    assert read_follow_up(question, before).text == read_as


@pytest.mark.parametrize(
    "question",
    [
        "nicorandil starting dose",
        "And which antihypertensive drugs lower mortality most in old people with heart failure?",
        "and?",
        "?",
    ],
)
def test_a_question_of_its_own_is_left_as_it_is(question: str) -> None:
    assert read_follow_up(question, ANGINA).text == question
    assert not read_follow_up("and in pregnancy?", "").is_one


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    books = [
        Book("angina@2015", [Text("Offer aspirin 300 mg once daily to adults with stable angina.", number="1")],
             title="Stable angina", issued_on="2015-01-01"),
        Book("angina@2023",
             [Text("Offer aspirin 75 mg once daily to adults with stable angina.", number="1"),
              Text("Offer clopidogrel 75 mg once daily in stable angina if aspirin is not tolerated.", 2)],
             guideline="angina", title="Stable angina", issued_on="2023-01-01", replaces=(("angina@2015", ()),)),
    ]  # fmt: skip
    with make_library(tmp_path_factory.mktemp("follow_up") / "store", books) as opened:
        yield opened


def test_the_answer_says_how_a_follow_up_was_read_and_keeps_the_day(library: Library) -> None:
    first = answer(library, ANGINA, filters=Filters(as_of=date(2020, 1, 1)))
    assert "300 mg" in first.citations[0].quote
    second = answer(library, "and in adults?", filters=Filters(as_of=date(2020, 1, 1)), follow_up_of=first.question)
    assert second.question == "aspirin dose in stable angina in adults?"
    assert any(second.question in note for note in second.understood.notes)
    assert {each.hit.edition.id for each in second.citations} == {"angina@2015"}


def test_a_follow_up_of_a_follow_up_goes_on(library: Library) -> None:
    second = answer(library, "and clopidogrel?", follow_up_of=ANGINA)
    third = answer(library, "and in adults?", follow_up_of=second.question)
    assert third.question == "clopidogrel dose in stable angina in adults?"
