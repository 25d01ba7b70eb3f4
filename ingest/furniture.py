"""Running headers, footers, page numbers, stamps and margin line numbers: what stands on pages beside their text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from ingest.layout import Line, Page

_DIGITS = re.compile(r"\d+|\b[ivxlc]+\b", re.IGNORECASE)
EDGE = 0.12  # share of the page height at the top and bottom where running headers and footers stand


def split_furniture(pages: Sequence[Page]) -> list[Page]:
    """Move running headers, footers and page numbers from lines to furniture."""
    counts: Counter[tuple[str, int]] = Counter()
    for page in pages:
        counts.update({_key(line) for line in page.lines if _is_edge(line)})
    need = max(3, len(pages) // 10)
    result = []
    for page in pages:
        furniture = [line for line in page.lines if _is_edge(line) and counts[_key(line)] >= need]
        chosen = {id(line) for line in furniture}
        body = tuple(line for line in page.lines if id(line) not in chosen)
        result.append(replace(page, lines=body, furniture=page.furniture + tuple(furniture)))
    return result


def _is_edge(line: Line) -> bool:
    return line.box.y1 < EDGE or line.box.y0 > 1 - EDGE


def _key(line: Line) -> tuple[str, int]:
    return _DIGITS.sub("#", line.text.casefold()), round(line.box.y0 * 50)
