"""Where a publisher says what a PDF is: first and last pages, running lines, properties, file name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from pathlib import PurePath
from statistics import median

from ingest.layout import Document, Line, Page
from kb.text import is_cjk, language_of

FRONT_PAGES = 6  # imprints stand on page 2 to 6; further in, a page speaks of other things
LABEL_CELL, VALUE_CELL = 30, 60  # characters of a label that stands alone, and of its value on the next line
COVER_PAGES = 3
BACK_PAGES = 2
COVER_SHEET = 400  # characters; a page with fewer says nothing but what the document is
LONGEST_PARAGRAPH = 4000  # characters; what is longer is no front matter

_IMPRINT = re.compile(
    r"\bISBN\b|©\s*\S|\bcopyright\s+(?:©|\(c\)|\d{4})|(?:suggested|recommended)\s+citation|cataloguing.in.publication"
    r"|all rights reserved|some rights reserved|在版编目|版权所有|引用格式",
    re.IGNORECASE,
)


_SPACED = re.compile(r"(?<![\u4e00-\u9fff])(?:[\u4e00-\u9fff] +)+[\u4e00-\u9fff](?![\u4e00-\u9fff])")


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
    top: float = 0.0  # where it starts on its page, 0 (top) to 1

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
    is_alone: bool = False  # on a page with little else: a cover sheet

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
    language: str  # of the front pages: a Chinese guideline may cite mostly English works

    @property
    def is_chinese(self) -> bool:
        """Whether the document speaks Chinese on its front pages."""
        return self.language == "zh"

    def spots(self, *places: Place) -> Iterator[Spot]:
        """Paragraphs and running lines, those of the given places only if any are given."""
        for spot in (*self.paragraphs, *self.running):
            if not places or spot.place in places:
                yield spot

    def cells(self) -> Iterator[Spot]:
        """A short line and the one after it as one: a table of publication details prints label and value apart."""
        for label, value in pairwise(self.lines):
            is_label = len(label.text) <= LABEL_CELL and not re.search(r"\d", label.text)
            if is_label and label.page == value.page and len(value.text) <= VALUE_CELL:
                yield Spot(f"{label.text} {value.text}", label.page, label.place, label.top)

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
    lines = [Spot(line.text, page.number, place, line.box.y0) for page, place in pages for line in page.lines]
    paragraphs = [spot for page, place in pages for spot in _paragraphs(page, place)]
    cover = " ".join(spot.text for spot in lines if spot.place in (Place.COVER, Place.FRONT))
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
        "zh" if document.language == "zh" else language_of(cover) if len(cover) > 20 else document.language,
    )


def join_lines(lines: Iterable[str]) -> str:
    """Lines as one text: Chinese without spaces, a hyphen at a line's end kept."""
    joined = ""
    for line in lines:
        text = line.strip()
        joined += text if not joined or not text or _joins(joined, text) else f" {text}"
    return joined


def _joins(before: str, after: str) -> bool:
    hyphenated = before[-1] == "-" and before[-2:-1].isalpha() and after[0].islower()
    return hyphenated or (_is_wide(before[-1]) and _is_wide(after[0]))


def _is_wide(char: str) -> bool:
    return is_cjk(char) or char in "（）《》【】、，。；：“”"


def _chosen_pages(document: Document) -> list[tuple[Page, Place]]:
    """Front and back pages that have text, each with its place."""
    chosen: list[tuple[Page, Place]] = []
    for page in map(_mended, document.pages[:FRONT_PAGES] + document.pages[FRONT_PAGES:][-BACK_PAGES:]):
        if not page.lines and not page.furniture:
            continue
        chosen.append((page, _place(page, not chosen, page.number <= FRONT_PAGES)))
    return chosen


def _mended(page: Page) -> Page:
    """The page without single large letters (a stamp set at an angle comes apart into them), 前 言 closed up."""
    large = 3 * median([line.size for line in page.lines] or [10.0])
    kept = [
        line for line in page.lines if len(line.text.strip()) > 1 or line.size < min(large, 30) or is_cjk(line.text[:1])
    ]
    closed = [replace(line, text=_SPACED.sub(_close_up, line.text)) for line in kept]
    return replace(page, lines=tuple(closed))


def _close_up(match: re.Match[str]) -> str:
    return "".join(match[0].split())


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


def _paragraphs(page: Page, place: Place) -> Iterator[Spot]:
    block: list[Line] = []
    for line in page.lines:
        if block and line.block != block[-1].block:
            yield _paragraph(block, page, place)
            block = []
        block.append(line)
    if block:
        yield _paragraph(block, page, place)


def _paragraph(block: list[Line], page: Page, place: Place) -> Spot:
    return Spot(join_lines(line.text for line in block), page.number, place, block[0].box.y0)


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
    is_sheet = len(page.lines) <= 30 and sum(len(line.text) for line in page.lines) <= COVER_SHEET
    group: list[Line] = []
    for line in page.lines:
        if group and not _continues(group[-1], line, page):
            yield Heading(tuple(group), page.number, place, group[0].size / body, is_sheet)
            group = []
        group.append(line)
    if group:
        yield Heading(tuple(group), page.number, place, group[0].size / body, is_sheet)


def _continues(last: Line, line: Line, page: Page) -> bool:
    apart = abs(last.size - line.size) / max(last.size, line.size)
    gap = (line.box.y0 - last.box.y1) * page.height
    same_face = last.bold == line.bold or (apart < 0.01 and line.size >= 14 and gap < line.size)
    return apart <= 0.06 and same_face and -2 * line.size < gap < 3 * line.size
