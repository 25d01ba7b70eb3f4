"""The one home of pypdfium2: glyphs with boxes and fonts, drawn lines and images, page pictures."""

from __future__ import annotations

import ctypes
import io
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pypdfium2.raw as raw
from numpy.typing import NDArray

from ingest.drawing import Drawing, Outline, collect_drawing
from ingest.frame import PageFrame
from ingest.glyphs import OBLIQUE, Glyphs, Style
from ingest.symbols import draw_symbols
from kb.domain import Box
from kb.errors import UnreadablePdf

HIGHLIGHT = (255, 214, 0, 96)  # red, green, blue, alpha
MAX_OBJECTS = 40_000  # drawn objects looked at on one page; a map or chart has more
MAX_SEGMENTS = 400  # of one path; a picture has more
MAX_DEPTH = 5  # of forms inside forms
TALLEST, LOWEST = 1.45, 0.6  # of the font size: glyph boxes outside of this come from a broken font
ASCENT, DESCENT = 0.85, 0.25  # of the font size: the usual extent above and below the baseline
MAX_PIXELS = 40_000_000  # of one page picture
LIGATURE_BYTES = 12  # of replaced text: ligatures, hyphens and blanks take less
UNKNOWN = 0xFFFD  # the character for a character that is not known
_SUBSET = re.compile(r"^[A-Z]{6}\+")
_BOLD = re.compile(r"bold|black|heavy|demi|[-,](?:bd|b)\b|hei\b", re.IGNORECASE)
_ITALIC = re.compile(r"italic|oblique|[-,]it?\b", re.IGNORECASE)
_RECTANGLE = ctypes.sizeof(raw.FS_RECTF)
_INVISIBLE_MODES = (3, 7)  # neither fill nor stroke; clip only


def _plain(function: Any, result: Any, *arguments: Any) -> Any:
    """The same function with plain addresses and numbers: three times faster than with typed pointers."""
    return ctypes.CFUNCTYPE(result, *arguments)(ctypes.cast(function, ctypes.c_void_p).value or 0)


