"""Write the sample protocol as DOCX and as PDF, and `gold.json`, from `protocol.txt` and `verdicts.toml`.

    python data/benchmarks/protocol/write.py [--out DIR]

Needs python-docx and reportlab; the same sources give the same bytes on every run. In the text `{s01|…}` is statement
s01, in a table it is the whole row. The fonts are those of the pairs beside this folder.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import docx
from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Pt

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "samples"))

from house_style import CHINESE, INK, RULE_GREY, make_styles, register_fonts  # noqa: E402
from reportlab import rl_config  # noqa: E402
from reportlab.lib.pagesizes import A4  # noqa: E402
from reportlab.lib.units import mm  # noqa: E402
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageBreak, PageTemplate, Table  # noqa: E402
from typeset import _markup as escape  # noqa: E402

STAMP = "SAMPLE — not for clinical use　样例 — 不得用于临床"
FOOTER = "MJH-CP-031 · version 4.2"
STATEMENT = re.compile(r"\{(s\d\d)\|([^}]*)\}")
WRITTEN_ON = datetime(2026, 10, 12, 9)
STYLES = {"#": "heading_1", "##": "heading_2", "-": "list", "cover": "cover_subtitle", "references": "reference"}
DOCX_STYLES = {"heading_1": "Heading 1", "heading_2": "Heading 2", "list": "List Bullet", "cover_subtitle": "Title"}


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph (one cell) or the rows of a table, with the ids of the statements in each row."""

    style: str  # of house_style, or "table"
    rows: tuple[tuple[str, ...], ...]
    statements: tuple[tuple[str, ...], ...]
    starts_page: bool


def main() -> None:
    """Read the sources, write the three files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to (default: this one)")
    out: Path = parser.parse_args().out
    source = (HERE / "protocol.txt").read_text("utf-8")
    lines = read_lines(source)
    places = {"paragraph": write_docx(lines, out / "protocol.docx"), "page": write_pdf(lines, out / "protocol.pdf")}
    (out / "gold.json").write_text(gold(source, places), "utf-8")


def read_lines(source: str) -> list[Line]:
    """The paragraphs and tables of the source in order."""
    lines: list[Line] = []
    starts_page = False
    for chunk in source.strip().split("\n\n"):
        kind, _, rest = chunk.partition("\n") if chunk.startswith("[") else ("", "", chunk)
        kind = kind.strip("[]")
        if kind == "page":
            starts_page = True
            continue
        rows = rest.split("\n")
        if kind == "table":
            lines.append(Line("table", *_rows(rows), starts_page))
            starts_page = False
            continue
        for row in rows:
            mark, _, text = row.partition(" ")
            style = STYLES.get(kind) or STYLES.get(mark) or "paragraph"
            text = row if kind or mark not in STYLES else text
            lines.append(Line(style, *_rows([text], cells=False), starts_page))
            starts_page = False
    return lines


def _rows(rows: list[str], *, cells: bool = True) -> tuple[tuple[tuple[str, ...], ...], tuple[tuple[str, ...], ...]]:
    texts = [STATEMENT.sub(r"\2", row) for row in rows]
    split = tuple(tuple(text.split(" | ")) if cells else (text,) for text in texts)
    return split, tuple(tuple(number for number, _ in STATEMENT.findall(row)) for row in rows)


# ---- DOCX ----


def write_docx(lines: list[Line], path: Path) -> dict[str, Any]:
    """Write the document; returns of each statement its 1-based paragraph, or table and row."""
    document = docx.Document()
    _set_up(document)
    places: dict[str, Any] = {}
    tables = 0
    for line in lines:
        if line.style == "table":
            tables += 1
            table = document.add_table(0, len(line.rows[0]), "Table Grid")
            for number, (row, statements) in enumerate(zip(line.rows, line.statements, strict=True), 1):
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
                places |= {name: {"table": tables, "row": number} for name in statements}
            continue
        paragraph = document.add_paragraph(line.rows[0][0], DOCX_STYLES.get(line.style, "Normal"))
        paragraph.paragraph_format.page_break_before = line.starts_page or None
        places |= {name: len(document.paragraphs) for name in line.statements[0]}
    packed = io.BytesIO()
    document.save(packed)
    _pack_again(packed, path)
    return places


def _set_up(document: Document) -> None:
    font = document.styles["Normal"].font
    font.name, font.size = "Georgia", Pt(11)
    document.styles["Normal"].element.rPr.rFonts.set(qn("w:eastAsia"), "SimSun")
    document.styles["Title"].font.size = Pt(18)
    document.sections[0].header.paragraphs[0].text = STAMP
    document.sections[0].footer.paragraphs[0].text = FOOTER
    properties = document.core_properties
    properties.title, properties.author, properties.comments = "Clinical protocol MJH-CP-031", "", STAMP
    properties.created = properties.modified = WRITTEN_ON


def _pack_again(packed: io.BytesIO, path: Path) -> None:
    """The same parts with one date, or every run would give other bytes."""
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, WRITTEN_ON.timetuple()[:6]), old.read(name), zipfile.ZIP_DEFLATED)


# ---- PDF ----


class Book(BaseDocTemplate):
    """The protocol while it is being set."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), pagesize=A4, invariant=1, lang="en", title="Clinical protocol MJH-CP-031",
                         initialFontName="SampleSong")  # fmt: skip
        self.places: dict[str, int] = {}
        width, height = A4
        frame = Frame(24 * mm, 22 * mm, width - 48 * mm, height - 50 * mm, 0, 0, 0, 0)
        self.addPageTemplates([PageTemplate("page", [frame], onPage=self._draw_page)])

    def _draw_page(self, canvas: Any, document: Any) -> None:
        width, height = A4
        canvas.setFont("SampleHei-Bold", 9)
        canvas.setFillColor(INK)
        canvas.drawCentredString(width / 2, height - 14 * mm, STAMP)
        canvas.setFont("SampleSong", 8)
        canvas.drawString(24 * mm, 12 * mm, FOOTER)
        canvas.drawRightString(width - 24 * mm, 12 * mm, f"{document.page} / 10")

    def afterFlowable(self, flowable: Flowable) -> None:
        """Note the page on which the statements of this paragraph or table came to stand."""
        self.places |= dict.fromkeys(getattr(flowable, "statements", ()), self.page)


