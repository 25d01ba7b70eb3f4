"""Tables without a full grid: columns by the white between them, rows by rules, gaps and cells that begin anew."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from ingest.glyphs import Piece

MIN_ROWS = 3  # rows with several cells that make a table
MIN_WHITE = 0.6  # of the font size: white between two columns
CROSSED = 0.12  # share of rows that may cross that white (headings over several columns)
ROW_GAP = 1.35  # of the usual line pitch: a wider gap starts a row
ALIGNED = 0.6  # share of the entries of a column that start, end or centre together
LABEL = re.compile(
    r"^(?:[•·∙●○◦■□▪▫◆◇❑❏✓✔√➢►▶*–—\-\uf000-\uf0ff]|\(?[A-Za-z]{1,4}[.)]|[\(（]?\d{1,3}[.)）、]?|\d+(?:\.\d+)+\.?|\[\d+\]|[①-⑳])$"
)
_PAGE = re.compile(r"^(?:\d{1,4}|[ivxlc]{1,6})$", re.IGNORECASE)

Row = Sequence[Piece]


@dataclass(frozen=True, slots=True)
class Table:
    """Pieces with their row and column."""

    entries: tuple[tuple[Piece, int, int], ...]
    separators: tuple[float, ...]


def is_list_row(row: Row) -> bool:
    """Whether a row is a list item: a bullet or number, then text."""
    return len(row) == 2 and bool(LABEL.match(row[0].text))


def find_columns(rows: Sequence[Row]) -> list[float]:
    """x of the white strips that part columns, from left to right."""
    pieces = [piece for row in rows for piece in row]
    if len(pieces) < 2:
        return []
    left = min(each.x0 for each in pieces)
    size = median(each.style.size for each in pieces)
    width = int(max(each.x1 for each in pieces) - left) + 2
    covered = np.zeros(width, dtype=int)
    for row in rows:
        mask = np.zeros(width, dtype=bool)
        for piece in row:
            mask[max(0, int(piece.x0 - left)) : int(piece.x1 - left) + 1] = True
        covered += mask
    is_white = covered <= CROSSED * len(rows)
    return [left + (a + b) / 2 for a, b in _runs(is_white) if b - a >= MIN_WHITE * size and a > 0 and b < width]


def _runs(mask: np.ndarray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(int), [0]))))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def column_of(piece: Piece, separators: Sequence[float]) -> int:
    """Column of a piece: the one that holds its start when it spans several, else its middle."""
    middle = (piece.x0 + piece.x1) / 2
    inside = sum(x < middle for x in separators)
    start = sum(x < piece.x0 + 1 for x in separators)
    return start if start != inside and piece.x1 > separators[start] + 2 else inside


def is_aligned(rows: Sequence[Row], separators: Sequence[float]) -> bool:
    """Whether the entries of most columns start, end or centre together."""
    good = 0
    for column in range(len(separators) + 1):
        entries = [piece for row in rows for piece in row if column_of(piece, separators) == column]
        if len(entries) < 2:
            continue
        edges = ([p.x0 for p in entries], [p.x1 for p in entries], [(p.x0 + p.x1) / 2 for p in entries])
        good += any(_share_together(values) >= ALIGNED for values in edges)
    return good >= max(2, 0.6 * (len(separators) + 1))


def _share_together(values: Sequence[float]) -> float:
    return max(sum(abs(value - other) < 3 for other in values) for value in values) / len(values)


def is_contents(rows: Sequence[Row]) -> bool:
    """Whether rows are lines of a table of contents: a title, then a page number that never falls."""
    numbers = [row[-1].text for row in rows if len(row) >= 2]
    if len(numbers) < 4 or not all(_PAGE.match(text) for text in numbers):
        return False
    arabic = [int(text) for text in numbers if text.isdigit()]
    return arabic == sorted(arabic) and len(set(arabic)) > 0.5 * len(arabic)


def find_tables(rows: Sequence[Row]) -> list[tuple[int, int]]:
    """Runs [start, end) of rows that stand in columns."""
    found: list[tuple[int, int]] = []
    start = 0
    while start < len(rows):
        end = _run_end(rows, start)
        if end and _is_table(rows[start:end]):
            found.append((start, end))
            start = end
        else:
            start += 1
    return found


def _is_multi(row: Row) -> bool:
    return len(row) >= 2 and not is_list_row(row)


def _run_end(rows: Sequence[Row], start: int) -> int:
    """End of the run of table-like rows that begins at `start`, 0 if none does."""
    if not _is_multi(rows[start]):
        return 0
    end, singles = start + 1, 0
    last = end
    while end < len(rows) and singles <= 3:
        gap = rows[end][0].y0 - max(piece.y1 for piece in rows[end - 1])
        if gap > 2.5 * rows[end][0].height:
            break
        singles = 0 if _is_multi(rows[end]) else singles + 1
        end += 1
        if singles == 0:
            last = end
    return _with_tail(rows, start, last)


def _with_tail(rows: Sequence[Row], start: int, last: int) -> int:
    """Take in the single lines after the last full row that continue one of its cells."""
    separators = find_columns(rows[start:last])
    while separators and last < len(rows) and len(rows[last]) == 1:
        piece = rows[last][0]
        gap = piece.y0 - max(each.y1 for each in rows[last - 1])
        inside = not any(piece.x0 < x < piece.x1 for x in separators)
        starts = [each.x0 for row in rows[start:last] for each in row if column_of(each, separators) > 0]
        if gap > 0.4 * piece.height or not inside or not any(abs(piece.x0 - x) < 3 for x in starts):
            break
        last += 1
    return last


def _is_table(rows: Sequence[Row]) -> bool:
    multi = [row for row in rows if _is_multi(row)]
    if len(multi) < MIN_ROWS or len(multi) < 0.3 * len(rows) or is_contents(multi):
        return False
    separators = find_columns(rows)
    return bool(separators) and is_aligned(multi, separators)


def is_running_text(rows: Sequence[Row], separators: Sequence[float]) -> bool:
    """Whether what stands in columns is running text set in columns, not rows of cells."""
    if len(rows) < 6:
        return False
    sides = split_by(rows, separators)
    for side in sides:
        pieces = [piece for row in side for piece in row]
        width = max(each.x1 for each in pieces) - min(each.x0 for each in pieces)
        if median(len(each.text) for each in pieces) < 25 or median(each.width for each in pieces) < 0.6 * width:
            return False
    pitch = _usual_pitch(rows)
    parted = sum(b[0].middle - a[0].middle > ROW_GAP * pitch for a, b in zip(rows, rows[1:], strict=False))
    return parted < 2


def split_by(rows: Sequence[Row], separators: Sequence[float]) -> list[list[list[Piece]]]:
    """The rows of each column."""
    sides: list[list[list[Piece]]] = [[] for _ in range(len(separators) + 1)]
    for row in rows:
        for column, side in enumerate(sides):
            own = [piece for piece in row if column_of(piece, separators) == column]
            if own:
                side.append(own)
    return [side for side in sides if side]


def build_table(rows: Sequence[Row], separators: Sequence[float], rules: Sequence[float] = ()) -> Table:
    """Assign rows and columns; `rules` are the y of drawn lines between rows."""
    entries: list[tuple[Piece, int, int]] = []
    number, last = 0, None
    pitch = _usual_pitch(rows)
    for row in rows:
        if last is not None and _starts_row(last, row, separators, rules, pitch):
            number += 1
        entries += [(piece, number, column_of(piece, separators)) for piece in row]
        last = row
    return Table(tuple(entries), tuple(separators))


def _usual_pitch(rows: Sequence[Row]) -> float:
    pitches = [b[0].middle - a[0].middle for a, b in zip(rows, rows[1:], strict=False)]
    small = sorted(each for each in pitches if each > 0)
    return small[len(small) // 4] if small else 0.0


def _starts_row(last: Row, row: Row, separators: Sequence[float], rules: Sequence[float], pitch: float) -> bool:
    bottom, top = max(each.y1 for each in last), min(each.y0 for each in row)
    upper, lower = median(each.middle for each in last), median(each.middle for each in row)
    if any(upper < y < lower for y in rules):
        return True
    before, now = ({column_of(each, separators) for each in each_row} for each_row in (last, row))
    size = row[0].style.size
    if lower - upper > ROW_GAP * pitch and top - bottom > 0.1 * size:
        return True
    if rules and len(rules) > 3:
        return False
    if now - before and (0 in now or 0 not in before):
        return True  # a cell begins where the line above had none
    return len(now) > len(separators) and not _is_wrapped(last, row, separators)


def _is_wrapped(last: Row, row: Row, separators: Sequence[float]) -> bool:
    """Whether a full line continues the full line above, cell by cell."""
    signs = 0
    for piece in row:
        above = [each for each in last if column_of(each, separators) == column_of(piece, separators)]
        signs += piece.text[0].islower() or piece.text[0] in ")]%" or any(e.text[-1] in "-,;(/\ufffe" for e in above)
    return signs >= max(1, 0.4 * len(row)) or row[0].text[0].islower()
