"""The second look: signals of how well a passage answers, computed from its own tokens.

Every signal is 0..1 and means the same in any library. All is arithmetic on token numbers; no text is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kb.retrieval.rank import Match
from kb.store.lexical import LexicalIndex, Postings

WINDOW = {"en": 30, "zh": 45}  # tokens; Chinese has words and bigrams
NEAR = 3  # tokens between two words that stand side by side

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Signals:
    """What was seen in one passage."""

    coverage: float  # share of the question's weight that stands in text or headings
    window: float  # the same within one stretch of text about as long as a sentence
    phrase: float  # share of the question's neighbouring words that are neighbours here
    heading: float  # share of the question's weight that stands in the headings
    numbers: float  # share of the question's numbers that stand in the text; 0 without numbers
    units: float  # 1 if a number with a unit of the kind asked for stands in the best stretch, ½ elsewhere


def read_signals(
    lexical: LexicalIndex, match: Match, rows: Sequence[int], *, numbers: frozenset[str], units: frozenset[str]
) -> list[Signals]:
    """Signals of each row, in order."""
    words = _TermNumbers(lexical, match)
    in_text = [_values_at(found, rows) for found in match.text]
    in_heading = [_values_at(found, rows) for found in match.context]
    wanted = [lexical.number(number) for number in sorted(numbers)]
    unit_numbers = np.array(sorted(lexical.number(unit) for unit in units), dtype=np.int32)
    total = max(match.total, 1e-9)
    signals = []
    for column, row in enumerate(rows):
        sequence = lexical.sequence(row)
        text = np.array([values[column] > 0 for values in in_text], dtype=np.bool_)
        heading = np.array([values[column] > 0 for values in in_heading], dtype=np.bool_)
        best, start = words.best_window(sequence, WINDOW["en"])
        signals.append(
            Signals(
                coverage=float(match.weights[text | heading].sum()) / total,
                window=best / total,
                phrase=words.neighbours(sequence),
                heading=float(match.weights[heading].sum()) / total,
                numbers=_share(sequence, wanted),
                units=_units(sequence, unit_numbers, start, WINDOW["en"], lexical) if len(units) else 0.0,
            )
        )
    return signals


def _values_at(found: Postings, rows: Sequence[int]) -> Floats:
    values = np.zeros(len(rows), dtype=np.float32)
    if len(found.rows):
        places = np.searchsorted(found.rows, rows)
        places[places == len(found.rows)] = 0
        hit = found.rows[places] == np.asarray(rows)
        values[hit] = found.values[places[hit]]
    return values


def _share(sequence: npt.NDArray[np.int32], wanted: Sequence[int]) -> float:
    return float(np.isin(wanted, sequence).mean()) if wanted else 0.0


def _units(
    sequence: npt.NDArray[np.int32], units: npt.NDArray[np.int32], start: int, length: int, lexical: LexicalIndex
) -> float:
    follows = np.isin(sequence, units) & (sequence >= 0)
    if not follows.any():
        return 0.0
    after_number = np.zeros(len(sequence), dtype=np.bool_)
    is_number = lexical.is_number(sequence)
    for gap in (1, 2):
        after_number[gap:] |= is_number[:-gap]
    places = np.flatnonzero(follows & after_number)
    if not len(places):
        return 0.0
    near = (places >= start - length) & (places <= start + 2 * length)
    return 1.0 if near.any() else 0.5


class _TermNumbers:
    """Which term each token number belongs to, for one question."""

    def __init__(self, lexical: LexicalIndex, match: Match) -> None:
        self._weights = match.weights
        self._term: dict[int, int] = {}
        for index, term in enumerate(match.terms):
            for alternative in term.alternatives:
                rarest = min(alternative.tokens, key=lexical.frequency)
                number = lexical.number(rarest)
                if number >= 0:
                    self._term.setdefault(number, index)
        self._numbers = np.array(sorted(self._term), dtype=np.int32)
        self._terms = np.array([self._term[number] for number in self._numbers.tolist()], dtype=np.int32)

    def places(self, sequence: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int32]]:
        """Positions in a passage that hold a term, and which."""
        if not len(self._numbers) or not len(sequence):
            return np.empty(0, np.intp), np.empty(0, np.int32)
        slots = np.searchsorted(self._numbers, sequence)
        slots[slots == len(self._numbers)] = 0
        hit = np.flatnonzero(self._numbers[slots] == sequence)
        return hit, self._terms[slots[hit]]

    def best_window(self, sequence: npt.NDArray[np.int32], length: int) -> tuple[float, int]:
        """Weight of the distinct terms in the richest stretch, and the position at which it starts."""
        positions, terms = self.places(sequence)
        count = np.zeros(len(self._weights), dtype=np.int32)
        best, best_start, weight, left = 0.0, 0, 0.0, 0
        for right in range(len(positions)):
            term = terms[right]
            if not count[term]:
                weight += float(self._weights[term])
            count[term] += 1
            while positions[right] - positions[left] > length:
                gone = terms[left]
                count[gone] -= 1
                if not count[gone]:
                    weight -= float(self._weights[gone])
                left += 1
            if weight > best + 1e-6:
                best, best_start = weight, int(positions[left])
        return best, best_start

    def neighbours(self, sequence: npt.NDArray[np.int32]) -> float:
        """Share of the question's neighbouring terms that stand in this order, close together, in the passage."""
        if len(self._weights) < 2:
            return 0.0
        positions, terms = self.places(sequence)
        pairs = {
            (int(terms[i]), int(terms[i + 1]))
            for i in range(len(terms) - 1)
            if positions[i + 1] - positions[i] <= NEAR and terms[i + 1] == terms[i] + 1
        }
        weights = self._weights[:-1] + self._weights[1:]
        return float(sum(weights[first] for first, _ in pairs) / max(float(weights.sum()), 1e-9))
