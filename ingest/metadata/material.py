"""The places in a PDF where its publisher says what it is: first and last pages, running lines, properties, file name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from ingest.layout import Document, Line, Page
from kb.text import is_cjk

FRONT_PAGES = 6  # imprints stand on page 2 to 6; further in, a page speaks of other things
COVER_PAGES = 3
BACK_PAGES = 2
LONGEST_PARAGRAPH = 4000  # characters; what is longer is no front matter

_IMPRINT = re.compile(
    r"\bISBN\b|©\s*\S|\bcopyright\s+(?:©|\(c\)|\d{4})|(?:suggested|recommended)\s+citation|cataloguing.in.publication"
    r"|all rights reserved|some rights reserved|在版编目|版权所有|引用格式",
    re.IGNORECASE,
)


class Place(StrEnum):
    """Where a text stands; says how far it speaks of the document itself."""

    COVER = "cover"  # the first page with text
    FRONT = "front"  # up to the third page
    IMPRINT = "imprint"  # a page of the front or back with copyright, ISBN or citation
    INNER = "inner"  # fourth to sixth page: mostly the guideline's own text
    BACK = "back"  # the last pages
    RUNNING = "running"  # headers and footers
    PROPERTIES = "properties"  # Info and XMP
    FILENAME = "filename"


TRUST = {
    Place.COVER: 1.0,
    Place.IMPRINT: 1.0,
    Place.FRONT: 0.85,
    Place.RUNNING: 0.85,
    Place.BACK: 0.7,
    Place.INNER: 0.5,
    Place.PROPERTIES: 1.0,
    Place.FILENAME: 1.0,
}


@dataclass(frozen=True, slots=True)
class Spot:
    """A run of text and where it stands."""

    text: str
    page: int | None
    place: Place

    @property
    def source(self) -> str:
        """The word of the contract for the place: body, header, properties or filename."""
        if self.place is Place.RUNNING:
            return "header"
        return str(self.place) if self.place in (Place.PROPERTIES, Place.FILENAME) else "body"


@dataclass(frozen=True, slots=True)
class Heading:
    """Consecutive lines of one type size, as a cover sets its title."""

    lines: tuple[Line, ...]
    page: int
    place: Place
    scale: float  # type size over that of running text

    @property
    def text(self) -> str:
        """The lines as one."""
        return join_lines(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class Material:
    """What the readers of single fields look at."""

    document: Document
    lines: tuple[Spot, ...]  # single lines of front and back pages
    paragraphs: tuple[Spot, ...]  # the same text, lines joined
    running: tuple[Spot, ...]  # headers and footers, each text once
    headings: tuple[Heading, ...]  # front pages only
    properties: dict[str, str]
    name: str  # file name without its ending

    @property
    def is_chinese(self) -> bool:
        """Whether the document is mainly Chinese."""
        return self.document.language == "zh"

    def spots(self, *places: Place) -> Iterator[Spot]:
        """Paragraphs and running lines, those of the given places only if any are given."""
        for spot in (*self.paragraphs, *self.running):
            if not places or spot.place in places:
                yield spot

    def named(self, name: str) -> Spot | None:
        """A document property as a spot."""
        value = self.properties.get(name, "").strip()
        return Spot(value, None, Place.PROPERTIES) if value else None

    @property
    def filename(self) -> Spot:
        """The file name as words."""
        return Spot(re.sub(r"[_+]+", " ", self.name), None, Place.FILENAME)


def read_material(document: Document) -> Material:
    """Gather the texts that can say what a document is; only front and back pages are looked at."""
    pages = _chosen_pages(document)
    body = _body_size(pages)
    lines = [Spot(line.text, page.number, place) for page, place in pages for line in page.lines]
    paragraphs = [Spot(text, page.number, place) for page, place in pages for text in _paragraphs(page)]
    headings = [
        heading
        for page, place in pages
        if place not in (Place.BACK, Place.INNER) and page.number <= FRONT_PAGES
        for heading in _headings(page, place, body)
    ]
    return Material(
        document,
        tuple(lines),
        tuple(spot for spot in paragraphs if len(spot.text) <= LONGEST_PARAGRAPH),
        tuple(_running(document)),
        tuple(headings),
        {key.lower(): value for key, value in document.properties.items()},
        PurePath(document.file).stem,
    )


def join_lines(lines: Iterable[str]) -> str:
    """Lines as one text: Chinese without spaces, a hyphen at a line's end kept."""
    joined = ""
    for line in lines:
        text = line.strip()
        if not joined or not text:
            joined += text
        elif _is_wide(joined[-1]) and _is_wide(text[0]):
            joined += text
        elif joined[-1] == "-" and joined[-2:-1].isalpha() and text[0].islower():
            joined += text
        else:
            joined += f" {text}"
    return joined


