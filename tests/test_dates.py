"""Imprecise dates keep what the source printed and nothing more."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.dates import Precision, day_after_last, first_day, is_imprecise, parse_date, precision
from kb.errors import UsageError

DAYS = st.dates(max_value=date.max - timedelta(days=400))


@given(DAYS)
def test_every_calendar_day_covers_exactly_itself(day: date) -> None:
    value = parse_date(day.isoformat())
    assert (first_day(value), day_after_last(value)) == (day, day + timedelta(days=1))
    assert precision(value) is Precision.DAY
    assert not is_imprecise(value)


@given(DAYS)
def test_a_month_covers_its_days_and_no_other(day: date) -> None:
    value = parse_date(day.isoformat()[:7])
    assert first_day(value).day == 1
    assert first_day(value) <= day < day_after_last(value)
    assert 28 <= (day_after_last(value) - first_day(value)).days <= 31
    assert precision(value) is Precision.MONTH
    assert is_imprecise(value)


@given(DAYS)
def test_a_year_covers_its_days_and_no_other(day: date) -> None:
    value = parse_date(day.isoformat()[:4])
    assert (first_day(value).month, first_day(value).day) == (1, 1)
    assert first_day(value) <= day < day_after_last(value)
    assert (day_after_last(value) - first_day(value)).days in (365, 366)
    assert precision(value) is Precision.YEAR
    assert is_imprecise(value)


@given(DAYS, st.sampled_from([4, 7, 10]), DAYS, st.sampled_from([4, 7, 10]))
def test_two_dates_touch_only_where_one_ends_as_the_other_starts(a: date, cut_a: int, b: date, cut_b: int) -> None:
    one, other = a.isoformat()[:cut_a], b.isoformat()[:cut_b]
    nested = one.startswith(other) or other.startswith(one)
    apart = day_after_last(one) <= first_day(other) or day_after_last(other) <= first_day(one)
    assert nested != apart


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-13",
        "2024-00",
        "2023-02-29",
        "2024-04-31",
        "0000",
        "24",
        "2024-4",
        "2024/04/01",
        "2024-04-01T00:00",
        "April 2024",
        "２０２４",
        "2024-",
        "-2024",
        "2024-04-01 2024",
    ],
)
def test_what_is_not_a_date_is_refused_by_name_with_the_accepted_forms(text: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_date(text)
    assert f"“{text.strip()}”" in error.value.message
    assert "YYYY-MM-DD" in error.value.message
    assert error.value.exit_code == 2


@given(st.text())
def test_any_text_is_a_date_or_a_named_refusal(text: str) -> None:
    try:
        value = parse_date(text)
    except UsageError:
        return
    assert first_day(value) < day_after_last(value)


def test_surrounding_space_is_forgiven() -> None:
    assert parse_date(" 2024-08 ") == "2024-08"


def test_the_end_of_the_calendar_is_not_an_error() -> None:
    assert day_after_last("9999") == day_after_last("9999-12") == day_after_last("9999-12-31") == date.max
