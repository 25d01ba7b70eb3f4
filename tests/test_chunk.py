"""Passages: whole sentences of one section on at most two pages, that together hold all that is on the pages."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.chunk import FULL, HAN, MOST, WORDS, make_passages, weigh
from ingest.layout import Document, Line, Page
from ingest.parse import measure_coverage
from ingest.recommendations import find_recommendations
from ingest.structure import read_structure
from kb.domain import Passage
from tests.handmade import PROSE, PROSE_ZH, Row, document, heading, page, paragraph, wide_paragraph

WORD_LIST = [
    "blood",
    "pressure",
    "treatment",
    "adults",
    "should",
    "be",
    "given",
    "140/90",
    "mmHg",
    "≥5.5",
    "mmol/L",
    "vs.",
    "e.g.",
    "tablets",
    "daily",
    "(low)",
]
CHINESE = "患者应每日服用一次药物血压目标值小于一百四十毫米汞柱推荐建议观察肾功能"


def read(made: Document) -> tuple[Passage, ...]:
    structure = read_structure(made)
    return make_passages(structure, find_recommendations(structure))


def squeeze(text: str) -> str:
    return re.sub(r"[\s\-‐‑]", "", text)


sentences = st.lists(st.sampled_from(WORD_LIST), min_size=3, max_size=25).map(
    lambda words: " ".join(words).capitalize() + "."
)
chinese = st.text(alphabet=CHINESE, min_size=6, max_size=60).map(lambda text: text + "。")


@st.composite
def rows(draw: st.DrawFn) -> list[Row]:
    """A title, a paragraph, a list, a graded statement or a small table."""
    kind = draw(st.sampled_from(["title", "prose", "prose", "chinese", "list", "graded", "table"]))
    if kind == "title":
        return [heading(draw(st.sampled_from(["Treatment", "3.2 Targets", "Follow-up", "References", "一、诊断"])))]
    if kind == "chinese":
        return wide_paragraph("".join(draw(st.lists(chinese, min_size=1, max_size=9))))
    if kind == "list":
        items = draw(st.lists(sentences, min_size=1, max_size=12))
        return [*paragraph("Check the following:"), *(row for item in items for row in paragraph(f"• {item}", gap=0.2))]
    if kind == "graded":
        return paragraph(
            f"{draw(st.integers(1, 9))}. We recommend {draw(sentences)} (strong recommendation, "
            f"low-certainty evidence)."
        )
    if kind == "table":
        cells = draw(st.lists(st.lists(sentences, min_size=2, max_size=3), min_size=1, max_size=4))
        return [
            Row(text, x=72 + 150 * column, gap=1.0 if column == 0 else 0.0, cell=(0, number, column))
            for number, row in enumerate(cells)
            for column, text in enumerate(row)
        ]
    return paragraph(" ".join(draw(st.lists(sentences, min_size=1, max_size=14))))


@st.composite
def documents(draw: st.DrawFn) -> Document:
    pages = draw(st.lists(st.lists(rows(), min_size=0, max_size=5), min_size=1, max_size=4))
    made = []
    for number, groups in enumerate(pages, start=1):
        flat = [row for group in groups for row in group]
        made.append(renumber_tables(page(number, *flat)))
    return document(*made)


def renumber_tables(made: Page) -> Page:
    """Tables that are not next to each other are different tables."""
    from dataclasses import replace

    lines: list[Line] = []
    table = 0
    for line in made.lines:
        if line.cell is not None and lines and (lines[-1].cell is None or line.cell[1:] < lines[-1].cell[1:]):
            table += 1
        lines.append(line if line.cell is None else replace(line, cell=(table, *line.cell[1:])))
    return replace(made, lines=tuple(lines))


@settings(max_examples=60, deadline=None)
@given(documents())
def test_passages_hold_every_line_once_in_page_order(made: Document) -> None:
    passages = read(made)
    printed = "".join(squeeze(line.text) for each in made.pages for line in each.lines)
    kept = "".join(squeeze(passage.text) for passage in passages)
    assert sorted(kept) == sorted(printed)  # nothing lost, nothing twice
    for passage in passages:
        for line in re.split(r"[\n\t]", passage.text):
            assert squeeze(line) in printed
    assert measure_coverage(made, passages) == 1.0 or not printed


@settings(max_examples=60, deadline=None)
@given(documents())
def test_every_sign_of_a_passage_has_a_place_on_a_page(made: Document) -> None:
    for passage in read(made):
        covered = set()
        for span in passage.lines:
            assert 0 <= span.start < span.end <= len(passage.text)
            assert passage.page_first <= span.box.page <= passage.page_last
            assert span.box.x0 <= span.box.x1
            covered.update(range(span.start, span.end))
        missing = [char for index, char in enumerate(passage.text) if index not in covered and not char.isspace()]
        assert not missing
        assert [span.start for span in passage.lines] == sorted(span.start for span in passage.lines)


@settings(max_examples=60, deadline=None)
@given(documents())
def test_a_passage_spans_two_pages_at_most_and_one_section(made: Document) -> None:
    structure = read_structure(made)
    paths = {structure.path(section.ordinal) for section in structure.sections} | {()}
    for ordinal, passage in enumerate(make_passages(structure, find_recommendations(structure))):
        assert passage.ordinal == ordinal
        assert 0 <= passage.page_last - passage.page_first <= 1
        assert passage.section in paths
        assert passage.context.startswith(" > ".join(passage.section))


@settings(max_examples=60, deadline=None)
@given(documents())
def test_a_recommendation_has_a_passage_of_its_own_and_is_never_split(made: Document) -> None:
    structure = read_structure(made)
    found = find_recommendations(structure)
    passages = make_passages(structure, found)
    for each in found:
        holding = [passage for passage in passages if passage.recommendation == each.recommendation.ordinal]
        assert len(holding) == 1
        assert holding[0].kind == "recommendation"
        for index in each.blocks:
            if not each.rows:
                assert squeeze(structure.blocks[index].text) in squeeze(holding[0].text)


@settings(max_examples=30, deadline=None)
@given(documents())
def test_the_same_document_gives_the_same_passages(made: Document) -> None:
    assert read(made) == read(made)


@settings(max_examples=40, deadline=None)
@given(documents())
def test_running_text_stays_near_the_size_of_a_passage(made: Document) -> None:
    for passage in read(made):
        if passage.kind in ("text", "list"):
            assert weigh(passage.text) <= MOST + 0.2


def test_a_full_passage_is_two_hundred_words_or_three_hundred_chinese_signs() -> None:
    assert (WORDS, HAN) == (200, 300)
    assert weigh("word " * 200) == FULL
    assert weigh("字" * 300) == FULL


def test_a_long_paragraph_is_cut_between_sentences_only() -> None:
    text = " ".join(
        f"In trial {number} the dose was {number}.5 mg vs. placebo (Fig. {number}) e.g. in adults."
        for number in range(1, 60)
    )
    passages = read(document(page(1, *paragraph(text))))
    assert len(passages) > 2
    for passage in passages:
        assert passage.text.startswith("In trial")
        assert passage.text.endswith("in adults.")


def test_a_long_chinese_paragraph_is_cut_after_a_full_stop() -> None:
    text = "".join(f"第{number}项研究中，剂量为{number}.5 mg，每日两次；疗效良好。" for number in range(1, 60))
    passages = read(document(page(1, *wide_paragraph(text)), language="zh"))
    assert len(passages) > 2
    assert all(passage.text.endswith("疗效良好。") and passage.language == "zh" for passage in passages)


def test_a_sentence_over_a_page_break_stands_whole_in_one_passage() -> None:
    before = page(
        1, heading("Dose"), *paragraph(PROSE + " The dose is raised step by step until the target is met or the")
    )
    after = page(2, *paragraph("person cannot bear more. Nothing else changes."))
    passage = next(each for each in read(document(before, after)) if "until the target" in each.text)
    assert "is met or the person cannot bear more." in passage.text
    assert (passage.page_first, passage.page_last) == (1, 2)
    assert {span.box.page for span in passage.lines} == {1, 2}


def test_a_word_cut_by_a_hyphen_is_whole_again() -> None:
    made = document(page(1, Row("Antihyper-"), Row("tensive drugs are given.")))
    assert read(made)[0].text == "Antihypertensive drugs are given."


def test_a_title_stands_with_its_text_and_in_the_context() -> None:
    (passage,) = read(document(page(1, heading("Targets"), *paragraph(PROSE))))
    assert passage.text.startswith("Targets\nLong-acting drugs")
    assert passage.context == "Targets"


def test_a_list_that_is_cut_keeps_its_lead_in_as_context() -> None:
    items = [
        row
        for number in range(40)
        for row in paragraph(f"• Ask about symptom {number} and about what makes it worse.", gap=0.2)
    ]
    passages = read(document(page(1, *paragraph("At every visit, do all of the following:"), *items)))
    assert len(passages) > 1
    assert passages[0].text.startswith("At every visit")
    for passage in passages[1:]:
        assert passage.kind == "list"
        assert passage.context.endswith("At every visit, do all of the following:")
        assert "At every visit" not in passage.text


def test_rows_of_a_table_keep_their_header_and_caption_as_context() -> None:
    drugs = [("Amlodipine", "5–10 mg", "once a day"), ("Telmisartan", "40–80 mg", "once a day")] * 30
    cells = [
        Row(text, x=72 + 150 * column, y=150 + 12 * number, bold=number == 0, cell=(0, number, column))
        for number, row in enumerate([("Drug", "Dose", "How often"), *drugs])
        for column, text in enumerate(row)
    ]
    made = document(page(1, heading("Doses"), *paragraph(PROSE), Row("Table 3. Usual doses", y=135), *cells))
    tables = [passage for passage in read(made) if passage.kind == "table"]
    assert len(tables) > 1
    for passage in tables:
        assert passage.context == "Doses > Table 3. Usual doses > Drug | Dose | How often"
        assert all(line.count("\t") == 2 for line in passage.text.splitlines() if "mg" in line)
    assert tables[0].text.splitlines()[:3] == [
        "Table 3. Usual doses",
        "Drug\tDose\tHow often",
        "Amlodipine\t5–10 mg\tonce a day",
    ]


def test_contents_references_and_forms_keep_their_kind() -> None:
    cited = [
        Row(f"{number}. Smith J, Jones K. Tablets. Lancet 2015;386:{number}01–{number}10.", gap=0.3)
        for number in range(1, 9)
    ]
    passages = read(document(page(1, heading("Treatment"), *paragraph(PROSE)), page(2, heading("References"), *cited)))
    assert {passage.kind for passage in passages if "Lancet" in passage.text} == {"references"}
    assert {passage.kind for passage in passages if "Long-acting" in passage.text} == {"text"}


def test_a_short_rest_joins_its_neighbour() -> None:
    passages = read(document(page(1, heading("Targets"), *paragraph(PROSE), *paragraph("See Annex 4."))))
    assert len(passages) == 1


def test_chinese_and_english_in_one_document_are_labelled_apart() -> None:
    passages = read(
        document(page(1, heading("Summary"), *paragraph(PROSE), heading("摘要"), *wide_paragraph(PROSE_ZH)))
    )
    assert [passage.language for passage in passages] == ["en", "zh"]


def test_a_title_with_pages_between_it_and_what_follows_has_a_passage_of_its_own() -> None:
    graded = paragraph("1. Clinicians should offer treatment within seven days of the first visit (grade: A).")
    for following in ([heading("Treatment")], [heading("Recommendations"), *graded]):
        made = document(page(1, *paragraph(PROSE), heading("Treatment")), page(2), page(3, *following))
        structure = read_structure(made)
        passages = make_passages(structure, find_recommendations(structure))
        assert all(each.page_last - each.page_first <= 1 for each in passages)
        assert sum("Treatment" in each.text for each in passages) >= 1
