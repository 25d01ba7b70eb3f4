"""Citations: a literal piece of a passage with the pages and boxes it stands on, made and checked here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kb.domain import Box, Citation, Hit, LineSpan, PageText, Passage
from kb.text import fold


def make_citation(
    marker: int, hit: Hit, start: int, end: int, *, page_label: str, superseded_by: str | None
) -> Citation:
    """Cite the characters [start, end) of a hit's passage.

    Raises ValueError when they are not inside the passage; what is cited is always its own words.
    """
    text = hit.passage.text
    if not 0 <= start < end <= len(text):
        raise ValueError(f"[{start}, {end}) is not inside a passage of {len(text)} characters")
    spans = lines_of(hit.passage, start, end)
    pages = [span.box.page for span in spans] or [hit.passage.page_first, hit.passage.page_last]
    return Citation(
        marker=marker,
        hit=hit,
        quote=text[start:end],
        page_first=min(pages),
        page_last=max(pages),
        page_label=page_label,
        boxes=tuple(span.box for span in spans),
        superseded_by=superseded_by,
    )


def lines_of(passage: Passage, start: int, end: int) -> list[LineSpan]:
    """The printed lines that the characters [start, end) stand on."""
    return [span for span in passage.lines if span.start < end and span.end > start]


def pages_of(passage: Passage, start: int, end: int) -> tuple[int, int]:
    """First and last page of the characters [start, end)."""
    pages = [span.box.page for span in lines_of(passage, start, end)]
    return (min(pages), max(pages)) if pages else (passage.page_first, passage.page_last)


def faults(citation: Citation, page: Callable[[int], PageText | None]) -> list[str]:
    """What is wrong with a citation, in sentences; empty when its quote stands where it says.

    `page` gives the stored text of a page. White space, hyphens and look-alike characters are not compared.
    """
    found = []
    passage = citation.hit.passage
    if not citation.quote.strip():
        found.append("the quote is empty")
    if citation.quote not in passage.text:
        found.append("the quote is not a literal part of the passage")
    if not passage.page_first <= citation.page_first <= citation.page_last <= passage.page_last:
        found.append("the pages are not those of the passage")
    if any(not citation.page_first <= box.page <= citation.page_last for box in citation.boxes):
        found.append("a box lies on another page")
    pages = [page(number) for number in range(citation.page_first, citation.page_last + 1)]
    if not _stands_on(citation.quote, [each for each in pages if each is not None]):
        found.append("the page does not hold the quote")
    return found


def _stands_on(quote: str, pages: Sequence[PageText]) -> bool:
    """Whether every line of the quote stands on one of the pages (tables and lists may be set in another order)."""
    held = [_bare(page.text) for page in pages]
    held.append("".join(held))
    return all(any(_bare(line) in text for text in held) for line in quote.splitlines())


def _bare(text: str) -> str:
    return "".join(char for char in fold(text) if not char.isspace() and char != "-")


def merged_boxes(boxes: Sequence[Box]) -> tuple[Box, ...]:
    """Boxes without repetitions, in order; for drawing."""
    return tuple(dict.fromkeys(boxes))
