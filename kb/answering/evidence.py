"""Does the library cover the question? A calibrated score of a few signals, decided before anything is quoted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np

from kb.answering.doses import find_undosed
from kb.answering.pieces import Page
from kb.answering.subjects import find_subjects
from kb.domain import Hit
from kb.retrieval.search import Candidate, Retrieval
from kb.retrieval.wants import Want
from kb.text import content_words, is_cjk, tokens

LOOKED_AT = 5  # best passages that count as evidence


@dataclass(frozen=True, slots=True)
class Evidence:
    """Signals of the best passages, each 0..1."""

    window: float  # most of the question's weight in one stretch of text
    coverage: float  # most of it in one passage with its headings
    piece: float  # most of it in one sentence, item or row
    dense: float  # best cosine; 0 where the encoder knows nothing of the question
    shown: float  # whether a fact of the kind asked for stands in the best piece; 1 when no kind is asked for
    named: float  # 1 if the best passages are of an edition that the question names
    subjects: float  # share of the drugs, conditions, … asked about that one of them names; 1 when none is known
    lacking: tuple[str, ...] = ()  # no signal: a drug or illness that no passage names, a dose that none gives


# Weights of the signals in that order, then the intercept: logistic regression on questions whose gold page was among
# the best passages, the same questions with their documents taken out, and questions that nothing covers. A question is
# refused below the threshold, chosen on left-out documents so that about one in twelve that is covered is refused
# (docs/log.md).
WEIGHTS: dict[str, tuple[float, ...]] = {
    "en": (0.59, 1.20, 1.70, 5.56, 0.22, 1.22, 1.55, -6.19),
    "zh": (3.14, 1.96, 3.00, 4.40, 0.45, 0.08, 1.24, -4.54),
    "cross": (2.64, 1.88, 1.22, 7.28, 1.07, 1.28, 1.54, -6.44),
}
THRESHOLDS = {"en": 0.27, "zh": 0.30, "cross": 0.28}


def gather_evidence(found: Retrieval, pages: Sequence[Page]) -> Evidence:
    """Signals of the best candidates and of what was read in them."""
    best = found.candidates[:LOOKED_AT]
    if not best:
        return Evidence(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    pieces = [piece for page in pages[:LOOKED_AT] for piece in page.pieces]
    strongest = max(pieces, key=lambda piece: piece.score, default=None)
    asks = bool(found.question.wants - {Want.PUBLICATION})
    subjects = find_subjects(found.lexicon, found.question.text, [page.hit for page in pages], LOOKED_AT)
    known = 1.0 - found.question.unknown_share
    mention = found.scope.mentions.get(best[0].edition_id)
    return Evidence(
        window=max(each.signals.window for each in best),
        coverage=max(each.signals.coverage for each in best),
        piece=max((piece.coverage for piece in pieces), default=0.0),
        dense=known * max(each.dense for each in best),
        shown=(strongest.wants if strongest else 0.0) if asks else 1.0,
        named=1.0 if mention is not None and mention.strength > 0 else 0.0,
        subjects=subjects.together,
        lacking=(*subjects.strangers, *find_undosed(found.lexicon, found.question.text, found.question.wants, pages)),
    )


def regime(found: Retrieval, hits: Sequence[Hit]) -> str:
    """Which weights apply: the question's language, or "cross" when the best passage speaks another."""
    if hits and hits[0].passage.language != found.question.language:
        return "cross"
    return found.question.language


def answerability(evidence: Evidence, kind: str) -> float:
    """Probability that the library covers the question (logistic, 0..1)."""
    *weights, intercept = WEIGHTS[kind]
    total = intercept + sum(
        weight * value for weight, value in zip(weights, astuple(evidence)[: len(weights)], strict=True)
    )
    return 1.0 / (1.0 + math.exp(-total))


def missing_words(found: Retrieval, candidates: Sequence[Candidate], most: int = 4) -> list[str]:
    """Words of the question that stand in none of the best passages, the rarest first."""
    lexical = found.view.snapshot.lexical
    held: set[int] = set()
    for candidate in candidates[:LOOKED_AT]:
        held.update(np.unique(lexical.sequence(candidate.row)).tolist())
        held.update(np.unique(lexical.sequence(candidate.row, "context")).tolist())
    lacking = []
    for word in content_words(found.question.text):
        parts = tokens(word)
        if parts and not _is_small(word) and not any(lexical.number(part) in held for part in parts):
            lacking.append((min(lexical.frequency(part) for part in parts), word))
    return [word for _, word in sorted(lacking, key=lambda each: each[0])[:most]]


def _is_small(word: str) -> bool:
    """A single Chinese character or a number says nothing by itself."""
    return word.isdigit() or (len(word) == 1 and is_cjk(word))


def is_covered(evidence: Evidence, kind: str) -> bool:
    """Whether there is enough evidence to answer; never about a drug or illness that no passage names."""
    return not evidence.lacking and answerability(evidence, kind) >= THRESHOLDS[kind]
