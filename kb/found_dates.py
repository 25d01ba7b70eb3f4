"""Dates in running text, English and Chinese, to the precision that is printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb.dates import parse_date
from kb.errors import UsageError

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_NUMBER = {name[:3]: index for index, name in enumerate(_MONTHS, 1)}
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR = r"(?:19[6-9]\d|20\d\d)"
_CHINESE_DIGITS = {char: str(index) for index, char in enumerate("〇一二三四五六七八九")} | {
    "零": "0",
    "○": "0",
    "O": "0",
}

_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?P<y>{_YEAR})\s*年\s*(?P<m>\d{{1,2}})\s*月(?:\s*(?P<d>\d{{1,2}})\s*日)?",
        r"(?P<cy>[二一][〇零○O一二三四五六七八九]{3})年(?:(?P<cm>[一二三四五六七八九十]{1,2})月(?:(?P<cd>[一二三四五六七八九十]{1,3})日)?)?",
        r"(?:中華)?民國\s*(?P<roc>[一二三四五六七八九十百零〇\d]{2,5})\s*年\s*(?P<rm>[一二三四五六七八九十\d]{1,2})\s*月",
        rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<mon>{_MONTH}),?\s+(?P<y>{_YEAR})\b",
        rf"\b(?P<mon>{_MONTH})\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s*,\s*(?P<y>{_YEAR})\b",
        rf"\b(?P<y>{_YEAR})\s+(?P<mon>{_MONTH})\s+(?P<d>\d{{1,2}})\b",
        rf"(?<!\d)(?P<d>\d{{1,2}})[-–]?(?P<mon>{_MONTH})[-–]?(?P<y>{_YEAR})(?!\d)",
        rf"\b{_MONTH}\s*[-–/]\s*{_MONTH},?\s+(?P<y>{_YEAR})\b",
        rf"\b(?P<mon>{_MONTH}),?\s+(?P<y>{_YEAR})\b",
        rf"(?<![\d.])(?P<y>{_YEAR})\s?[-–/.]\s?(?P<m>\d{{1,2}})\s?[-–/.]\s?(?P<d>\d{{1,2}})(?!\d)",
        rf"(?<![\d./])(?P<a>\d{{1,2}})\s?[/.-]\s?(?P<b>\d{{1,2}})\s?[/.-]\s?(?P<y>{_YEAR})(?!\d)",
        rf"(?<![\d./-])(?P<m>0[1-9]|1[0-2])/(?P<y>{_YEAR})(?!\d)",
        rf"(?<![\d./-])(?P<y>{_YEAR})-(?P<m>0[1-9]|1[0-2])(?![\d-])",
        rf"(?<![\d./-])(?P<y>{_YEAR})\.(?P<m>[1-9]|1[0-2])(?![\d.])(?=\W*$)",
        rf"(?<![\d.,/-])(?P<y>{_YEAR})(?:\s*年)?(?![\d,]\d|\d|\.\d|[-–/]\d{{3}})",
    )
)
_YEAR_LIKE = re.compile(r"\d{4}|[二一][〇零○O一二三四五六七八九]{3}年|民國", re.IGNORECASE)  # no date is without


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date and where it stands in its text, [start, end)."""

    value: str  # YYYY, YYYY-MM or YYYY-MM-DD
    start: int
    end: int


def find_dates(text: str, *, month_first: bool | None = None) -> list[FoundDate]:
    """All dates in a text, in order; the most precise reading of each.

    3/4/2021 is read by `month_first`; None leaves only its year, because guessing would be wrong half of the time.
    """
    found: list[FoundDate] = []
    for pattern in _PATTERNS if _YEAR_LIKE.search(text) else ():
        for match in pattern.finditer(text):
            if any(match.start() < other.end and other.start < match.end() for other in found):
                continue
            value = _value(match, month_first)
            if value:
                found.append(FoundDate(value, match.start(), match.end()))
    return sorted(found, key=lambda each: each.start)


def years_in(text: str) -> Iterator[str]:
    """Years named in a text, alone or in a date."""
    for each in find_dates(text):
        yield each.value[:4]


def _value(match: re.Match[str], month_first: bool | None) -> str:
    parts = match.groupdict()
    if parts.get("cy"):
        year = "".join(_CHINESE_DIGITS.get(char, char) for char in parts["cy"])
        return _checked(year, _chinese_number(parts["cm"] or ""), _chinese_number(parts["cd"] or ""))
    if parts.get("roc"):
        return _checked(str(1911 + _chinese_number(parts["roc"])), _chinese_number(parts["rm"]), 0)
    if parts.get("a"):
        return _slashed(parts["y"], int(parts["a"]), int(parts["b"]), month_first)
    month = _NUMBER[parts["mon"][:3].lower()] if parts.get("mon") else int(parts.get("m") or 0)
    return _checked(parts["y"], month, int(parts.get("d") or 0))


def _slashed(year: str, first: int, second: int, month_first: bool | None) -> str:
    if first > 12 or (month_first is False and second <= 12):
        return _checked(year, second, first)
    if second > 12 or month_first:
        return _checked(year, first, second)
    return _checked(year, first, second) if first == second else year


def _checked(year: str, month: int, day: int) -> str:
    text = year + (f"-{month:02d}" if month else "") + (f"-{day:02d}" if month and day else "")
    try:
        return parse_date(text)
    except UsageError:
        return ""


def _chinese_number(text: str) -> int:
    """Up to 999: 十一, 一百一十一, 111."""
    if not text:
        return 0
    if text.isascii():
        return int(text)
    if not set(text) & set("十百"):
        return int("".join(_CHINESE_DIGITS.get(char, "0") for char in text))
    total, digit = 0, 0
    for char in text:
        if char in "十百":
            total += (digit or 1) * (10 if char == "十" else 100)
            digit = 0
        else:
            digit = int(_CHINESE_DIGITS.get(char, "0"))
    return total + digit
