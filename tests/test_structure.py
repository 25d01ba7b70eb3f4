"""What the parts of a guideline are: titles, their order, and what each part is for."""

from __future__ import annotations

from ingest.blocks import read_blocks
from ingest.headings import sound_levels
from ingest.layout import OutlineItem
from ingest.structure import Structure, read_structure
from tests.handmade import PROSE, PROSE_ZH, Row, document, heading, page, paragraph, wide_paragraph


def outline_of(structure: Structure) -> list[tuple[int, str]]:
    return [(section.level, section.title) for section in structure.sections]


def role_of_block(structure: Structure, words: str) -> str:
    index = next(index for index, block in enumerate(structure.blocks) if words in block.text)
    return structure.roles[index]


def test_larger_type_makes_a_title_and_smaller_titles_stand_under_larger_ones() -> None:
    first = page(
        1,
        heading("Managing high blood pressure", 20),
        *paragraph(PROSE),
        heading("Drug treatment", 14),
        *paragraph(PROSE),
        heading("First tablet", 12),
        *paragraph(PROSE),
        heading("Follow-up", 14),
        *paragraph(PROSE),
    )
    structure = read_structure(document(first))
    assert outline_of(structure) == [
        (1, "Managing high blood pressure"),
        (2, "Drug treatment"),
        (3, "First tablet"),
        (2, "Follow-up"),
    ]
    assert structure.path(2) == ("Managing high blood pressure", "Drug treatment", "First tablet")


def test_bold_type_of_the_same_size_makes_a_title_but_a_bold_sentence_does_not() -> None:
    first = page(
        1,
        *paragraph(PROSE),
        Row("When to measure", bold=True, gap=1),
        *paragraph(PROSE),
        *paragraph("All adults should be asked about their tablets at every visit to the clinic.", bold=True),
        *paragraph(PROSE),
    )
    assert [section.title for section in read_structure(document(first)).sections] == ["When to measure"]


def test_numbers_tell_the_level_of_titles_in_plain_type() -> None:
    first = page(
        1,
        heading("3 Treatment", 13),
        *paragraph(PROSE),
        Row("3.1 Starting treatment", gap=1),
        *paragraph(PROSE),
        Row("3.1.1 Older adults", gap=1),
        *paragraph(PROSE),
        Row("3.2 Changing treatment", gap=1),
        *paragraph(PROSE),
    )
    structure = read_structure(document(first))
    assert outline_of(structure) == [
        (1, "3 Treatment"),
        (2, "3.1 Starting treatment"),
        (3, "3.1.1 Older adults"),
        (2, "3.2 Changing treatment"),
    ]


def test_chinese_numbering_makes_titles_with_levels() -> None:
    first = page(
        1,
        heading("第一章 总论", 14),
        Row("一、诊断标准", size=12, gap=1),
        Row("（一）疑似病例。", gap=1),
        *wide_paragraph(PROSE_ZH, gap=0.3),
        Row("（二）确诊病例。", gap=1),
        *wide_paragraph(PROSE_ZH, gap=0.3),
        Row("二、治疗", size=12, gap=1),
        *wide_paragraph(PROSE_ZH, gap=0.3),
        heading("第二章 随访", 14),
        *wide_paragraph(PROSE_ZH, gap=0.3),
    )
    structure = read_structure(document(first, language="zh"))
    titles = [section.title for section in structure.sections]
    assert titles == ["第一章总论", "一、诊断标准", "（一）疑似病例", "（二）确诊病例", "二、治疗", "第二章随访"]
    assert [section.level for section in structure.sections] == [1, 2, 3, 3, 2, 1]


def test_a_chinese_title_that_shares_its_line_with_the_text_becomes_a_title_of_its_own() -> None:
    rows = [
        Row("2 方法", size=12, gap=1, bold=True),
        Row("2.1", y=120),
        Row("有氧运动", x=100, y=120),
        Row("有氧运动是最常用的训练形式，每周三次，每次三十分钟，连续八周可见效果，", x=152, y=120),
        Row("训练强度以中等为宜，由康复师根据患者的心率和体力逐步调整，不适时立即停止训练。"),
    ]
    structure = read_structure(document(page(1, *rows), language="zh"))
    assert [section.title for section in structure.sections] == ["2 方法", "2.1 有氧运动"]
    assert any(block.text.startswith("有氧运动是最常用") for block in structure.blocks)


def test_bookmarks_decide_where_type_says_nothing() -> None:
    outline = (OutlineItem("Monitoring", 1, 1), OutlineItem("Laboratory tests", 2, 1))
    first = page(1, Row("Monitoring"), *paragraph(PROSE), Row("Laboratory tests", gap=1), *paragraph(PROSE))
    structure = read_structure(document(first, outline=outline))
    assert outline_of(structure) == [(1, "Monitoring"), (2, "Laboratory tests")]


