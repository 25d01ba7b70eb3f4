"""Quantities in a sentence: value, unit and comparison, English and Chinese; what counts as the same amount."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

# Units: dimension and factor to its base. Only conversions that hold for every substance are made.
_UNITS: dict[str, tuple[str, float]] = {
    **dict.fromkeys(("kg", "kilogram", "kilograms", "千克", "公斤"), ("mass", 1e6)),
    **dict.fromkeys(("g", "gram", "grams", "gm", "克"), ("mass", 1e3)),
    **dict.fromkeys(("mg", "milligram", "milligrams", "毫克"), ("mass", 1.0)),
    **dict.fromkeys(("mcg", "ug", "μg", "µg", "microgram", "micrograms", "微克"), ("mass", 1e-3)),
    **dict.fromkeys(("ng", "nanogram", "nanograms", "纳克"), ("mass", 1e-6)),
    **dict.fromkeys(("l", "litre", "liter", "litres", "liters", "升"), ("volume", 1e3)),
    **dict.fromkeys(("dl",), ("volume", 100.0)),
    **dict.fromkeys(("ml", "cc", "millilitre", "milliliter", "millilitres", "milliliters", "毫升"), ("volume", 1.0)),
    **dict.fromkeys(("mol",), ("amount", 1e3)),
    **dict.fromkeys(("mmol", "毫摩尔"), ("amount", 1.0)),
    **dict.fromkeys(("umol", "μmol", "µmol", "微摩尔"), ("amount", 1e-3)),
    **dict.fromkeys(("nmol",), ("amount", 1e-6)),
    **dict.fromkeys(("meq",), ("equivalent", 1.0)),
    **dict.fromkeys(("iu", "u", "unit", "units", "单位", "国际单位"), ("activity", 1.0)),
    **dict.fromkeys(("mmhg", "毫米汞柱"), ("pressure", 1.0)),
    **dict.fromkeys(("kpa",), ("kilopascal", 1.0)),
    **dict.fromkeys(("cmh2o",), ("water pressure", 1.0)),
    **dict.fromkeys(("%", "percent", "per cent"), ("share", 1.0)),
    **dict.fromkeys(("kcal", "千卡"), ("energy", 1.0)),
    **dict.fromkeys(("m", "metre", "meter", "metres", "meters", "米"), ("length", 1e3)),
    **dict.fromkeys(("cm", "厘米", "centimetre", "centimetres", "centimeter", "centimeters"), ("length", 10.0)),
    **dict.fromkeys(("mm", "毫米", "millimetre", "millimetres", "millimeter", "millimeters"), ("length", 1.0)),
    **dict.fromkeys(("s", "sec", "second", "seconds", "秒", "秒钟"), ("time", 1.0)),
    **dict.fromkeys(("min", "mins", "minute", "minutes", "分钟"), ("time", 60.0)),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "hourly", "小时", "时"), ("time", 3600.0)),
    **dict.fromkeys(("d", "day", "days", "天", "日"), ("time", 86400.0)),
    **dict.fromkeys(("wk", "week", "weeks", "weekly", "周", "星期", "个星期", "孕周"), ("time", 604800.0)),
    **dict.fromkeys(("month", "months", "monthly", "mo", "月", "个月", "月龄"), ("months", 1.0)),
    **dict.fromkeys(("year", "years", "yr", "yrs", "岁", "周岁", "年"), ("months", 12.0)),
    **dict.fromkeys(("time", "times", "次"), ("times", 1.0)),
    **dict.fromkeys(("tablet", "tablets", "pill", "pills", "片", "粒"), ("tablets", 1.0)),
    **dict.fromkeys(("drop", "drops", "滴"), ("drops", 1.0)),
    **dict.fromkeys(("fold", "倍", "-fold"), ("fold", 1.0)),
    **dict.fromkeys(("bpm", "beats"), ("beats", 1.0)),
    **dict.fromkeys(("°c", "℃"), ("celsius", 1.0)),
    **dict.fromkeys(("°f",), ("fahrenheit", 1.0)),
}
_PER = ("kg", "l", "dl", "ml", "m2", "min")  # divisors that make another quantity; a day or an hour is a frequency
_ALIASES = {
    "kilogram": "kg",
    "kilo": "kg",
    "litre": "l",
    "liter": "l",
    "minute": "min",
    "升": "l",
    "毫升": "ml",
    "公斤": "kg",
    "千克": "kg",
    "分钟": "min",
}
_LATIN = "|".join(sorted((re.escape(u) for u in _UNITS if u.isascii() or u[0] in "μµ°"), key=len, reverse=True))
_HAN = "|".join(sorted((re.escape(u) for u in _UNITS if not u.isascii() and u[0] not in "μµ"), key=len, reverse=True))
_UNIT = re.compile(
    rf"[\s-]{{0,2}}(?:(?P<latin>{_LATIN})(?![a-z0-9])"
    rf"|(?P<han>{_HAN}))(?P<per>(?:\s?/\s?1\.73\s?m2"
    rf"|\s?[/·]\s?\(?[a-z0-9.一-鿿]+(?:[·/]?[a-z]+)?\)?)*)"
)
_HALF_A = re.compile(r" an? (?P<latin>hour|year|day|month|tablet)(?P<han>)(?P<per>)")
_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_NUMBER = re.compile(rf"(?<![a-z\d.])(?:{_DIGITS})(?!\d)|(?<=[a-z]-)(?:{_DIGITS})(?=\s*(?:{_LATIN}))")
_SPOKEN = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "ninety": 90, "thirteen": 13, "fourteen": 14, "sixteen": 16, "seventeen": 17, "eighteen": 18,
    "nineteen": 19, "seventy": 70, "eighty": 80, "hundred": 100, "fortnight": 2, "fortnightly": 2, "once": 1,
    "twice": 2, "thrice": 3, "half": 0.5,
}  # fmt: skip
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_ONES = "one|two|three|four|five|six|seven|eight|nine"
_SPOKEN_WORD = re.compile(rf"(?<!and a )\b(?:(?:{_TENS})[- ](?:{_ONES})|{'|'.join(_SPOKEN)})\b")
_LATIN_TIMES = {"bid": 2, "b.i.d": 2, "tid": 3, "t.i.d": 3, "qid": 4, "q.i.d": 4, "qd": 1, "q.d": 1}
_LATIN_TIME = re.compile(r"\b(?:b\.?i\.?d|t\.?i\.?d|q\.?i\.?d|q\.?d)\b\.?")
_A_UNIT = re.compile(
    r"(?:for|within|after|every|in|over|than|least|about|every) (?P<a>an?) (?=(?:week|month|year|day|hour|fortnight)\b)"
)
_HALF_OF = re.compile(r"half\b(?! an? (?:hour|year|day|tablet|month)| (?:hour|year|day|month))")
_HAN_DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "半": 0.5}
_HAN_NUMBER = re.compile(
    r"(?![一两](?:日|天|周|月|年)[一二两三四五六\d])([一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九半])(?=个?(?:周"
    r"|天|日|月|年|岁|次|小时|分钟|倍|种|片|剂|针|线|类|级|期|周岁|星期|疗程))"
)
_NOT_COUNTED = re.compile(
    r"\bone (?:of|another)\b|\bno one\b|\bhalf-life\b"
    r"|\bonce\b(?! (?:daily|weekly|monthly|yearly|nightly|a |per |every |each |only\b|in |at )|[.,;)]|$)"
)
_AND_HALF = re.compile(r" and a half\b|个?半(?=年|月|小时|天)")
_UNIT_BEFORE = re.compile(r"\b(days?|weeks?|months?|years?|hours?)\s+$|第\s*$")

_UP, _DOWN = "up", "down"


def _words(text: str) -> str:
    """Alternatives of a pattern; a space is any white space."""
    return text.replace(" ", r"\s+")


_TAIL = r"(?:\s+(?:the|a|an|age|of|about|some|to|at|day|days|week|first|next|last|age of))*\s*$"
_BEFORE = (  # wordings that say a bound, before the number; longer ones first: 不超过 holds 超过
    (_words(
        ">=|≥|⩾|at least(?: another| a further| an? additional)?|at or (?:above|over|beyond)"
        "|(?:not?|never) (?:less|fewer|lower|younger|sooner|earlier|shorter|smaller) than"
        "|min(?:imum|imal)?(?: [a-z]+){0,2}?(?: of| is| being)?|(?:not|never) (?:be |fall "
        "|drop )?(?:below|under)|from the age of|aged from|no under|reach(?:es|ed|ing)?"
        "|不[应得宜可能要]?(?:低于|少于|小于|短于|早于)|至少|最少|最低|起码|达到或超过|等于或(?:大|高)于|大于(?:或)?等于|达到?|自"
    ), _UP, False),
    (_words(
        "<=|≤|⩽|at most|at the most|at or (?:below|under)|(?:not?|never) (?:more|greater|higher"
        "|longer|later|older|larger) than"
        "|(?:not|never) (?:to |be )?exceed(?:ing|ed)?|not (?:go )?(?:above|beyond|over)|up to|as (?:much|many|long) as"
        r"|(?:max(?:imum|imal)?|upper limit|ceiling|highest dose)\.?(?: [a-z]+){0,3}?(?: of| is"
        r"| being)?|(?:not|never) (?:be |go |rise )?(?:above|over|beyond)|without exceeding|within"
        r"|inside|in under|capped at|limited to|ceiling of"
        "|upper limit of|no later than"
        "|不[应得宜可能要]?(?:超过|大于|高于|多于|长于|晚于|逾)|小于(?:或)?等于|至多|最多|(?:最高|最大)(?:日?剂量|用?量)?(?:为|是)?"
        "|最长|最久|上限为?|多达|限于?"
    ), _DOWN, False),
    (_words(
        ">|above|over|more than|greater than|higher than|older than|larger than|in excess of"
        "|exceed(?:s|ing|ed)?|beyond|past"
        "|longer than|超过|大于|高于|多于|长于|超出|逾"
    ), _UP, True),
    (_words(
        "<|below|under|beneath|less than|fewer than|lower than|younger than|shorter than|smaller than|short of"
        "|低于|小于|少于|不足|不满|不到|未满|未达|未到|短于"
    ), _DOWN, True),
)  # fmt: skip
_HEADS = tuple((re.compile(rf"(?:{words}){_TAIL}"), bound, strict) for words, bound, strict in _BEFORE)
_A_DAY = (
    r"(?:\s(?:of age|old|of life|points?|doses?|times|in total|people|patients|per [a-z]+))?"
    r"(?:\s*(?:a|per|each|every)\s(?:day|week)|\s*daily)?[\s)]*"
)
_AFTER = (
    (re.compile(
        _A_DAY +
            r"(?:(?:or|and)\s*(?:more|above|over|older|higher|greater|longer|up|worse|later"
            r"|beyond)\b|(?:and )?upwards?\b|at least\b|(?:at |as )?(?:a |the )?minimum\b"
        r"|\s*\+(?!\s?\d)|(?:及|或|和)?(?:其)?(?:以上|之上|更(?:高|多|长|大))|及更)"
    ), _UP, False),
    (re.compile(
        _A_DAY +
            r"(?:(?:or|and)\s*(?:less|below|under|younger|lower|fewer|shorter|earlier)\b"
            r"|at (?:the )?most\b|(?:is |as )?(?:at )?(?:a |the )?(?:maximum|upper limit"
            r"|ceiling)\b(?! of)|为上限|封顶|为限"
        r"|(?:及|或|和)?(?:其)?(?:以下|以内|之内|之下|更(?:低|少|短|小))|内(?!科|脏|镜|分|容|径|源|固|膜|皮|毒|障))"
    ), _DOWN, False),
)  # fmt: skip
_SPAN = re.compile(r"(?:头|前|最初|过去|此前)\s*$")  # the 24 hours before or after: as good as "within"
_OVER_TIME = re.compile(
    r"[\d.]+\s?(?:to|-)?\s?[\d.]*[\s-]?(?:s|sec|min|h|hr|hour|minute|second)"
)  # "over 10 minutes": lasting
_LOOSE = re.compile(r"\s*(?:以上|以下|及更)")  # inclusive or not: Chinese usage differs
_JOINT = re.compile(r"\s*(?:-|~|to|and|or|/|,|至|到|或|、|和|,\s*or)\s*")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of a text, as it is read."""

    start: int  # with the words of its bound
    end: int
    digits: int  # where the number itself begins
    value: float  # as printed
    unit: str  # dimension with its divisors, "" when none stands there
    base: float  # value in the base of the dimension
    bound: str = ""  # up | down | ""
    factor: float = 1.0  # base of 1 of the unit
    is_strict: bool | None = None  # > and <, as against ≥ and ≤; None when the words do not tell


