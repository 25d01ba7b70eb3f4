"""Reading order: columns found by the gutters between them, full-width lines in their place."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from ingest.glyphs import Piece

MIN_LINES = 4  # lines on each side of a gutter
MIN_FILL = 0.55  # of the column's width: the median line of running text
STEP = 3.0  # points between the gutters tried


def arrange(pieces: Sequence[Piece]) -> list[tuple[int, list[Piece]]]:
    """Groups of pieces in reading order, each with its column: 0 for full width, 1, 2, … from the left."""
    gutter = find_gutter(pieces)
    if gutter is None:
        return [(0, _by_rows(pieces))] if pieces else []
    groups: list[tuple[int, list[Piece]]] = []
    for crossing, members in _bands(pieces, gutter):
        if crossing:
            groups.append((0, _by_rows(members)))
            continue
        left = arrange([each for each in members if each.x1 <= gutter + 1])
        right = arrange([each for each in members if each.x1 > gutter + 1])
        columns = max((column for column, _ in left), default=0) or 1
        groups += [(column or 1, group) for column, group in left]
        groups += [((column or 1) + columns, group) for column, group in right]
    return groups


def find_gutter(pieces: Sequence[Piece]) -> float | None:
    """x of the white strip between two columns of running text, None if there is none."""
    if len(pieces) < 2 * MIN_LINES:
        return None
    x0, x1 = min(each.x0 for each in pieces), max(each.x1 for each in pieces)
    best: tuple[float, float] | None = None
    x = x0 + 0.15 * (x1 - x0)
    while x < x1 - 0.15 * (x1 - x0):
        score = _score(pieces, x)
        if score is not None and (best is None or score > best[0]):
            best = (score, x)
        x += STEP
    return best[1] if best else None


def _score(pieces: Sequence[Piece], x: float) -> float | None:
    left = [each for each in pieces if each.x1 <= x + 1]
    right = [each for each in pieces if each.x0 >= x - 1]
    if len(left) < MIN_LINES or len(right) < MIN_LINES:
        return None
    crossing = len(pieces) - len(left) - len(right)
    if crossing > min(len(left), len(right)) * 2 or not (_is_prose(left) and _is_prose(right)):
        return None
    overlap = min(max(p.y1 for p in left), max(p.y1 for p in right)) - max(
        min(p.y0 for p in left), min(p.y0 for p in right)
    )
    if overlap < 3 * median(each.height for each in pieces):
        return None
    width = min(p.x0 for p in right) - max(p.x1 for p in left)
    return min(len(left), len(right)) - 2 * crossing + 0.05 * width


def _is_prose(pieces: Sequence[Piece]) -> bool:
    """Whether most lines fill their column, as running text does and table cells do not."""
    width = max(each.x1 for each in pieces) - min(each.x0 for each in pieces)
    lines = [each for each in pieces if len(each.text) > 2]
    return bool(lines) and median(each.x1 - each.x0 for each in lines) >= MIN_FILL * width and width > 60


def _bands(pieces: Sequence[Piece], gutter: float) -> list[tuple[bool, list[Piece]]]:
    bands: list[tuple[bool, list[Piece]]] = []
    for piece in sorted(pieces, key=lambda each: each.middle):
        crossing = piece.x0 < gutter - 1 and piece.x1 > gutter + 1
        if not bands or bands[-1][0] != crossing:
            bands.append((crossing, []))
        bands[-1][1].append(piece)
    return bands


def _by_rows(pieces: Sequence[Piece]) -> list[Piece]:
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda each: each.middle):
        if rows and min(rows[-1][0].y1, piece.y1) - max(rows[-1][0].y0, piece.y0) >= 0.5 * min(
            rows[-1][0].height, piece.height
        ):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [piece for row in rows for piece in sorted(row, key=lambda each: each.x0)]
