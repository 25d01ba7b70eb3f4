"""What folding and tokenising owe to a reader of guidelines."""

from __future__ import annotations

import pytest

from kb.text import content_words, fold, language_of, squeeze, tokens


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ACE-I", "ACEI"),
        ("pre-eclampsia", "preeclampsia"),
        ("β-blockers", "beta-blocker"),
        ("gonorrhoea", "gonorrhea"),
        ("anaemia", "anemia"),
        ("randomised", "randomized"),
        ("programmes", "programs"),
        ("20 µg", "20 mcg"),
        ("200mg", "200 mg"),
        ("1,000 m", "1000 m"),
        ("1 507 万", "1507万"),
        ("kg/m²", "kg/m2"),
        ("３０分钟", "30分钟"),
        ("病歷", "病历"),
    ],
)
def test_two_spellings_of_one_thing_share_their_token(one: str, other: str) -> None:
    assert set(tokens(one)) & set(tokens(other)) >= set(tokens(other)) - {
        "pre",
        "beta",
        "blocker",
        "m",
        "kg",
        "m2",
        "万",
    }


def test_a_decimal_number_stays_whole_and_its_sign_is_kept_beside_it() -> None:
    assert tokens("A1c ≥ 6.5%") == ["a1c", "6.5", "≥6.5"]
    assert "≥6.5" not in tokens("A1c < 6.5%")


def test_the_name_who_is_not_the_word_who() -> None:
    assert "who" in tokens("WHO recommends")
    assert "who" not in tokens("who recommends")


def test_a_compound_is_found_by_its_parts_and_as_a_whole() -> None:
    assert {"covid", "19", "covid19"} <= set(tokens("COVID-19"))
    assert {"mg", "kg", "mg/kg"} <= set(tokens("5 mg/kg"))


def test_chinese_gives_words_and_bigrams() -> None:
    assert {"高血压", "高血", "血压", "患者"} <= set(tokens("高血压患者"))


def test_latin_words_inside_chinese_stand_apart() -> None:
    assert {"itb", "治"} <= set(tokens("iTBS治认知"))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("BP target in CKD", "en"),
        ("JNC7里顽固性高血压怎么定义", "zh"),
        ("iTBS治认知每次打多少个脉冲", "zh"),
        ("Is 黄芪 safe in pregnancy and in children?", "en"),
        ("", "en"),
    ],
)
def test_the_language_is_that_of_most_of_the_text(text: str, language: str) -> None:
    assert language_of(text) == language


def test_squeeze_leaves_nothing_but_the_characters() -> None:
    assert squeeze("１ 507\n万 ≥20/10 MmHg") == "1507万≥20/10mmhg"


def test_fold_makes_lookalike_dashes_one_and_chinese_simplified() -> None:
    assert fold("2‐dose 3–6 發現") == "2-dose 3-6 发现"


def test_content_words_are_readable_words_without_filler() -> None:
    assert content_words("What is the dose of amoxicillin for otitis media?") == [
        "dose",
        "amoxicillin",
        "otitis",
        "media",
    ]
    assert "痛风" in content_words("痛风急性发作秋水仙碱怎么吃")
