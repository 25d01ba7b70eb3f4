"""Imprecise calendar dates: "YYYY", "YYYY-MM" or "YYYY-MM-DD", kept as the strings that the source gave."""

from __future__ import annotations

import re
from datetime import date, timedelta
from enum import StrEnum

from kb.errors import UsageError

ACCEPTED = "YYYY, YYYY-MM or YYYY-MM-DD"

_FORM = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


class Precision(StrEnum):
    """How much of a date the source gave."""

    YEAR = "year"  # "2024"
    MONTH = "month"  # "2024-08"
    DAY = "day"  # "2024-08-07"


def parse_date(text: str) -> str:
    """The date in `text`, checked against the calendar, surrounding space removed.

    Raises UsageError naming the value and the accepted forms.
    """
    value = text.strip()
    _split(value)
    return value


def precision(value: str) -> Precision:
    """How much of the date is given: year, month or day. Raises UsageError on anything that is not a date."""
    _, month, day = _split(value)
    if day is not None:
        return Precision.DAY
    return Precision.YEAR if month is None else Precision.MONTH


def is_imprecise(value: str) -> bool:
    """Whether the date names a whole month or year rather than a day."""
    return precision(value) is not Precision.DAY


def first_day(value: str) -> date:
    """The first calendar day that the date covers. Raises UsageError on anything that is not a date."""
    year, month, day = _split(value)
    return date(year, month or 1, day or 1)


def day_after_last(value: str) -> date:
    """The day after the last one that the date covers: the half-open end of its year, month or day.

    The end of time stays within the calendar: date.max for what covers 9999-12-31.
    """
    year, month, day = _split(value)
    if day is not None and month is not None:
        covered = date(year, month, day)
        return covered if covered == date.max else covered + timedelta(days=1)
    if month is not None and month < 12:
        return date(year, month + 1, 1)
    return date.max if year == date.max.year else date(year + 1, 1, 1)


def _split(value: str) -> tuple[int, int | None, int | None]:
    """Year, month and day as numbers, None where not given."""
    match = _FORM.fullmatch(value)
    if match is None:
        raise _refusal(value)
    year, month, day = (int(part) if part is not None else None for part in match.groups())
    try:
        date(year or 0, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        raise _refusal(value) from None
    return year or 0, month, day


def _refusal(value: str) -> UsageError:
    return UsageError(
        f"“{value}” is not a date: write {ACCEPTED}", hint="The month and day must exist in the calendar."
    )
