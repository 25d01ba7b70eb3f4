"""The one home of pypdfium2: glyphs with boxes and fonts, rulings and images, page pictures."""

from __future__ import annotations

import ctypes
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pypdfium2.raw as raw
from numpy.typing import NDArray

from ingest.glyphs import Glyphs, Style
from kb.domain import Box
from kb.errors import UnreadablePdf

HIGHLIGHT = (255, 214, 0, 96)  # red, green, blue, alpha
_SUBSET = re.compile(r"^[A-Z]{6}\+")
_BOLD = re.compile(r"bold|black|heavy|semibold|demi|-?bd\b", re.IGNORECASE)
_ITALIC = re.compile(r"italic|oblique|-?it\b", re.IGNORECASE)
_INVISIBLE_MODES = (3, 7)  # neither fill nor stroke; clip only


@dataclass(frozen=True, slots=True)
class PageFrame:
    """Size and turn of a page: maps points of the file to points as displayed."""

    width: float
    height: float
    turn: int  # quarter turns clockwise
    left: float
    bottom: float
    right: float
    top: float

    def show(self, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 4) left, bottom, right, top in the file → (n, 4) x0, y0, x1, y1 as displayed."""
        left, bottom, right, top = boxes.T
        if self.turn == 0:
            shown = (left - self.left, self.top - top, right - self.left, self.top - bottom)
        elif self.turn == 1:
            shown = (bottom - self.bottom, left - self.left, top - self.bottom, right - self.left)
        elif self.turn == 2:
            shown = (self.right - right, bottom - self.bottom, self.right - left, top - self.bottom)
        else:
            shown = (self.top - top, self.right - right, self.top - bottom, self.right - left)
        return np.stack(shown, axis=1)


class PdfFile:
    """An open PDF."""

    def __init__(self, document: Any) -> None:
        self._document = document

    def __len__(self) -> int:
        return len(self._document)

    def label(self, number: int) -> str:
        """Printed page label, "" if the PDF has none."""
        try:
            return self._document.get_page_label(number - 1) or ""
        except Exception:  # a broken label tree is no reason to lose a page
            return ""

    @contextmanager
    def page(self, number: int) -> Iterator[PdfPage]:
        """One page, 1-based; closed afterwards."""
        page = self._document[number - 1]
        try:
            yield PdfPage(page)
        finally:
            page.close()


class PdfPage:
    """An open page."""

    def __init__(self, page: Any) -> None:
        self._page = page
        left, bottom, right, top = page.get_bbox()
        self.frame = PageFrame(*page.get_size(), page.get_rotation() // 90 % 4, left, bottom, right, top)

    def glyphs(self) -> Glyphs:
        """All glyphs in the order of the file."""
        textpage = self._page.get_textpage()
        try:
            return self._read_glyphs(textpage.raw, textpage.count_chars())
        finally:
            textpage.close()

    def _read_glyphs(self, text: Any, count: int) -> Glyphs:
        rectangles = (raw.FS_RECTF * count)()
        get_box, get_object = raw.FPDFText_GetLooseCharBox, raw.FPDFText_GetTextObject
        for index in range(count):
            get_box(text, index, rectangles[index])
        codes = np.array([raw.FPDFText_GetUnicode(text, index) for index in range(count)], dtype=np.int64)
        owners = [ctypes.cast(get_object(text, index), ctypes.c_void_p).value for index in range(count)]
        table: list[Style] = []
        turns_by_style: list[int] = []
        known: dict[int, int] = {}
        styles = np.full(count, -1, dtype=np.int32)
        for index, owner in enumerate(owners):
            if owner is None:
                continue
            if owner not in known:
                known[owner] = len(table)
                style, turn = self._style(text, index)
                table.append(style)
                turns_by_style.append(turn)
            styles[index] = known[owner]
        # FS_RECTF is left, top, right, bottom
        boxes = np.frombuffer(rectangles, dtype=np.float32).reshape(count, 4)[:, [0, 3, 2, 1]].astype(np.float64)
        turns = np.array([*turns_by_style, 0], dtype=np.int8)[styles]
        return Glyphs(codes.astype(np.int32), self.frame.show(boxes), styles, turns, tuple(table))

    def _style(self, text: Any, index: int) -> tuple[Style, int]:
        matrix = raw.FS_MATRIX()
        raw.FPDFText_GetMatrix(text, index, matrix)
        scale = (matrix.c**2 + matrix.d**2) ** 0.5 or 1.0
        quarter = round(-np.arctan2(matrix.b, matrix.a) / (np.pi / 2)) % 4
        owner = raw.FPDFText_GetTextObject(text, index)
        red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
        raw.FPDFText_GetFillColor(text, index, red, green, blue, alpha)
        name, weight, italic = self._font(owner)
        style = Style(
            _SUBSET.sub("", name),
            raw.FPDFText_GetFontSize(text, index) * scale,
            bool(_BOLD.search(name)) or weight >= 600,
            bool(_ITALIC.search(name)) or italic,
            (red.value, green.value, blue.value, alpha.value),
            raw.FPDFTextObj_GetTextRenderMode(owner) not in _INVISIBLE_MODES,
        )
        return style, (quarter + self.frame.turn) % 4

    def _font(self, owner: Any) -> tuple[str, int, bool]:
        font = raw.FPDFTextObj_GetFont(owner)
        if not font:
            return "", 400, False
        length = raw.FPDFFont_GetBaseFontName(font, None, 0)
        buffer = ctypes.create_string_buffer(max(length, 1))
        raw.FPDFFont_GetBaseFontName(font, buffer, length)
        name = buffer.value.decode("utf-8", "replace")
        angle = ctypes.c_int()
        raw.FPDFFont_GetItalicAngle(font, angle)
        return name, raw.FPDFFont_GetWeight(font), angle.value != 0

    def image_share(self) -> float:
        """Share of the page that images cover, 0..1."""
        area = 0.0
        for each in self._page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4):
            left, bottom, right, top = each.get_bounds()
            area += max(0.0, right - left) * max(0.0, top - bottom)
        return min(1.0, area / max(1.0, self.frame.width * self.frame.height))


@contextmanager
def open_pdf(path: Path, password: str | None = None) -> Iterator[PdfFile]:
    """Open a PDF; raises UnreadablePdf with status encrypted or failed."""
    try:
        document = pypdfium2.PdfDocument(path, password=password)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise UnreadablePdf(
                "This PDF is locked with a password.", status="encrypted", hint="Save a copy without a password."
            ) from error
        raise UnreadablePdf(
            "This PDF is damaged and cannot be opened.", status="failed", hint="Download it again."
        ) from error
    try:
        yield PdfFile(document)
    finally:
        document.close()


def count_pages(path: Path) -> int:
    """Number of pages; raises UnreadablePdf."""
    with open_pdf(path) as pdf:
        return len(pdf)


def render_page(path: Path, number: int, highlights: Sequence[Box] = (), scale: float = 1.5) -> bytes:
    """Picture of a page (1-based) as PNG, `scale` pixels a point, with the boxes of that page marked."""
    from PIL import Image, ImageDraw

    with open_pdf(path) as pdf:
        if not 1 <= number <= len(pdf):
            raise UnreadablePdf(f"There is no page {number}; the PDF has {len(pdf)}.", status="failed")
        picture = pdf._document[number - 1].render(scale=scale).to_pil().convert("RGB")
    boxes = [box for box in highlights if box.page == number]
    if boxes:
        layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
        draw = ImageDraw.Draw(layer)
        width, height = picture.size
        for box in boxes:
            draw.rectangle((box.x0 * width, box.y0 * height, box.x1 * width, box.y1 * height), fill=HIGHLIGHT)
        picture = Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB")
    out = io.BytesIO()
    picture.save(out, format="PNG")
    return out.getvalue()
