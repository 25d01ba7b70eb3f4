"""How likely a piece of a passage states the answer: a few signals, weighed as learnt (docs/log.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from operator import attrgetter

import numpy as np
import numpy.typing as npt

from kb.answering.units import Unit, split_units
from kb.domain import Hit
from kb.retrieval.rank import Match
from kb.retrieval.wants import Want, shows
from kb.text import fold, squeeze, tokens

SCRAP = {"en": 25, "zh": 10}  # characters below which a piece says little by itself

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for one piece, each 0..1."""

    coverage: float  # share of the question's weight that stands in the piece
    heading: float  # share that stands in the headings above it only
    lead: float  # share that stands in the words that introduce it only
    rarest: float  # weight of its weightiest word of the question, relative to the weightiest of all
    shown: float  # share of the kinds of fact asked for that it shows
    passage: float  # score of its passage, relative to the best
    repeats: float  # 1 if it says no more than the headings
    scrap: float  # 1 if it is very short


# Conditional logit: of the pieces of one question's passages, those that hold a decisive fact on a gold page.
WEIGHTS = Signals(coverage=6.7, heading=7.7, lead=4.7, rarest=2.0, shown=3.3, passage=7.7, repeats=-2.3, scrap=-0.4)


@dataclass(frozen=True, slots=True)
class Piece:
    """A unit of a passage with its score."""

    hit: int  # index of the hit
    unit: int  # index of the unit in its passage
    score: float  # a difference of 1 is e times the odds
    signals: Signals

    @property
    def coverage(self) -> float:
        """Share of the question's weight that stands in the piece itself."""
        return self.signals.coverage

    @property
    def wants(self) -> float:
        """Share of the kinds of fact asked for that it shows."""
        return self.signals.shown


@dataclass(frozen=True, slots=True)
class Page:
    """One read passage."""

    hit: Hit
    units: list[Unit]
    pieces: list[Piece]


def read_passages(hits: Sequence[Hit], match: Match, wants: frozenset[Want]) -> list[Page]:
    """Score every piece of these passages."""
    top = max((hit.score for hit in hits), default=1.0) or 1.0
    asked = wants - {Want.PUBLICATION}
    return [_read(index, hit, match, asked, hit.score / top) for index, hit in enumerate(hits)]


def _read(index: int, hit: Hit, match: Match, asked: frozenset[Want], passage: float) -> Page:
    units, spoken = _spoken(hit.passage.text)
    above = _held(frozenset(tokens(hit.passage.context)), match)
    held = [_held(each.tokens, match) for each in spoken]
    headings = squeeze(f"{hit.edition.title} {hit.passage.context}")
    total, most = max(match.total, 1e-9), max(float(match.weights.max(initial=0.0)), 1e-9)
    pieces = []
    for number, (unit, words) in enumerate(zip(units, spoken, strict=True)):
        mine = held[number]
        lead = mine if unit.lead is None else np.maximum(mine, held[unit.lead])
        signals = Signals(
            coverage=float(mine @ match.weights) / total,
            heading=float((np.maximum(mine, above) - mine) @ match.weights) / total,
            lead=float((lead - mine) @ match.weights) / total,
            rarest=float((mine * match.weights).max(initial=0.0)) / most,
            shown=sum(shows(want, words.folded) for want in asked) / len(asked) if asked else 0.0,
            passage=passage,
            repeats=float(words.squeezed in headings),
            scrap=float(unit.size < SCRAP[hit.passage.language]),
        )
        pieces.append(Piece(index, number, _weigh(signals), signals))
    return Page(hit, units, pieces)


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of one unit in the forms that are compared."""

    tokens: frozenset[str]
    folded: str
    squeezed: str


@lru_cache(maxsize=1024)  # the same passages answer many questions
def _spoken(text: str) -> tuple[list[Unit], list[_Words]]:
    units = split_units(text)
    pieces = [text[unit.start : unit.end] for unit in units]
    return units, [_Words(frozenset(tokens(piece)), fold(piece), squeeze(piece)) for piece in pieces]


def _held(words: frozenset[str], match: Match) -> Floats:
    """How far each term of the question stands among words (terms,), 0..1."""
    return np.array(
        [
            max((each.weight for each in term.alternatives if words.issuperset(each.tokens)), default=0.0)
            for term in match.terms
        ],
        dtype=np.float32,
    )


_values = attrgetter(*(each.name for each in fields(Signals)))


def _weigh(signals: Signals) -> float:
    pairs: list[tuple[float, float]] = list(zip(_values(WEIGHTS), _values(signals), strict=True))
    return sum(weight * value for weight, value in pairs)