_text_object = _plain(raw.FPDFText_GetTextObject, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
_get_code = _plain(raw.FPDFText_GetUnicode, ctypes.c_uint, ctypes.c_void_p, ctypes.c_int)
_get_box = _plain(raw.FPDFText_GetLooseCharBox, ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


class PdfFile:
    """An open PDF."""

    def __init__(self, document: Any) -> None:
        self._document = document

    def __len__(self) -> int:
        return len(self._document)

    def label(self, number: int) -> str:
        """Printed page label, "" if the PDF has none."""
        try:
            return (self._document.get_page_label(number - 1) or "").strip()
        except Exception:  # a broken label tree is no reason to lose a page
            return ""

    @contextmanager
    def page(self, number: int) -> Iterator[PdfPage]:
        """One page, 1-based; closed afterwards. Raises UnreadablePdf for a page that cannot be loaded."""
        try:
            page = self._document[number - 1]
        except pypdfium2.PdfiumError as error:
            raise UnreadablePdf(
                f"Page {number} is damaged.", status="failed", hint="Download the PDF again."
            ) from error
        try:
            yield PdfPage(page)
        finally:
            page.close()


class PdfPage:
    """An open page."""

    def __init__(self, page: Any) -> None:
        self._page = page
        width, height = page.get_size()
        self.frame = PageFrame(width, height, page.get_rotation() // 90 % 4, *page.get_bbox())

    def glyphs(self) -> Glyphs:
        """All glyphs in the order of the file."""
        textpage = self._page.get_textpage()
        try:
            return _read_glyphs(textpage.raw, textpage.count_chars(), self.frame)
        finally:
            textpage.close()

    def drawing(self) -> Drawing:
        """Drawn lines, filled rectangles and images, as displayed."""
        outlines, images = [], []
        for count, (kind, each, matrix) in enumerate(_walk(self._page)):
            if count > MAX_OBJECTS:
                break
            if kind == raw.FPDF_PAGEOBJ_PATH:
                outline = _outline(each, matrix)
                if outline is not None:
                    outlines.append(outline)
            elif kind in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING):
                images.append(_bounds(each, matrix))
        return collect_drawing(outlines, images, self.frame)

    def picture(self, scale: float = 1.0) -> tuple[NDArray[np.uint8], float]:
        """Grey picture, (height, width), and its pixels a point: `scale`, less on a page too large for that.

        A page without any area is one white pixel.
        """
        if min(self.frame.width, self.frame.height) <= 0:
            return np.full((1, 1), 255, dtype=np.uint8), scale
        scale = min(scale, (MAX_PIXELS / max(1.0, self.frame.width * self.frame.height)) ** 0.5)
        bitmap = self._page.render(scale=scale, grayscale=True)
        try:
            return np.array(bitmap.to_numpy()).reshape(bitmap.height, -1)[:, : bitmap.width], scale
        finally:
            bitmap.close()


def _read_glyphs(text: Any, count: int, frame: PageFrame) -> Glyphs:
    rectangles = (raw.FS_RECTF * count)()
    address = ctypes.cast(text, ctypes.c_void_p).value
    places = range(ctypes.addressof(rectangles), ctypes.addressof(rectangles) + ctypes.sizeof(rectangles), _RECTANGLE)
    for index, place in enumerate(places):
        _get_box(address, index, place)
    # A textless page of ctypes gives None for no owner: a blank or line break that the reader put in.
    owners = np.array([_text_object(address, index) or 0 for index in range(count)], dtype=np.uint64)
    codes = np.array([_get_code(address, index) for index in range(count)], dtype=np.uint32).astype(np.int64)
    codes[codes == 2] = ord("-")  # the library's own sign for a hyphen at the end of a line
    codes[(codes > sys.maxunicode) | ((codes >= 0xD800) & (codes < 0xE000))] = UNKNOWN  # no characters: a broken font
    boxes = np.frombuffer(rectangles, dtype=np.float32).reshape(count, 4)[:, [0, 3, 2, 1]].astype(np.float64)
    styles, starts = number_owners(owners)
    table, turns = [], []
    fonts: dict[int, tuple[str, bool, bool, bool]] = {}
    for index in starts:
        style, turn = _style(text, index, fonts)
        table.append(style)
        turns.append(turn if turn == OBLIQUE else (turn + frame.turn) % 4)
    draw_symbols(codes, styles, table)
    file_turns = np.array([*(turn if turn == OBLIQUE else turn - frame.turn for turn in turns), 0], dtype=np.int8) % 4
    _mend_heights(text, boxes, np.array([*(style.size for style in table), 0.0])[styles], file_turns[styles], styles)
    shown = frame.show(boxes)
    return Glyphs(codes.astype(np.int32), shown, styles, np.array([*turns, 0], dtype=np.int8)[styles], tuple(table))


def number_owners(owners: NDArray[np.uint64]) -> tuple[NDArray[np.int32], list[int]]:
    """Text objects numbered as they first appear, -1 for none, and where each starts.

    Not by their addresses: those differ from run to run, and what is decided between equals would with them.
    """
    owned = np.flatnonzero(owners)
    _, first, inverse = np.unique(owners[owned], return_index=True, return_inverse=True)
    order = np.argsort(first)
    styles = np.full(len(owners), -1, dtype=np.int32)
    styles[owned] = np.argsort(order)[inverse]
    return styles, owned[first[order]].tolist()


def _mend_heights(
    text: Any,
    boxes: NDArray[np.float64],
    sizes: NDArray[np.float64],
    turns: NDArray[np.int8],
    styles: NDArray[np.int32],
) -> None:
    """Where a font claims an impossible height, take the usual height around the baseline."""
    height = boxes[:, 3] - boxes[:, 1]
    odd = (styles >= 0) & (turns == 0) & ((height > TALLEST * sizes) | (height < LOWEST * sizes))
    x, y = ctypes.c_double(), ctypes.c_double()
    for index in np.flatnonzero(odd).tolist():
        if raw.FPDFText_GetCharOrigin(text, index, x, y):
            boxes[index, 1] = y.value - DESCENT * sizes[index]
            boxes[index, 3] = y.value + ASCENT * sizes[index]


def _style(text: Any, index: int, fonts: dict[int, tuple[str, bool, bool, bool]]) -> tuple[Style, int]:
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(text, index, matrix)
    scale = (matrix.c**2 + matrix.d**2) ** 0.5 or 1.0
    quarters = -np.arctan2(matrix.b, matrix.a) / (np.pi / 2)
    turn = round(quarters) % 4 if abs(quarters - round(quarters)) < 0.04 else OBLIQUE
    owner = raw.FPDFText_GetTextObject(text, index)
    colours = [ctypes.c_uint() for _ in range(4)]
    raw.FPDFText_GetFillColor(text, index, *colours)
    font = raw.FPDFTextObj_GetFont(owner)
    key = ctypes.cast(font, ctypes.c_void_p).value or 0
    if key not in fonts:
        fonts[key] = _font(font)
    name, bold, italic, embedded = fonts[key]
    is_drawn = raw.FPDFTextObj_GetTextRenderMode(owner) not in _INVISIBLE_MODES
    red, green, blue, alpha = (each.value for each in colours)
    size = raw.FPDFText_GetFontSize(text, index) * scale
    return Style(name, size, bold, italic, (red, green, blue, alpha), is_drawn, embedded, _is_replaced(owner)), turn


def _is_replaced(owner: Any) -> bool:
    """Whether a text object stands under a text of more than a few letters that is to be read instead of it."""
    length = ctypes.c_ulong()
    for index in range(raw.FPDFPageObj_CountMarks(owner)):
        mark = raw.FPDFPageObj_GetMark(owner, index)
        is_given = raw.FPDFPageObjMark_GetParamStringValue(mark, b"ActualText", None, 0, length)
        if is_given and length.value > LIGATURE_BYTES:
            return True
    return False


def _font(font: Any) -> tuple[str, bool, bool, bool]:
    if not font:
        return "", False, False, False
    length = raw.FPDFFont_GetBaseFontName(font, None, 0)
    buffer = ctypes.create_string_buffer(max(length, 1))
    raw.FPDFFont_GetBaseFontName(font, buffer, length)
    name = buffer.value.decode("utf-8", "replace")
    angle = ctypes.c_int()
    raw.FPDFFont_GetItalicAngle(font, angle)
    bold = bool(_BOLD.search(name)) or raw.FPDFFont_GetWeight(font) >= 600
    italic = bool(_ITALIC.search(name)) or angle.value != 0
    return _SUBSET.sub("", name), bold, italic, raw.FPDFFont_GetIsEmbedded(font) == 1


Matrix = tuple[float, float, float, float, float, float]
_SAME: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def _walk(page: Any) -> Iterator[tuple[int, Any, Matrix]]:
    """Kind, handle and matrix (of the forms around it) of every object that is drawn."""
    waiting = [(raw.FPDFPage_GetObject, raw.FPDFPage_CountObjects, page.raw, _SAME, 0)]
    while waiting:
        get, count, holder, matrix, depth = waiting.pop()
        for index in range(count(holder)):
            each = get(holder, index)
            kind = raw.FPDFPageObj_GetType(each)
            if kind == raw.FPDF_PAGEOBJ_FORM and depth < MAX_DEPTH:
                inner = _times(_matrix_of(each), matrix)
                waiting.append((raw.FPDFFormObj_GetObject, raw.FPDFFormObj_CountObjects, each, inner, depth + 1))
            yield kind, each, matrix


def _matrix_of(each: Any) -> Matrix:
    m = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(each, m)
    return (m.a, m.b, m.c, m.d, m.e, m.f)


def _times(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _apply(m: Matrix, x: float, y: float) -> tuple[float, float]:
    return m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]


def _bounds(each: Any, matrix: Matrix) -> tuple[float, float, float, float]:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    raw.FPDFPageObj_GetBounds(each, left, bottom, right, top)
    one, other = _apply(matrix, left.value, bottom.value), _apply(matrix, right.value, top.value)
    return min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1])


