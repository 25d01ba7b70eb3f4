"""Ranking as pure functions over arrays: two legs fused, then a second look at the best passages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kb.store.lexical import LexicalIndex, Postings, Term, inverse_frequency

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int32]

DENSE_WEIGHT = 0.5  # of a question that the encoder knows wholly
CONTEXT_WEIGHT = 0.3  # of a term that stands in a passage's headings rather than its text


def dense_scores(windows: Floats, vector_row: Ints, size: int) -> Floats:
    """Cosine of the question with each passage's best window (N,), from those of all windows (M,); -1 for none."""
    best = np.full(size, -1.0, dtype=np.float32)
    np.maximum.at(best, vector_row, windows)
    return best


@dataclass(frozen=True, slots=True)
class Match:
    """Where each term of a question stands, in texts and in headings."""

    terms: tuple[Term, ...]
    text: tuple[Postings, ...]
    context: tuple[Postings, ...]
    weights: Floats  # (terms,) inverse document frequency times the term's own weight

    @property
    def total(self) -> float:
        """What a passage would score that is made of nothing but the question."""
        return float(self.weights.sum())


def match_terms(lexical: LexicalIndex, terms: Sequence[Term], within: Mask | None = None) -> Match:
    """Look every term up once. Given the rows of one document, a word that stands all over it weighs little."""
    text = tuple(lexical.postings(term) for term in terms)
    context = tuple(lexical.postings(term, "context") for term in terms)
    rarity = [found.idf if within is None else _rarity_within(found, within) for found in text]
    weights = np.array([idf * term.weight for idf, term in zip(rarity, terms, strict=True)], dtype=np.float32)
    return Match(tuple(terms), text, context, weights)


def _rarity_within(found: Postings, within: Mask) -> float:
    return min(found.idf, inverse_frequency(int(within[found.rows].sum()), int(within.sum())))


def lexical_scores(match: Match, size: int, allowed: Mask) -> Floats:
    """BM25 over texts, plus what headings add (N,); zero where nothing matches or the passage is not allowed."""
    score = np.zeros(size, dtype=np.float32)
    for weight, found, heading in zip(match.weights, match.text, match.context, strict=True):
        score[found.rows] += found.values * weight
        score[heading.rows] += heading.values * (weight * np.float32(CONTEXT_WEIGHT))
    score[~allowed] = 0.0
    return score


def fuse(lexical: Floats, dense: Floats | None, unknown_share: float) -> Floats:
    """Both legs, each relative to its best passage; the encoder's share falls with what it does not know."""
    top = float(lexical.max(initial=0.0))
    fused = lexical / top if top > 0 else np.zeros_like(lexical)
    if dense is None or not len(dense) or float(dense.max()) <= 0:
        return fused
    weight = DENSE_WEIGHT * (1.0 - unknown_share) if top > 0 else 1.0
    return (1.0 - weight) * fused + weight * np.clip(dense, 0.0, None) / float(dense.max())


def best_rows(scores: Floats, most: int) -> list[int]:
    """Rows with the highest positive scores, best first; ties in row order."""
    candidates = np.flatnonzero(scores > 0)
    if len(candidates) > 4 * most:
        least = np.partition(scores[candidates], -4 * most)[-4 * most]
        candidates = candidates[scores[candidates] >= least]
    order = np.lexsort((candidates, -scores[candidates]))
    return [int(row) for row in candidates[order[:most]]]