def _is_wide(char: str) -> bool:
    return is_cjk(char) or char in "（）《》【】、，。；：“”"


def _chosen_pages(document: Document) -> list[tuple[Page, Place]]:
    """Front and back pages that have text, each with its place."""
    total = len(document.pages)
    chosen: list[tuple[Page, Place]] = []
    for page in document.pages:
        if not page.lines and not page.furniture:
            continue
        front = page.number <= FRONT_PAGES
        if not front and page.number <= total - BACK_PAGES:
            continue
        chosen.append((page, _place(page, not chosen, front)))
    return chosen


def _place(page: Page, is_first: bool, is_front: bool) -> Place:
    if is_first:
        return Place.COVER
    if _IMPRINT.search(" ".join(line.text for line in page.lines)):
        return Place.IMPRINT if is_front else Place.BACK
    if not is_front:
        return Place.BACK
    return Place.FRONT if page.number <= COVER_PAGES else Place.INNER


def _body_size(pages: list[tuple[Page, Place]]) -> float:
    """Type size of running text: that of most characters."""
    weights: dict[float, int] = {}
    for page, _ in pages:
        for line in page.lines:
            size = round(line.size, 1)
            weights[size] = weights.get(size, 0) + len(line.text)
    return max(weights, key=lambda size: weights[size], default=10.0) or 10.0


def _paragraphs(page: Page) -> Iterator[str]:
    block: list[str] = []
    last: Line | None = None
    for line in page.lines:
        if last is not None and line.block != last.block:
            yield join_lines(block)
            block = []
        block.append(line.text)
        last = line
    if block:
        yield join_lines(block)


def _running(document: Document) -> Iterator[Spot]:
    """Headers and footers of front and back pages and two pages between, each text once (page numbers aside)."""
    total = len(document.pages)
    shown = {*range(1, FRONT_PAGES + 1), total // 2, total // 2 + 1, total - 1, total}
    seen: set[str] = set()
    for page in document.pages:
        if page.number not in shown:
            continue
        for line in page.furniture:
            key = re.sub(r"\d+", "", line.text)
            if key.strip() and key not in seen:
                seen.add(key)
                yield Spot(line.text, page.number, Place.RUNNING)


def _headings(page: Page, place: Place, body: float) -> Iterator[Heading]:
    """Runs of lines of one size. A cover may set one title in several blocks, far apart."""
    group: list[Line] = []
    for line in page.lines:
        if group and not _continues(group[-1], line, page):
            yield Heading(tuple(group), page.number, place, group[0].size / body)
            group = []
        group.append(line)
    if group:
        yield Heading(tuple(group), page.number, place, group[0].size / body)


def _continues(last: Line, line: Line, page: Page) -> bool:
    same_size = abs(last.size - line.size) <= 0.06 * max(last.size, line.size)
    gap = (line.box.y0 - last.box.y1) * page.height
    return same_size and last.bold == line.bold and -2 * line.size < gap < 3 * line.size
