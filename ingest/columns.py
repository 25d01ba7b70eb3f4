"""Reading order: columns found by the gutters between them, full-width lines and tables in their place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np

from ingest.glyphs import Piece

MIN_LINES = 4  # on each side of a gutter
MIN_FILL = 0.55  # of the column's width: the median line of running text
MIN_WIDTH = 60.0  # points: a narrower column is a column of a table
MIN_GUTTER = 0.5  # of the font size
LEVEL = 1.5  # points: lines this close in height stand on one line
TRIES = 16  # gutters looked at closely


@dataclass(frozen=True, slots=True)
class Placed:
    """A piece with its place in the reading order."""

    piece: Piece
    column: int = 0  # 0 spans the page or single column; 1, 2, … from the left
    group: int = 0  # pieces of one group may be lines of one paragraph
    cell: tuple[int, int, int] | None = None  # (table, row, column)


@dataclass(frozen=True, slots=True)
class Area:
    """A table or frame: its pieces stay together, in their own order."""

    content: tuple[Placed, ...]
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def start(self) -> int:
        """Place in the file of its first piece."""
        return min(each.piece.start for each in self.content)

    @property
    def middle(self) -> float:
        """Vertical middle in points."""
        return (self.y0 + self.y1) / 2


Item = Piece | Area


def arrange(items: Sequence[Item]) -> list[tuple[int, list[Item]]]:
    """Groups of items in reading order, each with its column: 0 for full width, 1, 2, … from the left."""
    gutter = find_gutter(items)
    if gutter is None:
        return [(0, list(items))] if items else []
    groups: list[tuple[int, list[Item]]] = []
    for is_crossing, members in _bands(items, gutter):
        if is_crossing or _is_rowwise(members, gutter):
            groups.append((0, members))
            continue
        left = arrange([each for each in members if _side(each, gutter) < 0])
        right = arrange([each for each in members if _side(each, gutter) > 0])
        columns = max((column for column, _ in left), default=0) or 1
        groups += [(column or 1, group) for column, group in left]
        groups += [((column or 1) + columns, group) for column, group in right]
    return groups


def find_gutter(items: Sequence[Item]) -> float | None:
    """x of the white strip between two columns of running text, None if there is none."""
    lines = [each for each in items if isinstance(each, Piece) and len(each.text) > 1 and each.turn != 4]
    if len(lines) < 2 * MIN_LINES:
        return None
    x0, x1 = np.array([each.x0 for each in lines]), np.array([each.x1 for each in lines])
    tries = np.unique(np.round(x1, 1)) + 0.5
    left = (x1[None, :] <= tries[:, None]).sum(1)
    right = (x0[None, :] >= tries[:, None] - 1).sum(1)
    lower = np.minimum(left, right)
    score = lower - 2.0 * (len(lines) - left - right)
    score[(lower < MIN_LINES) | (len(lines) - left - right > 2 * lower)] = -np.inf
    for index in np.argsort(-score, kind="stable")[:TRIES]:
        if np.isfinite(score[index]):
            gutter = _gutter_at(lines, float(tries[index]))
            if gutter is not None:
                return gutter
    return None


def _gutter_at(lines: Sequence[Piece], x: float) -> float | None:
    left = [each for each in lines if each.x1 <= x]
    right = [each for each in lines if each.x0 >= x - 1]
    top = max(min(each.y0 for each in left), min(each.y0 for each in right))
    bottom = min(max(each.y1 for each in left), max(each.y1 for each in right))
    size = median(each.style.size for each in lines)
    beside_left = [each for each in left if each.y1 > top and each.y0 < bottom]
    beside_right = [each for each in right if each.y1 > top and each.y0 < bottom]
    if min(len(beside_left), len(beside_right)) < MIN_LINES or bottom - top < 3 * size:
        return None
    end, start = max(each.x1 for each in left), min(each.x0 for each in right)
    if start - end < MIN_GUTTER * size:
        return None
    is_prose = _is_prose(beside_left) and _is_prose(beside_right)
    if not is_prose and not _is_columnwise(beside_left, beside_right) and _is_level(beside_left, beside_right):
        return None
    return (start + end) / 2


def _is_prose(lines: Sequence[Piece]) -> bool:
    """Whether most lines fill their column, as running text does and table cells do not."""
    width = max(each.x1 for each in lines) - min(each.x0 for each in lines)
    long = [each for each in lines if len(each.text) > 2]
    return bool(long) and median(each.width for each in long) >= MIN_FILL * width and width > MIN_WIDTH


def _is_columnwise(left: Sequence[Piece], right: Sequence[Piece]) -> bool:
    """Whether the file writes one side after the other, as it does with columns and not with rows of a table."""
    width = min(max(p.x1 for p in side) - min(p.x0 for p in side) for side in (left, right))
    sides = [side for _, side in sorted([(p.start, 0) for p in left] + [(p.start, 1) for p in right])]
    switches = sum(one != other for one, other in pairwise(sides))
    return width > MIN_WIDTH and switches <= max(1, 0.1 * min(len(left), len(right)))


def _is_level(left: Sequence[Piece], right: Sequence[Piece]) -> bool:
    """Whether the lines of the sparser side stand on lines of the other, as cells of a row do."""
    fewer, more = sorted((left, right), key=len)
    width = min(max(p.x1 for p in side) - min(p.x0 for p in side) for side in (left, right))
    levels = np.array([each.y1 for each in more])
    together = sum(bool((np.abs(levels - each.y1) < LEVEL).any()) for each in fewer)
    return width < MIN_WIDTH or together > 0.5 * len(fewer)


def _is_rowwise(members: Sequence[Item], gutter: float) -> bool:
    """Whether a band beside the gutter is rows of short cells after all."""
    pieces = sorted((each for each in members if isinstance(each, Piece)), key=lambda each: each.start)
    sides = [_side(each, gutter) for each in pieces]
    if len(pieces) < 4 or len(set(sides)) < 2:
        return False
    switches = sum(one != other for one, other in pairwise(sides))
    is_prose = all(_is_prose([p for p in pieces if _side(p, gutter) == side]) for side in (-1, 1))
    return switches > 0.6 * len(pieces) and not is_prose


def _side(item: Item, gutter: float) -> int:
    return -1 if (item.x0 + item.x1) / 2 < gutter else 1


def _bands(items: Sequence[Item], gutter: float) -> list[tuple[bool, list[Item]]]:
    bands: list[tuple[bool, list[Item]]] = []
    for item in sorted(items, key=lambda each: each.middle if isinstance(each, Piece) else each.y0):
        is_crossing = item.x0 < gutter - 1 and item.x1 > gutter + 1
        if not bands or bands[-1][0] != is_crossing:
            bands.append((is_crossing, []))
        bands[-1][1].append(item)
    return bands
