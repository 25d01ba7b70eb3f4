"""Abbreviations that a guideline defines itself, in English and Chinese.

The rule for "long form (SHORT)" is that of Schwartz and Hearst (Pac Symp Biocomput 2003): every letter of the short
form must be found in the long form, right to left, the first one at the beginning of a word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from kb.text import has_cjk

MOST_WORDS = 12  # words of a long form
_BRACKETED = re.compile(r"[(（]\s*([^()（）\[\]]{2,80}?)\s*[)）]")
_SHORT = re.compile(r"[A-Za-z0-9α-ωΑ-Ω][A-Za-z0-9α-ωΑ-Ω+/&.\-‑–]{1,14}")
_LIST_LINE = re.compile(
    r"^(?P<short>[A-Zα-ω][A-Za-z0-9α-ω+/&.\-]{1,11})(?:\s*[:：=–—,，、\t]\s*|\s{1,})(?P<long>[A-Za-zα-ω\u4e00-\u9fff(][^\n]{3,110}?)[.;；。]?$"
)
_INLINE = re.compile(
    r"(?<![\w-])(?P<short>[A-Z][A-Za-z0-9/\-]{1,9})\s*[=,:：]\s*(?P<long>[a-z][^;；.。=:：]{4,80}|[\u4e00-\u9fff][^;；.。=:：，]{2,40})(?=[;；.。]|$)"
)
_STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "by",
        "for",
        "from",
        "in",
        "into",
        "is",
        "of",
        "on",
        "or",
        "per",
        "such",
        "than",
        "that",
        "the",
        "their",
        "to",
        "was",
        "were",
        "when",
        "which",
        "with",
        "et",
    ]
)
_HAN_RUN = re.compile(r"[\u4e00-\u9fffA-Za-z0-9α-ωΑ-Ω\-‑·]+$")
# Words at which a Chinese long form cannot begin; what stands before them is prose.
_HAN_PROSE = re.compile(
    r".*(?:的|和|与|及|或|为|是|在|于|对|由|将|被|用|使用|采用|应用|包括|例如|如|称为|简称|即|以及|其中|进行|具有|存在|可|并|以|从|至|到|每|各|有|给予|合并|伴|患有|常规|推荐|建议|患者|考虑|尽快|应当|多数|少数|部分)"
)


def find_abbreviations(texts: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Pairs (short, long) that the texts define: each short form with its most frequent long form, in A–Z order."""
    seen: dict[str, Counter[str]] = {}
    for text in texts:
        for short, long in [*_in_brackets(text), *_in_lists(text)]:
            seen.setdefault(short, Counter())[" ".join(long.split())] += 1
    return tuple((short, max(sorted(longs), key=lambda each: longs[each])) for short, longs in sorted(seen.items()))


def _in_brackets(text: str) -> Iterable[tuple[str, str]]:
    for match in _BRACKETED.finditer(text):
        inner = match[1]
        before = text[max(0, match.start() - 160) : match.start()].rstrip()
        candidates = [part.strip() for part in re.split(r"[,，;；]", inner)]
        shorts = [part for part in candidates if is_short_form(part)]
        if has_cjk(before[-2:]):
            yield from _chinese(before, candidates, shorts)
            continue
        for short in shorts[:1]:
            long = match_long_form(short, before)
            if long:
                yield short, long
        if not shorts and is_short_form(_last_word(before)):  # "ACEI (angiotensin-converting enzyme inhibitor)"
            long = match_long_form(_last_word(before), inner)
            if long and len(long) > 0.8 * len(inner):
                yield _last_word(before), long


def _chinese(before: str, candidates: list[str], shorts: list[str]) -> Iterable[tuple[str, str]]:
    """全称（缩写）, and 全称（English name，ABC)."""
    if not shorts:
        return
    short = shorts[-1]
    for candidate in candidates:
        if candidate != short and " " in candidate and match_long_form(short, candidate):
            yield short, candidate
            return
    run = _HAN_RUN.search(before)
    if run is None:
        return
    name = _HAN_PROSE.sub("", run[0]) or run[0]
    if 2 <= len(name) <= 20 and has_cjk(name):
        yield short, name


def _in_lists(text: str) -> Iterable[tuple[str, str]]:
    """Lines of an abbreviation list ("BMI  body mass index") and notes under tables ("BP, blood pressure; …")."""
    for line in text.splitlines():
        match = _LIST_LINE.match(line.strip())
        if match and is_short_form(match["short"]):
            long = match["long"].strip()
            if _explains(match["short"], long):
                yield match["short"], long
                continue
        for inline in _INLINE.finditer(line):
            if is_short_form(inline["short"]) and _explains(inline["short"], inline["long"].strip()):
                yield inline["short"], inline["long"].strip()


def _explains(short: str, long: str) -> bool:
    if has_cjk(long):
        return len(long) <= 30 and not re.search(r"[，。]", long)
    found = match_long_form(short, long)
    return found is not None and len(found) >= 0.8 * len(long) and len(long.split()) <= MOST_WORDS


def is_short_form(text: str) -> bool:
    """Whether a text looks like an abbreviation: 2 to 15 signs, at least two of them letters, a capital among them."""
    if not _SHORT.fullmatch(text) or text.endswith((".", "-")):
        return False
    letters = [char for char in text if char.isalpha()]
    capitals = sum(char.isupper() for char in letters)
    if len(letters) < 2 or not capitals:
        return False
    if not text[0].isalpha() or sum(char.isdigit() for char in text) > len(letters):
        return False
    ordinary = capitals == 1 and (text[1:].islower() or text[0].islower())
    return not ordinary and not re.fullmatch(r"[IVX]+", text)


def match_long_form(short: str, before: str) -> str | None:
    """The shortest words at the end of `before` that hold the letters of `short` in order, or None."""
    bare = short[:-1] if short.endswith("s") and short[:-1].isupper() else short
    signs = [char for char in bare.casefold() if char.isalnum()]
    words = before.split()[-min(MOST_WORDS, len(signs) + 5, len(signs) * 2 + 1) :]
    long = _by_initials(signs, words) or _by_letters(signs, " ".join(words))
    if long is None:
        return None
    long = long.strip(" ,;:")
    parts = re.findall(r"[^\W_]+", long.casefold())
    if not parts or parts[0] in _STOP or bare.casefold() in parts or len(long) <= len(short):
        return None
    return None if re.search(r"[.。;；]\s|[()（）]|\d{3}", long) else long


def _by_initials(signs: list[str], words: list[str]) -> str | None:
    """The words whose initials spell the short form, little words left out."""
    for start in range(len(words) - 1, -1, -1):
        parts = [part for word in words[start:] for part in re.split(r"[-‐‑–/]", word.casefold()) if part]
        initials = [part.strip("“\"'‘(")[:1] for part in parts if part not in _STOP]
        if initials == signs and words[start].casefold() not in _STOP:
            return " ".join(words[start:])
    return None


def _by_letters(signs: list[str], tail: str) -> str | None:
    """Schwartz and Hearst's walk from right to left."""
    position = len(tail) - 1
    for index in range(len(signs) - 1, -1, -1):
        while position >= 0 and not _fits(tail, position, signs[index], first=index == 0):
            position -= 1
        if position < 0:
            return None
        position -= 1
    return tail[position + 1 :]


def _fits(text: str, position: int, sign: str, *, first: bool) -> bool:
    if text[position].casefold() != sign:
        return False
    return not first or position == 0 or not text[position - 1].isalnum()


def _last_word(text: str) -> str:
    words = text.split()
    return words[-1] if words else ""
