"""Learn the weights of the reader and of refusals again from question files; figures on left-out documents first.

    python data/benchmarks/learn.py HOME QUESTIONS.jsonl...

HOME is a library that holds the questions' documents. Documents are left out in turn, a guideline with all its editions
and translations (editions that share a gold question) together. Nothing is written: weights are printed, to be put into
`kb/answering/pieces.py` and `kb/answering/evidence.py` by hand, with the figures into docs/log.md.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from kb.answering.answer import READ_HITS
from kb.answering.citations import pages_of
from kb.answering.evidence import Evidence, gather_evidence, regime
from kb.answering.pieces import Page, Piece, Signals, read_passages
from kb.answering.reading import choose_quotes
from kb.evaluation import Asked, answers_question, gold_pages, load_questions
from kb.retrieval.search import make_hits, retrieve
from kb.store.library import Library, open_library
from kb.text import squeeze

RIDGE_READER, RIDGE_REFUSAL = 3.0, 10.0


@dataclass(frozen=True)
class Read:
    """A question with what was read for it."""

    asked: Asked
    fold: str  # questions of one fold are left out together
    pages: list[Page]
    evidence: Evidence
    regime: str
    is_found: bool  # whether a gold page is among the passages read


def read(library: Library, asked: Asked, fold: str, without: frozenset[str] = frozenset()) -> Read:
    """Search and read a question; the files `without` are passed over as if they were not there."""
    found = retrieve(library, asked.question, asked.filters)
    files = {key: edition.file for key, edition in found.view.ledger.editions.items()}
    found = replace(found, candidates=tuple(each for each in found.candidates if files[each.edition_id] not in without))
    hits = make_hits(library, found, found.candidates[:READ_HITS])
    pages = read_passages(hits, found.match, found.question.wants)
    is_found = any(answers_question(asked, hit) for hit in hits)
    return Read(asked, fold, pages, gather_evidence(found, pages), regime(found, hits), is_found)


def folds_of(questions: Sequence[Asked], guideline_of: dict[str, str]) -> dict[str, str]:
    """Fold of each question: guidelines that are gold for one question are joined."""
    leader: dict[str, str] = {}

    def root(name: str) -> str:
        while leader.setdefault(name, name) != name:
            name = leader[name]
        return name

    for asked in questions:
        names = [
            root(guideline_of.get(file, file)) for file, _ in asked.gold if asked.kind in ("single", "table", "list")
        ]
        for name in names[1:]:
            leader[name] = names[0]
    return {
        each.id: root(guideline_of.get(each.gold[0][0], each.gold[0][0])) if each.gold else f"none {number % 8}"
        for number, each in enumerate(questions)
    }


def holds_fact(asked: Asked, page: Page, piece: Piece) -> bool:
    """Whether a piece on a gold page holds one of the decisive texts."""
    unit, passage = page.units[piece.unit], page.hit.passage
    words = squeeze(passage.text[unit.start : unit.end])
    is_gold = gold_pages(asked, page.hit.edition.file, *pages_of(passage, unit.start, unit.end))
    return bool(is_gold) and any(squeeze(text) in words for group in asked.must_include for text in group)


def learn_reader(reads: Sequence[Read]) -> np.ndarray[Any, Any]:
    """Weights of the signals of a piece by conditional logit (McFadden 1974) with a ridge."""
    groups = []
    for each in reads:
        pieces = [(page, piece) for page in each.pages for piece in page.pieces]
        held = np.array([holds_fact(each.asked, page, piece) for page, piece in pieces])
        if held.any():
            groups.append((np.array([astuple(piece.signals) for _, piece in pieces]), held))
    spread = np.concatenate([values for values, _ in groups]).std(axis=0) + 1e-6

    def loss(weights: np.ndarray[Any, Any]) -> tuple[float, np.ndarray[Any, Any]]:
        total, slope = RIDGE_READER / 2 * weights @ weights, RIDGE_READER * weights
        for values, held in groups:
            scaled = values / spread
            odds = np.exp(scaled @ weights - (scaled @ weights).max())
            inside = np.where(held, odds, 0.0)
            total -= np.log(inside.sum() / odds.sum())
            slope = slope - scaled.T @ (inside / inside.sum() - odds / odds.sum())
        return float(total), slope

    return minimize(loss, np.zeros(len(spread)), jac=True, method="L-BFGS-B").x / spread


def is_right(each: Read, weights: np.ndarray[Any, Any]) -> float:
    """Whether the quotes that these weights choose hold every decisive text and one of them lies on a gold page."""
    pages = [
        Page(page.hit, page.units, [replace(p, score=float(weights @ astuple(p.signals))) for p in page.pieces])
        for page in each.pages
    ]
    quotes, is_cited = [], False
    for quote in choose_quotes(pages):
        hit = pages[quote.hit].hit
        is_cited |= bool(gold_pages(each.asked, hit.edition.file, *pages_of(hit.passage, quote.start, quote.end)))
        quotes.append(squeeze(hit.passage.text[quote.start : quote.end]))
    facts = all(any(squeeze(text) in words for text in group for words in quotes) for group in each.asked.must_include)
    return float(is_cited and facts)


def learn_refusal(reads: Sequence[Read]) -> np.ndarray[Any, Any]:
    """Weights of the evidence, intercept last, by logistic regression with a ridge; both classes weigh the same."""
    values, covered = signals_of(reads), np.array([each.is_found for each in reads])
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-6
    scaled = np.column_stack([(values - mean) / spread, np.ones(len(values))])
    share = np.where(covered, len(reads) / (2 * covered.sum()), len(reads) / (2 * (~covered).sum()))
    ridge = np.array([RIDGE_REFUSAL] * values.shape[1] + [0.0])

    def loss(weights: np.ndarray[Any, Any]) -> tuple[float, np.ndarray[Any, Any]]:
        score = scaled @ weights
        off = 1.0 / (1.0 + np.exp(-score)) - covered
        total = (share * (np.logaddexp(0.0, score) - covered * score)).sum() + (ridge * weights * weights).sum() / 2
        return float(total), scaled.T @ (share * off) + ridge * weights

    found = minimize(loss, np.zeros(scaled.shape[1]), jac=True, method="L-BFGS-B").x
    plain = found[:-1] / spread
    return np.append(plain, found[-1] - plain @ mean)


def signals_of(reads: Sequence[Read]) -> np.ndarray[Any, Any]:
    """Evidence as rows of numbers."""
    return np.array([astuple(each.evidence)[:-1] for each in reads], dtype=np.float64)


def left_out(
    reads: Sequence[Read], learn: Callable[[Sequence[Read]], Any], score: Callable[[Read, Any], float]
) -> dict[int, float]:
    """Score of each read by what was learnt without its fold."""
    scores = {}
    for fold in sorted({each.fold for each in reads}):
        weights = learn([each for each in reads if each.fold != fold])
        scores |= {index: score(each, weights) for index, each in enumerate(reads) if each.fold == fold}
    return scores


def main() -> None:
    home, *paths = sys.argv[1:]
    questions = [asked for path in paths for asked in load_questions(Path(path))]
    with open_library(home) as library:
        guideline_of = {edition.file: edition.guideline_id for edition in library.ledger().editions.values()}
        folds = folds_of(questions, guideline_of)
        reads = [read(library, asked, folds[asked.id]) for asked in questions]
        gone = [
            replace(
                read(library, each.asked, each.fold, frozenset(file for file, _ in each.asked.gold)), is_found=False
            )
            for each in reads
            if each.asked.gold
        ]
    covered = [each for each in reads if each.asked.gold]
    right = left_out(covered, learn_reader, is_right)
    for language in sorted({each.asked.lang for each in covered}):
        values = [right[index] for index, each in enumerate(covered) if each.asked.lang == language]
        print(f"reader, left-out documents, {language}: right {100 * np.mean(values):.1f} % of {len(values)}")
    names = [each.name for each in fields(Signals)]
    print("reader:", dict(zip(names, np.round(learn_reader(covered), 1).tolist(), strict=True)))
    judged = [*(each for each in reads if each.is_found or not each.asked.gold), *gone]  # what search missed is neither
    for way in ("en", "zh", "cross"):
        report_refusals(way, [each for each in judged if each.regime == way])


def report_refusals(way: str, reads: Sequence[Read]) -> None:
    """What is refused at several thresholds, on left-out documents; then the weights learnt on all."""

    def probability(each: Read, weights: np.ndarray[Any, Any]) -> float:
        score = float(signals_of([each])[0] @ weights[:-1] + weights[-1])
        return 0.0 if each.evidence.lacking else 1.0 / (1.0 + np.exp(-score))

    scores = left_out(reads, learn_refusal, probability)
    kinds = np.array(["found" if e.is_found else "gone" if e.asked.gold else "uncovered" for e in reads])
    values = np.array([scores[index] for index in range(len(reads))])
    for threshold in (0.2, 0.25, 0.3, 0.35, 0.4, 0.5):
        shares = [f"{kind} {100 * (values[kinds == kind] < threshold).mean():.1f} %" for kind in sorted(set(kinds))]
        print(f"refused {way} below {threshold}: " + ", ".join(shares))
    print(f"refusal {way}:", np.round(learn_refusal(reads), 2).tolist())


if __name__ == "__main__":
    main()
