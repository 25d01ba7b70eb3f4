"""Titles that share their first line with the text they title: "2.3.1　传统纸笔训练　基于…"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.blocks import Block
from ingest.clean import join_lines
from ingest.layout import Line
from kb.text import is_cjk

LONGEST_TITLE = 24
_ONE_LINE = re.compile(r"(?P<title>\d{1,2}(?:\.\d{1,2})+\.?\s*[^\s。，；：]{2,24})\s+(?P<text>\S.*)")


def split_run_in(blocks: Sequence[Block], language: str) -> tuple[Block, ...]:
    """Cut a numbered title off the paragraph that it runs into; all other blocks stay as they are."""
    result: list[Block] = []
    for block in blocks:
        parts = _parts(block)
        if parts is None:
            result.append(block)
        else:
            result += _cut(block, *parts, language)
    return tuple(result)


def _parts(block: Block) -> tuple[list[Line], list[Line]] | None:
    """Lines of the title and of the text of a block that begins with a run-in title, else None."""
    if block.kind != "item" or block.marker is None or block.marker.style != "deep" or block.rows < 2:
        return None
    first, lines = block.lines[0], list(block.lines)
    match = _ONE_LINE.fullmatch(first.text.strip())
    if match is not None and is_cjk(match["text"][0]) and is_cjk(match["title"][-1]):
        return [_part(first, 0, match.end("title"), match["title"])], [
            _part(first, match.start("text"), len(first.text), match["text"]),
            *lines[1:],
        ]
    count = _title_lines(block)
    return (lines[:count], lines[count:]) if count else None


def _part(line: Line, start: int, end: int, text: str) -> Line:
    width = (line.box.x1 - line.box.x0) / max(1, len(line.text))
    box = replace(line.box, x0=line.box.x0 + start * width, x1=line.box.x0 + end * width)
    return replace(line, text=text, box=box)


def _title_lines(block: Block) -> int:
    """How many lines at the start of a block are its title, set off by white space; 0 if it has none."""
    first = block.lines[0]
    for count, (line, after) in enumerate(zip(block.lines, block.lines[1:], strict=False), start=1):
        if after.box.page != first.box.page or after.box.y0 > line.box.y1 or after.box.x0 < line.box.x1:
            return 0
        title = "".join(each.text for each in block.lines[:count])[block.marker.end if block.marker else 0 :].strip()
        if not title:
            continue
        if not 2 <= len(title) <= LONGEST_TITLE or not is_cjk(title[0]) or title[-1] in "。，；：":
            return 0
        return count if _is_gap(line, after) else 0
    return 0


def _is_gap(line: Line, after: Line) -> bool:
    """White space of about one sign or more between two lines that stand side by side."""
    sign = (line.box.x1 - line.box.x0) / max(1, len(line.text.strip()))
    return after.box.x0 - line.box.x1 > 0.6 * sign


def _cut(block: Block, head: list[Line], tail: list[Line], language: str) -> list[Block]:
    text, spans = join_lines(head, language)
    title = replace(block, lines=tuple(head), text=text, spans=spans, rows=1, page_last=head[-1].box.page)
    text, spans = join_lines(tail, language)
    body = replace(block, lines=tuple(tail), text=text, spans=spans, kind="text", marker=None, gap=0.0)
    return [title, body]
