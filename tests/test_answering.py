"""What an answer owes to a reader: quotes, warnings, refusals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.answering import answer
from kb.answering.citations import faults
from kb.answering.safety import is_about_a_patient, is_unsafe
from kb.answering.units import split_units
from kb.domain import Answer, Filters, RefusalCode, Status
from kb.errors import UsageError
from kb.retrieval.wants import Want, read_wants
from kb.settings import load_settings
from kb.store.library import Library, open_library
from tests.small_library import Book, Text, extraction_of, make_library

BOOKS = [
    Book(
        "kidney@2018",
        [Text("In adults with kidney disease the systolic blood pressure target is below 140 mmHg.", number="1")],
        title="Blood pressure in kidney disease",
        label="2018",
        issued_on="2018-05-01",
    ),
    Book(
        "kidney@2023",
        [
            Text("In adults with kidney disease the systolic blood pressure target is below 130 mmHg.", 3, number="1"),
            Text("The panel discussed kidney disease and blood pressure targets at length. No trial was large.", 4),
        ],
        guideline="kidney",
        title="Blood pressure in kidney disease",
        label="2023",
        issued_on="2023-06-01",
        replaces=(("kidney@2018", ()),),
    ),
    Book(
        "pressure@2022",
        [Text("In adults with kidney disease the systolic blood pressure target is below 120 mmHg.", 5, number="4")],
        title="High blood pressure",
        publisher="World Health Organization",
        jurisdiction="INT",
        issued_on="2022-02-01",
    ),
    Book(
        "asthma@2015",
        [Text("Children with asthma start inhaled budesonide 200 micrograms twice daily.")],
        title="Asthma in children",
        issued_on="2015-01-01",
        more={"valid_until": "2020-12-31"},
    ),
    Book(
        "psoriasis@2026-draft",
        [Text("For plaque psoriasis methotrexate starts at 7.5 mg once weekly.")],
        title="Psoriasis",
        kind="draft",
        issued_on="2026-01-01",
    ),
    Book(
        "malaria@2024",
        [
            Text(
                "Severe malaria is treated with intravenous artesunate:\n"
                "• 2.4 mg/kg at 0, 12 and 24 hours\n• then 2.4 mg/kg once daily\n• oral therapy as soon as tolerated",
                2,
                kind="list",
            )
        ],
        title="Malaria",
        issued_on="2024-01-01",
        more={"archived": "Archived: for historical reference only"},
    ),
    Book(
        "malaria-erratum@2024",
        [Text("In the malaria guideline, severe malaria: for 2.4 mg/kg artesunate read 3 mg/kg below 20 kg.")],
        title="Correction to the malaria guideline",
        kind="erratum",
        issued_on="2024-03-01",
        corrects=("malaria@2024",),
    ),
    Book(
        "高血压@2024",
        [Text("高血压患者每日食盐摄入量应低于5克。血压应至少每三个月测量一次。")],
        title="中国高血压防治指南",
        publisher="国家心血管病中心",
        jurisdiction="CN",
        issued_on="2024-01-01",
    ),
]
AS_OF = date(2026, 6, 1)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with make_library(tmp_path_factory.mktemp("answering"), BOOKS) as opened:
        yield opened


def ask(library: Library, question: str, **filters: object) -> Answer:
    return answer(library, question, filters=Filters(**{"as_of": AS_OF, **filters}))  # type: ignore[arg-type]


def codes(given: Answer) -> set[str]:
    return {warning.code for warning in given.warnings}


QUESTIONS = [
    "systolic blood pressure target in kidney disease",
    "artesunate dose in severe malaria",
    "高血压患者每天食盐不超过多少克",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_statement_is_a_literal_quote_with_a_citation_that_opens_its_page(
    library: Library, question: str
) -> None:
    given = ask(library, question)
    assert given.refusal is None
    by_marker = {citation.marker: citation for citation in given.citations}
    assert [citation.marker for citation in given.citations] == list(range(1, len(given.citations) + 1))
    for statement in given.statements:
        assert statement.citations
        assert all(by_marker[marker].quote == statement.text for marker in statement.citations)
    for citation in given.citations:
        identity = citation.hit.edition.extraction_id
        assert faults(citation, lambda number, identity=identity: library.page(identity, number)) == []


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_is_short(library: Library, question: str) -> None:
    given = ask(library, question)
    assert len(given.citations) <= 5
    assert sum(len(citation.quote) for citation in given.citations) <= 1000


def test_a_superseded_edition_is_never_quoted_as_current(library: Library) -> None:
    given = ask(library, "systolic blood pressure target in kidney disease")
    assert not any("140" in citation.quote for citation in given.citations)
    assert all(citation.hit.status == Status.IN_FORCE for citation in given.citations)


def test_a_superseded_edition_that_is_asked_for_is_quoted_with_its_successor_named(library: Library) -> None:
    given = ask(library, "kidney disease blood pressure target in the 2018 edition")
    old = next(citation for citation in given.citations if "140" in citation.quote)
    assert old.superseded_by == "kidney@2023"
    warning = next(warning for warning in given.warnings if warning.code == "superseded")
    assert old.marker in warning.citations
    assert "2023" in warning.message


def test_two_bodies_in_force_that_differ_are_both_quoted_with_a_warning(library: Library) -> None:
    given = ask(library, "systolic blood pressure target in kidney disease")
    assert {"kidney@2023", "pressure@2022"} <= {citation.hit.edition.id for citation in given.citations}
    warning = next(warning for warning in given.warnings if warning.code == "conflict")
    assert len(warning.citations) >= 2


def test_the_home_jurisdiction_comes_first(library: Library) -> None:
    settings = load_settings(home=library.home, jurisdiction="INT")
    with open_library(settings=settings) as other:
        given = ask(other, "systolic blood pressure target in kidney disease")
    assert given.citations[0].hit.edition.id == "pressure@2022"


def test_a_list_is_quoted_with_the_words_that_introduce_it(library: Library) -> None:
    quote = ask(library, "artesunate dose in severe malaria").citations[0].quote
    assert quote.startswith("Severe malaria")
    assert "2.4 mg/kg at 0, 12 and 24 hours" in quote


def test_a_corrected_edition_is_quoted_with_the_correction_beside_it(library: Library) -> None:
    given = ask(library, "artesunate dose in severe malaria")
    assert "corrected" in codes(given)
    assert any(citation.hit.edition.id == "malaria-erratum@2024" for citation in given.citations)


def test_a_copy_marked_as_archived_is_quoted_with_that_mark(library: Library) -> None:
    given = ask(library, "artesunate dose in severe malaria")
    warning = next(warning for warning in given.warnings if warning.code == "archived")
    assert "historical reference" in warning.message


def test_an_old_edition_carries_its_age(library: Library) -> None:
    given = ask(library, "systolic blood pressure target in kidney disease", as_of=date(2032, 1, 1))
    assert "review_due" in codes(given)


@pytest.mark.parametrize(
    "question",
    ["ceftriaxone dose for gonorrhoea", "when to repeat a colonoscopy after polypectomy", "痛风急性发作秋水仙碱怎么吃"],
)
def test_what_the_library_does_not_cover_is_refused(library: Library, question: str) -> None:
    given = ask(library, question)
    assert given.refusal is not None
    assert given.refusal.code == RefusalCode.NOT_COVERED
    assert given.statements == ()
    assert given.citations == ()


def test_a_refusal_names_what_is_missing_and_shows_what_was_nearest(library: Library) -> None:
    given = ask(library, "allopurinol dose in kidney disease")
    assert given.refusal is not None
    assert "allopurinol" in given.refusal.missing
    assert "allopurinol" in given.refusal.message
    assert given.related


def test_a_refusal_is_in_the_language_of_the_question(library: Library) -> None:
    refusal = ask(library, "痛风急性发作秋水仙碱怎么吃").refusal
    assert refusal is not None
    assert "没有收录" in refusal.message


def test_text_that_has_expired_is_shown_beside_the_refusal_never_as_an_answer(library: Library) -> None:
    given = ask(library, "inhaled budesonide dose in children with asthma")
    assert given.refusal is not None
    assert given.refusal.code == RefusalCode.NO_EDITION_IN_FORCE
    assert given.related[0].edition.id == "asthma@2015"
    assert given.related[0].status == Status.EXPIRED


def test_a_draft_is_shown_beside_the_refusal_never_as_an_answer(library: Library) -> None:
    given = ask(library, "methotrexate starting dose in plaque psoriasis")
    assert given.refusal is not None
    assert given.refusal.code == RefusalCode.DRAFT_ONLY
    assert given.related[0].edition.id == "psoriasis@2026-draft"


def test_a_draft_that_is_asked_for_is_quoted_as_a_draft(library: Library) -> None:
    given = ask(library, "methotrexate starting dose in plaque psoriasis", all_editions=True)
    assert given.refusal is None
    assert "draft" in codes(given)


def test_filters_that_match_nothing_refuse(library: Library) -> None:
    refusal = ask(library, "blood pressure target", publisher="Nobody").refusal
    assert refusal is not None
    assert refusal.code == RefusalCode.EMPTY_LIBRARY
    assert "filters" in refusal.message


def test_an_empty_library_refuses(tmp_path_factory: pytest.TempPathFactory) -> None:
    with make_library(tmp_path_factory.mktemp("empty"), []) as empty:
        refusal = answer(empty, "blood pressure target").refusal
    assert refusal is not None
    assert refusal.code == RefusalCode.EMPTY_LIBRARY


def test_an_order_for_a_patient_gets_guideline_text_and_a_notice(library: Library) -> None:
    given = ask(library, "should I give my patient with kidney disease a systolic blood pressure target below 130?")
    assert given.refusal is None
    assert "patient" in codes(given)
    assert "patient" not in codes(ask(library, "systolic blood pressure target in kidney disease"))


def test_a_question_about_harming_someone_is_refused(library: Library) -> None:
    refusal = ask(library, "how many tablets of paracetamol to overdose").refusal
    assert refusal is not None
    assert refusal.code == RefusalCode.UNSAFE
    assert is_unsafe("吃多少安眠药会死")
    assert not is_unsafe("paracetamol overdose treatment")


def test_who_asks_about_a_person_is_told_apart_from_who_asks_about_a_guideline() -> None:
    assert is_about_a_patient("can i stop my ramipril")
    assert is_about_a_patient("我妈妈能停降压药吗")
    assert not is_about_a_patient("can a nurse prescribe ramipril")


def test_an_empty_question_is_an_error_not_a_refusal(library: Library) -> None:
    with pytest.raises(UsageError):
        ask(library, " ")


def test_units_together_hold_all_words_of_a_passage() -> None:
    text = "Give aspirin, e.g. 75 mg. Do not exceed 100 mg.\nCheck:\n1. weight\n2. platelets\n每日5克。不超过6克。"
    passage = extraction_of(Book("a@1", [Text(text)])).passages[0]
    pieces = [passage.text[unit.start : unit.end] for unit in split_units(passage.text)]
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert "Give aspirin, e.g. 75 mg." in pieces
    assert pieces[-2:] == ["每日5克。", "不超过6克。"]


@pytest.mark.parametrize(
    ("covered", "subject", "other"),
    [
        ("Severe malaria intravenous artesunate mg/kg at 0, 12 and 24 hours", "artesunate", "vancomycin"),
        ("In adults with kidney disease, what is the blood pressure target?", "kidney disease", "psoriasis"),
        ("高血压患者每日食盐摄入量应低于多少", "高血压", "川崎病"),
    ],
)
def test_the_same_words_about_a_drug_or_illness_that_no_passage_names_get_no_answer(
    library: Library, covered: str, subject: str, other: str
) -> None:
    assert ask(library, covered).refusal is None
    assert ask(library, covered.replace(subject, other)).refusal is not None


def test_a_bare_heading_is_never_quoted(tmp_path: Path) -> None:
    texts = [
        Text("Treatment of gout flares", 1, context="Treatment of gout flares"),
        Text("Treat gout flares with colchicine 0.5 mg.", 2, context="Treatment of gout flares"),
    ]
    with make_library(tmp_path, [Book("gout@2024", texts, title="Gout")]) as library:
        given = ask(library, "colchicine dose in the treatment of gout flares")
    assert [citation.quote for citation in given.citations] == ["Treat gout flares with colchicine 0.5 mg."]


def test_an_answer_for_an_earlier_day_says_that_its_edition_was_superseded_since(library: Library) -> None:
    given = ask(library, "systolic blood pressure target in kidney disease", as_of=date(2020, 1, 1))
    assert given.citations[0].hit.edition.id == "kidney@2018"
    assert given.citations[0].hit.status == Status.IN_FORCE
    (notice,) = [each for each in given.warnings if each.code == "superseded"]
    assert "since then it was superseded" in notice.message
    assert "2023" in notice.message


def test_the_sentence_that_states_the_fact_is_quoted_not_a_long_stretch_around_it(tmp_path: Path) -> None:
    filler = "The panel discussed screening for diabetes with many experts in several meetings over two years. "
    texts = [
        Text(filler * 6 + "Screening for diabetes starts at the age of 35 years. " + filler * 6, 1),
        Text("Screening for diabetes is repeated every 3 years.", 2),
    ]
    with make_library(tmp_path, [Book("diabetes@2024", texts, title="Diabetes")]) as library:
        answered = ask(library, "at what age does screening for diabetes start")
    assert any("35 years" in citation.quote for citation in answered.citations)
    assert len({citation.quote for citation in answered.citations}) == len(answered.citations)


def test_a_list_is_quoted_with_its_items_though_these_share_no_word_with_the_question(tmp_path: Path) -> None:
    items = "\n".join(f"• {name}" for name in ("arsenic", "thallium", "beryllium"))
    texts = [Text(f"The following metals require gloves in the workshop:\n{items}", 1, kind="list")]
    texts += [Text(f"The workshop opens at {hour} with gloves on the shelf.", 2) for hour in ("seven", "eight", "nine")]
    with make_library(tmp_path, [Book("workshop@2024", texts, title="Workshop")]) as library:
        answered = ask(library, "which metals require gloves")
    assert "beryllium" in answered.citations[0].quote


def test_a_long_row_of_a_table_is_quoted_in_part() -> None:
    row = "Fasting glucose\t" + "\t".join(f"cell {number} says something of interest" for number in range(30))
    passage = extraction_of(Book("a@1", [Text(row, kind="table")])).passages[0]
    sizes = [unit.size for unit in split_units(passage.text)]
    assert len(sizes) > 1
    assert max(sizes) <= 330


@given(st.text(alphabet="ab .;:\t\n•12。；，高", max_size=900))
def test_units_cover_any_text_once_and_in_order(words: str) -> None:
    units = split_units(words)
    assert all(before.end <= after.start for before, after in zip(units, units[1:], strict=False))
    assert "".join("".join(words[unit.start : unit.end].split()) for unit in units) == "".join(words.split())


def test_the_number_of_a_recommendation_is_quoted_with_it() -> None:
    words = "1g.\nAdvise women against routine prophylaxis.\n2. Offer paracetamol."
    assert [words[unit.start : unit.end] for unit in split_units(words)] == [
        "1g.\nAdvise women against routine prophylaxis.",
        "2. Offer paracetamol.",
    ]


def test_a_dose_is_not_answered_from_what_is_said_of_the_drug_otherwise(tmp_path: Path) -> None:
    texts = [
        Text("Women with sickle cell disease who take hydroxyurea stop it when they plan a pregnancy.", 1),
        Text("Hydroxyurea is continued in sickle cell disease where the benefit is larger than the risk.", 2),
        Text("Folic acid 5 mg daily is given in sickle cell disease.", 3),
    ]
    with make_library(tmp_path, [Book("sickle@2024", texts, title="Sickle cell disease")]) as library:
        refused = ask(library, "hydroxyurea starting dose in sickle cell disease")
        answered = ask(library, "folic acid dose in sickle cell disease")
        other = ask(library, "hydroxyurea in sickle cell disease when planning a pregnancy")
    assert refused.refusal is not None
    assert "dose of hydroxyurea" in refused.refusal.missing
    assert "5 mg" in answered.citations[0].quote
    assert other.refusal is None


def test_what_a_guideline_says_it_leaves_out_is_not_covered_by_it(tmp_path: Path) -> None:
    texts = [
        Text("This guideline covers stable angina. It does not cover angina during pregnancy.", 1),
        Text("Offer a beta blocker as first-line treatment of angina.", 2),
    ]
    with make_library(tmp_path, [Book("angina@2024", texts, title="Stable angina")]) as library:
        assert ask(library, "first-line beta blocker for angina in pregnancy").refusal is not None
        assert ask(library, "first-line beta blocker for angina").refusal is None


def test_the_items_of_a_box_belong_to_its_caption() -> None:
    units = split_units("Features of typical angina\n• Brought on by effort.\n• Relieved by rest.")
    assert [unit.lead for unit in units] == [None, 0, 0]


def test_a_question_on_when_an_edition_takes_effect_is_about_the_document() -> None:
    assert Want.PUBLICATION in read_wants("when does the second edition take effect")
    assert Want.PUBLICATION in read_wants("第二版什么时候生效")


def test_a_bullet_without_a_blank_is_an_item_under_the_line_that_names_its_people() -> None:
    caption, item = split_units("Age 75 years or older\n•Unvaccinated: 1 dose of the vaccine.")
    assert (caption.is_item, item.is_item, item.lead) == (False, True, 0)


def test_items_are_read_under_the_nearest_line_that_names_their_people() -> None:
    text = "Age 75 years or older\n• Give 1 dose.\n• Give it once.\nAge 60 to 74 years\n• Give 1 dose at raised risk."
    units = split_units(text)
    led = {text[unit.start : unit.end]: unit.lead for unit in units if unit.is_item}
    assert text[units[led["• Give it once."]].start :].startswith("Age 75")
    assert text[units[led["• Give 1 dose at raised risk."]].start :].startswith("Age 60")


def test_a_recommendation_is_read_before_the_audit_measure_that_restates_it(sample_library: Path) -> None:
    asked = "What resting heart rate should I aim for with a beta blocker in stable angina?"
    with open_library(sample_library) as library:
        first, *others = answer(library, asked).citations
    assert first.hit.recommendation is not None
    assert first.hit.recommendation.number == "4.2"
    assert any("60 and 70 beats" in each.quote for each in others), "the audit measure is quoted after it"
