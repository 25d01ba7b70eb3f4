"""One spelling for what is said alike: look-alike characters, and number words before what they count as digits."""

from __future__ import annotations

import re
import unicodedata

from kb.text import LOOKALIKES

_ENGLISH = dict(
    zip(
        ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
        map(str, range(2, 13)),
        strict=True,
    )
)
_COUNTED = (
    r"times|days?|weeks?|months?|years?|hours?|minutes?|drugs?|agents?|doses?|sprays?|tablets?|occasions?|episodes?|"
    r"attacks?|exacerbations?|consecutive|separate|readings?|measurements?|or (?:more|fewer)|to \d|to (?:two|"
    r"three|four)"
)
_WORD = re.compile(rf"(?<![\w-])({'|'.join(_ENGLISH)})(?=[\s-](?:\w+\s)?(?:{_COUNTED})\b|\sor\s(?:more|fewer))", re.I)
_ONE = re.compile(r"(?<![\w-])one(?=[\s-](?:days?|weeks?|months?|years?|hours?|doses?|sprays?|or more)\b)", re.I)
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_SAID = tuple(
    (re.compile(pattern, re.IGNORECASE), plain)
    for pattern, plain in (
        (r"\bhalf an hour\b", "30 minutes"),
        (r"\bhalf a year\b", "6 months"),
        (r"\b(?:a|one) fortnight\b", "14 days"),
        (r"\b(within|after|in|for|over|of|by) an? (hour|day|week|month|year)\b", r"\1 1 \2"),
        (r"\b(\d{2,3}) over (\d{2,3})\b", r"\1/\2"),
        (r"\b(once|twice)-(daily|weekly)\b", r"\1 \2"),
        (r"\b(\d+)[ -]hourly\b", r"every \1 hours"),
        (r"\bhalf[- ]yearly\b|\bsix[- ]monthly\b", "every 6 months"),
        (r"\bthree[- ]monthly\b", "every 3 months"),
        (r"\bper annum\b", "a year"),
        ("半年", "6个月"),
        ("半小时", "30分钟"),
        ("半个月", "15天"),
        ("每季度?(?=[^节]|$)", "每3个月"),
        ("隔周", "每2周"),
        ("大于等于|大于或等于|高于或等于|不小于", "≥"),
        ("小于等于|小于或等于|低于或等于|不大于", "≤"),
        ("([一二三四五六七八九])成(?=[^人年熟分功立])", lambda match: f"{_DIGITS[match[1]] * 10}%"),
    )
)
_THOUSANDS = re.compile(r"(?<![\d.])(\d{1,2}) (\d{3})(?=\s?(?:mg|μg|mL|ml|IU|U|kcal|g)(?![A-Za-z]))")
_GAP = re.compile(r"(?<=\d) +(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff]) +(?=\d)")
_HAN = re.compile(
    r"(?<![零一二三四五六七八九十百千万第几之])([零一二两三四五六七八九]?十[一二三四五六七八九]?|"
    r"[一二两三四五六七八九])"
    r"(?=个?(?:次(?!性)|天|日|周|星期|月|年|小时|分钟|种|岁|倍|片|粒|剂|针|成(?!人)))"
)


def unify(text: str) -> str:
    """NFKC, look-alike signs made one, counted number words as digits ("two drugs", 两次, 三个月)."""
    unified = unicodedata.normalize("NFKC", text.translate(LOOKALIKES)).translate(LOOKALIKES)
    unified = unified.replace(">=", "≥").replace("<=", "≤").replace("µ", "μ")
    for pattern, plain in _SAID:
        unified = pattern.sub(plain, unified)
    unified = _THOUSANDS.sub(r"\1\2", unified)
    unified = _GAP.sub("", unified)
    unified = _WORD.sub(lambda match: _ENGLISH[match[1].lower()], unified)
    unified = _ONE.sub("1", unified)
    return _HAN.sub(lambda match: str(_han_value(match[1])), unified)


def _han_value(word: str) -> int:
    if "十" not in word:
        return _DIGITS[word]
    tens, ones = word.split("十")
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
