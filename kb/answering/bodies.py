"""Several bodies in one answer: their order, and the warning where they may differ."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb.answering.messages import say
from kb.answering.pieces import Page
from kb.answering.reading import Place, Quote
from kb.domain import Citation, Hit, Notice, Status
from kb.retrieval.scope import INTERNATIONAL
from kb.retrieval.search import Retrieval
from kb.retrieval.wants import Want
from kb.store.library import Library
from kb.text import fold, tokens

CURRENT = (Status.IN_FORCE, Status.PARTIALLY_SUPERSEDED)
CLOSE = 0.6  # share of the question's words in both quotes from which they speak of one matter
_VALUE = re.compile(r"(?<![\d.])\d+(?:\.\d+)?")


def find_differing(found: Retrieval, pages: Sequence[Page]) -> list[Place]:
    """(page, unit) of the likeliest piece of each guideline in force that gives its own value for what is asked.

    Empty unless two of them give different ones.
    """
    if not found.question.wants - {Want.PUBLICATION}:
        return []
    best: dict[str, tuple[float, Place, frozenset[str]]] = {}
    for number, page in enumerate(pages):
        for piece in page.pieces if page.hit.status in CURRENT else ():
            unit = page.units[piece.unit]
            values = frozenset(_VALUE.findall(fold(page.hit.passage.text[unit.start : unit.end])))
            body = page.hit.edition.guideline_id
            speaks = piece.signals.coverage + piece.signals.heading >= CLOSE and piece.signals.shown == 1.0
            if speaks and values and (body not in best or piece.score > best[body][0]):
                best[body] = (piece.score, (number, piece.unit), values)
    if len({values for _, _, values in best.values()}) < 2:
        return []
    return [place for _, place, _ in sorted(best.values(), key=lambda each: -each[0])]


NEARLY = 3.0  # of the best quote's score (odds of 1 to 20): a recommendation within it is read before anything else


def in_reading_order(library: Library, hits: Sequence[Hit], quotes: Sequence[Quote]) -> list[Quote]:
    """One body after the other: home jurisdiction, international, the others; recommendations before rationale."""
    home = library.settings.jurisdiction
    first_place: dict[str, int] = {}
    for place, quote in enumerate(quotes):
        first_place.setdefault(hits[quote.hit].edition.id, place)

    best = max((quote.score for quote in quotes), default=0.0)

    def key(pair: tuple[int, Quote]) -> tuple[int, int, int, int]:
        place, quote = pair
        hit = hits[quote.hit]
        leads = hit.passage.recommendation is not None and quote.score >= best - NEARLY
        rationale = hit.passage.kind not in ("recommendation", "list", "table") and hit.passage.recommendation is None
        order = 0 if leads else 1 if not place else 1 + rationale
        return _rank_of(hit.edition.jurisdiction, home), first_place[hit.edition.id], order, place

    return [quote for _, quote in sorted(enumerate(quotes), key=key)]


def _rank_of(jurisdiction: str, home: str) -> int:
    if not home or jurisdiction == home:
        return 0
    return 1 if jurisdiction == INTERNATIONAL else 2


def conflict_notice(found: Retrieval, citations: Sequence[Citation], language: str) -> list[Notice]:
    """A warning where quotes of different guidelines in force speak of the same matter with other values."""
    speaking = [each for each in citations if each.hit.status in CURRENT and _speaks(found, each)]
    for index, one in enumerate(speaking):
        for other in speaking[index + 1 :]:
            if _are_two_bodies(one, other) and _values(one) and _values(other) and _values(one) != _values(other):
                return [_notice(speaking, language)]
    return []


def _notice(citations: Sequence[Citation], language: str) -> Notice:
    names = dict.fromkeys(f"{each.hit.edition.publisher} {each.hit.edition.label}".strip() for each in citations)
    return Notice(
        "conflict", say("conflict", language, names="; ".join(names)), tuple(each.marker for each in citations)
    )


def _are_two_bodies(one: Citation, other: Citation) -> bool:
    return one.hit.edition.guideline_id != other.hit.edition.guideline_id


def _speaks(found: Retrieval, citation: Citation) -> bool:
    if not found.question.wants - {Want.PUBLICATION}:
        return False
    words = frozenset(tokens(citation.quote + " " + citation.hit.passage.context))
    total = max(found.match.total, 1e-9)
    held = sum(
        float(weight)
        for term, weight in zip(found.match.terms, found.match.weights, strict=True)
        if any(words.issuperset(each.tokens) for each in term.alternatives)
    )
    return held / total >= CLOSE


def _values(citation: Citation) -> frozenset[str]:
    return frozenset(_VALUE.findall(fold(citation.quote)))
