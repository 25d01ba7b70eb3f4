"""Tables for a file: CSV, XLSX, or a printable HTML page, chosen by the ending of its name."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from ingest.sheets import FORMULA, write_rows
from kb.errors import DiskFull, UsageError

STYLE = """
body { font: 14px/1.5 system-ui, "Noto Sans SC", sans-serif; margin: 2rem; color: #1c2733; }
table { border-collapse: collapse; width: 100%; } th, td { border: 1px solid #c8d0d8; padding: .35rem .5rem; }
th, td { text-align: left; vertical-align: top; } tr { break-inside: avoid; } th { background: #eef2f6; }
.critical, .outdated, .deviates { border-left: 4px solid #b42318; } .major { border-left: 4px solid #b54708; }
.note { color: #475467; }
@media print { body { margin: 0; } }
"""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows for a reader, with what to say above them."""

    title: str
    notes: tuple[str, ...]
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    classes: tuple[str, ...] = ()  # one for each row: how it is marked in HTML


def to_csv(table: Table) -> bytes:
    """UTF-8 with a byte order mark, so that spreadsheet programs read Chinese; no cell is run as a formula."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(table.header)
    for row in table.rows:
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row])
    return written.getvalue().encode("utf-8-sig")


def to_xlsx(table: Table) -> bytes:
    """A workbook with one sheet."""
    return write_rows(table.title, table.header, table.rows)


def to_html(table: Table) -> bytes:
    """A page that prints; every text of a source is escaped."""
    head = "".join(f"<th>{escape(name)}</th>" for name in table.header)
    classes = table.classes or ("",) * len(table.rows)
    body = "\n".join(
        f'<tr class="{escape(name)}">' + "".join(f"<td>{_cell(cell)}</td>" for cell in row) + "</tr>"
        for name, row in zip(classes, table.rows, strict=True)
    )
    notes = "".join(f'<p class="note">{escape(note)}</p>' for note in table.notes)
    page = (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{escape(table.title)}</title><style>{STYLE}</style>'
        f"</head><body><h1>{escape(table.title)}</h1>{notes}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
        "</table></body></html>"
    )
    return page.encode()


def _cell(text: str) -> str:
    return escape(text).replace("\n", "<br>")


WRITERS = {".csv": to_csv, ".xlsx": to_xlsx, ".html": to_html}


def check_ending(path: Path) -> None:
    """Raise UsageError unless a table can be written in the format that the name ends in."""
    if path.suffix.lower() not in WRITERS:
        raise UsageError(f"{path.name} ends in none of {', '.join(WRITERS)}.", hint="The ending chooses the format.")


def write_table(path: Path, table: Table) -> None:
    """Write a table in the format of its name; raises UsageError for another ending, DiskFull where it cannot be."""
    check_ending(path)
    try:
        path.write_bytes(WRITERS[path.suffix.lower()](table))
    except OSError as error:
        raise DiskFull(
            f"{path} cannot be written ({error.strerror or error}).", hint="Choose another place."
        ) from error


def sheet_types() -> Sequence[tuple[str, str]]:
    """(ending, MIME type) of every format."""
    return (
        (".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (".csv", "text/csv"),
        (".html", "text/html"),
    )
