"""A PDF as the eye reads it: pages of lines in reading order, furniture apart."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from ingest.clean import split_furniture
from ingest.columns import arrange
from ingest.glyphs import Piece, cut_pieces, join_pieces
from ingest.layout import Document, Line, Page
from ingest.pdf import PdfFile, open_pdf
from ingest.properties import read_properties
from kb.domain import Box
from kb.errors import UnreadablePdf
from kb.text import is_cjk

MAX_PAGES = 3_000


def read_document(
    path: Path, display_name: str | None = None, *, sha256: str | None = None, max_pages: int = MAX_PAGES
) -> Document:
    """Read a PDF; raises UnreadablePdf with status encrypted, needs_ocr, rejected or failed."""
    with open_pdf(path) as pdf:
        if len(pdf) > max_pages:
            raise UnreadablePdf(f"The PDF has {len(pdf)} pages; at most {max_pages} are read.", status="rejected")
        pages = [read_page(pdf, number) for number in range(1, len(pdf) + 1)]
    pages = split_furniture(pages)
    outline, properties, warnings = read_properties(path)
    return Document(
        sha256 or hashlib.sha256(path.read_bytes()).hexdigest(),
        display_name or path.name,
        tuple(pages),
        outline,
        properties,
        main_language(pages),
        warnings,
    )


def read_page(pdf: PdfFile, number: int) -> Page:
    """One page (1-based) with all its lines in reading order."""
    with pdf.page(number) as page:
        frame = page.frame
        pieces = join_pieces(cut_pieces(page.glyphs()))
        share = page.image_share()
    lines: list[Line] = []
    for column, group in arrange(pieces):
        lines += _lines(group, column, number, frame.width, frame.height, lines[-1].block + 1 if lines else 0)
    return Page(number, pdf.label(number), frame.width, frame.height, tuple(lines), image_share=share)


def _lines(
    group: Sequence[Piece], column: int, number: int, width: float, height: float, block: int
) -> list[Line]:
    lines: list[Line] = []
    last: Piece | None = None
    for piece in group:
        if last is not None and _starts_block(last, piece):
            block += 1
        box = Box(number, piece.x0 / width, piece.y0 / height, piece.x1 / width, piece.y1 / height)
        style = piece.style
        lines.append(Line(piece.text, box, style.font, round(style.size, 2), style.bold, style.italic, column, block))
        last = piece
    return lines


def _starts_block(last: Piece, piece: Piece) -> bool:
    size = max(last.style.size, piece.style.size)
    if abs(last.style.size - piece.style.size) > 0.15 * size:
        return True
    return piece.y0 - last.y1 > 0.5 * size or piece.y1 < last.y0


def main_language(pages: Sequence[Page]) -> str:
    """zh where Chinese characters outnumber a third of the letters, else en."""
    text = "".join(line.text for page in pages for line in page.lines)
    chinese = sum(map(is_cjk, text))
    letters = sum(char.isalpha() for char in text)
    return "zh" if chinese * 3 > letters else "en"
