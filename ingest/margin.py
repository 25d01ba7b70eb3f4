"""What stands in the margins: line numbers of drafts and page numbers at the side, found before lines are joined."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from ingest.glyphs import Piece

MIN_NUMBERS = 5  # on one page
SAME_EDGE = 4.0  # points: numbers of one margin start or end together
LONG = 15  # characters of a line that marks the text area
STEPS = (1, 2, 5, 10)
SPAN = 0.5  # share of the text height that the numbers must cover
OUTSIDE = 0.9  # share of the other lines that must stand clear of them
_BARE_NUMBER = re.compile(r"\d{1,4}|[ivxlc]{1,6}", re.IGNORECASE)


def split_margin_numbers(pieces: Sequence[Piece]) -> tuple[list[Piece], list[Piece]]:
    """The pieces without line numbers, and the line numbers."""
    numbers = [each for each in pieces if each.text.isdecimal() and len(each.text) <= 5]
    for edge in ("x1", "x0"):
        for group in _by_edge(numbers, edge):
            run = _longest_run(group)
            if len(run) >= MIN_NUMBERS and _is_margin(run, pieces):
                chosen = {id(each) for each in run}
                return [each for each in pieces if id(each) not in chosen], run
    return list(pieces), []


def split_outliers(pieces: Sequence[Piece]) -> tuple[list[Piece], list[Piece]]:
    """The pieces of the text area, and a page number that stands alone clear of it at the side."""
    long = [each for each in pieces if len(each.text) >= LONG]
    if len(long) < MIN_NUMBERS:
        return list(pieces), []
    left, right = min(each.x0 for each in long), max(each.x1 for each in long)
    outside = [each for each in pieces if each.x1 < left - each.style.size or each.x0 > right + each.style.size]
    if len(outside) != 1 or not _BARE_NUMBER.fullmatch(outside[0].text.strip()):
        return list(pieces), []  # several are hanging numbers, marks or a column
    return [each for each in pieces if each is not outside[0]], outside


def _by_edge(numbers: Sequence[Piece], edge: str) -> list[list[Piece]]:
    groups: dict[int, list[Piece]] = defaultdict(list)
    for each in numbers:
        groups[round(getattr(each, edge) / SAME_EDGE)].append(each)
    joined = [group + groups.get(key + 1, []) for key, group in groups.items()]
    return sorted(joined, key=len, reverse=True)


def _longest_run(group: Sequence[Piece]) -> list[Piece]:
    """The longest stretch from top to bottom in which the numbers rise by an even step."""
    ordered = sorted(group, key=lambda each: each.middle)
    best: list[Piece] = []
    for step in STEPS:
        run: list[Piece] = []
        for each in ordered:
            if run and int(each.text) == int(run[-1].text) + step:
                run.append(each)
            elif not run or int(each.text) != int(run[-1].text):
                best = max(best, run, key=len)
                run = [each]
        best = max(best, run, key=len)
    return best


def _is_margin(run: Sequence[Piece], pieces: Sequence[Piece]) -> bool:
    """Whether a run of numbers stands beside the text, over most of its height, one a line."""
    chosen = {id(each) for each in run}
    others = [each for each in pieces if id(each) not in chosen and len(each.text) > 1]
    if not others:
        return False
    left, right = min(each.x0 for each in run), max(each.x1 for each in run)
    beside = [each for each in others if each.y1 > run[0].y0 and each.y0 < run[-1].y1]
    clear = max(sum(each.x0 > right for each in beside), sum(each.x1 < left for each in beside))
    height = max(each.y1 for each in others) - min(each.y0 for each in others)
    gaps = [b.middle - a.middle for a, b in zip(run, run[1:], strict=False)]
    is_even = max(gaps) < 6 * max(min(gaps), 1.0)
    is_beside = clear >= OUTSIDE * max(1, len(beside)) and len(beside) >= 0.5 * len(run)
    return is_beside and is_even and run[-1].y1 - run[0].y0 >= SPAN * height and _is_one_line_each(run, beside)


def _is_one_line_each(run: Sequence[Piece], beside: Sequence[Piece]) -> bool:
    """A numbered list or a table column numbers its entries; a margin numbers every line of running text."""
    rows = {round(each.middle / 4) for each in beside}
    step = int(run[1].text) - int(run[0].text)
    return len(rows) <= 2.5 * len(run) * step and (
        step > 1 or int(run[-1].text) - int(run[0].text) + 1 >= 0.8 * len(rows)
    )
