"""Glyphs of a page as arrays, and their way into pieces: runs of text on one baseline without a wide gap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ingest.frame import Boxes, upright

WIDE_GAP = 1.0  # of the font size: a wider gap separates pieces (column gutters, table cells)
WORD_GAP = 0.35  # of the font size: pieces that do not follow one another in the file join up to this gap
LETTER_GAP = 0.12  # of the font size, over the usual gap between letters: a gap this wide may be a blank
CLEAR_GAP = 0.22  # the same where the file has no blank at all
OVERLAP_BACK = 0.5  # of the font size: a pen that jumps back further starts a new piece
RAISED = 0.1  # of the font size: a smaller sign that ends this much higher is an exponent or a mark
OBLIQUE = 4  # turn of text that stands at an angle, as watermarks do
SUPERSCRIPTS = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")


@dataclass(frozen=True, slots=True)
class Style:
    """What all glyphs of one text object share."""

    font: str = ""  # base font name without subset prefix
    size: float = 0.0  # points, as displayed
    bold: bool = False
    italic: bool = False
    fill: tuple[int, int, int, int] = (0, 0, 0, 255)  # red, green, blue, alpha
    is_drawn: bool = True  # False: a render mode that paints nothing
    is_embedded: bool = True  # False: the font is not in the file, the picture may lack its glyphs
    is_replaced: bool = False  # True: the file gives other words for machines than those it draws (ActualText)


@dataclass(frozen=True, slots=True)
class Glyphs:
    """All glyphs of a page in the order of the file; boxes in points, origin at the top left."""

    codes: NDArray[np.int32]  # code points
    boxes: Boxes  # (n, 4): x0, y0, x1, y1
    styles: NDArray[np.int32]  # index into `table`; -1: a blank or line break put in by the reader
    turns: NDArray[np.int8]  # quarter turns clockwise of the text as displayed, or OBLIQUE
    table: tuple[Style, ...]

    def where(self, chosen: NDArray[np.bool_]) -> Glyphs:
        """Only the chosen glyphs."""
        return Glyphs(self.codes[chosen], self.boxes[chosen], self.styles[chosen], self.turns[chosen], self.table)

    @property
    def is_ink(self) -> NDArray[np.bool_]:
        """Which glyphs should leave ink: neither blank nor put in by the reader."""
        return np.asarray((self.styles >= 0) & ~is_blank(self.codes))


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text on one baseline, in points."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    style: Style
    start: int  # place of its first glyph in the file
    end: int  # place after its last glyph
    turn: int = 0
    notes: tuple[str, ...] = ()  # what was changed

    @property
    def height(self) -> float:
        """Height in points."""
        return self.y1 - self.y0

    @property
    def width(self) -> float:
        """Width in points."""
        return self.x1 - self.x0

    @property
    def middle(self) -> float:
        """Vertical middle in points."""
        return (self.y0 + self.y1) / 2


def is_blank(codes: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which code points leave no ink."""
    blank = (codes <= 32) | (codes == 0xA0) | (codes == 0x3000) | ((codes >= 0x2000) & (codes <= 0x200B))
    return np.asarray(blank)


def read_pieces(glyphs: Glyphs, width: float, height: float, barriers: Boxes) -> dict[int, list[Piece]]:
    """Pieces by turn, in upright coordinates of that turn; `barriers` are vertical lines (x, y0, y1) no piece crosses.

    Width and height are those of the page as displayed; barriers are in upright coordinates of the main turn.
    """
    found: dict[int, list[Piece]] = {}
    main = main_turn(glyphs)
    for turn in sorted({int(each) for each in np.unique(glyphs.turns[glyphs.is_ink])}):
        real = np.flatnonzero(glyphs.is_ink & (glyphs.turns == turn))
        if turn == OBLIQUE:
            found[turn] = _oblique_pieces(glyphs, real)
            continue
        boxes = upright(glyphs.boxes, turn, width, height)
        lines = barriers if turn == main else np.zeros((0, 3))
        found[turn] = join_pieces(cut_pieces(replace(glyphs, boxes=boxes), real, lines, turn), lines)
    return found


def main_turn(glyphs: Glyphs) -> int:
    """The turn of most of the text of the page."""
    turns = glyphs.turns[glyphs.is_ink]
    counts = np.bincount(turns[turns != OBLIQUE], minlength=4)
    return int(counts.argmax())


