"""Grades of recommendation and evidence: a sentence names none that its source does not print, in either language."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kb.text import fold

_ROMAN = r"(?:iii|ii|iv|i|v)"
_LABEL = rf"(?:{_ROMAN}[ab]?|[1-5][a-e]?(?:\+{{1,2}}|-)?|[a-e][1-4]?(?:\+{{1,2}})?)"
_LABELLED = re.compile(
    rf"(?<![a-z0-9])(?:grade|class|level|category|loe|cor)\s*(?:of (?:evidence"
    rf"|recommendation)\s*)?[:(]?\s*(?P<after>{_LABEL})(?![a-z0-9%]|\.\d|\s?(?:mg|years))"
    rf"|\((?P<bracket>[1-3][a-d]|{_ROMAN}[ab]?|[a-d][1-4]?|[1-3]\+{{1,2}})\)"
    rf"|(?<![a-z0-9.])(?P<before>{_LABEL})\s*(?:级|类)(?=推荐|证据|[,，。）)；;]|$|为|的推荐)"
    rf"|(?:证据|推荐)(?:等级|级别|强度|质量)\s*[为:是]?\s*(?P<named>{_LABEL})(?![a-z0-9])"
    rf"|(?<![a-z0-9])(?P<bare>[1-3][a-d])(?=\s*(?:级|recommendation|evidence|[,，)）]))"
)
_WORDED = re.compile(
    r"\b(?P<strength>strong|weak|conditional)(?:ly)?\b(?=[ ,;)-]*(?:for "
    r"|against )?(?:recommend|advice|suggest|,|\)|;|against|on |grade))"
    r"|\b(?:recommendation|strength|grade)\s*(?:of recommendation )?[:(]?\s*(?:is "
    r"|as )?(?:a |an )?(?P<after>strong|weak|conditional)\b"
    r"|\b(?P<certainty>very[ -]low|low|moderate|high)[ -](?:quality|certainty|level|grade|confidence|strength)\b"
    r"|\b(?:quality|certainty|evidence|confidence)\s*(?:of (?:the )?evidence\s*)?(?:is|was"
    r"|as|:|\()\s*(?:rated |graded |of )?(?P<rated>very[ -]low|low|moderate|high)\b"
    r"|(?P<expert>expert opinion|expert consensus|good practice (?:point|statement)|ungraded)"
    r"|(?P<han>强|弱|有?条件性?)推荐|(?P<hanq>极低|高|中等?|低)(?:等?质量|级别?|等级|确定性)?(?:的)?证据|证据(?:质量|等级"
    r"|确定性)(?:为|：|:)?(?P<hanr>极低|高|中|低)"
    r"|(?P<hane>专家(?:共识|意见))"
)
# A grade in brackets after a sentence: no content of it. Compared by itself.
GRADE_NOTE = re.compile(
    r"\((?:(?:strong|weak|conditional|grade|class|level|category|recommendation|strength|evidence)\b[^()]{0,60}"
    r"|[1-3][A-Da-d]|[A-Da-d][1-4]?|(?:I{1,3}|IV)[ab]?)\)|\([^()]{0,12}(?:推荐|证据|级)[^()]{0,12}\)",
    re.I,
)
_SAME = {
    "strong": "strong", "weak": "weak", "conditional": "weak", "强": "strong", "弱": "weak", "条件": "weak",
    "条件性": "weak", "有条件": "weak", "有条件性": "weak", "very low": "very_low", "very-low": "very_low",
    "极低": "very_low", "low": "low", "低": "low", "moderate": "moderate", "中": "moderate", "中等": "moderate",
    "high": "high", "高": "high", "very_low": "very_low",
}  # fmt: skip
_NUMERALS = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5"}


def invented_grades(sentence: str, texts: Iterable[str], grades: Iterable[str]) -> list[str]:
    """Grades of a sentence that neither the cited texts nor the recommendation's own grades hold."""
    given = list(grades)
    printed = {name for text in (*texts, *(f"({each})" for each in given)) for name, _ in find_grades(text)}
    printed |= {_SAME.get(each.casefold(), each.casefold()) for each in given}
    return [shown for name, shown in find_grades(sentence) if name not in printed]


def find_grades(text: str) -> list[tuple[str, str]]:
    """(normalised grade, as printed) of every grade a text names; "Ⅰ级", "class I" and "1" are one."""
    folded = fold(text)
    found = []
    for match in _LABELLED.finditer(folded):
        label = next(group for group in match.groups() if group)
        numeral = re.match(_ROMAN, label)
        plain = _NUMERALS[numeral[0]] + label[numeral.end() :] if numeral else label
        found.append((plain, match[0]))
    for match in _WORDED.finditer(folded):
        word = next(group for group in match.groups() if group)
        found.append((_SAME.get(word, "expert"), match[0]))
    return found


def without_grades(text: str) -> str:
    """The text with spaces where a grade stands, which is compared by itself; its length stays."""
    for pattern in (GRADE_NOTE, _LABELLED, _WORDED):
        text = pattern.sub(lambda match: " " * len(match[0]), text)
    return text
