"""The pieces of a passage that can be quoted: sentences, list items, table rows, with their place in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb.sentences import split_clauses, split_sentences
from kb.text import count_cjk

LONGEST = {"en": 320, "zh": 130}  # characters of a piece that is left whole; a longer one is cut where it pauses
CAPTION = 80  # characters of a line that begins another list
_LEAD_IN = re.compile(r"[:：]\s*$")
_FINISHED = re.compile(r"[.。!?！？;；][\"'”’)）\]]*$")
_BULLET = re.compile(
    r"\s*(?:[•●■▪◦➢✓□○☐]\s?|[–—*·-]\s|\(?\d{1,2}[.)、．]\s?|[（(]?[一二三四五六七八九十\d]{1,2}[)）、.．]|\(?[a-z][.)]\s)"
)
_LABEL = re.compile(
    r"[(（]?(?:\d{1,3}|[a-zA-Z])(?:\.\d{1,2})*[a-z]?[.)）、．]?"
)  # of what follows: "1g.", "(3)", "2.4"
# Where a long piece pauses: between cells, before a bullet or "(ii)" inside a line, after a semicolon.
_PAUSE = re.compile(r"\t|\s(?=[•●■▪◦°□]\s)|\s(?=\((?:[ivx]{1,4}|\d)\)\s)|(?<=[;；])\s*")

Span = tuple[int, int]


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


def is_chinese(text: str) -> bool:
    """Whether a text is measured as Chinese."""
    return count_cjk(text) * 3 > len(text)


def split_units(text: str) -> list[Unit]:
    """Quotable pieces of a passage's text, in its order; together they hold everything but white space."""
    longest = LONGEST["zh" if is_chinese(text) else "en"]
    units: list[Unit] = []
    lead: int | None = None
    label: int | None = None
    for start, end in split_sentences(text):
        whole = _strip(text, start if label is None else label, end)
        if whole is None:
            continue
        left, right = whole
        label = left if _LABEL.fullmatch(text, left, right) and text[end:].strip() else None
        if label is not None:
            continue
        is_item = _BULLET.match(text[left:right]) is not None
        starts_line = _starts_line(text, left)
        if is_item and starts_line and _is_caption(text, units, least=lead):
            lead = len(units) - 1
        for number, (first, last) in enumerate(_cut(text, left, right, longest)):
            belongs = lead is not None and (is_item or starts_line or number > 0)
            units.append(Unit(first, last, is_item, lead if belongs else None))
        if _LEAD_IN.search(text[left:right]):
            lead = len(units) - 1
        elif not is_item and not starts_line:
            lead = lead if units[-1].lead is not None else None
    return units


def _starts_line(text: str, place: int) -> bool:
    return place == 0 or "\n" in text[max(0, place - 2) : place]


def _is_caption(text: str, units: list[Unit], *, least: int | None) -> bool:
    """Whether the last unit is a line without a full stop, such as the caption of a box, over the items that follow.

    Where the items before had a lead already (`least`), only a short line of its own begins another list: items for
    one group of people must not be read under the line that names another.
    """
    if not units or units[-1].is_item or _FINISHED.search(text[units[-1].start : units[-1].end]):
        return False
    caption = units[-1]
    if least is None:
        return True
    fresh = len(units) - 1 > least and _starts_line(text, caption.start) and not text[caption.start].islower()
    return fresh and caption.size <= CAPTION


def _strip(text: str, start: int, end: int) -> Span | None:
    piece = text[start:end]
    left, right = start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
    return (left, right) if right > left else None


def _cut(text: str, start: int, end: int, longest: int) -> Iterator[Span]:
    """A piece in stretches of at most `longest` characters where its pauses allow."""
    if end - start <= longest:
        yield start, end
        return
    ends = [match.end() for match in _PAUSE.finditer(text, start, end)]
    if not ends:
        ends = [start + stop for _, stop in split_clauses(text[start:end])][:-1]
    first, last = start, start
    for stop in _spaced(text, start, [*ends, end], 2 * longest):
        if stop - first > longest and last > first:
            yield from filter(None, [_strip(text, first, last)])
            first = last
        last = stop
    yield from filter(None, [_strip(text, first, end)])


def _spaced(text: str, start: int, ends: list[int], longest: int) -> Iterator[int]:
    """The ends, with white space taken for an end where two lie further apart than `longest`."""
    for end in ends:
        while end - start > longest:
            space = text.rfind(" ", start + 1, start + longest)
            if space < 0:
                break
            start = space
            yield space
        start = end
        yield end
