"""Tables as text: one line for each row, in the page's own words; headers and caption apart, as context."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.clean import join_lines
from ingest.layout import Line
from ingest.markers import find_marker
from ingest.order import order_cells
from kb.domain import LineSpan

MOST_HEADER_ROWS = 3
MOST_LABEL_LINES = 6  # lines of the cell beside a list of statements
CELL_GAP = "\t"


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a table."""

    cells: tuple[str, ...]  # by column; "" where a cell is empty or merged with the one above
    text: str  # the cells that are not empty, a tab between them
    spans: tuple[LineSpan, ...]
    is_header: bool
    page: int


@dataclass(frozen=True, slots=True)
class Table:
    """A detected table, row by row."""

    rows: tuple[TableRow, ...]
    columns: int
    header: tuple[str, ...]  # words of the header cells by column; () where none was found

    @property
    def header_text(self) -> str:
        """The header cells as one line."""
        return " | ".join(cell for cell in self.header if cell)


def read_table(lines: Sequence[Line], language: str) -> Table:
    """Lay out the lines of one detected table (all with a cell) as rows."""
    cells: dict[int, dict[int, list[Line]]] = defaultdict(lambda: defaultdict(list))
    for line in order_cells(lines):
        if line.cell is not None:
            cells[line.cell[1]][line.cell[2]].append(line)
    columns = 1 + max((column for row in cells.values() for column in row), default=0)
    count = _header_rows(cells, columns)
    rows = tuple(
        _row(part, columns, language, is_header=position < count)
        for position, number in enumerate(sorted(cells))
        for part in ([cells[number]] if position < count else split_items(cells[number]))
    )
    header = _merge_headers([row for row in rows if row.is_header], columns)
    return Table(rows, columns, header)


def split_items(row: dict[int, list[Line]]) -> list[dict[int, list[Line]]]:
    """A row whose last cell lists numbered statements (1a., 1b.) as one row each; the label stays with the first."""
    last = max(row)
    starts = [index for index, line in enumerate(row[last]) if _is_statement(line)]
    if (
        len(starts) < 2
        or starts[0] != 0
        or any(len(row[column]) > MOST_LABEL_LINES for column in row if column != last)
    ):
        return [row]
    edge = min(row[last][index].box.x0 for index in starts)
    starts = [index for index in starts if row[last][index].box.x0 - edge < 0.01]
    parts: list[dict[int, list[Line]]] = []
    for start, end in zip(starts, [*starts[1:], len(row[last])], strict=True):
        part = {last: row[last][start:end]}
        parts.append({**row, **part} if not parts else part)
    return parts


def _is_statement(line: Line) -> bool:
    marker = find_marker(line.text)
    return marker is not None and (
        marker.style in ("deep", "labelled") or (marker.style == "number" and marker.number[-1:].isalpha())
    )


def _row(cells: dict[int, list[Line]], columns: int, language: str, *, is_header: bool) -> TableRow:
    text = ""
    spans: list[LineSpan] = []
    words = [""] * columns
    page = 1
    for column in sorted(cells):
        piece, own = join_lines(cells[column], language)
        if not piece.strip():
            continue
        if text:
            text += CELL_GAP
        spans += [LineSpan(len(text) + span.start, len(text) + span.end, span.box) for span in own]
        text += piece
        words[column] = " ".join(piece.split())
        page = cells[column][0].box.page
    return TableRow(tuple(words), text, tuple(spans), is_header, page)


def _header_rows(cells: dict[int, dict[int, list[Line]]], columns: int) -> int:
    """How many rows at the top are headers: set apart by weight, else a first row of short labels over longer rows."""
    numbers = sorted(cells)
    if len(numbers) < 2:
        return 0
    bold = [_is_bold(cells[number]) for number in numbers]
    count = 0
    while count < min(MOST_HEADER_ROWS, len(numbers) - 1) and bold[count]:
        count += 1
    if count and not all(bold):
        while count > 1 and len(cells[numbers[count - 1]]) == 1 and columns > 2:
            count -= 1  # a bold row of one cell is a subtitle within the table
        return count
    first = cells[numbers[0]]
    labels = [" ".join(line.text for line in first[column]) for column in first]
    plain = all(0 < len(label) <= 60 and not _is_value(label) for label in labels)
    values = any(
        _is_value(" ".join(line.text for line in own)) for number in numbers[1:] for own in cells[number].values()
    )
    full = len(labels) >= max(2, columns - 1)
    return 1 if full and plain and (values or columns > 2) else 0


def _is_bold(row: dict[int, list[Line]]) -> bool:
    lines = [line for own in row.values() for line in own if line.text.strip()]
    letters = sum(len(line.text) for line in lines)
    return bool(letters) and sum(len(line.text) for line in lines if line.bold) > 0.8 * letters


def _is_value(text: str) -> bool:
    digits = sum(char.isdigit() for char in text)
    return digits > 0 and digits >= 0.3 * len(text.replace(" ", ""))


def _merge_headers(rows: Sequence[TableRow], columns: int) -> tuple[str, ...]:
    """Header cells by column, upper rows first; one over several columns counts for those without their own."""
    if not rows:
        return ()
    merged = []
    for column in range(columns):
        parts: list[str] = []
        for row in rows:
            cell = row.cells[column] or (_left_neighbour(row, column) if row is not rows[-1] else "")
            if cell and cell not in parts:
                parts.append(cell)
        merged.append(" ".join(parts))
    return tuple(merged)


def _left_neighbour(row: TableRow, column: int) -> str:
    return next((row.cells[each] for each in range(column, 0, -1) if row.cells[each]), "")
