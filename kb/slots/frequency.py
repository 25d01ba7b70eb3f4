"""How often: "twice daily", "every 8 hours", q6h, 每2周1次, as the days from one time to the next."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_DAYS = {
    "minute": 1 / 1440, "分钟": 1 / 1440, "hour": 1 / 24, "h": 1 / 24, "小时": 1 / 24,
    "day": 1, "d": 1, "天": 1, "日": 1,
    "week": 7, "周": 7, "星期": 7, "month": 30.4375, "个月": 30.4375, "月": 30.4375, "year": 365.25, "年": 365.25,
}  # fmt: skip
_TIMES = {"once": 1, "twice": 2, "thrice": 3, "three times": 3, "four times": 4}
_UNIT = "minute|hour|day|week|month|year|分钟|小时|h(?![a-z])|天|日(?!常)|d(?![a-z])|周|星期|个月|月|年"
_NUMBER = r"\d+(?:\.\d+)?"


def _per(match: re.Match[str]) -> float:
    return _DAYS[match["unit"].lower()] / _count(match["times"].lower())


def _count(times: str) -> float:
    return _TIMES.get(times) or float(re.sub(r"[^\d.]", "", times))


def _every(match: re.Match[str]) -> float:
    span = float(match["n"] or 1) * _DAYS[match["unit"].lower()]
    times = match.groupdict().get("times")
    return span / float(times) if times else span


_ADVERBS = {
    "daily": 1, "nightly": 1, "weekly": 7, "fortnightly": 14, "monthly": 30.4375, "quarterly": 91.3125,
    "annual": 365.25,
    "annually": 365.25, "yearly": 365.25, "biennial": 730.5, "biennially": 730.5, "qd": 1, "od": 1, "bid": 0.5,
    "bd": 0.5, "tid": 1 / 3, "tds": 1 / 3, "qid": 0.25, "every other year": 730.5, "every other day": 2, "隔日": 2,
    "每日": 1, "每天": 1, "每晚": 1, "每周": 7, "每月": 30.4375, "每年": 365.25,
}  # fmt: skip
_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], float]], ...] = (
    (re.compile(rf"\b(?P<times>once|twice|thrice|(?:three|four|{_NUMBER}) times)\s?(?:a|per|every|each|/|in (?:a|"
                rf"every))?\s?"
                rf"(?P<unit>day|week|month|year)(?:ly)?\b", re.I), _per),
    (re.compile(r"\b(?P<times>once|twice|thrice|(?:three|four|\d) times) (?P<unit>daily|weekly|monthly|yearly|"
                r"annually)\b",
                re.I), lambda m: _ADVERBS[m["unit"].lower()] / _count(m["times"].lower())),
    (re.compile(rf"\b(?:every|each) (?P<n>{_NUMBER})?\s?(?P<unit>minute|hour|day|week|month|year)s?\b", re.I), _every),
    (re.compile(rf"\bq(?P<n>{_NUMBER})(?P<unit>h|d)\b", re.I), _every),
    (re.compile(rf"(?:每隔|每)(?P<n>{_NUMBER})?\s?(?P<unit>{_UNIT})(?:(?!发作|满|超过|达)[^,。;:≥≤<>\d]){{0,6}}?"
                rf"(?P<times>{_NUMBER})次"), _every),
    (re.compile(rf"(?P<n>{_NUMBER})(?P<unit>天|日|周|年|个月|"
                rf"月)[^,。;≥≤<>\d发满超达]{{0,2}}?(?P<times>{_NUMBER})次"), _every),
    (re.compile(rf"(?:每隔|每)(?P<n>{_NUMBER})\s?(?P<unit>{_UNIT})"), _every),
    (re.compile(rf"(?P<times>{_NUMBER})\s?次\s?/\s?(?P<unit>{_UNIT})"), _per),
    (re.compile(r"(?<![/\w])(?P<adverb>every other (?:day|year)|daily|nightly|weekly|fortnightly|monthly|quarterly|"
                r"annual(?:ly)?|yearly|biennial(?:ly)?|q\.?d\.?|b\.?i\.?d\.?|b\.?d\.?|t\.?i\.?d\.?|t\.?d\.?s\.?|"
                r"q\.?i\.?d\.?)"
                r"(?![\w/])(?! (?:life|living|activit|dos|max|total|target|average|amount|intake))", re.I),
     lambda m: _ADVERBS[m["adverb"].lower().replace(".", "")]),
    (re.compile(r"(?P<adverb>隔日|每(?:日|天|晚|周|月|年))(?!发作|\d|一|最大|剂量|总|用量|摄入|饮|"
                r"[^,。;]{0,4}[≥≤<>])"), lambda m: _ADVERBS[m["adverb"]]),
)  # fmt: skip


def find_frequencies(text: str) -> Iterator[tuple[int, int, float]]:
    """(start, end, days from one time to the next) of each frequency of a unified text; they do not overlap."""
    taken: list[tuple[int, int]] = []
    for pattern, interval in _RULES:
        for match in pattern.finditer(text):
            if all(match.end() <= start or match.start() >= end for start, end in taken):
                taken.append(match.span())
                yield match.start(), match.end(), interval(match)
