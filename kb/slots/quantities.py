"""Values and intervals of a text with their comparators, in canonical units, and what each measures."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace

from kb.slots.frequency import find_frequencies
from kb.slots.measures import UNIT_OF, find_measures, nearest_measure
from kb.slots.nouns import Quantity, Role
from kb.slots.units import ROUNDED, convert, read_unit

_NUMBER = r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?"
_FIRST = re.compile(rf"(?<![A-Za-z\d.*])(?<![A-Za-z]-)(?:{_NUMBER})(?![\d.]*\d)(?!\.\d)")
_PRESSURE = re.compile(
    r"(?<![\d./])(?P<s>\d{2,3}(?:\.\d)?)(?:\s?-\s?(?P<s2>\d{2,3}(?:\.\d)?))?\s?/\s?(?P<d>\d{2,3}(?:\.\d)?)(?:\s?-\s?(?P<d2>\d{2,3}(?:\.\d)?))?(?![\d/]|\.\d)\s?"
    r"(?P<unit>mm\s?Hg|毫米汞柱|kPa)?"
)
_TO = re.compile(rf"\s?(?:-|~|to|up to|至|到|或)\s?(?P<n>{_NUMBER})(?![\d.]*\d)", re.I)
_AND = re.compile(rf"\s?(?:and|与|和)\s?(?P<n>{_NUMBER})(?![\d.]*\d)", re.I)
_BEFORE = (
    ("between", r"between|在|介于"),
    ("le", r"≤|no more than|not more than|not above|not over|no higher than|not exceed(?:ing)?|at most|up to|"
           r"max(?:imum)?(?: \w+){0,3}? (?:of|is)"
           r"|maximum|within(?: the)?(?: first| past| last)?|不超过|不高于|不大于|上限为?|至多|最多|最大剂量为?|"
           r"最高剂量为?|"
           r"(?:do|should|"
           r"must) not exceed|limit(?:ed)? to"),
    ("ge", r"≥|no less than|not less than|no lower than|at least|minimum(?: of)?|starting (?:at|from)|from|≧|不低于|"
           r"不少于|"
           r"不小于|至少(?:[\u4e00-\u9fff]{2})?|最少|达到?|满|as early as"),
    ("gt", r">|more than|over|above|greater than|higher than|exceed(?:s|ing)?|older than|longer than|超过|大于|高于|"
           r"超(?!声|重|敏)|"
           r"多于|逾|"
           r"beyond"),
    ("lt", r"<|less than|below|under|lower than|fewer than|younger than|shorter than|小于|低于|少于|未满|不到|不及|"
           r"未达到?|低到|不足|不满|"
           r"降至"),
)  # fmt: skip
_BEFORE_PATTERNS = tuple(
    (kind, re.compile(rf"(?:{words})\s?(?:a |an |the |age |aged |的|约|为|了)?\s?$", re.I)) for kind, words in _BEFORE
)
_AFTER_PATTERNS = (
    ("ge", re.compile(r"\s?(?:mm\s?Hg )?\(?(?:or|and) (?:more|higher|above|greater|over|older|longer|up|"
                      r"upwards)\b|\s?(?:及|或|和)?以上"
                      r"|\s?\+(?!\d)|\s?(?:或|及)更(?:高|大|多|长)|\s?起", re.I)),
    ("le", re.compile(r"\s?(?:mm\s?Hg )?\(?(?:or|and) (?:less|lower|below|fewer|under|younger|shorter)\b|\s?(?:及|"
                      r"或)以下|\s?以内|"
                      r"\s?之内|\s?内(?!科|镜|皮|分泌|脏)", re.I)),
    ("lt", re.compile(r"\s?以下")),
)  # fmt: skip
_NAMED = re.compile(  # numbers that are part of a name
    r"(?:\b(?:type|grade|class|stage|group|category|phase|table|box|figure|fig\.|section|chapter|step|appendix|version|"
    r"recommendation|annex|level|vitamin|factor|no\.|第|表|图|推荐意见|意见|附录|步骤|阶段)\s?)$",
    re.I,
)
_NAME_AFTER = re.compile(r"\s?(?:型|期|级|代|号|版|章|节|线(?!性)|度(?!以)|类|项|条|-lead|-vessel|导联)|"
                         r"-?year (?:[\w-]+ ){0,3}risk|"
                         r"年(?:[^,。;]{0,8})风险|-hour (?!course|interval|treatment|period)|-?\s?h(?:our)? (?:urine|"
                         r"ambulatory|postprandial)|小时(?:动态|"
                         r"尿)", re.I)  # fmt: skip
_AGE_BEFORE = re.compile(
    r"(?:\bage[ds]?(?:\s(?:of|at|from|between|under|over|above|below))?|年龄|\b(?:people|adults?|men|women|"
    r"persons?|patients?|"
    r"children|individuals|infants)\s(?:(?:who are|of|aged|under|over|above|below|older than|younger than)\s?)?)\s?"
    r"(?:≥|≤|>|<|at least |in |为|在|满|大于|小于|超过|不足|between )?\s?$",
    re.I,
)
_OLDER_OR_YOUNGER = re.compile(r"(?:under|over|below|above|beyond|until|those|of)\s?(?:the age of )?$", re.I)
_LEAST_AGE = 12  # years: "over 5 years" may be a time, "over 60 years" is an age
_PER_KG = re.compile(r"[^.;]{0,30}?(?:\bper|/)\s?(?:kg|kilogram)", re.I)
_DOSE_STEPS = (
    (
        "start",
        re.compile(
            r"\b(?:start\w*|initial\w*|commenc\w*|begin\w*|begun|first dose|loading)\b|起始|首剂|初始|首次剂量|开始",
            re.I,
        ),
    ),
    ("max", re.compile(r"\b(?:max\w*|up to|no more than|highest)\b|最大|最高|不超过", re.I)),
    ("step", re.compile(r"\b(?:increas\w*|titrat\w*|increments?|raised? by|up by)\b|增加|递增|追加|加量", re.I)),
)
_AGE_AFTER = re.compile(r"\s?(?:of age|old(?:er)?|and (?:over|older|younger)|or (?:older|over|younger|above|"
                        r"more)\b(?! (?:of|after)))|龄", re.I)  # fmt: skip
_REJECTED = re.compile(
    r"(?:rather than|instead of|and not|not the|而非|而不是|不再(?:使用|采用|以)?|取代)[^,;.。]{0,30}$", re.I
)
_CALENDAR = range(1950, 2100)


def find_quantities(text: str) -> tuple[Quantity, ...]:
    """Every quantity of a unified text, in text order."""
    found: list[Quantity] = []
    taken = bytearray(len(text))
    for quantity in (*_frequencies(text), *_pressures(text)):
        end = quantity.start + len(quantity.text)
        taken[quantity.start : end] = b"\x01" * (end - quantity.start)
        found.append(quantity)
    measures = find_measures(text)
    place = 0
    while match := _FIRST.search(text, place):
        place = match.end()
        if taken[match.start()]:
            continue
        read = _read_value(text, match, measures, taken)
        if read is not None:
            quantity, place = read
            if not _is_bare(quantity, text):
                found.append(quantity)
    return tuple(sorted((_with_rejection(text, each) for each in found), key=lambda each: each.start))


def _frequencies(text: str) -> Iterator[Quantity]:
    for start, end, days in find_frequencies(text):
        yield Quantity(days, days, False, False, "days between", Role.FREQUENCY, "", text[start:end], start)


def _pressures(text: str) -> Iterator[Quantity]:
    for match in _PRESSURE.finditer(text):
        systolic, diastolic = float(match["s"]), float(match["d"])
        factor = 7.50062 if match["unit"] == "kPa" else 1.0
        if not (60 <= systolic * factor <= 260 and 30 <= diastolic * factor <= 160 and systolic > diastolic):
            continue
        ends = ((systolic, float(match["s2"] or systolic), "sbp"), (diastolic, float(match["d2"] or diastolic), "dbp"))
        kind, start, end = _comparator(text, match.start(), match.end())
        for low, high, measure in ends:
            interval = _interval(kind, low * factor, high * factor)
            yield Quantity(
                *interval, "mmHg", Role.THRESHOLD, measure, text[start:end], start, is_converted=factor != 1.0
            )


def _read_value(
    text: str, match: re.Match[str], measures: list[tuple[int, int, str]], taken: bytearray
) -> tuple[Quantity, int] | None:
    low = _value(match[0])
    end = match.end()
    if _is_name(text, match):
        return None
    unit = read_unit(text, end)
    first_unit_end = unit[1] if unit else end
    kind, start, _ = _comparator(text, match.start(), first_unit_end)
    upper = _TO.match(text, first_unit_end) or (_AND.match(text, first_unit_end) if kind == "between" else None)
    high = low
    if upper is not None and not taken[upper.start("n")]:
        second = read_unit(text, upper.end())
        if _value(upper["n"]) > low and (unit is None or second is None or unit[0].canonical == second[0].canonical):
            high, end = _value(upper["n"]), upper.end()
            unit = second or unit
            first_unit_end = max(end, second[1] if second else end)
            if kind == "le" and _TO.match(text, match.end()):
                kind = ""
    kind, start, end = _comparator(text, match.start(), first_unit_end)
    if unit is None and kind and (counted := read_unit(text, end)):  # "3 or more attacks"
        unit, end = counted, counted[1]
    canonical, factor = (unit[0].canonical, unit[0].factor) if unit else ("", 1.0)
    values = (low * factor, high * factor)
    placed = _placed(text, values, canonical, kind, start, end, match, first_unit_end, measures)
    is_converted = factor in ROUNDED or (placed.unit != canonical != "" and placed.role != Role.AGE)
    return replace(placed, is_converted=is_converted), end


def _is_bare(quantity: Quantity, text: str) -> bool:
    """A single number of nothing, with nothing to compare: a footnote, a part of a name."""
    if quantity.role == Role.TIMING and re.match(
        r"[内中]?发作|"
        r"内[^,。;]{0,2}发作",
        text[quantity.start + len(quantity.text) - 1 :],
    ):
        return True  # "within a year" of a count of attacks
    is_once = quantity.unit == "times" and quantity.low == quantity.high == 1
    return is_once or (not quantity.unit and not quantity.measure and quantity.is_exact)


def _placed(
    text: str, values: tuple[float, float], unit: str, kind: str, start: int, end: int, match: re.Match[str],
    unit_end: int, measures: list[tuple[int, int, str]],
) -> Quantity:  # fmt: skip
    low, high = values
    measure = nearest_measure(measures, text, match.start(), end, unit)
    unit = unit or UNIT_OF.get(measure, "")
    (low, unit), (high, _) = convert(low, unit, measure), convert(high, unit, measure)
    role = _role(text, match.start(), unit_end, unit, measure)
    if role == Role.AGE:
        unit, low, high = "years of age", *((low / 365.25, high / 365.25) if unit == "days" else (low, high))
    if role == Role.DOSE:
        measure = _dose_step(text, match.start())
        if unit in ("mg", "mL", "IU") and _PER_KG.match(text, unit_end):
            unit += "/kg"
    if role == Role.THRESHOLD and unit == "mmHg" and not measure:
        measure = "sbp" if low >= 105 else ""
    return Quantity(*_interval(kind, low, high), unit, role, measure, text[start:end].strip(), start)


def _dose_step(text: str, start: int) -> str:
    """Whether a dose is the first one, the most, or a step up: by the nearest word before it in its clause."""
    clause = re.split(r"[,;.。](?!\d)|\band\b", text[max(0, start - 48) : start])[-1]
    named = [(match.end(), name) for name, pattern in _DOSE_STEPS for match in pattern.finditer(clause)]
    return max(named)[1] if named else ""


def _role(text: str, start: int, end: int, unit: str, measure: str) -> Role:
    if unit in ("days", ""):
        printed = text[start:end]
        years = unit == "days" and bool(
            re.match(r"\s?-?\s?(?:years?|y)\b", text[start:end][len(_digits(text, start)) :])
        )
        if (
            years
            and float(_digits(text, start)) >= _LEAST_AGE
            and _OLDER_OR_YOUNGER.search(text, max(0, start - 24), start)
        ):
            return Role.AGE
        if re.match(r"-years?-old", text[start + len(_digits(text, start)) :]):
            return Role.AGE
        if "岁" in printed or _AGE_AFTER.match(text, end) or _AGE_BEFORE.search(text, max(0, start - 40), start):
            counted = unit == "" and _AGE_AFTER.match(text, end) and not _AGE_BEFORE.search(text, 0, start)
            if not counted and not (unit == "days" and re.match(r"\s?(?:after|before|or more after)", text[end:])):
                return Role.AGE
    if unit == "days":
        return Role.TIMING
    if unit in ("mg", "mg/kg", "mL", "mL/kg", "IU", "IU/kg", "doses", "pieces", "MME") and not measure:
        return Role.DOSE
    return Role.THRESHOLD


def _digits(text: str, start: int) -> str:
    found = re.match(r"\d+(?:\.\d+)?", text[start:])
    return found[0] if found else "0"


def _comparator(text: str, start: int, end: int) -> tuple[str, int, int]:
    """Kind of comparator around a number at [start, end), and the stretch with it."""
    for kind, pattern in _AFTER_PATTERNS:
        after = pattern.match(text, end)
        if after:
            head = next(
                (each for _, other in _BEFORE_PATTERNS[1:] if (each := other.search(text, max(0, start - 30), start))),
                None,
            )
            return kind, head.start() if head and kind == "le" and head[0].lower() == "within" else start, after.end()
    age = re.match(r"\s?(?:of age )?(?:and|or) (over|older|above|more|younger|under|below)\b", text[end : end + 24])
    if age:
        return ("le" if age[1] in ("younger", "under", "below") else "ge"), start, end + age.end()
    for kind, pattern in _BEFORE_PATTERNS:
        before = pattern.search(text, max(0, start - 34), start)
        if before and kind != "between":
            return kind, before.start(), end
        if before:
            return "between", start, end
    return "", start, end


def _interval(kind: str, low: float, high: float) -> tuple[float, float, bool, bool]:
    if low != high and kind in ("", "between", "ge", "le"):
        return low, high, False, False
    if kind in ("ge", "gt"):
        return low, math.inf, kind == "gt", False
    if kind in ("le", "lt"):
        return -math.inf, high, False, kind == "lt"
    return low, high, False, False


def _is_name(text: str, match: re.Match[str]) -> bool:
    if _NAMED.search(text, max(0, match.start() - 16), match.start()) or _NAME_AFTER.match(text, match.end()):
        return True
    after = text[match.end() : match.end() + 1]
    if text[match.start() - 1 : match.start()] == "/" and read_unit(text, match.end()) is None:
        return True  # the second half of a fraction or an unfamiliar pair
    is_year = (
        float(match[0].replace(",", "")) in _CALENDAR and len(match[0]) == 4 and read_unit(text, match.end()) is None
    )
    is_year = (
        is_year
        or re.match(r"(?:19|20)\d\d-(?:\d\d|(?:19|20)\d\d)(?!\d)", text[match.start() : match.start() + 10]) is not None
    )
    is_year = is_year or re.search(r"(?:19|20)\d\d-$", text[max(0, match.start() - 5) : match.start()]) is not None
    is_year = is_year or (len(match[0]) == 4 and match[0][:2] in ("19", "20") and after == "年")
    return is_year or (after.isascii() and after.isalpha() and read_unit(text, match.end()) is None)


def _value(printed: str) -> float:
    return float(printed.replace(",", ""))


def _with_rejection(text: str, quantity: Quantity) -> Quantity:
    if _REJECTED.search(text, max(0, quantity.start - 50), quantity.start):
        return replace(quantity, is_negated=True)
    return quantity
