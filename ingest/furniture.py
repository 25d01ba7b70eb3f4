"""Running headers, footers, page numbers and stamps: what stands on pages beside their text."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ingest.layout import Page

EDGE = 0.12  # share of the page at the top and bottom where running headers and footers stand
SIDE = 0.07  # share of the page at the left and right where page numbers and side titles stand
ROWS = 4  # lines looked at from the top and from the bottom
REPEATS = 3  # pages at least that must say the same at the same place
OFTEN = 0.1  # share of pages on which a running header or footer stands
USUAL = 0.2  # share of pages with one at a height where then every line is one (titles of short chapters)
STAMPED = 0.5  # share of pages on which a text away from the edges must stand to be a stamp
BAND = 0.006  # share of the page height within which lines stand at the same height
LONGEST = 160  # characters of a running header
_COUNTED = re.compile(r"\d+|\b[ivxlc]+\b", re.IGNORECASE)
_PAGE_NUMBER = re.compile(
    r"^\W{0,3}(?:page\s*|p\.\s*|第\s*)?(\d{1,4}|[ivxlc]{1,6})(?:\s*(?:/|of)\s*\d+|\s*页)?\W{0,3}$", re.I
)
_ITEM_NUMBER = re.compile(r"[(（]?#*(?:[.．]#)*[.)．）、]?")  # numbers of sections and recommendations, without digits


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A line that may be furniture."""

    page: int  # index
    line: int  # index on the page
    key: str  # its text without numbers and white space
    middle: float
    is_edge: bool
    number: int | None


def split_furniture(pages: Sequence[Page]) -> list[Page]:
    """Move running headers, footers, page numbers and stamps from lines to furniture."""
    candidates = [each for index, page in enumerate(pages) for each in _candidates(index, page)]
    chosen = {(each.page, each.line) for each in _repeated(candidates, len(pages)) + _page_numbers(candidates, pages)}
    bands = _bands(candidates, chosen, len(pages))
    for each in candidates:
        line = pages[each.page].lines[each.line]
        if each.is_edge and len(line.text) <= LONGEST and _in_band(each.middle, bands):
            chosen.add((each.page, each.line))
    return [_split(page, {line for index, line in chosen if index == at}) for at, page in enumerate(pages)]


def _split(page: Page, chosen: set[int]) -> Page:
    if not chosen:
        return page
    body = tuple(line for index, line in enumerate(page.lines) if index not in chosen)
    moved = tuple(line for index, line in enumerate(page.lines) if index in chosen)
    return replace(page, lines=body, furniture=page.furniture + moved)


def _candidates(index: int, page: Page) -> Iterable[_Candidate]:
    tops = sorted({round(line.box.y0, 3) for line in page.lines})
    first, last = (tops[:ROWS][-1], tops[-ROWS:][0]) if tops else (0.0, 1.0)
    for number, line in enumerate(page.lines):
        if line.cell is not None:  # the head of a table that runs over pages belongs to it
            continue
        box = line.box
        is_top = box.y1 < EDGE and box.y0 <= first + 1e-3
        is_bottom = box.y0 > 1 - EDGE and box.y0 >= last - 1e-3
        is_side = box.x1 < SIDE or box.x0 > 1 - SIDE
        found = _PAGE_NUMBER.match(line.text)
        yield _Candidate(
            index,
            number,
            "".join(_COUNTED.sub("#", line.text.casefold()).split()),
            (box.y0 + box.y1) / 2,
            is_top or is_bottom or is_side,
            _as_number(found.group(1)) if found else None,
        )


def _as_number(text: str) -> int | None:
    if text.isdigit():
        return int(text)
    values = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
    digits = [values[char] for char in text.casefold()]
    return sum(-a if a < b else a for a, b in zip(digits, [*digits[1:], 0], strict=True))


def _repeated(candidates: Sequence[_Candidate], pages: int) -> list[_Candidate]:
    """Lines that say the same at the same height on several pages: at the edges on a few, elsewhere on most."""
    places: dict[str, list[_Candidate]] = defaultdict(list)
    for each in candidates:
        places[each.key].append(each)
    found: list[_Candidate] = []
    for key, group in places.items():
        if _ITEM_NUMBER.fullmatch(key) or len(group) < REPEATS:
            continue
        for each in group:
            same = {other.page for other in group if abs(other.middle - each.middle) < BAND}
            if len(same) >= max(REPEATS, (OFTEN if each.is_edge else STAMPED) * pages):
                found.append(each)
    return found


def _page_numbers(candidates: Sequence[_Candidate], pages: Sequence[Page]) -> list[_Candidate]:
    """Lone numbers at the edges that run along with the pages, or are the page's own label."""
    numbered = [each for each in candidates if each.is_edge and each.number is not None]
    offsets = Counter((each.number or 0) - each.page for each in numbered)
    found = []
    for each in numbered:
        line = pages[each.page].lines[each.line]
        is_running = offsets[(each.number or 0) - each.page] >= REPEATS
        is_label = line.text.strip() == pages[each.page].label != ""
        if is_running or is_label:
            found.append(each)
    return found


def _bands(candidates: Sequence[_Candidate], chosen: set[tuple[int, int]], pages: int) -> list[float]:
    """Heights at which what stands at the edges is mostly furniture already."""
    edge = [each for each in candidates if each.is_edge]
    bands: list[float] = []
    for height in sorted({round(each.middle, 3) for each in edge if (each.page, each.line) in chosen}):
        near = [each for each in edge if abs(each.middle - height) < BAND / 2]
        known = {each.page for each in near if (each.page, each.line) in chosen}
        if len(known) >= max(REPEATS, USUAL * pages) and len(known) >= 0.5 * len({each.page for each in near}):
            bands.append(height)
    return bands


def _in_band(middle: float, bands: Sequence[float]) -> bool:
    return any(abs(middle - band) < BAND / 2 for band in bands)
