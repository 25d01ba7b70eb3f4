"""Builds documents from the frozen first pages in data/metadata_pages*.txt, and judges what was read from them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rapidfuzz import fuzz

from ingest.layout import Document, Line, Page
from kb.domain import Box, Proposal
from kb.publishers import same_publisher
from kb.text import content_words, fold, squeeze

FIRST, SECOND, THIRD = (
    Path(__file__).parent / "data" / f"metadata_pages{which}.txt" for which in ("", "_second", "_third")
)
NOTHING = "-"
DOUBT = 0.5  # below this a proposal claims nothing
_LINE = re.compile(r"(?:(?P<furniture>[HF])|(?P<size>[\d.]+)(?P<bold>b?))\|\s?(?P<text>.*)")


@dataclass(slots=True)
class Case:
    """One document, and what a librarian would write on its card."""

    name: str
    language: str
    file: str = ""
    pages: int = 1
    properties: dict[str, str] = field(default_factory=dict)
    gold: dict[str, str] = field(default_factory=dict)
    lines: dict[int, list[str]] = field(default_factory=dict)

    @property
    def document(self) -> Document:
        """The case as the reader would deliver it."""
        pages = tuple(_page(number, self.lines.get(number, [])) for number in range(1, self.pages + 1))
        return Document(self.name, self.file, pages, properties=self.properties, language=self.language)


def read_cases(source: Path = FIRST) -> list[Case]:
    """All frozen cases of a file, in its order."""
    cases: list[Case] = []
    page = 0
    for line in source.read_text(encoding="utf-8").splitlines():
        if line.startswith("=== "):
            name, language = line[4:].split()
            cases.append(Case(name, language))
            page = 0
        elif line.startswith("--- "):
            page = int(line[4:])
            cases[-1].lines[page] = []
        elif page:
            cases[-1].lines[page].append(line)
        elif cases and line:
            _read_header(cases[-1], line)
    return cases


def _read_header(case: Case, line: str) -> None:
    key, _, value = line.partition(": ")
    kind, _, name = key.partition(" ")
    if kind == "gold":
        case.gold[name] = value
    elif kind == "prop":
        case.properties[name] = value
    elif kind == "pages":
        case.pages = int(value)
    else:
        case.file = value


def _page(number: int, source: list[str]) -> Page:
    body: list[Line] = []
    furniture: list[Line] = []
    block, top = 0, 0.06
    for text in source:
        match = _LINE.fullmatch(text)
        if match is None:
            block += 1
            top += 0.02
        elif match["furniture"]:
            place = 0.02 + 0.01 * len(furniture) if match["furniture"] == "H" else 0.94 + 0.01 * len(furniture)
            furniture.append(_line(number, match["text"], 8.0, place))
        else:
            size = float(match["size"])
            body.append(_line(number, match["text"], size, top, bold=bool(match["bold"]), block=block))
            top += 0.0018 * size
    return Page(number, str(number), 595.0, 842.0, tuple(body), tuple(furniture))


def _line(page: int, text: str, size: float, top: float, *, bold: bool = False, block: int = 0) -> Line:
    width = min(0.8, len(text) * size / 1400)
    return Line(text, Box(page, 0.1, top, 0.1 + width, top + size / 842), "Sans", size, bold=bold, block=block)


def is_right(name: str, gold: str, proposal: Proposal | None) -> bool:
    """Whether a proposal says what a librarian would write; for "-", whether it claims nothing."""
    claimed = proposal is not None and proposal.confidence >= DOUBT
    wanted = gold.split(" // ")
    if not claimed or proposal is None:
        return NOTHING in wanted
    return any(_agrees(name, each, proposal.value) for each in wanted if each != NOTHING)


def _agrees(name: str, wanted: str, value: str | tuple[str, ...]) -> bool:
    if isinstance(value, tuple):
        listed = [squeeze(_plain(item)) for item in wanted.split(" ; ")]
        got = [squeeze(_plain(item)) for item in value]
        return all(any(one in other or other in one for other in got) for one in listed)
    if name == "title":
        return titles_agree(wanted, value)
    if name == "publisher":
        return fold(wanted) == fold(value) or same_publisher(wanted, value)
    if name == "edition_label":
        return squeeze(_plain(wanted)) == squeeze(_plain(value))
    if name == "archived":
        return squeeze(wanted) in squeeze(value)
    return wanted == value


def titles_agree(wanted: str, value: str) -> bool:
    """Whether two titles name the same work: nearly the same signs, or nearly the same words in any order."""
    one, other = (squeeze(re.sub(r"[^\w]+", "", fold(text))) for text in (wanted, value))
    if fuzz.ratio(one, other) >= 92:
        return True
    return fuzz.token_sort_ratio(" ".join(content_words(wanted)), " ".join(content_words(value))) >= 92


def _plain(text: str) -> str:
    """Only letters and digits: publishers and readers differ in brackets, dashes and spaces."""
    return re.sub(r"[^\w]+", "", fold(text))


def misses(cases: Iterator[tuple[str, dict[str, str], dict[str, Proposal]]], name: str) -> tuple[int, list[str]]:
    """How many cases have gold for a field, and a line about each that was read wrongly."""
    total, wrong = 0, []
    for case, gold, proposals in cases:
        if name not in gold:
            continue
        total += 1
        got = proposals.get(name)
        if not is_right(name, gold[name], got):
            shown = f"{got.value!r} ({got.confidence:.2f})" if got else "nothing"
            wrong.append(f"{case}: {gold[name]!r}, read {shown}")
    return total, wrong
