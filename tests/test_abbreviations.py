"""Abbreviations that a guideline defines itself."""

from __future__ import annotations

import pytest

from ingest.abbreviations import find_abbreviations


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        (
            "an angiotensin-converting enzyme inhibitor (ACEI) is given",
            "ACEI",
            "angiotensin-converting enzyme inhibitor",
        ),
        ("angiotensin-receptor blockers (ARBs) or diuretics", "ARBs", "angiotensin-receptor blockers"),
        (
            "the American College of Obstetricians and Gynecologists (ACOG)",
            "ACOG",
            "American College of Obstetricians and Gynecologists",
        ),
        ("measles, mumps, rubella (MMR) vaccine", "MMR", "measles, mumps, rubella"),
        ("HDL (high-density lipoprotein) cholesterol", "HDL", "high-density lipoprotein"),
        ("BMI\tbody mass index", "BMI", "body mass index"),
        ("BP, blood pressure; CKD, chronic kidney disease.", "CKD", "chronic kidney disease"),
        ("重复经颅磁刺激（rTMS）可改善", "rTMS", "重复经颅磁刺激"),
        ("轻度认知功能障碍（mild cognitive impairment，MCI）", "MCI", "mild cognitive impairment"),
        ("多数患者C反应蛋白（CRP）升高", "CRP", "C反应蛋白"),
    ],
)
def test_definitions_in_both_languages_are_found(text: str, short: str, long: str) -> None:
    assert (short, long) in find_abbreviations([text])


@pytest.mark.parametrize(
    "text",
    [
        "(p < 0.05)",
        "see the tables (Table 2)",
        "as others found (Smith et al.)",
        "a dose of 5 mg (IV)",
        "in the year (2015)",
        "（见图1）",
    ],
)
def test_other_brackets_define_nothing(text: str) -> None:
    assert find_abbreviations([text]) == ()


def test_each_short_form_comes_once_with_its_most_frequent_long_form() -> None:
    texts = ["body mass index (BMI)", "body mass index (BMI)", "big muscle increase (BMI)", "blood pressure (BP)"]
    assert find_abbreviations(texts) == (("BMI", "body mass index"), ("BP", "blood pressure"))