def find_quantities(text: str) -> list[Quantity]:
    """Quantities of a folded text, in text order; a number of a range or list takes the unit of its neighbour."""
    found = [_read(text, start, end, value) for start, end, value in _numbers(text)]
    for index in range(len(found) - 2, -1, -1):
        mine, after = found[index], found[index + 1]
        if _JOINT.fullmatch(text, mine.end, after.digits) and not (mine.bound and "," in text[mine.end : after.digits]):
            found[index] = _with_unit(mine, after)
            if text[mine.end : after.digits].strip() == "/":  # 140/90 or higher
                found[index], found[index + 1] = _with_bound(found[index], after), _with_bound(after, mine)
    is_prefixed = False  # "days 0, 3 and 7"
    for index, (mine, after) in enumerate(pairwise(found)):
        is_prefixed = is_prefixed or _UNIT_BEFORE.search(text, max(0, mine.digits - 8), mine.digits) is not None
        is_prefixed = is_prefixed and _JOINT.fullmatch(text, mine.end, after.digits) is not None
        if is_prefixed:
            found[index + 1] = _with_unit(after, found[index])
    times = [
        (each.start(), each.end(), float(_LATIN_TIMES[each[0].rstrip(".")])) for each in _LATIN_TIME.finditer(text)
    ]
    found += [Quantity(start, end, start, value, "times", value) for start, end, value in times if value]
    return sorted(found, key=lambda each: each.digits)


