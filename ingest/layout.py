"""What passes between the stages of reading a PDF: pages of lines, as the eye sees them."""

from __future__ import annotations

from dataclasses import dataclass, field

from kb.domain import Box

MAX_PAGES = 3_000  # read from one PDF unless the settings say otherwise


@dataclass(frozen=True, slots=True)
class Line:
    """One visual line (of one column, or of one table cell run) in reading order."""

    text: str
    box: Box
    font: str  # base font name without subset prefix
    size: float  # points, as displayed
    bold: bool = False
    italic: bool = False
    column: int = 0  # 0 spans the page or single column; 1, 2, … from the left
    block: int = 0  # number of the paragraph-like block on its page; lines of one block belong together
    cell: tuple[int, int, int] | None = None  # (table number on page, row, column) inside a detected table


@dataclass(frozen=True, slots=True)
class Page:
    """One page as read: running headers and footers apart, hidden text out, repairs and doubts noted."""

    number: int  # 1-based
    label: str
    width: float  # points, as displayed (after rotation)
    height: float
    lines: tuple[Line, ...]  # body, in reading order
    furniture: tuple[Line, ...] = ()  # running headers and footers, page numbers, stamps, margin line numbers
    doubts: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()
    image_share: float = 0.0  # share of the page covered by images; 1.0 and no lines: a scan


@dataclass(frozen=True, slots=True)
class OutlineItem:
    """One bookmark of the PDF."""

    title: str
    level: int  # 1 is the highest
    page: int


@dataclass(frozen=True, slots=True)
class Document:
    """A PDF as read: pages, bookmarks and document properties."""

    sha256: str
    file: str  # display name
    pages: tuple[Page, ...]
    outline: tuple[OutlineItem, ...] = ()
    properties: dict[str, str] = field(default_factory=dict)  # Info and XMP, keys lower-case: title, author, dc:date …
    language: str = "en"  # main language: en | zh
    warnings: tuple[str, ...] = ()
