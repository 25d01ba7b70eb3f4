"""A PDF as the eye reads it: pages of lines in reading order, furniture apart."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ingest.columns import Placed
from ingest.drawing import Drawing
from ingest.frame import upright
from ingest.furniture import split_furniture
from ingest.glyphs import OBLIQUE, Glyphs, Piece, main_turn, read_pieces
from ingest.grid import find_grids
from ingest.ink import find_hidden, read_ink
from ingest.layout import MAX_PAGES, Document, Line, Page
from ingest.lines import make_lines, page_boxes, usual_pitch
from ingest.margin import split_margin_numbers, split_outliers
from ingest.pdf import PdfFile, PdfPage, open_pdf
from ingest.place import Placing
from ingest.properties import read_properties
from ingest.where import tell_place
from kb.errors import UnreadablePdf
from kb.text import count_cjk

PICTURE_SHARE = 0.5  # of a page covered by images: a scan or a plate
LEAST_TEXT = 40  # characters a page; a scan that was stamped or numbered has fewer
REPLACED = "The file gives other words for machines than it draws; compare with the page."
LETTERS_A_CHARACTER = 3  # a Chinese character says about as much as three letters


@dataclass(frozen=True, slots=True)
class RawPage:
    """One page before furniture and blocks are known."""

    page: Page  # without lines
    placed: tuple[Placed, ...]  # in upright coordinates of the main turn
    turn: int
    oblique: tuple[Piece, ...]  # slanted text, in displayed coordinates
    margin: tuple[Piece, ...]  # line numbers


def read_document(
    path: Path, display_name: str | None = None, *, sha256: str | None = None, max_pages: int = MAX_PAGES
) -> Document:
    """Read a PDF; raises UnreadablePdf with status encrypted, needs_ocr, rejected or failed."""
    with open_pdf(path) as pdf:
        if len(pdf) > max_pages:
            raise UnreadablePdf(f"The PDF has {len(pdf)} pages; at most {max_pages} are read.", status="rejected")
        raw = [read_page(pdf, number) for number in range(1, len(pdf) + 1)]
    tell_place("the layout")
    pitch = Counter(each for page in raw if (each := usual_pitch(page.placed)))
    usual = pitch.most_common(1)[0][0] if pitch else 1.2
    pages = split_furniture([_finish(page, usual) for page in raw])
    _check_text(pages)
    tell_place("bookmarks and properties")
    outline, properties, warnings = read_properties(path)
    tell_place("recommendations and passages")
    return Document(
        sha256 or hashlib.sha256(path.read_bytes()).hexdigest(),
        display_name or path.name,
        tuple(pages),
        outline,
        properties,
        main_language(pages),
        warnings,
    )


def _check_text(pages: Sequence[Page]) -> None:
    """Raise UnreadablePdf (needs_ocr) for a PDF without text, or with hardly any on pages that are pictures."""
    characters = sum(len(line.text.strip()) for page in pages for line in page.lines)
    pictures = sum(page.image_share > PICTURE_SHARE for page in pages)
    if not characters or (pictures * 2 > len(pages) and characters < LEAST_TEXT * len(pages)):
        why = "its pages are blank, or their letters are drawings or have no names"
        if pictures:
            why = f"{pictures} of {len(pages)} pages are pictures without a text layer"
        elif hidden := [page.number for page in pages if page.hidden]:
            why = f"what it says cannot be seen on the page (page {hidden[0]})"
        raise UnreadablePdf(
            f"No text can be read: {why}.",
            status="needs_ocr",
            hint="Have the text recognised (OCR), or ask the publisher for a PDF with text.",
        )


def read_page(pdf: PdfFile, number: int) -> RawPage:
    """One page (1-based), its pieces in reading order."""
    tell_place(f"page {number}")
    with pdf.page(number) as page:
        frame, glyphs, drawing = page.frame, page.glyphs(), page.drawing()
        hidden = _hidden(page, glyphs, drawing)
    texts = _texts(glyphs.where(hidden | ~glyphs.is_ink), frame.width, frame.height) if hidden.any() else ()
    pieces, turn, oblique, across, down = _pieces(glyphs.where(~hidden), drawing, frame.width, frame.height)
    pieces, margin = split_margin_numbers(pieces)
    pieces, outliers = split_outliers(pieces)
    placed = Placing(across, find_grids(across, down)).place(pieces)
    placed += [Placed(each, 0, -1 - index) for index, each in enumerate(outliers)]
    repairs = tuple(note for each in placed for note in each.piece.notes)
    share = drawing.image_share(frame.width, frame.height)
    doubts = (REPLACED,) if any(style.is_replaced for style in glyphs.table) else ()
    shell = Page(number, pdf.label(number), frame.width, frame.height, (), (), doubts, texts, repairs, round(share, 4))
    return RawPage(shell, tuple(placed), turn, tuple(oblique), tuple(margin))


def _hidden(page: PdfPage, glyphs: Glyphs, drawing: Drawing) -> np.ndarray:
    if not glyphs.is_ink.any():
        return np.zeros(len(glyphs.codes), dtype=bool)
    return find_hidden(glyphs, read_ink(*page.picture()), page.frame.width, page.frame.height, drawing.images)


def _texts(glyphs: Glyphs, width: float, height: float) -> tuple[str, ...]:
    found = read_pieces(glyphs, width, height, np.zeros((0, 3)))
    return tuple(piece.text for pieces in found.values() for piece in pieces)


def _pieces(
    glyphs: Glyphs, drawing: Drawing, width: float, height: float
) -> tuple[list[Piece], int, list[Piece], np.ndarray, np.ndarray]:
    """Pieces of the page in upright coordinates of its main turn, that turn, slanted text, and the drawn lines."""
    turn = main_turn(glyphs)
    across, down = _upright_lines(drawing, turn, width, height)
    by_turn = read_pieces(glyphs, width, height, down)
    pieces = by_turn.pop(turn, [])
    oblique = by_turn.pop(OBLIQUE, [])
    for other, members in by_turn.items():
        pieces += [_moved(piece, other, turn, width, height) for piece in members]
    return pieces, turn, oblique, across, down


def _upright_lines(drawing: Drawing, turn: int, width: float, height: float) -> tuple[np.ndarray, np.ndarray]:
    """Horizontal and vertical lines as seen when the main text is upright."""
    across = upright(drawing.across[:, [1, 0, 2, 0]], turn, width, height)
    down = upright(drawing.down[:, [0, 1, 0, 2]], turn, width, height)
    if turn % 2:
        across, down = down, across
    return across[:, [1, 0, 2]], down[:, [0, 1, 3]]


def _moved(piece: Piece, turn: int, main: int, width: float, height: float) -> Piece:
    """A piece of another turn where it stands on the page set upright for the main turn."""
    from ingest.frame import turned_back

    box = np.array([[piece.x0, piece.y0, piece.x1, piece.y1]])
    x0, y0, x1, y1 = upright(turned_back(box, turn, width, height), main, width, height)[0]
    return replace(piece, x0=float(x0), y0=float(y0), x1=float(x1), y1=float(y1))


def _finish(raw: RawPage, pitch: float) -> Page:
    page = raw.page
    coordinates = np.array([_box(each.piece) for each in raw.placed]).reshape(-1, 4)
    boxes = page_boxes(coordinates, page.number, raw.turn, page.width, page.height)
    lines = make_lines(raw.placed, boxes, pitch)
    furniture = _beside(raw.oblique, OBLIQUE, page) + _beside(raw.margin, raw.turn, page)
    return replace(page, lines=tuple(lines), furniture=tuple(furniture))


def _beside(pieces: Sequence[Piece], turn: int, page: Page) -> list[Line]:
    coordinates = np.array([_box(piece) for piece in pieces]).reshape(-1, 4)
    boxes = page_boxes(coordinates, page.number, turn, page.width, page.height)
    return [
        Line(piece.text, box, piece.style.font, round(piece.style.size, 2), piece.style.bold, piece.style.italic)
        for piece, box in zip(pieces, boxes, strict=True)
    ]


def _box(piece: Piece) -> tuple[float, float, float, float]:
    return piece.x0, piece.y0, piece.x1, piece.y1


def main_language(pages: Sequence[Page]) -> str:
    """zh where more is said in Chinese characters than in letters, else en."""
    text = "".join(line.text for page in pages for line in page.lines)
    chinese = count_cjk(text)
    letters = sum(char.isalpha() for char in text) - chinese
    return "zh" if chinese * LETTERS_A_CHARACTER > letters else "en"
