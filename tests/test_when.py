"""What a question says about time is understood, acted on and said; a patient's own dates are not the guideline's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.answering import answer
from kb.domain import Answer, Filters, Status
from kb.retrieval.when import When, edition_numbers, read_time
from kb.store.library import Library
from tests.small_library import Book, Text, make_library

DOSE_2019 = "Offer aspirin 150 mg once daily to adults with stable angina."
DOSE_2024 = "Offer aspirin 75 mg once daily to adults with stable angina."
FEBUXOSTAT = {
    "2021": "非布司他起始剂量为40 mg/d，每4周调整一次。",
    "2025": "非布司他起始剂量为20 mg/d，每4周调整一次。",
}
BOOKS = [
    Book(
        "angina@2019",
        [Text(DOSE_2019, 7, number="5.1")],
        title="Stable Angina",
        label="First edition (2019)",
        issued_on="2019-05-14",
        more={"effective_on": "2019-07-01"},
    ),
    Book(
        "angina@2024",
        [Text(DOSE_2024, 6, number="5.1")],
        title="Stable Angina",
        label="Second edition (2024)",
        issued_on="2024-09-17",
        replaces=(("angina@2019", ()),),
        more={"effective_on": "2024-11-01"},
    ),
    Book(
        "gout@2021",
        [Text(FEBUXOSTAT["2021"], 5, number="8")],
        title="痛风诊疗规范",
        label="2021版",
        issued_on="2021-03-20",
    ),
    Book(
        "gout@2025",
        [Text(FEBUXOSTAT["2025"], 5, number="9")],
        title="痛风管理指南",
        label="2025年修订版",
        issued_on="2025-06-18",
        replaces=(("gout@2021", ()),),
    ),
    Book(
        "asthma@2022",
        [Text("Offer budesonide 200 micrograms twice daily to adults with asthma.", 3)],
        title="Asthma",
        issued_on="2022-03-01",
    ),
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with make_library(tmp_path_factory.mktemp("when"), BOOKS) as opened:
        yield opened


def editions(given: Answer) -> set[str]:
    return {citation.hit.edition.id for citation in given.citations}


OLD, NEW = {"angina@2019"}, {"angina@2024"}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What aspirin dose was recommended for stable angina in 2020?", OLD),
        ("aspirin dose for stable angina in 2019", OLD),
        ("As of October 2024, aspirin dose in stable angina", OLD),
        ("For a patient seen on 3 May 2021, was aspirin 75 mg for stable angina correct?", OLD),
        ("Before the 2024 update, what was the aspirin dose in stable angina?", OLD),
        ("aspirin dose in stable angina before the second edition", OLD),
        ("aspirin dose in stable angina before 2024", OLD),
        ("What did the first edition say about the aspirin dose in stable angina?", OLD),
        ("aspirin dose in stable angina, 2019 guideline", OLD),
        ("aspirin dose in stable angina in the previous edition", OLD),
        ("what aspirin dose did the old guideline recommend in stable angina", OLD),
        ("aspirin dose in stable angina", NEW),
        ("latest edition: aspirin dose in stable angina", NEW),
        ("aspirin dose in stable angina in the second edition", NEW),
        ("aspirin dose in stable angina as of January 2025", NEW),
        ("My patient had a stent in 2020, what aspirin dose for stable angina?", NEW),
        ("2022年时，非布司他起始剂量是多少", {"gout@2021"}),
        ("2025年修订版之前，非布司他起始剂量", {"gout@2021"}),
        ("2021版里非布司他起始剂量", {"gout@2021"}),
        ("旧版规范：非布司他起始剂量", {"gout@2021"}),
        ("最新版：非布司他起始剂量", {"gout@2025"}),
        ("2018年确诊的痛风患者，非布司他起始剂量", {"gout@2025"}),
    ],
)
def test_a_question_about_time_is_answered_from_the_edition_it_means(
    library: Library, question: str, expected: set[str]
) -> None:
    family = next(iter(expected)).partition("@")[0]
    assert {key for key in editions(answer(library, question)) if key.startswith(family)} == expected


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("aspirin dose for stable angina in 2020", "Asked as of 2020-12-31: the question says “in 2020”."),
        ("aspirin dose in stable angina in the previous edition", "the edition before the present one"),
        ("aspirin dose in stable angina before the second edition", "asked as of 2024-10-31"),
        ("aspirin dose in stable angina in the first edition", "the question names it"),
        ("最新版：非布司他起始剂量", "现行有效"),
        ("2022年时，非布司他起始剂量是多少", "按2022-12-31当日查询"),
    ],
)
def test_what_was_made_of_the_time_is_said(library: Library, question: str, said: str) -> None:
    assert any(said in note for note in answer(library, question).understood.notes)


def test_a_year_in_which_the_edition_changed_shows_both_and_says_when(library: Library) -> None:
    given = answer(library, "aspirin dose in stable angina in 2024")
    assert editions(given) == OLD | NEW
    statuses = {citation.hit.edition.id: citation.hit.status for citation in given.citations}
    assert statuses == {"angina@2019": Status.SUPERSEDED, "angina@2024": Status.IN_FORCE}
    assert any("2024-11-01" in note for note in given.understood.notes)


def test_before_any_edition_was_in_force_nothing_is_quoted(library: Library) -> None:
    given = answer(library, "What aspirin dose was recommended for stable angina in 2010?")
    assert given.refusal is not None
    assert not given.citations


def test_a_date_that_is_chosen_wins_over_the_words_and_that_is_said(library: Library) -> None:
    given = answer(library, "aspirin dose for stable angina in 2020", filters=Filters(as_of=date(2025, 1, 1)))
    assert editions(given) == NEW
    assert any("as chosen" in note for note in given.understood.notes)


def test_an_edition_that_the_library_does_not_hold_is_not_answered_from_another(library: Library) -> None:
    given = answer(library, "aspirin dose in stable angina in the third edition")
    assert given.refusal is not None
    assert not given.citations
    assert "No edition that fits “third edition” is in this library" in given.refusal.message
    assert "Second edition (2024)" in given.refusal.message


def test_naming_one_guideline_s_edition_hides_no_other_guideline(library: Library) -> None:
    given = answer(library, "budesonide dose in adults with asthma, 2022 guideline")
    assert editions(given) == {"asthma@2022"}


@pytest.mark.parametrize(
    "question",
    [
        "patient vaccinated with PPSV23 in 2018, when is PCV20 due",
        "adults born before 1957, is MMR needed",
        "last Pap in 2020, when next",
        "how many overdose deaths in 2016",
        "prevalence of obesity in 2019",
        "daily intake below 2000 kcal",
        "dose in 2000 patients",
        "how long before the second dose",
        "stop aspirin before surgery",
        "2018年确诊的患者现在怎么治疗",
        "2016年全国调查的患病率",
        "术前多久停药",
        "A teacher who retired in 2019 has angina. How much spray?",
        "In 2020 he was put on aspirin. What dose does the guideline recommend today?",
        "她2021年起肾功能下降，能用苯溴马隆吗",
        "我们2020年开业的门诊，多久复查一次",
        "",
    ],
)
def test_a_patient_s_dates_and_figures_are_not_the_date_of_the_guidance(question: str) -> None:
    assert read_time(question) is None


def test_days_to_come_are_not_asked_of() -> None:
    assert read_time("elimination of gout in 2030", date(2026, 1, 1)) is None
    asked = read_time("aspirin dose in 2026", date(2026, 5, 1))
    assert asked is not None
    assert asked.last == date(2026, 5, 1)


def test_comparing_two_editions_hides_neither() -> None:
    for question in ("2016 vs 2022 guideline wording", "what changed since the 2019 edition", "2021版与2025版的区别"):
        asked = read_time(question)
        assert asked is not None
        assert asked.when == When.COMPARE


@pytest.mark.parametrize(
    ("text", "number"),
    [("seventh edition", "7"), ("7th edition", "7"), ("trial version 7", "7"), ("试行第七版", "7"), ("第十二版", "12"),
     ("version 2.3", "2.3"), ("第二十版", "20")],
)  # fmt: skip
def test_an_edition_s_number_is_read_however_it_is_written(text: str, number: str) -> None:
    assert list(edition_numbers(text)) == [number]


@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from(["before", "in", "2019", "年", "版", "第", "7", "the", "edition", "update", "前", "前面"])
    ).map(" ".join)
)
def test_no_question_however_odd_stops_the_reading_of_time(question: str) -> None:
    asked = read_time(question, date(2026, 11, 27))
    if asked is not None and asked.last is not None:
        assert asked.first is not None
        assert asked.first <= asked.last <= date(2026, 11, 27)
