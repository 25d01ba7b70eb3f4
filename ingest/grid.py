"""Drawn lines → grids: the cells of ruled tables and the frames around boxed text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.drawing import Lines

SNAP = 3.0  # points: lines closer than this are one line
MEET = 4.0  # points: lines that come this close to one another meet
MAX_LINES = 600  # in one direction; a chart has more
COVER = 0.7  # share of a cell's side that must be drawn to count as drawn


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell with its place in the grid (of its top left corner) in points."""

    row: int
    column: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Grid:
    """Lines that meet: one cell is a frame, several are a table or a form."""

    cells: tuple[Cell, ...]
    x0: float
    y0: float
    x1: float
    y1: float
    rows: int
    columns: int


def find_grids(across: Lines, down: Lines) -> list[Grid]:
    """Grids of a page, from horizontal (y, x0, x1) and vertical (x, y0, y1) lines."""
    if not len(across) or not len(down) or max(len(across), len(down)) > MAX_LINES:
        return []
    across, down = merge_lines(across), merge_lines(down)
    return [grid for group in _groups(across, down) if (grid := _grid(across[group[0]], down[group[1]])) is not None]


def merge_lines(lines: Lines, gap: float = SNAP) -> Lines:
    """Snap lines to common positions, then join those that come closer than `gap` points."""
    if not len(lines):
        return lines
    ordered = lines[np.argsort(lines[:, 0])]
    groups = np.cumsum(np.concatenate(([0], np.diff(ordered[:, 0]) > SNAP)))
    merged: list[tuple[float, float, float]] = []
    for group in range(int(groups[-1]) + 1):
        members = ordered[groups == group]
        position = float(members[:, 0].mean())
        current: tuple[float, float] | None = None
        for start, end in sorted(map(tuple, members[:, 1:].tolist())):
            if current is None or start > current[1] + gap:
                if current is not None:
                    merged.append((position, *current))
                current = (start, end)
            else:
                current = (current[0], max(current[1], end))
        if current is not None:
            merged.append((position, *current))
    return np.array(merged)


def _groups(across: Lines, down: Lines) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Lines that hang together, as index arrays into both."""
    y, x0, x1 = across.T[:, :, None]
    x, y0, y1 = down.T[:, None, :]
    meets = (x >= x0 - MEET) & (x <= x1 + MEET) & (y >= y0 - MEET) & (y <= y1 + MEET)
    left = np.arange(len(across))
    changed = True
    while changed:
        right = np.where(meets.any(0), np.where(meets, left[:, None], len(across)).min(0), -1)
        pulled = np.where(meets.any(1), np.where(meets, right[None, :], len(across)).min(1), left)
        changed = bool((pulled < left).any())
        left = np.minimum(left, pulled)
    return [
        (np.flatnonzero(left == label), np.flatnonzero(right == label))
        for label in np.unique(left)
        if (right == label).sum() >= 2 and (left == label).sum() >= 2
    ]


def _grid(across: Lines, down: Lines) -> Grid | None:
    ys, xs = _positions(across[:, 0]), _positions(down[:, 0])
    if len(ys) < 2 or len(xs) < 2:
        return None
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows * columns > 4000:
        return None
    drawn_down = [[_is_drawn(down, xs[c + 1], ys[r], ys[r + 1]) for c in range(columns - 1)] for r in range(rows)]
    drawn_across = [[_is_drawn(across, ys[r + 1], xs[c], xs[c + 1]) for c in range(columns)] for r in range(rows - 1)]
    owner = _unite(rows, columns, drawn_down, drawn_across)
    cells = [_cell(owner, label, xs, ys) for label in sorted(set(owner))]
    return Grid(tuple(cells), float(xs[0]), float(ys[0]), float(xs[-1]), float(ys[-1]), rows, columns)


def _positions(values: NDArray[np.float64]) -> list[float]:
    found: list[float] = []
    for value in sorted(values.tolist()):
        if not found or value - found[-1] > SNAP:
            found.append(value)
    return found


def _is_drawn(lines: Lines, position: float, start: float, end: float) -> bool:
    near = lines[np.abs(lines[:, 0] - position) <= SNAP]
    shared = np.minimum(near[:, 2], end) - np.maximum(near[:, 1], start)
    return bool(shared[shared > 0].sum() >= COVER * (end - start))


def _unite(
    rows: int, columns: int, drawn_down: Sequence[Sequence[bool]], drawn_across: Sequence[Sequence[bool]]
) -> list[int]:
    """Owner of each grid field: the first field of the cell it belongs to."""
    owner = list(range(rows * columns))

    def root(field: int) -> int:
        while owner[field] != field:
            owner[field] = owner[owner[field]]
            field = owner[field]
        return field

    for r in range(rows):
        for c in range(columns):
            here = r * columns + c
            if c + 1 < columns and not drawn_down[r][c]:
                one, other = sorted((root(here), root(here + 1)))
                owner[other] = one
            if r + 1 < rows and not drawn_across[r][c]:
                one, other = sorted((root(here), root(here + columns)))
                owner[other] = one
    return [root(field) for field in range(rows * columns)]


def _cell(owner: Sequence[int], label: int, xs: Sequence[float], ys: Sequence[float]) -> Cell:
    columns = len(xs) - 1
    fields = [divmod(field, columns) for field, each in enumerate(owner) if each == label]
    top, left = min(r for r, _ in fields), min(c for _, c in fields)
    bottom, right = max(r for r, _ in fields), max(c for _, c in fields)
    return Cell(top, left, xs[left], ys[top], xs[right + 1], ys[bottom + 1])