def _with_unit(mine: Quantity, other: Quantity) -> Quantity:
    if mine.unit or not other.unit:
        return mine
    return replace(mine, unit=other.unit, base=mine.value * other.factor, factor=other.factor)


def _with_bound(mine: Quantity, other: Quantity) -> Quantity:
    return mine if mine.bound or not other.bound else replace(mine, bound=other.bound, is_strict=other.is_strict)


def _numbers(text: str) -> Iterator[tuple[int, int, float]]:
    skipped = [each.span() for each in _NOT_COUNTED.finditer(text)]
    spans = [(each.start(), each.end(), float(each[0].replace(",", ""))) for each in _NUMBER.finditer(text)]
    for each in _SPOKEN_WORD.finditer(text):
        if any(start <= each.start() < end for start, end in skipped) or _HALF_OF.match(text, each.start()):
            continue
        is_counting = (
            each[0] != "one"
            or text.startswith(" or more", each.end())
            or _UNIT.match(text, each.end())
            or text.startswith(" dose", each.end())
        )
        if is_counting:
            spans.append((each.start(), each.end(), _spoken_value(each[0])))
    spans += [(each.start("a"), each.end("a"), 1.0) for each in _A_UNIT.finditer(text)]
    spans += [(each.start(), each.end(), _han_value(each[1])) for each in _HAN_NUMBER.finditer(text)]
    return iter(sorted(spans))


