"""Cleaning of what was read: pure functions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.layout import Line
from kb.domain import LineSpan
from kb.text import is_cjk

_HYPHENS = "-\u2010\u2011\u00ad\ufffe"


def join_lines(lines: Sequence[Line], language: str) -> tuple[str, tuple[LineSpan, ...]]:
    """Running text of the lines and the span [start, end) of each line in it."""
    text = ""
    spans: list[LineSpan] = []
    for line in lines:
        piece = clean_text(line.text)
        if text and piece:
            if text[-1] in _HYPHENS and len(text) > 1 and text[-2].isalpha() and piece[0].islower():
                text = text[:-1]
                if spans:
                    spans[-1] = LineSpan(spans[-1].start, len(text), spans[-1].box)
            elif not (is_wide(text[-1]) and is_wide(piece[0])):
                text += " "
        start = len(text)
        text += piece
        spans.append(LineSpan(start, len(text), line.box))
    return text, tuple(spans)


def is_wide(char: str) -> bool:
    """Whether a character takes no space beside it in Chinese text."""
    return is_cjk(char) or "\u3000" <= char <= "\u303f" or "\uff00" <= char <= "\uffef"


def clean_text(text: str) -> str:
    """One line: white space folded, ligatures opened, spaces between Chinese characters removed."""
    for ligature, letters in (("ﬁ", "fi"), ("ﬂ", "fl"), ("ﬀ", "ff"), ("ﬃ", "ffi"), ("ﬄ", "ffl")):
        text = text.replace(ligature, letters)
    return re.sub(
        r"(?<=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]) (?=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef])", "", text
    )