def cut_pieces(glyphs: Glyphs, real: NDArray[np.intp], barriers: Boxes, turn: int) -> list[Piece]:
    """Pieces of the glyphs `real` in the order of the file; blanks only separate or space them."""
    if not len(real):
        return []
    boxes, sizes = glyphs.boxes[real], _sizes(glyphs)[real]
    gap = boxes[1:, 0] - boxes[:-1, 2]
    size = np.maximum(sizes[1:], sizes[:-1])
    lift = np.diff((boxes[:, 1] + boxes[:, 3]) / 2)
    heights = np.maximum(np.minimum(*_pairs(boxes[:, 3] - boxes[:, 1])), 1e-6)
    is_raised = (np.diff(sizes) < -0.15 * size) & (np.diff(boxes[:, 3]) < -RAISED * size)
    is_lowered = (np.diff(sizes) > 0.15 * size) & (np.diff(boxes[:, 3]) > RAISED * size)
    breaks = (gap > WIDE_GAP * size) | (gap < -OVERLAP_BACK * size) | (np.abs(lift) > 0.6 * heights)
    breaks |= is_raised | is_lowered | _crossed(boxes, barriers)
    blanks = _blanks_between(glyphs, real)
    starts = np.concatenate(([0], np.flatnonzero(breaks) + 1))
    ends = np.concatenate((starts[1:], [len(real)]))
    pairs = zip(starts.tolist(), ends.tolist(), strict=True)
    return [_piece(glyphs, real[a:b], gap[a : b - 1], blanks[a : b - 1], turn) for a, b in pairs]


def _sizes(glyphs: Glyphs) -> NDArray[np.float64]:
    return np.array([*(style.size for style in glyphs.table), 0.0])[glyphs.styles]


