"""Grades as guidelines print them: what each means, and what is no grade."""

from __future__ import annotations

import pytest

from ingest.grades import find_grade, find_year_label, grade_of_cell, is_grade_line


@pytest.mark.parametrize(
    ("printed", "strength", "certainty"),
    [
        ("Strong recommendation, moderate-certainty evidence", "strong", "moderate"),
        ("Strong recommendation, moderate- to high-certainty evidence", "strong", "moderate"),
        ("(conditional recommendation; very low quality of evidence)", "conditional", "very_low"),
        ("(weak recommendation, low-quality evidence)", "conditional", "low"),
        ("Conditional recommendation, low certainty in evidence of effects", "conditional", "low"),
        ("clinicians should taper (recommendation category: A, evidence type: 3).", "strong", "low"),
        ("offer a statin (Class I; Level of Evidence: A)", "strong", "high"),
        ("it is reasonable to wait (Class IIa, LOE B-NR)", "conditional", "moderate"),
        ("Class III (no benefit), LOE C-EO", "strong", "very_low"),
        ("COR 2b LOE C-LD", "conditional", "low"),
        ("The USPSTF recommends screening. This is a B grade.", "strong", ""),
        ("Grade: D", "strong", ""),
        ("The evidence is insufficient. (I statement)", "none", ""),
        ("We suggest treatment (2C)", "conditional", "low"),
        ("(GRADE 1B)", "strong", "moderate"),
        ("Keep a record (Good practice statement)", "consensus", "na"),
        ("Ask about pets (Not Graded)", "consensus", "na"),
        ("Weight loss is recommended. Evidence Category A.", "", "high"),
        ("⊕⊕⊕◯", "", "moderate"),
        ("推荐强度：强；证据质量：中等", "strong", "moderate"),
        ("推荐强度：弱；证据质量：极低", "conditional", "very_low"),
        ("（强推荐，高质量证据）", "strong", "high"),
        ("（Ⅰ，A）", "strong", "high"),
        ("（Ⅱb，B级证据）", "conditional", "moderate"),
        ("（推荐级别：Ⅰ级，证据等级：C级）", "strong", "low"),
        ("（1B）", "strong", "moderate"),
        ("弱推荐，证据级别：3级", "conditional", "low"),
        ("应记录病史（GPS）", "consensus", "na"),
        ("（专家共识）", "consensus", "na"),
    ],
)
def test_grades_of_all_systems_are_brought_to_one_scale(printed: str, strength: str, certainty: str) -> None:
    grade = find_grade(printed)
    assert grade is not None
    assert (grade.strength, grade.certainty) == (strength, certainty)


@pytest.mark.parametrize(("printed", "strength"), [("(M,C)", "strong"), ("(1,C)", "strong"), ("(l,A)", "strong")])
def test_roman_numerals_that_a_scan_misread_still_count(printed: str, strength: str) -> None:
    grade = find_grade(printed)
    assert grade is not None
    assert grade.strength == strength


@pytest.mark.parametrize(
    "text",
    [
        "There is strong evidence that smoking harms.",
        "The group developed a recommendation for adults.",
        "High-quality care needs trained staff.",
        "Hepatitis B recommendations apply to adults.",
        "Type 2 diabetes, stage 3 kidney disease",
        "（1）发热；（2）咳嗽",
        "推荐意见的制订",
    ],
)
def test_ordinary_words_are_no_grade(text: str) -> None:
    assert find_grade(text) is None


def test_the_print_is_kept_word_for_word() -> None:
    grade = find_grade("Offer aspirin. (Strong recommendation; high-certainty evidence)")
    assert grade is not None
    assert grade.strength_verbatim == "Strong recommendation"
    assert grade.certainty_verbatim == "high-certainty evidence"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Strong recommendation, moderate-certainty evidence", True),
        ("(Strong recommendation, very low quality of evidence)", True),
        ("Conditional recommendation, low certainty in evidence of effects (new 2024)", True),
        ("推荐强度：强；证据质量：高", True),
        ("Strong, very low quality", True),
        ("A strong recommendation means that most people would want the course.", False),
        ("Offer aspirin to adults. (Strong recommendation; high-certainty evidence)", False),
    ],
)
def test_a_line_that_is_nothing_but_a_grade_is_told_from_a_sentence_with_one(line: str, *, expected: bool) -> None:
    assert is_grade_line(line) is expected


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Offer a statin. [2014]", "2014"),
        ("Offer a statin. [2010, amended 2018]", "2010, amended 2018"),
        ("Consider a review. [new 2023]", "new 2023"),
        ("In a trial [2014] people did better with tablets than without.", ""),
    ],
)
def test_a_year_label_counts_only_at_the_end(text: str, label: str) -> None:
    assert find_year_label(text) == label


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("I", "A"), ("strong", "high")),
        (("IIa", "B-NR"), ("conditional", "moderate")),
        (("Strong", "Low"), ("strong", "low")),
        (("Conditional recommendation", "Very low"), ("conditional", "very_low")),
        (("强", "高"), ("strong", "high")),
        (("弱推荐", "C"), ("conditional", "low")),
        (("Strong, very low quality", "Strong, very low quality"), ("strong", "very_low")),
    ],
)
def test_bare_codes_count_in_columns_of_grades(cells: tuple[str, str], expected: tuple[str, str]) -> None:
    grade = grade_of_cell(*cells)
    assert grade is not None
    assert (grade.strength, grade.certainty) == expected
