"""Markers in what a model writes: "[1]", "[1][2]", "[1, 2]", "【1】", before or after the full stop, or within."""

from __future__ import annotations

import re
from dataclasses import dataclass

MARKER = re.compile(r"\s*[\[【［]\s*(\d{1,3}(?:\s*[,，、;-]\s*\d{1,3})*)\s*[\]】］]")
_RUN = re.compile(rf"(?:{MARKER.pattern})+")
_BETWEEN = re.compile(r"^[\s,，;；、.。:：]*(?:(?:and|while|whereas|but)\b|而|并且|同时)?[\s,，]*", re.I)


@dataclass(frozen=True, slots=True)
class Part:
    """Words of a sentence and the markers that stand at their end."""

    text: str
    markers: tuple[int, ...]


def split_at_markers(sentence: str) -> list[Part]:
    """Parts of a sentence, each with its own markers; a last part without any is punctuation or cites nothing."""
    parts: list[Part] = []
    place = 0
    for match in _RUN.finditer(sentence):
        numbers = tuple(dict.fromkeys(int(each) for each in re.findall(r"\d+", match[0])))
        words = (
            _BETWEEN.sub("", sentence[place : match.start()]).strip() if parts else sentence[: match.start()].strip()
        )
        if words:
            parts.append(Part(words, numbers))
        elif parts:
            parts[-1] = Part(parts[-1].text, tuple(dict.fromkeys((*parts[-1].markers, *numbers))))
        place = match.end()
    rest = sentence[place:].strip(" \t\n.。!！?？;；,，)）\"”'")
    return [*parts, Part(rest, ())] if rest else parts


def without_markers(sentence: str) -> str:
    """The sentence as a reader sees it, its markers taken out."""
    return MARKER.sub("", sentence).strip()