def test_a_careless_nesting_of_bookmarks_gives_way_to_the_numbers() -> None:
    outline = [
        OutlineItem("Executive summary", 1, 1),
        OutlineItem("1 Introduction", 2, 2),
        OutlineItem("1.1 Scope", 3, 2),
        OutlineItem("1.2 Audience", 4, 3),
        OutlineItem("2 Recommendations", 2, 4),
        OutlineItem("2.1 First choice", 3, 4),
        OutlineItem("References", 4, 9),
    ]
    assert sound_levels(outline) == [1, 1, 2, 2, 1, 2, 1]


def test_a_title_printed_again_on_the_next_page_opens_no_second_section() -> None:
    divider = page(1, heading("4. Screening", 24))
    chapter = page(2, heading("4. Screening", 24), *paragraph(PROSE))
    more = page(3, heading("4. Screening (continued)", 24), *paragraph(PROSE))
    assert [section.title for section in read_structure(document(divider, chapter, more)).sections] == ["4. Screening"]


def test_captions_and_grades_are_not_titles() -> None:
    first = page(
        1,
        heading("Targets", 14),
        *paragraph(PROSE),
        Row("Table 2. Targets by age", size=12, bold=True, gap=1),
        *paragraph(PROSE),
        Row("Strong recommendation, low-certainty evidence", bold=True, gap=1),
        *paragraph(PROSE),
    )
    assert [section.title for section in read_structure(document(first)).sections] == ["Targets"]


def test_a_table_of_contents_is_recognised_and_gives_no_titles() -> None:
    entries = [f"{number} Chapter about topic {number} ........ {number * 4}" for number in range(1, 13)]
    structure = read_structure(
        document(
            page(1, heading("Contents", 16), *(Row(entry) for entry in entries)),
            page(2, heading("1 Chapter about topic 1", 16), *paragraph(PROSE)),
        )
    )
    assert [section.title for section in structure.sections if section.role == "body"] == ["1 Chapter about topic 1"]
    assert role_of_block(structure, "topic 7") == "contents"
    assert role_of_block(structure, "Long-acting") == "body"


def test_references_appendices_and_acknowledgements_are_told_from_the_body() -> None:
    cited = [
        Row(f"{number}. Smith J, Jones K. Effects of tablets. Lancet 2015;386:{number}01–{number}10.", gap=0.3)
        for number in range(1, 9)
    ]
    structure = read_structure(
        document(
            page(1, heading("Acknowledgements", 14), *paragraph(PROSE)),
            page(2, heading("Treatment", 14), *paragraph(PROSE.replace("Long-acting", "Short-acting"))),
            page(3, heading("References", 14), *cited),
            page(4, heading("Appendix A. Forms of tablets", 14), *paragraph(PROSE.replace("Long-acting", "Coated"))),
        )
    )
    assert role_of_block(structure, "Long-acting") == "front_matter"
    assert role_of_block(structure, "Short-acting") == "body"
    assert role_of_block(structure, "Lancet 2015;386:301") == "references"
    assert role_of_block(structure, "Coated") == "appendix"


def test_a_page_to_be_filled_in_is_a_form() -> None:
    blanks = [
        Row(f"{what}: ____________________", gap=1)
        for what in ("Name", "Date", "Organisation", "Signature", "Telephone")
    ]
    structure = read_structure(document(page(1, heading("Joining the programme", 14), *blanks)))
    assert role_of_block(structure, "Signature") == "form"


def test_chinese_references_are_recognised() -> None:
    cited = [
        Row(f"［{number}］ 王某，李某. 痛风的治疗［J］. 中华杂志，2019，58（4）：{number}0-{number}5.", size=8)
        for number in range(1, 9)
    ]
    structure = read_structure(
        document(
            page(1, heading("治疗"), *wide_paragraph(PROSE_ZH)),
            page(2, Row("参考文献", bold=True), *cited),
            language="zh",
        )
    )
    assert role_of_block(structure, "痛风的治疗") == "references"
    assert role_of_block(structure, "长效药物") == "body"


def test_a_paragraph_cut_by_a_page_break_is_read_as_one() -> None:
    before = paragraph(PROSE + " The dose is then raised step by step until the target is met or the")
    after = paragraph("person cannot bear more. Nothing else changes.")
    blocks = read_blocks(document(page(1, *before), page(2, *after)))
    joined = next(block for block in blocks if "until the target is met or the person cannot bear more" in block.text)
    assert (joined.page_first, joined.page_last) == (1, 2)


def test_a_finished_paragraph_is_not_joined_to_the_next_page() -> None:
    blocks = read_blocks(document(page(1, *paragraph(PROSE)), page(2, *paragraph(PROSE))))
    assert len(blocks) == 2


def test_every_line_stands_in_exactly_one_block() -> None:
    made = document(
        page(1, heading("Title", 16), *paragraph(PROSE), Row("• first", gap=1), Row("• second")),
        page(2, Row("cell", cell=(0, 0, 0)), Row("value", x=200, cell=(0, 0, 1)), *paragraph(PROSE)),
    )
    lines = [line for each in made.pages for line in each.lines]
    read = [line for block in read_structure(made).blocks for line in block.lines]
    assert sorted(map(id, lines)) == sorted(map(id, read))
