"""Glyphs of a page as arrays, and their way into pieces: runs of text on one baseline without a wide gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WIDE_GAP = 1.0  # of the font size: a wider gap separates pieces (column gutters, table cells)
OVERLAP_BACK = 0.5  # of the font size: a pen that jumps back further starts a new piece


@dataclass(frozen=True, slots=True)
class Style:
    """What all glyphs of one text object share."""

    font: str  # base font name without subset prefix
    size: float  # points, as displayed
    bold: bool = False
    italic: bool = False
    fill: tuple[int, int, int, int] = (0, 0, 0, 255)  # red, green, blue, alpha
    is_drawn: bool = True  # False: a render mode that paints nothing


@dataclass(frozen=True, slots=True)
class Glyphs:
    """All glyphs of a page in the order of the file; boxes in points as displayed, origin at the top left."""

    codes: NDArray[np.int32]  # code points
    boxes: NDArray[np.float64]  # (n, 4): x0, y0, x1, y1
    styles: NDArray[np.int32]  # index into `table`; -1: a space or line break put in by the reader
    turns: NDArray[np.int8]  # quarter turns clockwise of the text as displayed
    table: tuple[Style, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text on one baseline."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    style: Style
    start: int  # index of its first glyph
    turn: int = 0

    @property
    def height(self) -> float:
        """Height in points."""
        return self.y1 - self.y0

    @property
    def middle(self) -> float:
        """Vertical middle in points."""
        return (self.y0 + self.y1) / 2


def cut_pieces(glyphs: Glyphs) -> list[Piece]:
    """Pieces in the order of the file; glyphs that were put in by the reader only separate or space them."""
    real = np.flatnonzero((glyphs.styles >= 0) & ~_is_blank(glyphs.codes))
    if not len(real):
        return []
    boxes, codes = glyphs.boxes[real], glyphs.codes
    sizes = np.array([style.size for style in glyphs.table])[glyphs.styles[real]]
    gap = boxes[1:, 0] - boxes[:-1, 2]
    size = np.maximum(sizes[1:], sizes[:-1])
    apart = np.abs((boxes[1:, 1] + boxes[1:, 3]) - (boxes[:-1, 1] + boxes[:-1, 3])) / 2
    heights = np.maximum(np.minimum(boxes[1:, 3] - boxes[1:, 1], boxes[:-1, 3] - boxes[:-1, 1]), 1e-6)
    breaks = (gap > WIDE_GAP * size) | (gap < -OVERLAP_BACK * size) | (apart > 0.6 * heights)
    breaks |= glyphs.turns[real][1:] != glyphs.turns[real][:-1]
    spaced = np.diff(real) > 1  # a blank, real or put in, stands between
    starts = np.concatenate(([0], np.flatnonzero(breaks) + 1))
    ends = np.concatenate((starts[1:], [len(real)]))
    return [_piece(glyphs, codes, real, spaced, int(a), int(b)) for a, b in zip(starts, ends, strict=True)]


def _is_blank(codes: NDArray[np.int32]) -> NDArray[np.bool_]:
    blank = (codes <= 32) | (codes == 0xA0) | (codes == 0x3000) | ((codes >= 0x2000) & (codes <= 0x200B))
    return np.asarray(blank)


def _piece(
    glyphs: Glyphs, codes: NDArray[np.int32], real: NDArray[np.intp], spaced: NDArray[np.bool_], a: int, b: int
) -> Piece:
    members = real[a:b]
    box = glyphs.boxes[members]
    chars = []
    for index in range(a, b):
        chars.append(chr(codes[real[index]]))
        if index < b - 1 and spaced[index]:
            chars.append(" ")
    counts = np.bincount(glyphs.styles[members])
    return Piece(
        "".join(chars),
        float(box[:, 0].min()),
        float(box[:, 1].min()),
        float(box[:, 2].max()),
        float(box[:, 3].max()),
        glyphs.table[int(counts.argmax())],
        int(members[0]),
        int(glyphs.turns[members[0]]),
    )


def join_pieces(pieces: Sequence[Piece]) -> list[Piece]:
    """Join pieces that continue one another on the same baseline (superscripts, changes of font)."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda each: (each.middle, each.x0)):
        row = next((row for row in rows[-8:] if is_same_row(row[-1], piece) or is_same_row(row[0], piece)), None)
        if row is None:
            rows.append([piece])
        else:
            row.append(piece)
    joined = []
    for row in rows:
        row.sort(key=lambda each: each.x0)
        current = row[0]
        for piece in row[1:]:
            size = max(current.style.size, piece.style.size)
            if -OVERLAP_BACK * size <= piece.x0 - current.x1 <= WIDE_GAP * size and is_same_row(current, piece):
                current = _join(current, piece, size)
            else:
                joined.append(current)
                current = piece
        joined.append(current)
    return joined


def is_same_row(one: Piece, other: Piece) -> bool:
    """Whether two pieces overlap by at least half of the lower one's height."""
    shared = min(one.y1, other.y1) - max(one.y0, other.y0)
    return shared >= 0.5 * min(one.height, other.height)


def _join(left: Piece, right: Piece, size: float) -> Piece:
    space = " " if right.x0 - left.x1 > 0.15 * size else ""
    longer = left if len(left.text) >= len(right.text) else right
    return Piece(
        left.text + space + right.text,
        left.x0,
        min(left.y0, right.y0),
        max(left.x1, right.x1),
        max(left.y1, right.y1),
        longer.style,
        min(left.start, right.start),
        left.turn,
    )