def _outline(path: Any, around: Matrix) -> Outline | None:
    count = raw.FPDFPath_CountSegments(path)
    if not 2 <= count <= MAX_SEGMENTS:
        return None
    fill_mode, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(path, fill_mode, stroke)
    if not fill_mode.value and not stroke.value:
        return None
    matrix = _times(_matrix_of(path), around)
    x, y = ctypes.c_float(), ctypes.c_float()
    subpaths: list[list[tuple[float, float]]] = []
    is_curved = False
    for index in range(count):
        segment = raw.FPDFPath_GetPathSegment(path, index)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        kind = raw.FPDFPathSegment_GetType(segment)
        is_curved |= kind == raw.FPDF_SEGMENT_BEZIERTO
        if kind == raw.FPDF_SEGMENT_MOVETO or not subpaths:
            subpaths.append([])
        subpaths[-1].append(_apply(matrix, x.value, y.value))
        if raw.FPDFPathSegment_GetClose(segment):
            subpaths[-1].append(subpaths[-1][0])
    colour = _colour(raw.FPDFPageObj_GetFillColor, path) if fill_mode.value else None
    return Outline(tuple(map(tuple, subpaths)), colour, bool(stroke.value), is_curved)


def _colour(get: Any, each: Any) -> tuple[int, int, int, int]:
    channels = [ctypes.c_uint() for _ in range(4)]
    get(each, *channels)
    red, green, blue, alpha = (channel.value for channel in channels)
    return red, green, blue, alpha


@contextmanager
def open_pdf(path: Path) -> Iterator[PdfFile]:
    """Open a PDF; raises UnreadablePdf with status encrypted or failed."""
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise _refusal(error) from error
    try:
        yield PdfFile(document)
    finally:
        document.close()


def _refusal(error: Exception) -> UnreadablePdf:
    text = str(error).lower()
    if "password" in text:
        return UnreadablePdf(
            "This PDF is locked with a password.", status="encrypted", hint="Save a copy without a password."
        )
    if "security" in text:
        return UnreadablePdf(
            "This PDF is locked in a way that this program cannot open.",
            status="encrypted",
            hint="Save a copy without protection.",
        )
    return UnreadablePdf("This PDF is damaged and cannot be opened.", status="failed", hint="Download it again.")


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
        with pdf.page(number) as page:
            size = max(1.0, page.frame.width * page.frame.height)
            bitmap = page._page.render(scale=min(scale, (MAX_PIXELS / size) ** 0.5))
            picture = bitmap.to_pil().convert("RGB")
    marks = [box for box in highlights if box.page == number]
    if marks:
        layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
        draw = ImageDraw.Draw(layer)
        width, height = picture.size
        for box in marks:
            draw.rectangle((box.x0 * width, box.y0 * height, box.x1 * width, box.y1 * height), fill=HIGHLIGHT)
        picture = Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB")
    out = io.BytesIO()
    picture.save(out, format="PNG")
    return out.getvalue()
