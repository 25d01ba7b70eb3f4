"""Spreadsheets in and out. The one home of openpyxl; what is read here is read inside the sandbox."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a cell that begins so would be run as a formula
MOST_ROWS = 20_000


def read_rows(path: Path) -> Iterator[tuple[str, int, list[str]]]:
    """(sheet, row number from 1, cells as text) of every row of a workbook that holds something."""
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        for sheet in book.worksheets:
            for number, row in enumerate(sheet.iter_rows(values_only=True, max_row=MOST_ROWS), start=1):
                cells = ["" if value is None else str(value) for value in row]
                if any(cell.strip() for cell in cells):
                    yield sheet.title, number, cells
    finally:
        book.close()


def write_rows(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """A workbook with one sheet, its first row the header; no cell is ever a formula."""
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for index, row in enumerate([header, *rows]):
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, value=str(value))
            cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=index == 0)
            cells.append(cell)
        sheet.append(cells)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()
