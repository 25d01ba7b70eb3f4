"""Recommendations as units, in the layouts that guidelines use; and what must never be called one."""

from __future__ import annotations

from ingest.recommendations import Found, find_recommendations
from ingest.structure import read_structure
from kb.domain import Recommendation
from tests.handmade import PROSE, PROSE_ZH, Row, document, heading, page, paragraph, wide_paragraph


def read(*rows: Row | str, language: str = "en") -> list[Recommendation]:
    return [each.recommendation for each in found_in(*rows, language=language)]


def found_in(*rows: Row | str, language: str = "en") -> tuple[Found, ...]:
    return find_recommendations(read_structure(document(page(1, *rows), language=language)))


def test_numbered_statements_with_their_grades_at_the_end() -> None:
    one, two = read(
        heading("Recommendations"),
        *paragraph("1. Clinicians should discuss benefits and risks with every patient before the first dose is "
                   "given (recommendation category: A, evidence type: 3)."),
        *paragraph(
            "2. Clinicians should offer treatment within seven days (recommendation category: B, evidence "
            "type: 4)."
        ),
    )  # fmt: skip
    assert (one.number, one.strength, one.certainty) == ("1", "strong", "low")
    assert one.text == "Clinicians should discuss benefits and risks with every patient before the first dose is given"
    assert (two.number, two.strength, two.certainty_verbatim) == ("2", "conditional", "evidence type: 4")


def test_a_grade_on_its_own_line_belongs_to_the_statement_above_it() -> None:
    (only,) = read(
        heading("3. RECOMMENDATION ON FOLLOW-UP"),
        *paragraph("The panel suggests a visit every month until the target is reached."),
        Row("Conditional recommendation, low-certainty evidence", italic=True, gap=1),
        *paragraph("Implementation remarks: visits can be held by telephone."),
    )
    assert (only.number, only.strength, only.certainty) == ("3", "conditional", "low")
    assert only.text == "The panel suggests a visit every month until the target is reached."


def test_a_statement_is_one_with_the_list_that_it_leads_in() -> None:
    (found,) = found_in(
        heading("4. RECOMMENDATION ON FIRST DRUGS"),
        *paragraph("The panel recommends any of the following three classes:"),
        Row("1. thiazides", gap=0.5),
        Row("2. calcium channel blockers"),
        Row("3. angiotensin receptor blockers."),
        Row("Strong recommendation, high-certainty evidence", italic=True, gap=1),
    )
    assert found.recommendation.text == (
        "The panel recommends any of the following three classes: 1. thiazides 2. calcium channel blockers "
        "3. angiotensin receptor blockers."
    )
    assert found.recommendation.strength == "strong"
    assert len(found.blocks) == 5


def test_a_list_whose_last_item_carries_the_grade_is_one_recommendation() -> None:
    (only,) = read(
        heading("4.2 Second-line drugs"),
        *paragraph("4.5 If symptoms persist, consider adding one of the following, chosen by heart rate:"),
        Row("• a long-acting nitrate", gap=0.5),
        Row("• nicorandil"),
        Row("• ivabradine (Conditional recommendation; low-certainty evidence)"),
    )
    assert (only.number, only.strength, only.certainty) == ("4.5", "conditional", "low")
    assert only.text.startswith("If symptoms persist")
    assert only.text.endswith("ivabradine")


def test_a_short_numbered_statement_is_found_by_its_grade_alone() -> None:
    (english,) = read(
        heading("4.2 How far"),
        *paragraph("4.2.4 In adults aged 80 years or over accept clinic blood pressure below 150/90 mmHg."),
        Row("(Conditional recommendation; moderate-certainty evidence)", gap=0.2),
    )
    assert (english.number, english.strength) == ("4.2.4", "conditional")
    (chinese,) = read(
        heading("5 随访"),
        *paragraph("5.2 推荐每次随访询问出血情况。（强推荐，低质量证据）"),
        language="zh",
    )
    assert (chinese.number, chinese.text) == ("5.2", "推荐每次随访询问出血情况。")


