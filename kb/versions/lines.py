"""What an edition says, line by line: its recommendations, and the sentences and rows of its running text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kb.domain import Edition, Passage, Recommendation
from kb.sentences import split_sentences
from kb.store.extractions import load_passages, load_recommendations
from kb.store.library import Library
from kb.store.registry import reading
from kb.text import squeeze
from kb.versions.numbered import find_numbered

LEAST_SIGNS = 12  # a shorter sentence says nothing that could change
SAYS_NOTHING = frozenset({"contents", "references", "front_matter", "form"})
_GRADES = re.compile(  # at the end, where the reader could not part them from the text
    r"[(（\[][^()（）\[\]]*(?:推荐强度|证据质量|证据等级|recommendation|evidence|Grade|Class|"
    r"Level)[^()（）\[\]]*[)）\]]\s*$",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^\s*(?:[•●■▪◦–—*○\-]|\(?[a-z\d]{1,2}[.)]|[(（]?\d{1,2}[)）、.])\s*")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that an edition says, with the characters [start, end) of the passage that it stands in."""

    edition_id: str
    passage: int  # ordinal
    start: int
    end: int
    text: str  # without its number and grades where it is a recommendation
    section: tuple[str, ...]
    page_first: int
    recommendation: Recommendation | None = None

    @property
    def number(self) -> str:
        """Number of the recommendation, "" for running text."""
        return self.recommendation.number if self.recommendation else ""


def recommendation_lines(library: Library, edition: Edition) -> tuple[Line, ...]:
    """The recommendations of an edition, in document order."""
    return _all_recommendations(library, edition.id, edition.extraction_id)


@lru_cache(maxsize=256)
def _all_recommendations(library: Library, edition_id: str, extraction_id: str) -> tuple[Line, ...]:
    recommendations, passages = _read(library, extraction_id)
    found = list(_recommendation_lines(edition_id, recommendations, passages))
    found += [
        recommendation_line(edition_id, passage, each) for passage, each in find_numbered(passages, recommendations)
    ]
    return tuple(sorted(found, key=lambda line: (line.passage, line.start)))


def _recommendation_lines(
    edition_id: str, recommendations: Sequence[Recommendation], passages: Sequence[Passage]
) -> Iterator[Line]:
    holders: dict[int, Passage] = {}
    for passage in passages:
        if passage.recommendation is not None:
            holders.setdefault(passage.recommendation, passage)
    for each in recommendations:
        holder = holders.get(each.ordinal)
        if holder is not None:
            yield recommendation_line(edition_id, holder, each)


def recommendation_line(edition_id: str, passage: Passage, recommendation: Recommendation) -> Line:
    """The line of a recommendation, found in its passage in spite of line breaks."""
    start, end = find_stretch(passage.text, recommendation.text)
    text = _GRADES.sub("", recommendation.text).strip() or recommendation.text
    return Line(
        edition_id, passage.ordinal, start, end, text, passage.section, recommendation.page_first,
        recommendation,
    )  # fmt: skip


def find_stretch(text: str, wanted: str) -> tuple[int, int]:
    """Where `wanted` stands in `text`, white space aside; the whole text where it does not."""
    pattern = r"\s*".join(re.escape(char) for char in wanted if not char.isspace())
    match = re.search(pattern, text) if pattern and len(wanted) < 4000 else None
    return match.span() if match else (0, len(text))


def running_lines(library: Library, edition: Edition) -> tuple[Line, ...]:
    """Sentences and rows of an edition that are no recommendations, in document order."""
    _, passages = _read(library, edition.extraction_id)
    return tuple(line for each in passages if each.recommendation is None for line in passage_lines(edition.id, each))


def passage_lines(edition_id: str, passage: Passage) -> Iterator[Line]:
    """The sentences of a passage; nothing of contents, references and forms."""
    if passage.kind in SAYS_NOTHING:
        return
    for start, end in _stretches(passage):
        text = passage.text[start:end]
        bare = _BULLET.sub("", text).strip()
        if len(squeeze(bare)) >= (LEAST_SIGNS if bare.isascii() else LEAST_SIGNS // 2) and _is_prose(bare):
            page = next((span.box.page for span in passage.lines if span.end > start), passage.page_first)
            kept = len(text.rstrip())
            yield Line(edition_id, passage.ordinal, start, start + kept, bare, passage.section, page)


def _is_prose(text: str) -> bool:
    """Whether a text is more than numbers: lists of citations are not."""
    return sum(char.isalpha() for char in text) * 10 >= 3 * len(text)


def _stretches(passage: Passage) -> list[tuple[int, int]]:
    """Rows of a table or list; sentences of a text, over line ends within it."""
    if passage.kind in ("table", "list"):
        return split_sentences(passage.text)
    joined = passage.text.replace("\n", " ")
    return split_sentences(joined)


@lru_cache(maxsize=64)
def _read(library: Library, extraction_id: str) -> tuple[tuple[Recommendation, ...], tuple[Passage, ...]]:
    """An extraction never changes: it is read once for each opened library."""
    with reading(library.engine) as connection:
        return (
            tuple(load_recommendations(connection, extraction_id)),
            tuple(load_passages(connection, extraction_id)),
        )
