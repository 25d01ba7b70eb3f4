"""Where sentences end, in English and Chinese, as clinical text is written."""

from __future__ import annotations

import re

# Words before a full stop that does not end a sentence. Compared without case.
_ABBREVIATED = (
    "vs dr mr mrs ms prof st no nos fig figs tab eq ref refs eds al cf ca approx resp incl dept inc ltd corp vol pp ch "
    "sect sec i.e e.g viz jr sr u.s u.k u.n d.c e.u subsp ssp spp var min max jan feb mar apr jun jul aug sept oct nov "
    "dec rev suppl gen tel"
)
_ABBREVIATIONS = frozenset(_ABBREVIATED.split())
_LETTERED = re.compile(
    r"\b(?:category|grade|class|level|type|vitamin|hepatitis|group|stage|table|appendix|annex|part)\s$", re.I
)
_CLOSERS = "\"'”’」』）)】]»"
_CITATION = (
    r"(?:\s?[\[［]\d[\d,，\-–‒ ]*[\]］]|\s?\(\d{1,3}(?:[,\-–]\s?\d{1,3})*\)"
    r"|\d{1,3}(?:[,\-–]\d{1,3})*(?=\s+[A-Z]))?"
)
_ENGLISH_END = re.compile(rf"(?P<mark>[.!?…]+)[{re.escape(_CLOSERS)}]*(?P<note>{_CITATION})(?P<gap>\s+|$)")
_CHINESE_END = re.compile(rf"[。！？]+[{re.escape(_CLOSERS)}]*(?:[\[［]\d[\d,，\-–‒~～ ]*[\]］])?\s*")
_LINE = re.compile(r"\n+")
_CLAUSE = re.compile(r"(?:；|;(?=\s))\s*")
_COMMA = re.compile(r"(?:[，、：]|[,:](?=\s))\s*")
_STARTS = re.compile(r"[A-Z0-9\u4e00-\u9fff“\"'‘(（\[•●■▪◦–—*†‡§➢✓√>≥<≤⊕Α-Ω]")

Span = tuple[int, int]


def split_sentences(text: str) -> list[Span]:
    """Spans [start, end) of the sentences of `text`; together they cover it, each with the white space that follows.

    A line feed always ends one. "vs.", "Fig. 2", "e.g.", initials, decimals and list numbers do not.
    """
    ends = {match.end() for match in _LINE.finditer(text)}
    ends.update(match.end() for match in _CHINESE_END.finditer(text))
    ends.update(match.end() for match in _ENGLISH_END.finditer(text) if _is_english_end(text, match))
    return _spans(text, sorted(ends))


def split_clauses(text: str) -> list[Span]:
    """Spans of the clauses of a sentence that is too long to stay whole: cut after semicolons, else commas."""
    for pattern in (_CLAUSE, _COMMA):
        ends = [match.end() for match in pattern.finditer(text)]
        if any(end < len(text) for end in ends):
            return _spans(text, ends)
    return [(0, len(text))]


def _spans(text: str, ends: list[int]) -> list[Span]:
    spans = []
    start = 0
    for end in [*ends, len(text)]:
        if end > start:
            spans.append((start, end))
            start = end
    return spans


def _is_english_end(text: str, match: re.Match[str]) -> bool:
    after = match.end()
    if after >= len(text):
        return True
    if not _STARTS.match(text, after):
        return False
    if match["mark"] != ".":
        return True
    head = text[max(0, match.start() - 40) : match.start()]
    word = re.search(r"[^\s(（\[“\"'‘]*$", head)
    last = word[0] if word else ""
    if last[-1:].isdigit() and match["note"][:1].isdigit():
        return False  # a decimal before a unit
    if last.casefold().strip("-–") in _ABBREVIATIONS:
        return False
    if re.fullmatch(r"[A-Z]|[A-Z](?:\.[A-Z])+", last):  # an initial or "U.S."
        return bool(_LETTERED.search(head[: len(head) - len(last)]))
    return not _is_list_number(text, match.start(), last)


def _is_list_number(text: str, dot: int, last: str) -> bool:
    """Whether the full stop belongs to "3." or "a." at the beginning of a line or after another sentence."""
    if not re.fullmatch(r"\d{1,2}|[a-z]|[ivxlIVXL]{1,5}|\d+(?:\.\d+)+", last):
        return False
    before = text[: dot - len(last)].rstrip(" ")
    return not before or before[-1] in "\n.:;。：；!?)]"
