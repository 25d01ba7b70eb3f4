"""Dates with a label beside them: in force from, last updated, next review, valid until."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from ingest.metadata.material import Material, Place, Spot
from ingest.metadata.voting import Candidate, decide
from kb.dates import first_day
from kb.domain import Proposal
from kb.found_dates import FoundDate, find_dates

GLUE = 30  # characters between a label and its date

LABELS = {
    "effective_on": re.compile(
        r"\beffective(?:\s+(?:date|from|as\s+of|on))?\b|\bdate\s+effective\b|\bin\s+(?:force|effect)\s+from\b"
        r"|\bimplementation\s+date\b|\b(?:takes?|comes?\s+into|enters?\s+into)\s+(?:effect|force)(?:\s+(?:on|from))?\b"
        r"|生效日期|实施日期|施行日期|执行日期|生效时间",
        re.IGNORECASE,
    ),
    "last_updated_on": re.compile(
        r"\b(?:last|latest|most\s+recent)\s+(?:updated?|revised|revision|modified|amended|amendment)(?:\s+date)?\b"
        r"|\b(?:date\s+(?:of\s+)?(?:last\s+)?(?:update|revision)|revision\s+date|date\s+revised|updated|revised)\b"
        r"|(?:最后|最近|最新)(?:一次)?(?:更新|修订|修改)(?:日期|时间)?|更新日期|更新时间|修订日期|修订时间|修訂日期|更新日期",
        re.IGNORECASE,
    ),
    "next_review_on": re.compile(
        r"\b(?:next|planned|scheduled)\s+(?:review|update)(?:\s+date)?\b|\breview\s+(?:date|due|by|process\s+will\s+commence)\b"
        r"|\b(?:date\s+(?:of|for)\s+(?:next\s+)?review|due\s+for\s+review|to\s+be\s+reviewed)\b"
        r"|(?:下次|下一次|计划)(?:复审|审查|评审|修订|更新)(?:日期|时间)?|复审日期|复审时间",
        re.IGNORECASE,
    ),
    "valid_until": re.compile(
        r"\bvalid\s+(?:un)?till?\b|\bvalid\s+through\b|\bexpir(?:y|ation)\s+date\b|\bexpires?(?:\s+on)?\b|\bdate\s+of\s+expiry\b"
        r"|\bgültig\s+bis\b|有效期(?:至|到|截止)?|有效至|失效日期",
        re.IGNORECASE,
    ),
}
# A form's clearance or a drug's shelf life expires too; that is not the guideline's validity.
_OTHER_EXPIRY = re.compile(
    r"\bOMB\b|form\s+approved|copyright|patent|licen[cs]e|\bCME\b|credit|disclosure|vaccine|lot\b", re.IGNORECASE
)
_SPEAKS_OF_ITSELF = re.compile(
    r"\b(?:this|it|the\s+(?:present|new|current))(?:\s+\w+){0,2}(?:\s+(?:guideline|guidance|document|edition|standard|protocol))?$",
    re.IGNORECASE,
)
_EFFECTIVE_BEHIND = re.compile(r"^\s*(?:起)?\s*(?:实施|施行|生效|执行)")
_NUMBER_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10}
_COUNT = rf"(?P<n>\d{{1,2}}|{'|'.join(_NUMBER_WORDS)})"
_EXPIRES_AFTER = re.compile(
    rf"\bwill\s+(?:automatically\s+)?expire\s+{_COUNT}\s+years?\s+(?:after|from)\s+(?:the\s+)?(?:date\s+of\s+)?publication",
    re.IGNORECASE,
)
_REVIEW_AFTER = re.compile(
    rf"\b(?:issued|published)\s+in\s+(?P<y>\d{{4}})\s+and\s+will\s+be\s+(?:considered\s+for\s+review|reviewed)\s+in\s+{_COUNT}\s+years",
    re.IGNORECASE,
)


def read_labelled(material: Material, name: str, *, month_first: bool | None) -> Proposal | None:
    """The date that stands beside one of a field's labels; `name` is a key of LABELS."""
    found = list(_labelled(material, name, month_first))
    if name == "effective_on":
        found += _effective_behind(material)
    if name == "next_review_on":
        found += _reviewed_after(material)
    return decide(found, same=is_nested)


