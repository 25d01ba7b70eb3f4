"""Page geometry: from points of the file to points as displayed, and quarter turns of what is displayed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float64]  # (n, 4): x0, y0, x1, y1


@dataclass(frozen=True, slots=True)
class PageFrame:
    """Size and turn of a page: maps points of the file to points as displayed."""

    width: float  # points, as displayed
    height: float
    turn: int  # quarter turns clockwise
    left: float
    bottom: float
    right: float
    top: float

    def show(self, boxes: Boxes) -> Boxes:
        """(n, 4) left, bottom, right, top in the file → (n, 4) x0, y0, x1, y1 as displayed, origin at the top left."""
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


def upright(boxes: Boxes, turn: int, width: float, height: float) -> Boxes:
    """Boxes on a page of this size → where they stand when text turned by `turn` quarters is set upright."""
    x0, y0, x1, y1 = boxes.T
    if turn == 1:  # text runs downwards
        return np.stack((y0, width - x1, y1, width - x0), axis=1)
    if turn == 2:
        return np.stack((width - x1, height - y1, width - x0, height - y0), axis=1)
    if turn == 3:  # text runs upwards
        return np.stack((height - y1, x0, height - y0, x1), axis=1)
    return boxes


def turned_back(boxes: Boxes, turn: int, width: float, height: float) -> Boxes:
    """The inverse of `upright`; width and height are those of the page as displayed."""
    if turn in (1, 3):
        return upright(boxes, 4 - turn, height, width)
    return upright(boxes, turn, width, height)
