"""The ink check: text that the eye cannot see on the page picture is hidden text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.frame import Boxes
from ingest.glyphs import Glyphs

SMALLEST = 1.5  # points: smaller text cannot be read
STEP = 6  # grey levels between neighbouring pixels that make an edge
WHITE = 246  # grey level above which something is paper
SHRINK = 0.2  # of the box height at top and bottom: neighbouring lines reach in there
NARROW = 0.33  # of the font size: letters take about half of it, on average
LATIN = 0x250  # code points below are drawn even where the file lacks the font
CLEAR = 12  # of 255: less opaque than this leaves no ink


@dataclass(frozen=True, slots=True)
class Ink:
    """A grey page picture and the running sums of its edges, so that the edges in any box cost four look-ups."""

    picture: NDArray[np.uint8]
    sums: NDArray[np.uint32]
    scale: float  # pixels a point

    def has_ink(self, boxes: Boxes) -> NDArray[np.bool_]:
        """Whether each box (points) holds anything but one flat colour."""
        x0, y0, x1, y1 = self._pixels(boxes)
        edges = self.sums[y1, x1] - self.sums[y0, x1] - self.sums[y1, x0] + self.sums[y0, x0]
        return np.asarray(edges > 0)

    def brightness(self, boxes: Boxes) -> float:
        """Mean grey level of all boxes together."""
        areas = [self.picture[y0:y1, x0:x1] for x0, y0, x1, y1 in zip(*self._pixels(boxes), strict=True)]
        return float(np.mean([area.mean() for area in areas if area.size])) if areas else 255.0

    def _pixels(self, boxes: Boxes) -> tuple[NDArray[np.intp], ...]:
        height, width = self.picture.shape
        scaled = np.nan_to_num(boxes * self.scale, nan=0.0, posinf=1e6, neginf=-1e6)
        x0 = np.clip(np.floor(scaled[:, 0]), 0, width - 1).astype(int)
        y0 = np.clip(np.floor(scaled[:, 1]), 0, height - 1).astype(int)
        x1 = np.clip(np.ceil(scaled[:, 2]), x0 + 1, width).astype(int)
        y1 = np.clip(np.ceil(scaled[:, 3]), y0 + 1, height).astype(int)
        return x0, y0, x1, y1


def read_ink(picture: NDArray[np.uint8], scale: float) -> Ink:
    """Edges of a grey picture of `scale` pixels a point."""
    edges = np.zeros((picture.shape[0] + 1, picture.shape[1] + 1), dtype=np.uint8)
    # Unsigned differences wrap round, so that one comparison covers both directions.
    edges[1:, 2:] = (picture[:, 1:] - picture[:, :-1]) + np.uint8(STEP) > 2 * STEP
    edges[2:, 1:] |= (picture[1:] - picture[:-1]) + np.uint8(STEP) > 2 * STEP
    sums = edges.astype(np.uint32)
    for axis in (1, 0):  # in place: twice as fast as making two new arrays
        np.cumsum(sums, axis=axis, out=sums)
    return Ink(picture, sums, scale)


def find_hidden(glyphs: Glyphs, ink: Ink, width: float, height: float, images: Boxes) -> NDArray[np.bool_]:
    """Which glyphs are hidden: off the page, too small, without ink, white on paper; decided by text object."""
    real = glyphs.is_ink
    boxes = _shrunk(glyphs.boxes)
    off = (boxes[:, 2] <= 0) | (boxes[:, 3] <= 0) | (boxes[:, 0] >= width) | (boxes[:, 1] >= height)
    count = len(glyphs.table)
    styles = np.where(real & ~off, glyphs.styles, count)
    total = np.bincount(styles, minlength=count + 1)
    inked = np.bincount(styles, weights=ink.has_ink(boxes), minlength=count + 1)
    pictured = np.bincount(styles, weights=_on_images(boxes, images), minlength=count + 1)
    # A font that is not in the file has a stand-in for these letters, so that text without ink is hidden text; the
    # picture may lack its other signs.
    latin = np.bincount(styles, weights=glyphs.codes < LATIN, minlength=count + 1)
    verdicts = np.zeros(count + 1, dtype=bool)
    for index, style in enumerate(glyphs.table):
        if not total[index]:
            continue
        is_white = min(style.fill[:3]) >= WHITE or style.fill[3] < CLEAR
        if 0 < style.size < SMALLEST or (style.is_replaced and _is_crammed(boxes[styles == index], style.size)):
            verdicts[index] = True
        elif not style.is_drawn:  # over a picture it is the layer of a text recognition
            verdicts[index] = not inked[index] or not pictured[index]
        elif is_white and ink.brightness(boxes[styles == index]) >= WHITE:
            verdicts[index] = True
        else:
            verdicts[index] = not inked[index] and (style.is_embedded or is_white or latin[index] == total[index])
    return np.asarray(verdicts[glyphs.styles] | (real & off))


def _is_crammed(boxes: Boxes, size: float) -> bool:
    """Whether more letters than fit are said to stand where something else is drawn."""
    extent = (boxes[:, 2:].max(axis=0) - boxes[:, :2].min(axis=0)).max()
    return bool(extent < NARROW * size * len(boxes))


def _shrunk(boxes: Boxes) -> Boxes:
    inset = (boxes[:, 3] - boxes[:, 1]) * SHRINK
    return np.stack((boxes[:, 0], boxes[:, 1] + inset, boxes[:, 2], boxes[:, 3] - inset), axis=1)


def _on_images(boxes: Boxes, images: Boxes) -> NDArray[np.bool_]:
    found = np.zeros(len(boxes), dtype=bool)
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    for x0, y0, x1, y1 in images:
        found |= (x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)
    return found