def read_valid_until(material: Material, issued: Proposal | None, *, month_first: bool | None) -> Proposal | None:
    """The last valid day: a declared one, or the publication date plus a declared number of years."""
    found = list(_labelled(material, "valid_until", month_first))
    if issued is not None and isinstance(issued.value, str):
        for spot in material.spots():
            for match in _EXPIRES_AFTER.finditer(spot.text):
                value = _years_later(issued.value, _count(match["n"]))
                found.append(Candidate(value, 0.9 * issued.confidence, spot, match[0]))
    return decide(found, same=is_nested)


def is_nested(one: str, other: str) -> bool:
    """Whether two dates agree as far as both go."""
    return one.startswith(other) or other.startswith(one)


def dates_after(
    spot: Spot, label: re.Pattern[str], *, month_first: bool | None
) -> Iterator[tuple[re.Match[str], FoundDate]]:
    """Each label of a spot with the date that follows it closely, nothing but glue between."""
    dates = find_dates(spot.text, month_first=month_first)
    for match in label.finditer(spot.text):
        following = next((each for each in dates if each.start >= match.end()), None)
        if following is None:
            continue
        between = spot.text[match.end() : following.start]
        if len(between) <= GLUE and not re.search(r"[;；。!?]|\.\s|\b(?:and|will|next|last|review)\b", between):
            yield match, following


def _labelled(material: Material, name: str, month_first: bool | None) -> Iterator[Candidate]:
    for spot in (*material.lines, *material.running, *material.cells()):
        if spot.place is Place.INNER and len(spot.text) > 80:
            continue
        for match, found in dates_after(spot, LABELS[name], month_first=month_first):
            if not _is_label(spot.text, match) or (name == "valid_until" and _is_other_expiry(material, spot)):
                continue
            yield Candidate(found.value, 0.9, spot, spot.text[match.start() : found.end])


def _is_label(text: str, match: re.Match[str]) -> bool:
    """Whether the words are used as a label: at a start, or before a colon; not in the middle of a sentence."""
    before = text[: match.start()].rstrip()
    if _SPEAKS_OF_ITSELF.search(before):
        return True
    if not before or before[-1] in ".;|•·:：–—-,，；、)）]" or not match[0].isascii():
        return not re.search(r"\b(?:was|were|been|which|that|to|be|last)$", before)
    return text[match.end() : match.end() + 2].strip().startswith((":", "："))


def _is_other_expiry(material: Material, spot: Spot) -> bool:
    at = material.lines.index(spot) if spot in material.lines else 0
    around = material.lines[max(0, at - 2) : at + 2]
    return any(_OTHER_EXPIRY.search(each.text) for each in (*around, spot))


def _effective_behind(material: Material) -> Iterator[Candidate]:
    """Chinese standards print the date first: 2024-11-01 实施."""
    for spot in (*material.lines, *material.running):
        for found in find_dates(spot.text):
            behind = _EFFECTIVE_BEHIND.match(spot.text[found.end :])
            if behind and len(found.value) == 10 and len(spot.text) < 60:
                yield Candidate(found.value, 0.9, spot, spot.text[found.start : found.end + behind.end()])


def _reviewed_after(material: Material) -> Iterator[Candidate]:
    for spot in material.spots():
        for match in _REVIEW_AFTER.finditer(spot.text):
            yield Candidate(str(int(match["y"]) + _count(match["n"])), 0.8, spot, match[0])


def _count(text: str) -> int:
    return _NUMBER_WORDS.get(text.lower()) or int(text)


def _years_later(value: str, years: int) -> str:
    day: date = first_day(value)
    moved = f"{day.year + years:04d}{value[4:]}"
    return f"{moved[:8]}28" if moved.endswith("02-29") else moved
