"""Documents set by hand: rows of text put down a page, for tests of what is read from lines."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.layout import Document, Line, OutlineItem, Page
from kb.domain import Box
from kb.text import is_cjk

WIDTH, HEIGHT = 595.0, 842.0
LEFT, TOP = 72.0, 80.0


@dataclass(frozen=True)
class Row:
    """One line of print; `gap` is white space above it in line heights."""

    text: str
    size: float = 10.0
    bold: bool = False
    italic: bool = False
    x: float = LEFT
    gap: float = 0.0
    font: str = "Serif-Regular"
    column: int = 0
    cell: tuple[int, int, int] | None = None
    y: float | None = None


def advance(text: str, size: float) -> float:
    """Width of a text as it is set here."""
    return sum(size if is_cjk(char) or char in "，。；：（）、" else 0.48 * size for char in text)


def page(number: int, *rows: Row | str, label: str = "", furniture: tuple[str, ...] = ()) -> Page:
    """A page with rows from top to bottom; a new column starts at the top again."""
    lines = []
    y, column = TOP, 0
    for each in rows:
        row = Row(each) if isinstance(each, str) else each
        if row.column != column and row.column:
            y, column = TOP, row.column
        y = y + row.gap * row.size if row.y is None else row.y
        x1 = row.x + advance(row.text, row.size)
        box = Box(number, row.x / WIDTH, y / HEIGHT, x1 / WIDTH, (y + row.size) / HEIGHT)
        lines.append(Line(row.text, box, row.font, row.size, row.bold, row.italic, row.column, 0, row.cell))
        y += 1.25 * row.size
    running = tuple(Line(text, Box(number, 0.1, 0.96, 0.5, 0.97), "Serif-Regular", 8.0) for text in furniture)
    return Page(number, label, WIDTH, HEIGHT, tuple(lines), running)


def document(*pages: Page, language: str = "en", outline: tuple[OutlineItem, ...] = ()) -> Document:
    """A document of these pages."""
    return Document("0" * 64, "handmade.pdf", tuple(pages), outline, {}, language)


def paragraph(text: str, *, per_row: int = 84, gap: float = 1.0, **style: object) -> list[Row]:
    """A text broken into rows of about `per_row` signs, a gap above the first."""
    rows: list[str] = [""]
    for word in text.split(" "):
        if rows[-1] and len(rows[-1]) + len(word) >= per_row:
            rows.append("")
        rows[-1] = f"{rows[-1]} {word}".strip()
    return [Row(row, gap=gap if index == 0 else 0.0, **style) for index, row in enumerate(rows)]  # type: ignore[arg-type]


def wide_paragraph(text: str, *, per_row: int = 40, gap: float = 1.0, **style: object) -> list[Row]:
    """A Chinese text broken into rows of `per_row` signs."""
    rows = [text[start : start + per_row] for start in range(0, len(text), per_row)]
    return [Row(row, gap=gap if index == 0 else 0.0, **style) for index, row in enumerate(rows)]  # type: ignore[arg-type]


def heading(text: str, size: float = 14.0, **style: object) -> Row:
    """A title set larger than the text."""
    return Row(text, size=size, bold=True, gap=1.5, font="Sans-Bold", **style)  # type: ignore[arg-type]


PROSE = (
    "Long-acting drugs act for a day and are taken once. People forget fewer doses when they take one tablet, and the "
    "group found no difference in adverse events between morning and evening in the trials that it looked at."
)
PROSE_ZH = (
    "长效药物作用时间可达一天，每日服用一次即可。患者服用一片药物时漏服较少，"
    "专家组在所查阅的研究中未发现早晨与晚间服药的不良事件存在差异。"
)
