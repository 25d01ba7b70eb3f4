"""The order in which the lines of a page are taken up: tables cell by cell, a hanging number before its text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.layout import Line
from ingest.markers import BULLETS

REACH = 0.12  # share of the page width between a hanging mark and its text
LOOK_BACK = 40  # lines
_MARK = re.compile(
    rf"(?:\d{{1,2}}(?:\.\d{{1,2}}){{0,4}}[a-z]?[.)]?|[（(]?[a-zA-Z\d]{{1,2}}[)）.]|[{re.escape(BULLETS)}–—-])\s*"
)


def reading_order(lines: Sequence[Line]) -> list[Line]:
    """Lines of a page in the order in which passages have them."""
    ordered: list[Line] = []
    table: list[Line] = []
    for line in _hang(lines):
        if table and (line.cell is None or table[0].cell is None or line.cell[0] != table[0].cell[0]):
            ordered += order_cells(table)
            table = []
        if line.cell is None:
            ordered.append(line)
        else:
            table.append(line)
    return [*ordered, *order_cells(table)]


def order_cells(lines: Sequence[Line]) -> list[Line]:
    """Lines of a table row by row and cell by cell; lines of one cell stay in their order."""
    return sorted(lines, key=lambda line: line.cell[:3] if line.cell else (0, 0, 0))


def _hang(lines: Sequence[Line]) -> list[Line]:
    """Marks that stand alone (a number, a bullet) put right before the text beside them."""
    moved: dict[int, list[Line]] = {}  # index of a text line → marks that belong before it
    away: set[int] = set()
    for index, line in enumerate(lines):
        if line.cell is None and len(line.text) <= 12 and _MARK.fullmatch(line.text.strip()):
            target = _beside(lines, index)
            if target is not None and target != index + 1:
                moved.setdefault(target, []).append(line)
                away.add(index)
    return [each for index, line in enumerate(lines) if index not in away for each in (*moved.get(index, ()), line)]


def _beside(lines: Sequence[Line], mark: int) -> int | None:
    """The nearest line of text to the right of a mark, at its height."""
    box = lines[mark].box
    best: tuple[float, int] | None = None
    for index in range(max(0, mark - LOOK_BACK), min(len(lines), mark + LOOK_BACK)):
        other = lines[index]
        overlap = min(other.box.y1, box.y1) - max(other.box.y0, box.y0)
        gap = other.box.x0 - box.x1
        if index != mark and other.cell is None and 0 <= gap < REACH and overlap > 0.5 * (box.y1 - box.y0):
            best = min(best or (gap, index), (gap, index))
    return best[1] if best else None
