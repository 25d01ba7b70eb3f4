"""Classes of words that a sentence may exchange freely, and pairs that it must not: English and Chinese side by side.

A class is one idea in any wording ("raise", "increase", "升高"). Classes of one group are rivals: a sentence that says
one of them is not carried by a text that says only another. Groups named in FREE have no rivals. The classes stand in
gate_words.txt: `group.class: English | Chinese`, words separated by spaces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

# group.class: English beginnings of words, ^ is a space or the end of a word, ~ a pattern | Chinese patterns

FREE = frozenset(
    [
        "force",
        "give",
        "person",
        "check",
        "target",
        "guide",
        "happen",
        "need",
        "have",
        "course",
        "drug",
        "visit",
        "level",
        "threshold",
        "choice",
        "initial",
        "repeat",
        "cause",
        "include",
        "about",
        "disease",
    ]
)


@dataclass(frozen=True, slots=True)
class Found:
    """The characters [start, end) of a folded text say a class of a group."""

    start: int
    end: int
    group: str
    name: str

    @property
    def key(self) -> str:
        """The class as one word."""
        return f"{self.group}.{self.name}"


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[str, str, re.Pattern[str]]]:
    rows = []
    for line in Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines():
        key, _, words = line.partition(": ")
        english, _, chinese = words.partition(" | ")
        group, _, name = key.partition(".")
        parts = [_english(each) for each in english.split()]
        parts += sorted(chinese.split(), key=len, reverse=True)
        rows.append((group, name, re.compile("|".join(parts))))
    return rows


def _english(word: str) -> str:
    if word.startswith("~"):  # a pattern as it stands
        body = word[1:].replace("^", " ")
        return rf"(?<![a-z]){body}" if body[0].isalpha() else body
    whole = word.endswith("^") or "^" in word
    body = re.escape(word.removesuffix("^").replace("^", " "))
    start = r"(?<![a-z])" if word[0].isalpha() else ""
    return start + body + (r"(?![a-z])" if word.endswith("^") else r"[a-z]*" if not whole or body[-1] != "\\" else "")


def find_words(text: str) -> list[Found]:
    """Classes that a folded text says, in text order; longer wordings win within a group."""
    found = [
        Found(match.start(), match.end(), group, name)
        for group, name, pattern in _patterns()
        for match in pattern.finditer(text)
    ]
    found.sort(key=lambda each: (each.start - each.end, each.start))
    kept: list[Found] = []
    for each in found:
        if not any(each.group == other.group and each.start < other.end and other.start < each.end for other in kept):
            kept.append(each)
    return sorted(kept, key=lambda each: (each.start, each.end))