def test_a_paragraph_that_explains_or_reports_grades_is_no_recommendation() -> None:
    assert not read(
        heading("About this guideline"),
        *paragraph('The panel used GRADE. Strong recommendations are worded "we recommend" (strong recommendation).'),
    )
    assert not read(
        heading("与上一版的不同"),
        *paragraph("检测的标准化程度明显提高，故将补充诊断标准改为强推荐。年轻人群患病率上升，筛查起始年龄相应提前。"),
        *paragraph("推荐意见以“强推荐”和“弱推荐”表示强度，以“高、中等、低”表示证据质量，均列于条文之后（强推荐）。"),
        language="zh",
    )


def test_items_under_a_label_are_recommendations_with_their_sub_items() -> None:
    one, two = read(
        heading("Hand hygiene"),
        *paragraph(PROSE),
        Row("Key recommendations for hand hygiene in clinics:", bold=True, gap=1),
        Row("1. Use soap and water when hands are visibly soiled.", gap=1),
        Row("a. Dry the hands with a paper towel.", x=90),
        Row("2. Use an alcohol-based rub otherwise.", gap=0.5),
        heading("Gloves"),
        *paragraph(PROSE),
    )
    assert [one.number, two.number] == ["1", "2"]
    assert one.text.endswith("a. Dry the hands with a paper towel.")


def test_numbers_with_a_variant_are_kept_as_printed() -> None:
    full, limited = read(
        heading("Drugs"),
        *paragraph(PROSE),
        Row("Recommendations:", gap=1),
        Row("8.1 Orlistat should be considered for adults who want it."),
        Row("Limited care recommendations:", gap=1),
        Row("8.1 (L) Orlistat should be considered where it can be had."),
    )
    assert [full.number, limited.number] == ["8.1", "8.1(L)"]


def test_a_label_within_the_line_makes_a_recommendation() -> None:
    (only,) = read(
        heading("Surgery"),
        *paragraph(PROSE),
        *paragraph(
            "RECOMMENDATION: Weight loss surgery should be considered when other methods have failed. "
            "Evidence Category B."
        ),
        *paragraph("Evidence Statement: Surgery leads to weight loss. Evidence Category B."),
    )
    assert only.text == "Weight loss surgery should be considered when other methods have failed."
    assert only.certainty == "moderate"


def test_chinese_labelled_statements_with_strength_and_evidence() -> None:
    one, two = read(
        Row("2 治疗", size=12, bold=True),
        *wide_paragraph(
            "推荐意见1：推荐别嘌醇作为降尿酸治疗的一线药物，起始剂量为100 mg/d。（推荐强度：强；证据质量：高）"
        ),
        *wide_paragraph(PROSE_ZH),
        *wide_paragraph("推荐意见2：建议在首次使用前检测基因，阳性者不使用。（推荐强度：弱；证据质量：中等）"),
        language="zh",
    )
    assert (one.number, one.strength, one.certainty) == ("推荐意见1", "strong", "high")
    assert one.text == "推荐别嘌醇作为降尿酸治疗的一线药物，起始剂量为100 mg/d。"
    assert (two.number, two.strength_verbatim, two.certainty) == ("推荐意见2", "推荐强度：弱", "moderate")


def test_numbered_imperatives_with_year_labels() -> None:
    offer, consider = read(
        heading("1 Recommendations"),
        Row("1.1 Starting treatment", bold=True, gap=1),
        *paragraph("1.1.1 Offer a statin to adults with a ten-year risk of 10% or more. [2014, amended 2023]"),
        *paragraph("1.1.2 Consider a review after three months of treatment. [2014]"),
    )
    assert (offer.number, offer.year_label) == ("1.1.1", "2014, amended 2023")
    assert (consider.number, consider.year_label) == ("1.1.2", "2014")


def test_a_task_force_statement_with_its_letter() -> None:
    (only,) = read(
        heading("Screening for breast cancer"),
        *paragraph(
            "The Task Force now recommends that all women are screened every other year from age 40 to "
            "74. This is a B grade."
        ),
        *paragraph(PROSE),
    )
    assert (only.strength, only.strength_verbatim) == ("strong", "B grade")


def test_a_good_practice_statement_under_its_title() -> None:
    (only,) = read(
        heading("National level"),
        Row("GOOD PRACTICE STATEMENT", bold=True, gap=1),
        *paragraph("National programmes with clear objectives should be established in every country.", gap=0),
        *paragraph(PROSE),
    )
    assert (only.strength, only.certainty) == ("consensus", "na")
    assert only.text == "National programmes with clear objectives should be established in every country."