def write_pdf(lines: list[Line], path: Path) -> dict[str, Any]:
    """Write the PDF; returns the 1-based page of each statement."""
    rl_config.useA85 = 0
    register_fonts(HERE.parent / "pairs" / "fonts")
    styles = make_styles(CHINESE, INK, 1)
    styles["paragraph"].firstLineIndent = 0
    story: list[Flowable] = []
    for line in lines:
        if line.starts_page:
            story.append(PageBreak())
        flowable = _table(line, styles) if line.style == "table" else _paragraph(line, styles)
        flowable.statements = [name for names in line.statements for name in names]
        story.append(flowable)
    book = Book(path)
    book.build(story)
    return book.places


def _paragraph(line: Line, styles: dict[str, Any]) -> Flowable:
    bullet = "•" if line.style == "list" else None
    return CHINESE.paragraph(escape(line.rows[0][0]), styles[line.style], bulletText=bullet)


def _table(line: Line, styles: dict[str, Any]) -> Flowable:
    cells = [[CHINESE.paragraph(escape(text), styles["cell"]) for text in row] for row in line.rows]
    rules = [("FONTNAME", (0, 0), (-1, -1), "SampleSong"), ("GRID", (0, 0), (-1, -1), 0.5, RULE_GREY)]
    return Table(cells, [52 * mm] * len(cells[0]), style=rules, spaceAfter=8)


# ---- gold ----


def gold(source: str, places: dict[str, dict[str, Any]]) -> str:
    """Statements with text, places and verdict, and the findings on the document, one a line."""
    verdicts = tomllib.loads((HERE / "verdicts.toml").read_text("utf-8"))
    texts = dict(STATEMENT.findall(source))
    statements = [
        {"id": name, "text": texts[name], **{kind: place[name] for kind, place in places.items()}}
        | {key: verdict.get(key) for key in ("verdict", "subtype", "guideline", "old", "new")}
        | {key: verdict[key] for key in ("draft", "note") if key in verdict}
        for name, verdict in verdicts["statement"].items()
    ]
    parts = {"as_of": "2026-11-27", "statements": statements, "document_findings": verdicts["document_finding"]}
    rows = {
        key: "[\n  " + ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in value) + "\n]"
        if isinstance(value, list)
        else json.dumps(value)
        for key, value in parts.items()
    }
    return "{" + ",\n".join(f'"{key}": {value}' for key, value in rows.items()) + "}\n"


if __name__ == "__main__":
    main()
