"""The reading order of a page: ruled tables and frames first, then columns, then tables without rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import count

from ingest.columns import Area, Item, Placed, arrange
from ingest.drawing import Lines
from ingest.glyphs import Piece, group_rows, join_two
from ingest.grid import Cell, Grid, merge_lines
from ingest.tables import (
    build_table,
    find_columns,
    find_tables,
    is_aligned,
    is_contents,
    is_list_row,
    is_running_text,
    split_by,
)

FAR = 4.0  # of the font size: pieces of one row further apart are lines of their own
RULE_GAP = 9.0  # points: rules drawn column by column are one rule
LEADER = 4  # dots in a row that lead to a page number


class Placing:
    """Places the pieces of one page; tables and groups are numbered as they are met."""

    def __init__(self, across: Lines, grids: Sequence[Grid]) -> None:
        self._rules = merge_lines(across, RULE_GAP)
        self._grids = sorted(grids, key=lambda each: (each.x1 - each.x0) * (each.y1 - each.y0))
        self._tables = count()
        self._groups = count()

    def place(self, pieces: Sequence[Piece]) -> list[Placed]:
        """All pieces in reading order; tables renumbered from 0 in that order."""
        pool: list[Item] = list(pieces)
        for grid in self._grids:
            pool = self._take_grid(grid, pool)
        for region in self._ruled_regions():
            pool = self._take_ruled(region, pool)
        return _renumber(self._read(pool))

    def _read(self, items: Sequence[Item]) -> list[Placed]:
        placed: list[Placed] = []
        for column, group in arrange(items):
            placed += self._read_column(group, column)
        return placed

    def _read_column(self, items: Sequence[Item], column: int) -> list[Placed]:
        """One column: runs of pieces between areas, from top to bottom."""
        placed: list[Placed] = []
        waiting: list[Piece] = []
        for item in sorted(items, key=lambda each: each.middle if isinstance(each, Piece) else each.y0):
            if isinstance(item, Piece):
                waiting.append(item)
                continue
            placed += self._read_lines(waiting, column)
            waiting = []
            placed += [replace(each, column=each.column or column) for each in item.content]
        return placed + self._read_lines(waiting, column)

    def _read_lines(self, pieces: Sequence[Piece], column: int) -> list[Placed]:
        rows = list(group_rows(pieces))
        placed: list[Placed] = []
        at = 0
        for start, end in find_tables(rows):
            placed += self._plain(rows[at:start], column)
            separators = find_columns(rows[start:end])
            if is_running_text(rows[start:end], separators):
                for side in split_by(rows[start:end], separators):
                    placed += self._plain(side, column)
            else:
                placed += self._table(rows[start:end], separators, (), column)
            at = end
        return placed + self._plain(rows[at:], column)

    def _plain(self, rows: Sequence[Sequence[Piece]], column: int) -> list[Placed]:
        group = next(self._groups)
        contents = is_contents([row for row in rows if len(row) > 1])
        return [Placed(piece, column, group) for row in rows for piece in join_row(row, contents)]

    def _table(
        self, rows: Sequence[Sequence[Piece]], separators: Sequence[float], rules: Sequence[float], column: int
    ) -> list[Placed]:
        number, group = next(self._tables), next(self._groups)
        table = build_table(rows, separators, rules)
        cells: dict[tuple[int, int], list[Piece]] = {}
        for piece, row, column_in in table.entries:
            cells.setdefault((row, column_in), []).append(piece)
        return [
            Placed(piece, column, group, (number, *place))
            for place in sorted(cells)
            for row in group_rows(cells[place])
            for piece in join_row(row, True)
        ]

    def _take_grid(self, grid: Grid, pool: Sequence[Item]) -> list[Item]:
        inside = [each for each in pool if _holds(grid, each)]
        by_cell: dict[Cell, list[Item]] = {}
        for item in inside:
            cell = _cell_of(grid, item)
            if cell is not None:
                by_cell.setdefault(cell, []).append(item)
        if not by_cell:
            return list(pool)
        used = sorted(by_cell, key=lambda cell: (cell.row, cell.column))
        rows = sorted({cell.row for cell in used})
        columns = sorted({cell.column for cell in used})
        if sum(sum(cell.row == row for cell in used) > 1 for row in rows) > 1:
            number, group = next(self._tables), next(self._groups)
            content = [
                placed
                for cell in used
                for placed in self._cell(
                    by_cell[cell], group, (number, rows.index(cell.row), columns.index(cell.column))
                )
            ]
        else:
            content = [placed for cell in used for placed in self._read(by_cell[cell])]
        taken = {id(each) for members in by_cell.values() for each in members}
        area = Area(tuple(content), grid.x0, grid.y0, grid.x1, grid.y1)
        return [each for each in pool if id(each) not in taken] + [area]

    def _cell(self, items: Iterable[Item], group: int, cell: tuple[int, int, int]) -> list[Placed]:
        placed: list[Placed] = []
        items = list(items)
        pieces = [each for each in items if isinstance(each, Piece)]
        for row in group_rows(pieces):
            placed += [Placed(piece, 0, group, cell) for piece in join_row(row, True)]
        for area in items:
            if isinstance(area, Area):
                placed += area.content
        return placed

    def _ruled_regions(self) -> list[tuple[float, float, list[float]]]:
        """Horizontal rules of the same extent, at least two: x0, x1 and their y."""
        regions: list[tuple[float, float, list[float]]] = []
        for y, x0, x1 in self._rules.tolist():
            if x1 - x0 < 100 or any(_is_inner_rule(grid, y, x0, x1) for grid in self._grids):
                continue
            home = next((each for each in regions if abs(each[0] - x0) < 6 and abs(each[1] - x1) < 6), None)
            if home is None:
                regions.append((x0, x1, [y]))
            else:
                home[2].append(y)
        return [each for each in regions if len(each[2]) > 1]

    def _take_ruled(self, region: tuple[float, float, list[float]], pool: Sequence[Item]) -> list[Item]:
        """Bands between rules that stand in columns become one table."""
        x0, x1, ys = region
        ys = sorted(ys)
        result = list(pool)
        for top, bottom in _table_spans(ys, x0, x1, pool):
            inside = [p for p in result if isinstance(p, Piece) and _between(p, x0, x1, top, bottom)]
            rows = list(group_rows(inside))
            multi = [row for row in rows if len(row) > 1 and not is_list_row(row)]
            separators = find_columns(rows)
            if len(multi) < 2 or not separators or not is_aligned(rows, separators):
                continue
            rules = [y for y in ys if top < y < bottom]
            taken = {id(each) for each in inside}
            content = self._table(rows, separators, rules, 0)
            result = [each for each in result if id(each) not in taken] + [Area(tuple(content), x0, top, x1, bottom)]
        return result


def _is_inner_rule(grid: Grid, y: float, x0: float, x1: float) -> bool:
    return grid.x0 - 4 <= x0 and x1 <= grid.x1 + 4 and grid.y0 + 4 < y < grid.y1 - 4


def _table_spans(ys: Sequence[float], x0: float, x1: float, pool: Sequence[Item]) -> list[tuple[float, float]]:
    """Stretches of neighbouring bands whose text stands in short cells, not in columns of running text."""
    spans: list[tuple[float, float]] = []
    for top, bottom in zip(ys, ys[1:], strict=False):
        inside = [p for p in pool if isinstance(p, Piece) and _between(p, x0, x1, top, bottom)]
        has_area = any(isinstance(a, Area) and _between(a, x0, x1, top, bottom) for a in pool)
        rows = list(group_rows(inside))
        share = sum(len(row) > 1 and not is_list_row(row) for row in rows) / max(1, len(rows))
        is_running = len(arrange(inside)) > 1
        if not inside or has_area or is_running or share < 0.3:
            continue
        if spans and spans[-1][1] == top:
            spans[-1] = (spans[-1][0], bottom)
        else:
            spans.append((top, bottom))
    return spans


def _between(item: Item, x0: float, x1: float, top: float, bottom: float) -> bool:
    return x0 - 4 <= item.x0 and item.x1 <= x1 + 4 and top <= item.middle <= bottom


def _holds(grid: Grid, item: Item) -> bool:
    x = (item.x0 + item.x1) / 2
    return grid.x0 - 1 <= x <= grid.x1 + 1 and grid.y0 - 1 <= item.middle <= grid.y1 + 1


def _cell_of(grid: Grid, item: Item) -> Cell | None:
    """The smallest cell that holds the item's middle."""
    x, y = (item.x0 + item.x1) / 2, item.middle
    homes = [cell for cell in grid.cells if cell.x0 <= x <= cell.x1 and cell.y0 <= y <= cell.y1]
    return min(homes, key=lambda cell: (cell.x1 - cell.x0) * (cell.y1 - cell.y0)) if homes else None


def join_row(row: Sequence[Piece], always: bool = False) -> list[Piece]:
    """Pieces of one line joined, unless they stand too far apart to be one."""
    joined = [row[0]]
    for piece in row[1:]:
        left = joined[-1]
        size = max(left.style.size, piece.style.size)
        is_leader = left.text.endswith("." * LEADER) or piece.text.startswith("." * LEADER)
        is_label = len(joined) == 1 and is_list_row((left, piece))
        if always or is_leader or is_label or piece.x0 - left.x1 <= FAR * size:
            joined[-1] = join_two(left, piece)
        else:
            joined.append(piece)
    return joined


def _renumber(placed: Sequence[Placed]) -> list[Placed]:
    numbers: dict[int, int] = {}
    result = []
    for each in placed:
        if each.cell is not None:
            number = numbers.setdefault(each.cell[0], len(numbers))
            each = replace(each, cell=(number, each.cell[1], each.cell[2]))
        result.append(each)
    return result
