"""Grades as guidelines print them, normalised to strength and certainty; the print is always kept.

Systems: GRADE, ACC/AHA and ESC classes, USPSTF letters, recommendation categories with evidence types, numbered and
lettered codes (1A), evidence categories, good practice statements, and the Chinese forms of these.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_QUALITY = {"high": "high", "moderate": "moderate", "medium": "moderate", "low": "low", "very low": "very_low"}
_FORCE = {"strong": "strong", "weak": "conditional", "conditional": "conditional", "discretionary": "conditional"}
_CLASS = {"1": "strong", "2": "conditional", "2a": "conditional", "2b": "conditional", "3": "strong"}
_LETTER = {"a": "high", "b": "moderate", "c": "low", "d": "very_low", "e": "very_low"}
_TYPE = {"1": "high", "2": "moderate", "3": "low", "4": "very_low", "5": "very_low"}
_TASK_FORCE = {"a": "strong", "b": "strong", "c": "conditional", "d": "strong", "i": "none"}
_CATEGORY = {"a": "strong", "b": "conditional"}
_CHINESE_FORCE = {
    "强": "strong",
    "弱": "conditional",
    "有条件": "conditional",
    "条件": "conditional",
    "中": "conditional",
    "中等": "conditional",
}
_CHINESE_QUALITY = {"高": "high", "中": "moderate", "中等": "moderate", "低": "low", "极低": "very_low"}

_Q = r"very[\s-]low|high|moderate|medium|low"
_ROMAN = r"[IⅠl1][IⅠl1]{0,2}|[ⅠⅡⅢ]|[123]|M"  # scans read "Ⅲ" as "M", "Ⅰ" as "l" or "1"
_CLASS_MARK = rf"(?:{_ROMAN})\s?[abAB]?"
_OF_EVIDENCE = (
    r"(?:\s*[-‐-―]?\s*(?:certainty|quality)(?:\s+(?:of|"
    r"in)(?:\s+the)?)?(?:\s+evidence)?(?:\s+of\s+effects?)?|\s+evidence)"
)

_Pattern = re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Grade:
    """One grade found in a text; a field is "" where the print says nothing of it."""

    strength: str = ""  # strong | conditional | consensus | none
    strength_verbatim: str = ""
    certainty: str = ""  # high | moderate | low | very_low | na
    certainty_verbatim: str = ""
    start: int = 0  # of the print in the text searched
    end: int = 0


def _compile(pattern: str) -> _Pattern:
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE)


_GRADE_FORCE = _compile(
    r"\b(?P<strength>(?:strong|weak|conditional|discretionary)(?:ly)?(?:\s*(?:against|in\s+favou?r))?"
    r"(?:\s+recommendation)?)(?=\W|$)"
)
_GRADE_QUALITY = re.compile(
    rf"\b(?P<certainty>(?P<first>{_Q})(?:\s*[-–]?\s*(?:to|or|and|/|–)\s*[-–]?\s*(?P<second>{_Q}))?{_OF_EVIDENCE})"
    rf"|\b(?:certainty|quality|strength)\s+of\s+(?:the\s+)?evidence\s*(?:is\s+|was\s+)?[:：=(]?\s*(?P<after>{_Q})\b",
    re.IGNORECASE,
)
_CATEGORY_TYPE = _compile(
    r"(?P<strength>recommendation\s+category\s*:?\s*(?P<category>[AB]))\s*[,;]\s*"
    r"(?P<certainty>evidence\s+type\s*:?\s*(?P<type>[1-4]))"
)
_CLASS_LEVEL = _compile(
    rf"(?P<strength>\b(?:class(?:\s+of\s+recommendation)?|COR)\s*[:=]?\s*(?P<class>{_CLASS_MARK}))"
    r"(?:\s*\(?\s*(?:no\s+benefit|harm)\)?)?\s*[,;/]?\s*(?:and\s+)?"
    r"(?P<certainty>(?:LOE|level(?:\s+of\s+evidence)?|evidence\s+level)\s*[:=]?\s*(?P<level>[A-E])(?:-(?:R|NR|LD|EO))?)?(?!\w)"
)
_USPSTF = re.compile(  # letters in capitals only: "a recommendation" is no grade
    r"(?P<strength>\b[Gg]rade\s*[:=]?\s*(?P<g1>[ABCDI])\b(?!\s+evidence)|"
    r"(?<![Cc]ategory )\b(?P<g2>[ABCD])\s+(?:grade|recommendation)\b"
    r"|(?<![-\w])(?P<g3>I)\s+statements?\b)"
)
_CODE = _compile(r"[(\[（［]\s*(?:GRADE\s*)?(?P<strength>[12])\s*[,，/]?\s*(?P<certainty>[ABCD])\s*[)\]）］]")
_BARE_CODE = _compile(r"(?<=[.。;；\s])(?P<strength>[12])(?P<certainty>[ABCD])\s*$")
_CLASS_CODE = re.compile(
    rf"[(\[（［]\s*(?P<strength>{_CLASS_MARK})\s*(?:类(?:推荐)?|级(?:推荐)?)?\s*[,，、;；]\s*(?P<certainty>[A-D])"
    r"\s*(?:级(?:证据)?|级?证据)?\s*[)\]）］]"
)
_EVIDENCE_CATEGORY = _compile(
    r"(?P<certainty>\b(?:evidence\s+(?:category|level|grade|rating)|level\s+of\s+evidence|LOE)\s*[:=]?\s*"
    r"(?P<letter>[A-E])(?:-(?:R|NR|LD|EO))?)(?!\w)"
)
_STRENGTH_LETTER = _compile(
    r"(?P<strength>\b(?:recommendation\s+(?:grade|rating|level)|grade\s+of\s+recommendation|strength\s+of\s+recommendation)"
    r"\s*[:=]\s*(?P<word>strong|weak|conditional|moderate|[A-D]\b))"
)
_GOOD_PRACTICE = _compile(
    r"(?P<strength>\b(?:ungraded\s+)?(?:good|best)[\s-]practice\s+(?:statement|point|advice)\b"
    r"|[(\[（［]\s*(?:GPS|BPS|GPP|ungraded|not\s+graded|expert\s+(?:opinion|consensus))\s*[)\]）］]"
    r"|\b(?:not\s+graded|ungraded)\b|良好实践(?:声明|陈述|主张)|专家(?:共识|意见)(?=\s*[)）］\]]))"
)
_STARS = re.compile(r"(?P<certainty>[⊕⨁●]{1,4}[◯○⊝⊖]{0,3})(?<=.{4})")
_CHINESE_FORCE_RE = re.compile(
    r"(?P<strength>推荐(?:强度|等级|级别|类别)\s*(?:为|[:：])?\s*(?P<word>强|弱|有条件|中等|"
    rf"{_CLASS_MARK}|[A-D])\s*(?:推荐|级|类)?|(?P<plain>强|弱|有?条件)(?:烈)?推荐(?!意见|强度|等级))"
)
_CHINESE_CLASS = re.compile(rf"(?P<strength>(?P<class>{_CLASS_MARK})\s*类推荐)")
_CHINESE_QUALITY_RE = re.compile(
    r"(?P<certainty>(?:证据(?:质量|等级|级别|水平|强度)(?:等级|级别|分级)?\s*(?:为|[:：])?\s*(?P<word>极低|中等|高|中|低|[A-D]|[1-5]|[ⅠⅡⅢⅣ])\s*(?:质量|级|类)?"
    r"|(?P<plain>极低|中等|高|中|低)(?:等)?(?:质量|级别?|等级)(?:的)?证据|(?P<letter>[A-D])\s*级证据))"
)
YEAR_LABEL = re.compile(
    r"[(\[（［]\s*((?:new|updated|amended|reviewed)?\s*(?:19|20)\d\d(?:\s*,\s*(?:new|updated|amended|reviewed)(?:\s+in)?\s+(?:19|20)\d\d)*"
    r"|(?:new|updated)\s*(?:,\s*)?(?:19|20)\d\d)\s*[)\]）］]",
    re.IGNORECASE,
)


def find_grade(text: str) -> Grade | None:
    """The grade printed in a text of one recommendation, or None; the last one counts where there are several."""
    for find in (_category, _class_level, _codes, _chinese, _grade_words, _letters, _good_practice):
        grade = find(text)
        if grade is not None:
            return grade
    return None


def grade_of_cell(strength: str, certainty: str) -> Grade | None:
    """Grade from the cells of a table whose columns say which is which ("IIa", "B-NR"; "Strong", "Low"; "1", "C")."""
    both = find_grade(strength) or _bare_words(strength)
    if both is not None and both.strength and (both.certainty or strength == certainty):
        return both
    force = _cell_strength(strength) or (both.strength if both else "")
    quality = "" if certainty == strength and not both else _cell_certainty(certainty)
    if not force and not quality:
        return both
    shown = "" if certainty == strength else _tidy(certainty)
    return Grade(force, _tidy(strength) if force else "", quality, shown if quality else "")


def _cell_strength(cell: str) -> str:
    bare = _tidy(cell).casefold()
    if bare in _FORCE or bare.split(" ")[0] in _FORCE:
        return _FORCE[bare.split(" ")[0]]
    return (
        _CHINESE_FORCE.get(bare.removesuffix("推荐"), "")
        or _class(bare.removesuffix("类").removesuffix("级"))
        or (_TASK_FORCE.get(bare, "") if len(bare) == 1 and bare in "abcd" else "")
    )


def _cell_certainty(cell: str) -> str:
    bare = re.sub(r"[\s-]+", " ", _tidy(cell).casefold())
    if bare.startswith("c eo"):
        return "very_low"
    found = find_grade(cell)
    return (
        _QUALITY.get(bare, "")
        or _CHINESE_QUALITY.get(bare.removesuffix("级"), "")
        or (_LETTER.get(bare[:1], "") if re.fullmatch(r"[a-e]( ?(r|nr|ld|级))?", bare) else "")
        or (found.certainty if found else "")
    )


def is_grade_line(text: str) -> bool:
    """Whether a line holds a grade and next to nothing else ("Strong recommendation, low-certainty evidence")."""
    grade = find_grade(text) or _bare_words(text)
    if grade is None:
        return False
    rest = text[: grade.start] + text[grade.end :]
    rest = re.sub(
        r"(?i)strength|of|recommendations?|and|certainty|quality|evidence|grade|level|the|in|effects?|GRADE", "", rest
    )
    rest = YEAR_LABEL.sub("", rest)
    rest = re.sub(r"\b[A-Z]{4,}\b", "", rest)  # a running title in capitals may stand on the same line
    return len(re.sub(r"[\W_]+|推荐|强度|证据|质量|等级|级别", "", rest)) <= 6


def find_year_label(text: str) -> str:
    """The year label at the end of a recommendation ("2010, amended 2018"), or ""."""
    found = [match for match in YEAR_LABEL.finditer(text) if len(text) - match.end() <= 12]
    return " ".join(found[-1][1].split()) if found else ""


def _bare_words(text: str) -> Grade | None:
    """ "Strong, very low quality": the words of a grade cell without "recommendation" or "evidence"."""
    match = re.search(rf"\b(strong|weak|conditional)\b\W+(?:(?:very\W?low|{_Q})\b.*)?$", text.strip(), re.IGNORECASE)
    if match is None or len(text) > 60:
        return None
    return _grade_words(text)


def _last(pattern: _Pattern, text: str) -> re.Match[str] | None:
    return max(pattern.finditer(text), key=re.Match.start, default=None)


def _category(text: str) -> Grade | None:
    match = _last(_CATEGORY_TYPE, text)
    if match is None:
        return None
    return Grade(
        _CATEGORY[match["category"].casefold()],
        _tidy(match["strength"]),
        _TYPE[match["type"]],
        _tidy(match["certainty"]),
        *match.span(),
    )


def _class_level(text: str) -> Grade | None:
    match = _last(_CLASS_LEVEL, text)
    if match is None:
        return None
    level = (match["level"] or "").casefold()
    certainty = "very_low" if (match["certainty"] or "").endswith("-EO") else _LETTER.get(level, "")
    return Grade(
        _class(match["class"]), _tidy(match["strength"]), certainty, _tidy(match["certainty"] or ""), *match.span()
    )


def _codes(text: str) -> Grade | None:
    match = _last(_CODE, text) or _last(_CLASS_CODE, text) or _last(_BARE_CODE, text)
    if match is None:
        return None
    return Grade(
        _class(match["strength"]),
        _tidy(match["strength"]),
        _LETTER[match["certainty"].casefold()],
        _tidy(match["certainty"]),
        *match.span(),
    )


def _chinese(text: str) -> Grade | None:
    force = _last(_CHINESE_FORCE_RE, text) or _last(_CHINESE_CLASS, text)
    quality = _last(_CHINESE_QUALITY_RE, text)
    if force is None and quality is None:
        return None
    strength = certainty = ""
    if force is not None:
        named = force.groupdict()
        word = named.get("word") or named.get("plain") or ""
        strength = (
            _CHINESE_FORCE.get(word) or _CATEGORY.get(word.casefold()) or _class(word or named.get("class") or "")
        )
    if quality is not None:
        word = quality["word"] or quality["plain"] or quality["letter"]
        certainty = _CHINESE_QUALITY.get(word) or _LETTER.get(word.casefold()) or _TYPE.get(_digit(word), "")
    return _joined(force, strength, quality, certainty)


def _grade_words(text: str) -> Grade | None:
    quality = _last(_GRADE_QUALITY, text)
    force = None
    for match in _GRADE_FORCE.finditer(text):
        # "strong" alone is an everyday word; it is a grade beside "recommendation" or right before the certainty.
        if "recommendation" in match["strength"].casefold() or (
            quality is not None and re.fullmatch(r"[\s,;:(/–-]*", text[match.end() : quality.start()])
        ):
            force = match
    if force is None and quality is not None and not re.search(r"evidence|certainty", quality[0], re.IGNORECASE):
        return None  # "high-quality care"
    certainty = ""
    if quality is not None:
        words = [quality["first"] or quality["after"], quality["second"]]
        certainty = _lowest([re.sub(r"[\s-]+", " ", word.casefold()) for word in words if word])
    word = re.match(r"strong|weak|conditional|discretionary", force["strength"].casefold()) if force else None
    strength = _FORCE[word[0]] if word else ""
    return _joined(force, strength, quality, certainty)


def _letters(text: str) -> Grade | None:
    force = _last(_STRENGTH_LETTER, text) or _USPSTF.search(text)  # a letter stands right after its statement
    quality = _last(_EVIDENCE_CATEGORY, text)
    strength = ""
    if force is not None:
        named = force.groupdict()
        word = (named.get("word") or named.get("g1") or named.get("g2") or named.get("g3") or "").casefold()
        strength = _FORCE.get(word) or _TASK_FORCE.get(word, "conditional")
    certainty = _LETTER[quality["letter"].casefold()] if quality else ""
    return _joined(force, strength, quality, certainty)


def _good_practice(text: str) -> Grade | None:
    match = _last(_GOOD_PRACTICE, text)
    if match is not None:
        return Grade("consensus", _tidy(match["strength"]), "na", "", *match.span())
    stars = next((each for each in re.finditer(r"[⊕⨁]{1,4}[◯○⊝⊖]{0,3}", text) if len(each[0]) == 4), None)
    if stars is None:
        return None
    level = ("very_low", "low", "moderate", "high")[sum(char in "⊕⨁" for char in stars[0]) - 1]
    return Grade("", "", level, stars[0], *stars.span())


def _joined(force: re.Match[str] | None, strength: str, quality: re.Match[str] | None, certainty: str) -> Grade | None:
    found = [match for match in (force, quality) if match is not None]
    if not found:
        return None
    return Grade(
        strength,
        _tidy(force["strength"]) if force else "",
        certainty,
        _tidy(quality[0]) if quality else "",
        min(match.start() for match in found),
        max(match.end() for match in found),
    )


def _class(mark: str) -> str:
    """Strength of a class mark, Roman or Arabic, also as scans misread it."""
    return _CLASS.get(_digit(mark), "")


def _digit(mark: str) -> str:
    plain = unicodedata.normalize("NFKC", mark.replace("M", "Ⅲ")).casefold().replace(" ", "")
    letter = plain[-1] if plain[-1:] in "ab" and len(plain) > 1 else ""
    stem = plain[: len(plain) - len(letter)].replace("l", "i")
    if set(stem) <= {"i", "1"} and stem:
        return f"{len(stem)}{letter}"
    return {"iv": "4", "v": "5"}.get(stem, stem) + letter


def _lowest(words: list[str]) -> str:
    """The more cautious of two grades: "moderate to high" counts as moderate."""
    order = ["very low", "low", "moderate", "medium", "high"]
    return _QUALITY[min(words, key=order.index)]


def _tidy(text: str) -> str:
    return " ".join(text.split()).strip(" ,;:()（）")
