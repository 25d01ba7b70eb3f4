"""What a text asserts: values in one unit, comparators, ages, times, agents with their direction, strength."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.slots import Quantity, Role, read_slots
from kb.slots.nouns import Direction
from kb.slots.units import convert


def only(text: str, role: Role | None = None) -> Quantity:
    """The one quantity of a text (of a role)."""
    found = [each for each in read_slots(text).quantities if role in (None, each.role)]
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("glucose target 4.4-6.1 mmol/L", "keep blood glucose at 80-110 mg/dL"),
        ("LDL cholesterol below 70 mg/dL", "LDL-C<1.81 mmol/L"),
        ("HbA1c below 53 mmol/mol", "HbA1c <7.0%"),
        ("血尿酸<360 μmol/L", "serum urate below 0.36 mmol/L"),
        ("serum creatinine above 2.5 mg/dL", "肌酐>221 μmol/L"),
        ("收缩压<18.7 kPa", "systolic blood pressure below 140 mmHg"),
        ("aspirin 0.1 g", "阿司匹林100 mg"),
        ("levothyroxine 50 µg", "levothyroxine 0.05 mg"),
        ("every 8 hours", "three times daily"),
        ("每日2次", "twice a day"),
        ("for 14 days", "for two weeks"),
        ("within 24 hours", "24小时内"),
        ("adults aged 65 years or older", "65岁及以上成人"),
        ("no less than 30 mL/kg", "at least 30 mL/kg"),
        ("不低于130 mmHg", "≥130 mmHg"),
        ("up to 600 mg", "最大剂量为600 mg"),
        ("people under 80", "adults under 80 years"),
        ("每年发作≥3次", "3 or more attacks"),
    ],
)
def test_the_same_value_is_the_same_in_another_unit_wording_or_language(one: str, other: str) -> None:
    first, second = only(one), only(other)
    assert first.unit == second.unit
    assert first.has_same_ends(second), (first, second)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("pH of 7.15 or higher", "pH of 7.20 or higher"),
        ("LDL-C<1.8 mmol/L", "LDL-C<1.4 mmol/L"),
        ("eGFR <20 mL/min/1.73 m²", "eGFR <30 mL/min/1.73 m²"),
        ("below 140/90 mmHg", "below 140/80 mmHg"),
        ("glucose above 10 mmol/L", "glucose below 10 mmol/L"),
        ("within 7 days", "within 14 days"),
        ("70 mg", "71 mg"),
    ],
)
def test_values_that_differ_are_never_one_value(one: str, other: str) -> None:
    first, second = read_slots(one).quantities, read_slots(other).quantities
    assert first
    assert not all(a.has_same_ends(b) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("heart rate between 55 and 60 beats per minute", 55, 60),
        ("heart rate of at least 55 beats per minute", 55, math.inf),
        ("heart rate below 75 beats per minute", -math.inf, 75),
        ("心率≥70次/分", 70, math.inf),
        ("心率控制在60~70次/分", 60, 70),
        ("ejection fraction of 40% or less", -math.inf, 40),
        ("BMI 28 kg/m²以上", 28, math.inf),
        ("BMI低于18.5 kg/m²", -math.inf, 18.5),
    ],
)
def test_comparators_make_intervals(text: str, low: float, high: float) -> None:
    found = only(text)
    assert (found.low, found.high) == (low, high)


def test_a_pair_of_blood_pressures_is_two_values_with_one_comparator() -> None:
    systolic, diastolic = read_slots("目标血压<130/80 mmHg").quantities
    assert (systolic.measure, systolic.high, diastolic.measure, diastolic.high) == ("sbp", 130, "dbp", 80)


def test_numbers_that_are_names_assert_nothing() -> None:
    names = (
        "In type 2 diabetes use GLP-1 and SGLT2 drugs as in Table 3 of the 2024 edition (HLA-B*5801); 2型糖尿病见第3章"
    )
    assert read_slots(names).quantities == ()


def test_what_a_number_measures_follows_from_its_words() -> None:
    measures = [each.measure for each in read_slots("空腹血糖≥7.0 mmol/L，LDL-C<1.8 mmol/L，HbA1c≥6.5%").quantities]
    assert measures == ["glucose", "ldl", "hba1c"]


def test_an_age_a_dose_a_time_and_a_frequency_are_told_apart() -> None:
    found = read_slots("In adults aged 60 to 69 start amlodipine 5 mg once daily and review after 4 weeks.").quantities
    assert [each.role for each in found] == [Role.AGE, Role.DOSE, Role.FREQUENCY, Role.TIMING]


def test_a_value_that_a_text_rejects_is_not_asserted() -> None:
    found = read_slots("Target glucose 140-180 mg/dL rather than 80-110 mg/dL").quantities
    assert [each.is_negated for each in found] == [False, True]


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("Offer aspirin to adults with angina.", Direction.FOR),
        ("Do not combine a beta blocker with verapamil.", Direction.AGAINST),
        ("We suggest against sodium bicarbonate.", Direction.AGAINST),
        ("Antibiotic prophylaxis is not recommended routinely.", Direction.AGAINST),
        ("Offer a spray unless it is contraindicated.", Direction.FOR),
        ("Offer monitoring at home to adults who do not wish to have ambulatory monitoring.", Direction.FOR),
        ("The decision to start aspirin should be an individual one.", Direction.EITHER),
        ("Do not exceed 90 MME per day.", Direction.FOR),
        ("不建议使用水银血压计", Direction.AGAINST),
        ("eGFR<30 mL/min者禁用二甲双胍", Direction.AGAINST),
        ("推荐别嘌醇不能耐受者使用非布司他", Direction.FOR),
        ("血压目标不低于120/70 mmHg", Direction.FOR),
        ("不再要求出院前核酸检测", Direction.AGAINST),
    ],
)
def test_which_way_a_text_points(text: str, direction: Direction) -> None:
    assert read_slots(text).direction == direction


def test_each_agent_has_the_direction_of_its_clause() -> None:
    found = read_slots("SABA alone is no longer recommended; adults should receive low-dose ICS-formoterol.")
    directions = {each.text.lower(): each.direction for each in found.given}
    assert directions["saba"] == Direction.AGAINST
    assert directions["formoterol"] == Direction.FOR


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("Consider clopidogrel for adults who cannot take aspirin.", ["clopidogrel"]),
        ("对不能使用秋水仙碱和非甾体抗炎药的患者，推荐使用泼尼松", ["prednisone"]),
        ("Repeat the lipid profile 12 weeks after starting a statin.", []),
    ],
)
def test_a_drug_that_describes_the_patient_is_not_one_to_give(text: str, given: list[str]) -> None:
    assert [each.concept for each in read_slots(text).given] == given


def test_a_drug_that_the_lexicon_does_not_know_is_told_by_its_ending() -> None:
    assert [each.text for each in read_slots("建议使用甲乙丙丁单抗150 mg").agents] != []


@pytest.mark.parametrize(
    ("text", "strength"),
    [
        ("We recommend noradrenaline.", "strong"),
        ("We suggest vasopressin.", "conditional"),
        ("Statins should be considered.", "conditional"),
        ("推荐使用别嘌醇", "strong"),
        ("建议使用别嘌醇", "conditional"),
    ],
)
def test_the_verb_tells_the_strength(text: str, strength: str) -> None:
    assert read_slots(text).strength == strength


def test_words_that_claim_everything_or_take_something_back_are_kept() -> None:
    claim = read_slots("二甲双胍是所有2型糖尿病患者的一线首选药物")
    assert {"all", "first_line"} <= claim.exclusivity
    assert "routinely" in read_slots("不推荐常规监测").qualifiers


@given(
    st.floats(min_value=0.5, max_value=60), st.sampled_from(["glucose", "ldl", "triglycerides", "urate", "creatinine"])
)
def test_a_conversion_keeps_the_order_of_values(value: float, measure: str) -> None:
    assert convert(value, "mg/dL", measure)[0] < convert(value * 1.1, "mg/dL", measure)[0]


@given(
    st.sampled_from(["LDL cholesterol below {} mmol/L", "血尿酸控制在<{} mmol/L", "glucose of {} mmol/L or higher"]),
    st.decimals(min_value=1, max_value=30, places=1),
)
def test_a_printed_value_is_read_back_exactly(text: str, value: object) -> None:
    assert float(str(value)) in only(text.format(value)).bounds


@given(st.text(max_size=120))
def test_any_text_has_slots(text: str) -> None:
    slots = read_slots(text)
    assert all(each.low <= each.high for each in slots.quantities)


def test_a_caution_in_a_row_of_doses_does_not_turn_the_row_against_its_drug() -> None:
    row = read_slots("Nicorandil\t5 mg twice daily\t30 mg twice daily\tStop if ulcers appear in mouth, bowel or skin")
    assert row.direction == Direction.FOR
    assert [agent.direction for agent in row.agents] == [Direction.FOR]
    assert read_slots("Verapamil\tDo not use with a beta blocker").direction == Direction.AGAINST
    assert read_slots("Stop nicorandil if ulcers appear.").direction == Direction.AGAINST
