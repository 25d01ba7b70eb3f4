"""Placed pieces → lines with boxes and paragraph-like blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from ingest.columns import Placed
from ingest.frame import Boxes, turned_back
from ingest.glyphs import OBLIQUE
from ingest.layout import Line
from kb.domain import Box

CHANGE = 0.15  # of the size: another size starts a block
WIDE_PITCH = 1.25  # of the usual line pitch: a wider step starts a block
INDENT = 0.8  # of the size: a line that starts further right than the one above starts a block


def usual_pitch(placed: Sequence[Placed]) -> float:
    """The most frequent step from line to line on a page, in units of the font size; 0 if there is none."""
    steps: Counter[float] = Counter()
    for above, below in zip(placed, placed[1:], strict=False):
        size = below.piece.style.size
        if above.group == below.group and above.cell is None and size and below.piece.y0 > above.piece.y0:
            step = (below.piece.y1 - above.piece.y1) / size
            if 0.7 < step < 4:
                steps[round(step, 1)] += len(below.piece.text)
    return steps.most_common(1)[0][0] if steps else 0.0


def make_lines(placed: Sequence[Placed], boxes: Sequence[Box], pitch: float) -> list[Line]:
    """Lines in reading order; `pitch` is the usual line step of the document in units of the font size."""
    lines: list[Line] = []
    block = 0
    for index, (each, box) in enumerate(zip(placed, boxes, strict=True)):
        if index and _starts_block(placed[index - 1], each, pitch):
            block += 1
        style = each.piece.style
        lines.append(
            Line(
                each.piece.text,
                box,
                style.font,
                round(style.size, 2),
                style.bold,
                style.italic,
                each.column,
                block,
                each.cell,
            )
        )
    return lines


def _starts_block(above: Placed, below: Placed, pitch: float) -> bool:
    if above.group != below.group:
        return True
    if above.cell is not None or below.cell is not None:
        return above.cell is None or below.cell is None or above.cell[:2] != below.cell[:2]
    one, other = above.piece, below.piece
    size = max(one.style.size, other.style.size)
    if abs(one.style.size - other.style.size) > CHANGE * size or one.style.bold != other.style.bold:
        return True
    step = (other.y1 - one.y1) / (size or 1.0)
    if step < -0.2 or (pitch and step > pitch * WIDE_PITCH):
        return True
    return other.x0 - one.x0 > INDENT * size and step > 0.5


def page_boxes(coordinates: Boxes, number: int, turn: int, width: float, height: float) -> list[Box]:
    """Upright coordinates in points → boxes as fractions of the displayed page, kept inside it."""
    if not len(coordinates):
        return []
    shown = coordinates if turn == OBLIQUE else turned_back(coordinates, turn, width, height)
    shares = np.clip(shown / np.array([width, height, width, height]), 0.0, 1.0)
    return [Box(number, *map(float, row)) for row in np.round(shares, 5)]
