"""Titles that share their first line with the text they title: "2.3.1　传统纸笔训练　…" and "Who is at risk? …" in bold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ingest.blocks import Block
from ingest.clean import join_lines
from ingest.layout import Line
from kb.text import is_cjk


def split_run_in(blocks: Sequence[Block], language: str) -> tuple[Block, ...]:
    """Cut a numbered title off the paragraph that it runs into; all other blocks stay as they are."""
    result: list[Block] = []
    for block in blocks:
        cut = _title_lines(block)
        if cut:
            result += _cut(block, cut, language)
        else:
            result.append(block)
    return tuple(result)


def _title_lines(block: Block) -> int:
    """How many lines at the start of a block are its run-in title; 0 if it has none."""
    if block.kind != "item" or block.marker is None or block.marker.style != "deep" or block.rows < 2:
        return 0
    first = block.lines[0]
    for count, (line, after) in enumerate(zip(block.lines, block.lines[1:], strict=False), start=1):
        if after.box.page != first.box.page or after.box.y0 > line.box.y1 or after.box.x0 < line.box.x1:
            return 0
        title = "".join(each.text for each in block.lines[:count])[block.marker.end :].strip()
        if not title:
            continue
        if not 2 <= len(title) <= 24 or not is_cjk(title[0]) or title[-1] in "。，；：":
            return 0
        return count if _is_gap(line, after) else 0
    return 0


def _is_gap(line: Line, after: Line) -> bool:
    """White space of about one sign or more between two lines that stand side by side."""
    sign = (line.box.x1 - line.box.x0) / max(1, len(line.text.strip()))
    return after.box.x0 - line.box.x1 > 0.6 * sign


def _cut(block: Block, count: int, language: str) -> list[Block]:
    head, tail = block.lines[:count], block.lines[count:]
    text, spans = join_lines(head, language)
    title = replace(block, lines=head, text=text, spans=spans, rows=1, page_last=head[-1].box.page)
    text, spans = join_lines(tail, language)
    body = replace(block, lines=tail, text=text, spans=spans, kind="text", marker=None, gap=0.0)
    return [title, body]
