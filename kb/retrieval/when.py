"""What a question says about time: a day or year it is asked of, an edition it names, "before the update", "latest".

Read from the question's words alone; which editions that means is decided in kb/retrieval/moment.py. A date counts as
the date of the guidance unless it is the date of something that happened to a patient, or of a figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from kb.dates import Precision, day_after_last, first_day, precision
from kb.found_dates import FoundDate, find_dates
from kb.text import fold, has_cjk


class When(StrEnum):
    """How a question refers to time."""

    ON = "on"  # what held on a day, or in a month or year
    BEFORE = "before"  # what held before a day, a year or an edition
    EDITION = "edition"  # what one edition says, named by year or number
    COMPARE = "compare"  # names editions to set them side by side
    PREVIOUS = "previous"  # what the edition before the present one said
    NEWEST = "newest"  # what is in force


@dataclass(frozen=True, slots=True)
class TimeAsked:
    """What was read."""

    when: When
    words: str  # of the question
    first: date | None = None  # the days [first, last] meant, for ON and BEFORE a date
    last: date | None = None
    years: frozenset[str] = frozenset()  # of the editions named
    numbers: frozenset[str] = frozenset()  # "7", "2.3": the numbers of the editions named
    is_sure: bool = True  # an edition is named in so many words, not only a body and a year


_ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
]
_HAN = {char: index for index, char in enumerate("零一二三四五六七八九")}
_YEAR = r"(?:19[5-9]\d|20[0-4]\d)"
_WORK = (
    r"(?:editions?|versions?|guidelines?|guidances?|updates?|revisions?|reports?|recommendations?|statements?|schedules?"
    r"|protocols?|standards?|drafts?|bulletins?|releases?|addend(?:um|a)|consensus|document)\b"
)
_HAN_WORK = r"(?:(?:试行|修订|更新|修正)*版|指南|规范|共识|方案|草案|标准|规划|修订稿|征求意见稿|更新|修订)"
_ORDINAL = rf"(?:\d{{1,2}}(?:st|nd|rd|th)|{'|'.join(_ORDINALS)})"
_NUMBERED = re.compile(
    rf"\b(?P<ordinal>{_ORDINAL})\s+(?:trial\s+|revised\s+)?(?:edition|version|revision|report)\b"
    r"|\b(?:edition|version|v)\.?\s*(?P<number>\d{1,2}(?:\.\d+)*)\b"
    r"|第\s*(?P<han>[一二三四五六七八九十\d]{1,3})\s*版"
)
_YEARED = re.compile(
    rf"(?<!\bin )(?<!since )\b(?P<a>{_YEAR})(?:'s)?\s+(?:[\w'/-]+\s+){{0,3}}?{_WORK}"
    rf"|\b{_WORK}\s+(?:(?:that\s+)?was\s+)?(?:of|from|dated|published\s+in|issued\s+in|released\s+in)\s+"
    rf"(?:[a-z]+\s+)?(?P<b>{_YEAR})\b"
    rf"|(?P<c>{_YEAR})\s*年?\s*(?:\d{{1,2}}\s*月\s*)?{_HAN_WORK}"
)
_BODY_YEARED = re.compile(rf"(?<![A-Za-z])(?:[A-Z]{{2,6}}(?:'s)?|世卫(?:组织)?)[\s(（]*(?P<year>{_YEAR})(?![\d年])")
_NEWEST = re.compile(
    r"最新版|最新的?(?:指南|规范|共识|方案|版本)|现行(?:版|指南|规范|方案)|当前(?:版本|指南)"
    r"|\b(?:latest|newest|most\s+recent|current|up-to-date)\s+(?:[\w-]+\s+){0,2}?"
    r"(?:edition|version|guidelines?|guidance|recommendations?|update|revision|schedule)\b"
)
_PREVIOUS = re.compile(
    r"\b(?:previous|prior|earlier|older|old|former|superseded|outdated|preceding)\s+(?:[\w-]+\s+){0,2}?"
    r"(?:edition|version|guidelines?|guidance|recommendations?|schedule|protocol)\b"
    r"|\bused\s+to\s+(?:be\s+)?(?:recommend|advis|say|suggest|state)\w*"
    r"|\bbefore\s+(?:it\s+was|the|this|its)\s+(?:(?:latest|last|most\s+recent|current|new|newest)\s+)?"
    r"(?:updated?|revised|revision|edition|replaced|version|guidelines?)\b"
    r"|旧版|上一版|前一版|老版|原来的?(?:版本|指南|规范|方案|共识)|以前的?(?:版本|指南|规范|方案|共识)"
    r"|(?:修订|更新|改版|新版(?:出台|发布|实施)?)(?:之前|以前|前)"
)
_COMPARE = re.compile(
    r"\b(?:vs\.?|versus|compar\w+|differ\w*|chang(?:e|es|ed|ing)|what(?:'s| is) new|replac\w+|supersed\w+)\b"
    r"|相比|对比|比较|变化|区别|不同|差异|取代|替代|代替|有何新|口径"
)
_STRONG = re.compile(
    r"\bas\s+(?:of|at)\b|\b(?:in\s+force|valid|applicable|in\s+effect|effective)\s+(?:on|in|at|as\s+of|during)\b"
    r"|\bback\s+in\b|\bat\s+th(?:at|e)\s+time\b|\bback\s+then\b|截至|截止到?|当时|那时|当年|那年"
)
_ON = re.compile(
    r"\b(?:as\s+(?:of|at)|in|on|during|at|around|by|throughout|for)\s+(?:the\s+)?"
    r"(?:(?:(?:\w+\s+)?year|(?:end|start|beginning|middle|spring|summer|autumn|fall|winter)\s+of|early|late|mid)[\s-]+)?$"
)
_BETWEEN = re.compile(
    rf"\b(?:between|from)\s+(?P<a>{_YEAR})\s+(?:and|to)\s+(?P<b>{_YEAR})\b"
    rf"|从?\s*(?P<c>{_YEAR})年?\s*[到至]\s*(?P<d>{_YEAR})年"
)
_BEFORE = re.compile(r"\b(?:before|prior\s+to|until|till|up\s+to)\s+(?P<rest>[^.;?!]{2,60})")
_BEFORE_HAN = re.compile(r"(?P<rest>[^，。,？?；]{2,24}?)(?:之前|以前|(?<![提目术餐饭睡])前(?![往列期壁臂]))")
# What befell a patient, just before a date, and (in Chinese) just behind one.
_PATIENT = re.compile(
    r"\b(?:diagnosed|vaccinated|immuni[sz]ed|received?|got|had|given|took|taken|put\s+on|operated|born|started|retired"
    r"|stopped|infected|admitted|stented|completed|finished|underwent|smear|colonoscopy|mammogram|pap|jab|shots?"
    r"|(?:last|first|second|third|previous|one|two|\d)\s+doses?|booster|transplanted?|died|treated|tested|screened"
    r"|since)\b[^.;?!:]{0,40}$"
    r"|(?:确诊|诊断出|接种|打过|打了|做过|做了|得过|住院|手术|出生|用过|服用过|感染|植入|患有|上次|自从?)[^。；？]{0,12}$"
)
_PATIENT_BEHIND = re.compile(
    r"\s*年?\s*(?:起|以来|开始|至今)|[^。；？，,]{0,12}?(?:确诊|接种|打过|打了|[做放得]过|[做放]了|住院|手术|出生|感染|植入|查出|死于|退休)"
    r"|\s*(?:出生|生人)"
)
_NOW = re.compile(
    r"\b(?:now|today|nowadays|currently|still|this\s+year|again|next)\b|现在|今天|如今|目前|今后|眼下|现阶段|还要不要|今年"
)
# A question about the past: what was recommended, whether it was right.
_PAST = re.compile(
    r"\b(?:was|were|did|used\s+to)\b|\bshould\s+(?:\w+\s+){0,6}?have\b|\bhad\s+to\b|\bapplied\b|\b(?:correct|in\s+line)\b"
)
_PRESENT = re.compile(r"\b(?:is|are|does|do|should|can|must|has|have|needs?)\b")
_FIGURE = re.compile(
    r"\b(?:prevalence|incidence|deaths?|died|mortality|burden|cases|percent(?:age)?\s+of|survey|nhanes|trials?"
    r"|stud(?:y|ies)|meta-analysis|statistics|population\s+of|expenditure|costs?|overdoses|epidemic|outbreak"
    r"|published|issued|released|launched|founded|established"
    r"|how\s+many\s+(?:people|adults|patients|deaths|americans|women|men|children|countries|facilities|hospitals))\b"
    r"|患病率|发病率|死亡|病例数|多少人|调查|研究|试验|发表|发布|成立|数据|统计|负担"
)
_HAN_TIME = re.compile(
    r"\s*年?\s*(?:的)?\s*(?:时|那时|当时|期间|间|[初底末]|那会儿|有效|现行|施行|执行的|(?:的)?(?:指南|规范|规定|推荐|标准))"
)
_HAN_AT = re.compile(r"(?:在|于|截至|截止到?|按照?|依据?|根据|参照)\s*$")
_PERSON = re.compile(r"[他她我]|病人|本人|老师|父亲|母亲|医生|家属|这[位名个]|某[位名]")
_COUNTED = re.compile(r"\s*(?:kcal|mg|ml|iu|units?|m\b|米|g\b|patients|people|adults|women|men|例|人|名)")
_BARE = re.compile(
    rf"(?<![\d./-])(?<!\bin )(?<!\bon )(?<!\bby )(?<!since )(?<!during )(?<!until )(?<!from )(?<!number )(?<!year )"
    rf"(?<!before )(?<!after ){_YEAR}(?![\d./-]|\s*(?:年(?!版)|kcal|mg|ml|iu|m\b|米|g\b|patients|people|例|人))"
)
_SINCE = re.compile(r"(?:\bsince|自从?)\s*$")
_SINCE_HAN = re.compile(r"\s*年?\s*(?:起|以来|至今)")
_THIRDS = {"early": (1, 4), "start": (1, 4), "beginning": (1, 4), "mid": (5, 8), "middle": (5, 8), "late": (9, 12)}
_NEAR = 25  # characters between "before" and the edition or date that it is before


def read_time(question: str, today: date | None = None) -> TimeAsked | None:
    """What a question says about time; None where it says nothing. Days to come are left out."""
    typed = " ".join(question.split())
    folded = fold(typed)
    before = _read_before(typed, folded)
    if before is not None:
        return before
    years, numbers = _named_years(folded), frozenset(edition_numbers(folded))
    loose = frozenset(match["year"] for match in _BODY_YEARED.finditer(typed))
    if years or numbers or loose:
        sides = frozenset(re.findall(rf"(?<![\d.]){_YEAR}(?!\d)", folded)) if _COMPARE.search(folded) else frozenset()
        named = years | loose | sides
        words = ", ".join(_wording(typed, folded))
        when = When.COMPARE if _COMPARE.search(folded) else When.EDITION
        return TimeAsked(when, words, years=named, numbers=numbers, is_sure=bool(years or numbers))
    previous = _PREVIOUS.search(folded)
    if previous:
        return TimeAsked(When.PREVIOUS, previous[0])
    return _read_on(typed, today or date.today()) or _read_newest(folded)


def _wording(typed: str, folded: str) -> list[str]:
    """The words that name an edition, once each."""
    found = [match[0] for pattern in (_NUMBERED, _YEARED) for match in pattern.finditer(folded)]
    found += [match[0] for match in _BODY_YEARED.finditer(typed)] if not found else []
    return list(dict.fromkeys(found))


def edition_numbers(text: str) -> Iterator[str]:
    """Numbers of editions named in a folded text: "7" for seventh edition, version 7 and 第七版 alike."""
    for match in _NUMBERED.finditer(text):
        if match["ordinal"]:
            word = match["ordinal"]
            yield str(_ORDINALS.index(word) + 1) if word in _ORDINALS else re.sub(r"\D", "", word)
        else:
            yield match["number"] or str(_han_number(match["han"]))


def _han_number(text: str) -> int:
    """Up to 99."""
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    return (10 * (_HAN.get(tens, 1) if ten else 0)) + _HAN.get(ones or "零", 0)


def _named_years(folded: str) -> frozenset[str]:
    return frozenset(year for match in _YEARED.finditer(folded) for year in match.groupdict().values() if year)


def _read_newest(folded: str) -> TimeAsked | None:
    newest = _NEWEST.search(folded)
    return TimeAsked(When.NEWEST, newest[0]) if newest else None


def _read_before(typed: str, folded: str) -> TimeAsked | None:
    """Before an edition, or before a date; not before something that was done to a patient."""
    for pattern in (_BEFORE, _BEFORE_HAN):
        for match in pattern.finditer(folded):
            if _PATIENT.search(folded[: match.start("rest")]):
                continue
            edition = _NUMBERED.search(match["rest"]) or _YEARED.search(match["rest"])
            if edition and edition.start() <= _NEAR:
                years, numbers = _named_years(edition[0]), frozenset(edition_numbers(edition[0]))
                words = folded[match.start() : match.start("rest") + edition.end()].strip()
                return TimeAsked(When.BEFORE, words, years=years, numbers=numbers)
            dates = find_dates(match["rest"])
            event = (
                _PATIENT.search(match["rest"]) or _PATIENT_BEHIND.match(match["rest"][dates[0].end :])
                if dates
                else None
            )
            if dates and dates[0].start <= _NEAR // 2 and not (event or _FIGURE.search(folded)):
                day = first_day(dates[0].value) - timedelta(days=1)
                return TimeAsked(When.BEFORE, f"before {dates[0].value}", day, day)
    return None


def _read_on(typed: str, today: date) -> TimeAsked | None:
    between = _BETWEEN.search(typed.lower())
    if between and (between["c"] or _PAST.search(typed.lower())):
        first = first_day(between["a"] or between["c"])
        last = day_after_last(between["b"] or between["d"]) - timedelta(days=1)
        return TimeAsked(When.ON, between[0], first, min(last, today)) if first <= today else None
    strong = _STRONG.search(typed.lower())
    found = [each for each in find_dates(typed) if _days_of(typed, each)[0] <= today and _is_asked_of(typed, each)]
    found.sort(key=lambda each: each.value, reverse=True)  # a visit comes after the onset of the illness
    if strong:
        found.sort(key=lambda each: abs(each.start - strong.start()))
    for each in found:
        first, last = _days_of(typed, each)
        asked = _ON.search(typed[: each.start].lower())
        words = typed[asked.start() if asked else each.start : each.end]
        return TimeAsked(When.ON, words, first, min(last, today))
    return None


def _days_of(typed: str, found: FoundDate) -> tuple[date, date]:
    first, last = first_day(found.value), day_after_last(found.value) - timedelta(days=1)
    words = re.findall(r"[a-z]+", typed[: found.start].lower())
    part = next((_THIRDS[word] for word in reversed(words[-2:]) if word in _THIRDS), None)
    if part is None or precision(found.value) is not Precision.YEAR:
        return first, last
    return first.replace(month=part[0]), day_after_last(f"{first.year}-{part[1]:02d}") - timedelta(days=1)


def _is_asked_of(typed: str, found: FoundDate) -> bool:
    """Whether a date is the date of the guidance asked for.

    Strong words ("as of", "at that time") settle it. Else the question must be about the past, or be no more than a
    phrase with its date; what befell a patient, a figure's year and a question about now are not.
    """
    whole = typed.lower()
    before, behind = whole[: found.start], whole[found.end :]
    happened = _PATIENT.search(before) or _PATIENT_BEHIND.match(behind)
    if _COUNTED.match(behind) or _SINCE.search(before) or _SINCE_HAN.match(behind):
        return False
    if _STRONG.search(whole):
        return True
    if _FIGURE.search(whole) or _NOW.search(whole):
        return False
    if has_cjk(typed):
        return not happened and _is_asked_of_in_chinese(whole, before, behind)
    asks_of_past = _PAST.search(re.split(r"[.:;,]\s", behind, maxsplit=1)[-1] if happened else whole)
    if happened or not (_ON.search(before) or not before.strip()):
        return asks_of_past is not None and happened is not None and not behind.startswith(" has ")
    if asks_of_past:
        return True
    at_the_edge = not before[: _start_of(before)].strip() or not behind.strip(" ?.")
    return at_the_edge and (not _PRESENT.search(whole) or not re.search(r"\b(?:he|she|who|my|patient)\b", whole))


def _start_of(before: str) -> int:
    asked = _ON.search(before)
    return asked.start() if asked else len(before)


def _is_asked_of_in_chinese(whole: str, before: str, behind: str) -> bool:
    if _HAN_TIME.match(behind) or _HAN_AT.search(before):
        return True
    stands_alone = re.match(r"\s*(?:[上下]半年|那天|这天|那个?月)?\s*[，,：:]", behind) if not before.strip() else None
    is_predicate = re.search(r"[，,]\s*$", before) and re.match(r"\s*(?:是|为|应|怎)", behind)
    return bool(stands_alone or is_predicate) and not _PERSON.search(whole)


def edition_years(question: str) -> frozenset[str]:
    """Years of a question that may name an edition: not those of a time, an event, a measure or a reference number."""
    folded = fold(" ".join(question.split()))
    bare = frozenset(match[0] for match in _BARE.finditer(folded) if not _PATIENT.search(folded[: match.start()]))
    return bare | _named_years(folded) | frozenset(match["year"] for match in _BODY_YEARED.finditer(question))