def _pairs(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return values[1:], values[:-1]


def _crossed(boxes: Boxes, barriers: Boxes) -> NDArray[np.bool_]:
    """Between which neighbours a vertical line stands."""
    crossed = np.zeros(max(0, len(boxes) - 1), dtype=bool)
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    end = boxes[:-1, 2] - 1
    start = boxes[1:, 0] + 1
    for x, y0, y1 in barriers:
        crossed |= (end <= x) & (x <= start) & (middle[:-1] >= y0) & (middle[:-1] <= y1)
    return crossed


def _blanks_between(glyphs: Glyphs, real: NDArray[np.intp]) -> NDArray[np.int8]:
    """Between neighbours: 0 no blank, 1 one put in by the reader, 2 one in the file."""
    blank = is_blank(glyphs.codes)
    in_file = np.concatenate(([0], np.cumsum(blank & (glyphs.styles >= 0))))
    put_in = np.concatenate(([0], np.cumsum(blank & (glyphs.styles < 0))))
    before, after = real[:-1], real[1:]
    found = np.zeros(max(0, len(real) - 1), dtype=np.int8)
    found[put_in[after] > put_in[before]] = 1
    found[in_file[after] > in_file[before]] = 2
    return found


def _piece(
    glyphs: Glyphs, members: NDArray[np.intp], gaps: NDArray[np.float64], blanks: NDArray[np.int8], turn: int
) -> Piece:
    box = glyphs.boxes[members]
    style = glyphs.table[int(np.bincount(glyphs.styles[members]).argmax())]
    codes = glyphs.codes[members]
    spaced = _is_spaced(gaps, blanks, style.size)
    text = "".join(map(chr, codes.tolist()))
    if spaced.any():
        places = [0, *(np.flatnonzero(spaced) + 1).tolist(), len(text)]
        text = " ".join(text[a:b] for a, b in zip(places, places[1:], strict=False))
    x0, y0 = box[:, 0].min(), box[:, 1].min()
    x1, y1 = box[:, 2].max(), box[:, 3].max()
    return Piece(text, float(x0), float(y0), float(x1), float(y1), style, int(members[0]), int(members[-1]) + 1, turn)


def _is_spaced(gaps: NDArray[np.float64], blanks: NDArray[np.int8], size: float) -> NDArray[np.bool_]:
    """Where a blank belongs: letter-spaced titles have gaps that are none, narrow lines blanks without a sign."""
    tight = gaps[blanks < 2]
    usual = min(max(_median(tight), 0.0), 0.5 * size)
    return np.asarray(
        (blanks == 2)
        | ((blanks == 1) & (gaps > usual + LETTER_GAP * size))
        | ((blanks == 0) & (gaps > usual + CLEAR_GAP * size))
    )


def _median(values: NDArray[np.float64]) -> float:
    """0 of nothing; for the few gaps of a line several times faster than numpy's own."""
    ordered = np.sort(values)
    return float(ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2 if len(ordered) else 0.0


def _oblique_pieces(glyphs: Glyphs, real: NDArray[np.intp]) -> list[Piece]:
    """Slanted text, one piece for each run of the same size; its box encloses the run."""
    if not len(real):
        return []
    sizes = _sizes(glyphs)[real]
    starts = np.concatenate(([0], np.flatnonzero(np.abs(np.diff(sizes)) > 0.5) + 1, [len(real)])).tolist()
    blanks = _blanks_between(glyphs, real)
    nothing = np.zeros(len(real))
    return [
        _piece(glyphs, real[a:b], nothing[a : b - 1], blanks[a : b - 1] * 2, OBLIQUE)
        for a, b in zip(starts, starts[1:], strict=False)
    ]


def join_pieces(pieces: Sequence[Piece], barriers: Boxes) -> list[Piece]:
    """Join pieces that continue one another on the same baseline: exponents, changes of font, signs set apart."""
    joined: list[Piece] = []
    for row in group_rows(pieces):
        current = row[0]
        for piece in row[1:]:
            if _continues(current, piece) and not _parted(current, piece, barriers):
                current = join_two(current, piece)
            else:
                joined.append(current)
                current = piece
        joined.append(current)
    return joined


def group_rows(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Pieces that share a baseline, from top to bottom; each row from left to right."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=_by_middle):
        for row in rows[:-5:-1]:
            if any(is_same_row(each, piece) for each in row[-3:]) and not any(
                _stands_over(each, piece) for each in row
            ):
                row.append(piece)
                break
        else:
            rows.append([piece])
    for row in rows:
        yield sorted(row, key=_by_start) if len(row) > 1 else row


def _stands_over(one: Piece, other: Piece) -> bool:
    """Whether two pieces share more of their width than neighbours on a line do."""
    shared = min(one.x1, other.x1) - max(one.x0, other.x0)
    return shared > 0.5 * min(one.x1 - one.x0, other.x1 - other.x0)


def _by_middle(piece: Piece) -> tuple[float, float]:
    return piece.y0 + piece.y1, piece.x0


def _by_start(piece: Piece) -> tuple[float, int]:
    return piece.x0, piece.start


def is_same_row(one: Piece, other: Piece) -> bool:
    """Whether two pieces overlap by at least half of the lower one's height."""
    shared = min(one.y1, other.y1) - max(one.y0, other.y0)
    return shared >= 0.5 * min(one.y1 - one.y0, other.y1 - other.y0)


def _continues(left: Piece, right: Piece) -> bool:
    size = max(left.style.size, right.style.size)
    gap = right.x0 - left.x1
    follows = 0 <= right.start - left.end <= 3 or 0 <= left.start - right.end <= 3
    return -OVERLAP_BACK * size <= gap <= (WIDE_GAP if follows else WORD_GAP) * size and is_same_row(left, right)


def _parted(left: Piece, right: Piece, barriers: Boxes) -> bool:
    middle = right.middle
    return any(left.x1 - 1 <= x <= right.x0 + 1 and y0 <= middle <= y1 for x, y0, y1 in barriers)


def join_two(left: Piece, right: Piece, *, space: bool | None = None) -> Piece:
    """One piece of two neighbours; a raised number after a digit becomes an exponent, so that 10 and 9 are not 109."""
    size = max(left.style.size, right.style.size)
    text, notes = right.text, left.notes + right.notes
    if _is_exponent(left, right):
        text = text.translate(SUPERSCRIPTS)
        notes += (f"raised “{right.text}” after “{left.text[-8:]}” kept as “{text}”",)
    if space is None:
        space = right.x0 - left.x1 > LETTER_GAP * size and not _is_exponent(left, right)
    longer = left if len(left.text) >= len(right.text) else right
    return Piece(
        f"{left.text} {text}" if space else left.text + text,
        min(left.x0, right.x0),
        min(left.y0, right.y0),
        max(left.x1, right.x1),
        max(left.y1, right.y1),
        longer.style,
        min(left.start, right.start),
        max(left.end, right.end),
        left.turn,
        notes,
    )


def _is_exponent(left: Piece, right: Piece) -> bool:
    is_number = right.text.strip("+-−").isdigit() and right.text.isascii() | right.text.startswith("−")
    is_smaller = right.style.size < 0.85 * left.style.size
    return is_number and is_smaller and left.text[-1].isdigit() and right.y1 < left.y1 - RAISED * left.style.size
