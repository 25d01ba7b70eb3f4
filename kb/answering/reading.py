"""Reading: which pieces of the best passages state the answer, and how they are put together into short quotes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb.answering.units import Unit, split_units
from kb.domain import Hit
from kb.retrieval.rank import Match
from kb.retrieval.wants import Want, shows
from kb.text import count_cjk, fold, squeeze, tokens

READ = 10  # passages that are read
MOST_QUOTES = 5
BUDGET = {"en": 900, "zh": 370}  # quoted characters of one answer
FIRST = {"en": 520, "zh": 220}  # of them at most for the first passage
OTHER = {"en": 300, "zh": 120}  # and for each further one
LEAST = 0.55  # of the best piece's score, below which nothing is quoted


@dataclass(frozen=True, slots=True)
class Piece:
    """A unit of a passage with its score."""

    hit: int  # index of the hit
    unit: int  # index of the unit in its passage
    score: float
    coverage: float  # share of the question's weight that stands in the piece itself
    wants: float  # share of the kinds of fact asked for that it shows


@dataclass(frozen=True, slots=True)
class Quote:
    """The characters [start, end) of one hit's passage, chosen to be quoted."""

    hit: int
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Page:
    """One read passage."""

    hit: Hit
    units: list[Unit]
    pieces: list[Piece]


def read_passages(hits: Sequence[Hit], match: Match, wants: frozenset[Want]) -> list[Page]:
    """Score every piece of the first passages."""
    top = max((hit.score for hit in hits), default=1.0) or 1.0
    pages = []
    for index, hit in enumerate(hits[:READ]):
        units = split_units(hit.passage)
        heading = frozenset(tokens(hit.passage.context))
        pieces = [
            _score(index, number, hit.passage.text[unit.start : unit.end], heading, match, wants, hit.score / top)
            for number, unit in enumerate(units)
        ]
        pages.append(Page(hit, units, pieces))
    return pages


def _score(
    hit: int, unit: int, text: str, heading: frozenset[str], match: Match, wants: frozenset[Want], passage: float
) -> Piece:
    words = frozenset(tokens(text))
    total = max(match.total, 1e-9)
    inside = heading_only = 0.0
    for term, weight in zip(match.terms, match.weights, strict=True):
        best = max((each.weight for each in term.alternatives if words.issuperset(each.tokens)), default=0.0)
        above = max((each.weight for each in term.alternatives if heading.issuperset(each.tokens)), default=0.0)
        inside += float(weight) * best
        heading_only += float(weight) * max(0.0, above - best)
    folded = fold(text)
    asked = [want for want in wants if want is not Want.PUBLICATION]
    shown = sum(shows(want, folded) for want in asked) / len(asked) if asked else 0.0
    score = passage * (0.4 + inside / total + 0.3 * heading_only / total + 0.25 * shown)
    return Piece(hit, unit, score, inside / total, shown)


def choose_quotes(pages: Sequence[Page]) -> list[Quote]:
    """Short quotes, best first, within the budget of characters and citations; nothing is quoted twice."""
    ranked = sorted((page for page in pages if page.pieces), key=lambda page: -max(p.score for p in page.pieces))
    if not ranked:
        return []
    best = max(piece.score for piece in ranked[0].pieces)
    quotes: list[Quote] = []
    spent = 0.0
    for page in ranked:
        if len(quotes) == MOST_QUOTES or max(piece.score for piece in page.pieces) < LEAST * best:
            break
        language = "zh" if _is_chinese(page.hit.passage.text) else "en"
        room = min(FIRST[language] if not quotes else OTHER[language], int((1.0 - spent) * BUDGET[language]))
        quote = _grow(page, room)
        if quote is None or _is_heading(page, quote) or _is_repeated(page, quote, pages, quotes):
            continue
        quotes.append(quote)
        spent += (quote.end - quote.start) / BUDGET[language]
    return quotes


def _is_chinese(text: str) -> bool:
    return count_cjk(text) * 3 > len(text)


def _grow(page: Page, room: int) -> Quote | None:
    """One stretch of whole pieces around the best one, as long as there is room."""
    order = sorted(range(len(page.units)), key=lambda number: -page.pieces[number].score)
    for core in order[:3]:
        if page.units[core].size <= room:
            break
    else:
        return None
    first = last = core
    lead = page.units[core].lead
    if lead is not None and page.units[core].end - page.units[lead].start <= room:
        first = lead
    while True:
        options = []
        if first > 0:
            options.append((page.pieces[first - 1].score, first - 1, last))
        if last + 1 < len(page.units):
            options.append((page.pieces[last + 1].score, first, last + 1))
        options = [each for each in options if page.units[each[2]].end - page.units[each[1]].start <= room]
        if not options:
            break
        _, first, last = max(options)
    return Quote(page.hit.rank - 1, page.units[first].start, page.units[last].end, page.pieces[core].score)


def _is_heading(page: Page, quote: Quote) -> bool:
    """Whether it says no more than the headings above it, which a reader sees with every quote."""
    passage = page.hit.passage
    above = squeeze(f"{page.hit.edition.title} {passage.context}")
    return squeeze(passage.text[quote.start : quote.end]) in above


def _is_repeated(page: Page, quote: Quote, pages: Sequence[Page], quotes: Sequence[Quote]) -> bool:
    """Whether its words stand in an earlier quote already, or an earlier one in it."""
    by_hit = {each.hit.rank - 1: each.hit.passage.text for each in pages}
    mine = squeeze(page.hit.passage.text[quote.start : quote.end])
    others = [squeeze(by_hit[each.hit][each.start : each.end]) for each in quotes]
    return any(mine in other or other in mine for other in others)
