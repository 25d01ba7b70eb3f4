"""The pieces of a passage that can be quoted: sentences, list items, table rows, with their place in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.domain import Passage
from kb.sentences import split_sentences

LONGEST = 700  # characters of one piece; a longer one is quoted in part
_LEAD_IN = re.compile(r"[:：]\s*$")
_BULLET = re.compile(
    r"\s*(?:[•●■▪◦–—*➢✓□○·-]\s|\(?\d{1,2}[.)、．]\s?|[（(]?[一二三四五六七八九十\d]{1,2}[)）、.．]|\(?[a-z][.)]\s)"
)


@dataclass(frozen=True, slots=True)
class Unit:
    """The characters [start, end) of a passage, without surrounding white space."""

    start: int
    end: int
    is_item: bool = False  # a list item
    lead: int | None = None  # index of the unit that introduces this item

    @property
    def size(self) -> int:
        """Number of characters."""
        return self.end - self.start


def split_units(passage: Passage) -> list[Unit]:
    """Quotable pieces in text order; together they hold everything but white space."""
    units: list[Unit] = []
    lead: int | None = None
    for start, end in split_sentences(passage.text):
        piece = passage.text[start:end]
        left = start + len(piece) - len(piece.lstrip())
        right = start + len(piece.rstrip())
        if right <= left:
            continue
        is_item = _BULLET.match(passage.text[left:right]) is not None
        starts_line = left == 0 or "\n" in passage.text[max(0, left - 2) : left]
        units.append(Unit(left, right, is_item, lead if (is_item or starts_line) and lead is not None else None))
        if _LEAD_IN.search(passage.text[left:right]):
            lead = len(units) - 1
        elif not is_item and not starts_line:
            lead = lead if units[-1].lead is not None else None
    return units
