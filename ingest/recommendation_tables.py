"""Recommendations printed as rows of a table, with their grades in columns beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.blocks import Block
from ingest.grades import Grade, find_grade, find_year_label, grade_of_cell
from ingest.markers import find_marker
from ingest.tables_text import Table, TableRow, read_table
from kb.domain import LineSpan

_STATEMENT = re.compile(
    r"^(?:(?:key|main|summary of|final|clinical)\s+)?(?:recommendations?(?:\s+(?:or|"
    r"and)\s+good practice statements?)?|statements?|推荐意见|推荐内容|推荐建议|推荐|建议)$",
    re.IGNORECASE,
)
_STRENGTH = re.compile(r"strength|class|\bCOR\b|grade|rating|推荐(?:强度|等级|级别|类别|类)", re.IGNORECASE)
_CERTAINTY = re.compile(r"level|\bLOE\b|certainty|quality|evidence|证据", re.IGNORECASE)
_NUMBER = re.compile(r"^(?:no\.?|number|#|nr\.?|序号|编号|条目)$", re.IGNORECASE)
_NOT_CAPTION = re.compile(r"definition|implication|interpret|grading|summary of findings|含义|定义|分级", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of a table of recommendations hold; -1 for none."""

    statement: int
    strength: int
    certainty: int
    number: int


@dataclass(frozen=True, slots=True)
class TableRecommendation:
    """One recommendation as a row (or rows) of a table."""

    text: str
    number: str
    grade: Grade | None
    year: str
    rows: tuple[int, ...]
    spans: tuple[LineSpan, ...]


Known = tuple[int, Columns] | None  # columns and their roles in the table before, for one that goes on overleaf


def read_recommendation_table(
    block: Block, caption: str, language: str, before: Known
) -> tuple[list[TableRecommendation], Known]:
    """Recommendations of a table, and what its columns are; ([], None) for any other table."""
    table = read_table(block.lines, language)
    columns = _columns(table)
    if columns is None and before is not None and before[0] == table.columns and not table.header:
        columns = before[1]
    if columns is None or _NOT_CAPTION.search(caption):
        return [], None
    found: list[TableRecommendation] = []
    for position, row in enumerate(table.rows):
        if row.is_header:
            continue
        recommendation = _row(row, position, columns)
        if recommendation is not None:
            found.append(recommendation)
    return found, (table.columns, columns)


def _columns(table: Table) -> Columns | None:
    roles = {"statement": -1, "strength": -1, "certainty": -1, "number": -1}
    for column, title in enumerate(table.header):
        bare = " ".join(title.split()).strip(" :：*")
        if _STATEMENT.match(bare):
            roles["statement"] = column
        elif _NUMBER.match(bare):
            roles["number"] = column
        elif _STRENGTH.search(bare):
            roles["strength"] = column
            if _CERTAINTY.search(bare):
                roles["certainty"] = column
        elif _CERTAINTY.search(bare):
            roles["certainty"] = column
    return Columns(**roles) if roles["statement"] >= 0 else None


def _row(row: TableRow, position: int, columns: Columns) -> TableRecommendation | None:
    if columns.statement >= len(row.cells):
        return None
    text = row.cells[columns.statement]
    if len(text) < 25 or (len(text.split()) < 5 and text.isascii()):
        return None
    marker = find_marker(text)
    number = row.cells[columns.number] if columns.number >= 0 else ""
    if marker is not None and marker.style not in ("bullet", "letter", "plain"):
        number = number or marker.number
        text = text[marker.end :].strip()
    return TableRecommendation(text, number, _grade(row, columns), find_year_label(row.text), (position,), row.spans)


def _grade(row: TableRow, columns: Columns) -> Grade | None:
    strength = row.cells[columns.strength] if columns.strength >= 0 else ""
    certainty = row.cells[columns.certainty] if columns.certainty >= 0 else ""
    if strength or certainty:
        return grade_of_cell(strength, certainty)
    return find_grade(_without(row.cells, columns))


def _without(cells: Sequence[str], columns: Columns) -> str:
    return " ".join(cell for index, cell in enumerate(cells) if index not in (columns.number,))
