"""What is drawn on a page besides text: straight lines, filled rectangles, images."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.frame import Boxes, PageFrame

THIN = 3.0  # points: a thinner rectangle is a line
SMALL = 8.0  # points: a smaller rectangle is a bullet or a tick box
STRAIGHT = 1.0  # points off the axis
PALE = 250  # a filled rectangle at least this light on every channel is paper, not a cell

Lines = NDArray[np.float64]  # (n, 3): position, start, end
Colour = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Outline:
    """One path as drawn: its subpaths in points of the file."""

    subpaths: tuple[tuple[tuple[float, float], ...], ...]
    fill: Colour | None
    stroke: bool
    is_curved: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """Lines and areas of a page as displayed, in points."""

    across: Lines  # horizontal: y, x0, x1
    down: Lines  # vertical: x, y0, y1
    marks: Lines  # short horizontal lines, as under a sign: y, x0, x1
    areas: Boxes  # filled or stroked rectangles
    colours: tuple[Colour | None, ...]  # fill of each area
    images: Boxes

    def image_share(self, width: float, height: float) -> float:
        """Share of the page that images cover, 0..1 (overlaps counted twice)."""
        x0, y0 = np.clip(self.images[:, 0], 0, width), np.clip(self.images[:, 1], 0, height)
        x1, y1 = np.clip(self.images[:, 2], 0, width), np.clip(self.images[:, 3], 0, height)
        return float(min(1.0, ((x1 - x0) * (y1 - y0)).sum() / max(1.0, width * height)))


def collect_drawing(
    outlines: Iterable[Outline], images: Sequence[tuple[float, float, float, float]], frame: PageFrame
) -> Drawing:
    """Sort paths into horizontal lines, vertical lines and areas; curves and slanted strokes are left out."""
    segments: list[tuple[float, float, float, float]] = []
    areas: list[tuple[float, float, float, float]] = []
    colours: list[Colour | None] = []
    for outline in outlines:
        is_paper = outline.fill is not None and not outline.stroke and _is_paper(outline.fill)
        for points in outline.subpaths:
            box = _as_rectangle(points, outline)
            if box is None:
                if not is_paper and not outline.is_curved:
                    segments += _straight_segments(points)
            elif min(box[2] - box[0], box[3] - box[1]) < THIN:
                segments.append(_middle_line(box))
            elif not is_paper and max(box[2] - box[0], box[3] - box[1]) >= SMALL:
                areas.append(box)
                colours.append(outline.fill)
                segments += _sides(box)
    lines = frame.show(_array(segments, 4)) if segments else np.zeros((0, 4))
    return Drawing(*_sorted_lines(lines), *_shown_areas(areas, colours, frame), frame.show(_array(images, 4)))


def _is_paper(fill: Colour) -> bool:
    return min(fill[:3]) >= PALE or fill[3] == 0


def _array(rows: Sequence[Sequence[float]], columns: int) -> NDArray[np.float64]:
    return np.array(rows, dtype=np.float64).reshape(-1, columns)


def _as_rectangle(points: Sequence[tuple[float, float]], outline: Outline) -> tuple[float, float, float, float] | None:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    box = min(xs), min(ys), max(xs), max(ys)
    if outline.is_curved:
        return box if _is_rounded_box(points, box) else None
    if not 4 <= len(points) <= 6:
        return None
    at_corners = all(
        (abs(x - box[0]) < STRAIGHT or abs(x - box[2]) < STRAIGHT)
        and (abs(y - box[1]) < STRAIGHT or abs(y - box[3]) < STRAIGHT)
        for x, y in points
    )
    return box if at_corners else None


def _is_rounded_box(points: Sequence[tuple[float, float]], box: tuple[float, float, float, float]) -> bool:
    """Whether a curve is a rectangle with round corners: most points on its sides, and two long straight sides."""
    wide, tall = box[2] - box[0], box[3] - box[1]
    if min(wide, tall) < 20 or len(points) < 9:
        return False
    on_sides = sum(
        min(abs(x - box[0]), abs(x - box[2]), abs(y - box[1]), abs(y - box[3])) < STRAIGHT for x, y in points
    )
    straight = sum(
        (abs(ax - bx) < STRAIGHT and abs(ay - by) > 0.5 * tall)
        or (abs(ay - by) < STRAIGHT and abs(ax - bx) > 0.5 * wide)
        for (ax, ay), (bx, by) in zip(points, points[1:], strict=False)
    )
    return on_sides >= 0.75 * len(points) and straight >= 2


def _middle_line(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = box
    if x1 - x0 >= y1 - y0:
        return x0, (y0 + y1) / 2, x1, (y0 + y1) / 2
    return (x0 + x1) / 2, y0, (x0 + x1) / 2, y1


def _sides(box: tuple[float, float, float, float]) -> list[tuple[float, float, float, float]]:
    x0, y0, x1, y1 = box
    return [(x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)]


def _straight_segments(points: Sequence[tuple[float, float]]) -> list[tuple[float, float, float, float]]:
    found = []
    for (ax, ay), (bx, by) in zip(points, points[1:], strict=False):
        if abs(ax - bx) < STRAIGHT or abs(ay - by) < STRAIGHT:
            found.append((min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)))
    return found


def _sorted_lines(lines: Boxes) -> tuple[Lines, Lines, Lines]:
    wide, tall = lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1]
    level = (wide >= tall) & (wide > 2)
    is_mark = level & (wide < 2 * SMALL)
    across = lines[level & ~is_mark]
    marks = lines[is_mark]
    down = lines[~level & (tall >= SMALL)]
    return (
        np.stack(((across[:, 1] + across[:, 3]) / 2, across[:, 0], across[:, 2]), axis=1),
        np.stack(((down[:, 0] + down[:, 2]) / 2, down[:, 1], down[:, 3]), axis=1),
        np.stack(((marks[:, 1] + marks[:, 3]) / 2, marks[:, 0], marks[:, 2]), axis=1),
    )


def _shown_areas(
    areas: Sequence[tuple[float, float, float, float]], colours: Sequence[Colour | None], frame: PageFrame
) -> tuple[Boxes, tuple[Colour | None, ...]]:
    return frame.show(_array(areas, 4)), tuple(colours)