def table(*rows: tuple[str, ...], top: float = 200.0) -> list[Row]:
    return [
        Row(text, x=72 + 170 * column, y=top + 14 * number, bold=number == 0, cell=(0, number, column))
        for number, cells in enumerate(rows)
        for column, text in enumerate(cells)
        if text
    ]


def test_rows_of_a_table_of_recommendations_with_grades_in_columns() -> None:
    one, two = read(
        heading("Summary of recommendations"),
        Row("Table 1. Summary of recommendations"),
        *table(
            ("Recommendation", "Class", "Level"),
            ("In adults with chest pain, an ECG is recommended within ten minutes.", "I", "B-NR"),
            ("Routine stress testing before discharge is not recommended in low risk.", "III", "C-LD"),
        ),
    )
    assert one.text == "In adults with chest pain, an ECG is recommended within ten minutes."
    assert (one.strength, one.strength_verbatim, one.certainty) == ("strong", "I", "moderate")
    assert two.certainty == "low"


def test_several_numbered_statements_in_one_cell_are_several_recommendations() -> None:
    found = found_in(
        heading("Recommendations"),
        Row("Topic", x=72, y=200, bold=True, cell=(0, 0, 0)),
        Row("Recommendation", x=200, y=200, bold=True, cell=(0, 0, 1)),
        Row("Folic acid", x=72, y=220, cell=(0, 1, 0)),
        Row("1a. Advise daily folic acid of up to 5 mg to women who live", x=200, y=220, cell=(0, 1, 1)),
        Row("where malaria is rare.", x=214, y=234, cell=(0, 1, 1)),
        Row("1b. Advise 400 µg of folic acid to women who take", x=200, y=256, cell=(0, 1, 1)),
        Row("preventive treatment.", x=214, y=270, cell=(0, 1, 1)),
    )
    assert [each.recommendation.number for each in found] == ["1a", "1b"]
    assert found[0].recommendation.text == (
        "Advise daily folic acid of up to 5 mg to women who live where malaria is rare."
    )


def test_methods_definitions_references_and_reports_of_others_are_no_recommendations() -> None:
    assert not read(
        heading("Methods"),
        *paragraph("The group graded each statement. A strong recommendation means that most people should receive the "
                   "course of action (strong recommendation, high-certainty evidence)."),
        heading("Definitions of grades"),
        *paragraph("Category A recommendation: applies to all; most patients should receive the recommended course."),
        heading("Background"),
        *paragraph("These guidelines provide recommendations for adults and should be read with the other guidelines."),
        *paragraph(
            "WHO recommends induction of labour at 41 weeks (conditional recommendation, low-certainty "
            "evidence) (174)."
        ),
        heading("References"),
        Row("1. Smith J. We recommend tablets (1A). Lancet 2015;386:801–10."),
        Row("2. Smith J. We suggest tablets (2C). Lancet 2016;387:801–10."),
        Row("3. Smith J. Tablets. Lancet 2017;388:801–10."),
    )  # fmt: skip


def test_a_recommendation_over_a_page_break_knows_both_pages() -> None:
    structure = read_structure(
        document(
            page(1, heading("Recommendations"), *paragraph(PROSE), *paragraph(
                "5. When treatment is started, clinicians should prescribe the lowest dose that works and should", gap=1
            )),
            page(2, *paragraph("avoid raising the dose above 50 units a day without a new assessment (recommendation "
                               "category: A, evidence type: 3).")),
        )
    )  # fmt: skip
    (found,) = find_recommendations(structure)
    recommendation = found.recommendation
    assert (recommendation.page_first, recommendation.page_last) == (1, 2)
    assert {box.page for box in recommendation.boxes} == {1, 2}
    assert recommendation.text.endswith(
        "and should avoid raising the dose above 50 units a day without a new assessment"
    )


def test_no_block_belongs_to_two_recommendations() -> None:
    found = found_in(
        heading("Recommendations"),
        *paragraph("1. We recommend daily tablets for adults (strong recommendation, low-certainty evidence)."),
        *paragraph("2. We suggest weekly tablets for children (weak recommendation, low-certainty evidence)."),
        Row("Recommendations:", gap=1),
        *paragraph("3. Offer tablets to everyone who asks for them."),
    )
    owned = [index for each in found for index in each.blocks]
    assert len(owned) == len(set(owned)) == 3
    assert [each.recommendation.ordinal for each in found] == [0, 1, 2]