def _spoken_value(words: str) -> float:
    tens, _, ones = words.replace("-", " ").partition(" ")
    return float(_SPOKEN[tens] + (_SPOKEN[ones] if ones else 0))


def _han_value(text: str) -> float:
    if "十" not in text:
        return float(_HAN_DIGITS[text])
    tens, _, ones = text.partition("十")
    return float(_HAN_DIGITS.get(tens, 1) * 10 + _HAN_DIGITS.get(ones, 0))


def _read(text: str, start: int, end: int, value: float) -> Quantity:
    if text[start:end].startswith("fortnight"):
        week = _UNITS["week"][1]
        return Quantity(start, end, start, value, "time", value * week, factor=week)
    half = _AND_HALF.match(text, end)
    if half:
        value, end = value + 0.5, half.end()
    spoken = text[start:end]
    if spoken in ("once", "twice", "thrice"):
        return Quantity(start, end, start, value, "times", value)
    unit = _UNIT.match(text, end) or _HALF_A.match(text, end)
    name, factor, stop = "", 1.0, end
    if unit is not None:
        dimension, factor = _UNITS[unit["latin"] or unit["han"]]
        name, stop = dimension + _divisors(unit["per"]), unit.end()
    before = _UNIT_BEFORE.search(text, max(0, start - 8), start)
    if not name and before is not None and before[1]:  # "days 0, 3 and 7"
        name, factor = _UNITS[before[1]]
    bound, strict, first, last = _bound(text, start, stop)
    return Quantity(first, last, start, value, name, value * factor, bound, factor, strict)


def _divisors(per: str) -> str:
    parts = [_ALIASES.get(part, part) for part in re.findall(r"[a-z]+\d?|[一-鿿]+", per)]
    return "".join(f"/{part}" for part in parts if part in _PER)


def _bound(text: str, start: int, end: int) -> tuple[str, bool | None, int, int]:
    """(bound, whether it is strict, first and last character of the quantity with the words of its bound)."""
    from_ = max(0, start - 32)
    head = text[from_:start].rstrip("(")
    for pattern, bound, strict in _HEADS:
        match = pattern.search(head)
        if match and not (match[0].startswith("over") and _OVER_TIME.match(text, start)):
            return bound, strict, from_ + match.start(), end
    if _SPAN.search(head):
        return _DOWN, None, start, end
    for pattern, bound, strict in _AFTER:
        match = pattern.match(text, end)
        if match:
            return bound, None if _LOOSE.match(text, end) else strict, start, match.end()
    return "", None, start, end


def is_same_amount(said: Quantity, printed: Quantity) -> bool:
    """Whether two quantities are one amount; a number said without its unit may be any."""
    if not said.unit or not printed.unit:
        return said.value == printed.value
    if said.unit == printed.unit:
        return abs(said.base - printed.base) <= 1e-9 * max(abs(said.base), abs(printed.base), 1e-12)
    return False


def is_converted(said: Quantity, printed: Quantity) -> bool:
    """Whether the same amount stands there in another unit."""
    return bool(said.unit) and said.unit == printed.unit and said.value != printed.value


def agree_in_bound(said: Quantity, printed: Quantity) -> bool:
    """Whether both set the same bound: "at least 65" is neither "65" nor "below 65", and ≥ is not >."""
    if said.bound != printed.bound:
        return False
    return said.is_strict is None or printed.is_strict is None or said.is_strict == printed.is_strict
