"""From a question to ranked passages: what may be shown first, then both legs, then the second look."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kb.domain import Edition, Filters, Hit, SearchResult, Status, Understood
from kb.errors import UsageError
from kb.lexicon.lookup import Lexicon
from kb.retrieval.collapse import collapse
from kb.retrieval.moment import Moment, choose_guideline, day_before_edition, narrow, place_in_time
from kb.retrieval.names import naming_words
from kb.retrieval.names_of_concepts import lexicons_of
from kb.retrieval.question import Question, read_question
from kb.retrieval.rank import Match, best_rows, dense_scores, fuse, lexical_scores, match_terms
from kb.retrieval.scope import (
    Mask,
    Scope,
    as_history,
    named_edition,
    open_scope,
    replaced_rows,
    rows_of,
    rows_of_named,
    shown_mentions,
)
from kb.retrieval.signals import Signals, read_signals
from kb.retrieval.wants import Want, units_of
from kb.retrieval.weights import final_score
from kb.retrieval.when import read_time
from kb.store.dense import window_scores
from kb.store.extractions import passage_id
from kb.store.library import Library, View
from kb.versions.standing import standing
from kb.versions.status import status as status_on

CANDIDATES = 60  # passages that get the second look
LEADING = 10  # of them, those that say which guideline a question is about
WORDS_COUNT = 0.5  # of the encoder's weight, lost where a document itself is asked about: front matter has no vectors


@dataclass(frozen=True, slots=True)
class Candidate:
    """One passage row with everything that was computed about it."""

    row: int
    edition_id: str
    score: float
    fused: float  # both legs, relative to the best passage
    lexical: float  # share of the most that BM25 could give for this question
    dense: float  # cosine; 0 where the encoder was not asked
    signals: Signals
    also: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Retrieval:
    """A question with its candidates, best first: what searching, reading and refusing all start from."""

    question: Question
    view: View
    scope: Scope
    match: Match
    candidates: tuple[Candidate, ...]
    lexicon: Lexicon


def search(library: Library, query: str, *, k: int = 10, filters: Filters | None = None) -> SearchResult:
    """The k best passages that may be shown on the date asked for.

    Raises UsageError on an empty query or k below 1. No match gives no hits, never all of them.
    """
    started = time.perf_counter()
    if k < 1:
        raise UsageError("k must be at least 1.")
    found = retrieve(library, query, filters or Filters())
    hits = make_hits(library, found, found.candidates[:k])
    return SearchResult(query, understood(found), hits, (time.perf_counter() - started) * 1000)


def retrieve(library: Library, query: str, filters: Filters, *, widen: bool = True) -> Retrieval:
    """Rank the passages that may be shown for a question. Raises UsageError on an empty question."""
    if not query.strip():
        raise UsageError("The question is empty.", hint="Say what you are looking for.")
    view = library.view(filters.known_at)
    moment = place_in_time(read_time(query), filters, query)
    leading = ""
    if moment.needs_guideline:
        leading = choose_guideline(moment, view.ledger, _guidelines_about(library, view, query, moment.filters))
        moment = day_before_edition(moment, view.ledger, leading)
    scope = open_scope(library, view, query, moment.filters, widen=widen and not moment.is_dated)
    if leading:
        scope = narrow(library, view, scope, moment, leading)
    if moment.is_dated:
        scope = shown_mentions(scope)
    return _look(library, view, replace(scope, notes=(*moment.notes, *scope.notes)), query, moment)


def _look(library: Library, view: View, scope: Scope, query: str, moment: Moment | None = None) -> Retrieval:
    naming = naming_words(query, scope.mentions.values()) | (moment.naming if moment else frozenset())
    lexicons = lexicons_of(library, view)
    question = read_question(query, view.snapshot.lexical, library.encoder, lexicons, naming)
    document = rows_of_named(view, scope) if Want.PUBLICATION in question.wants else None
    match = match_terms(view.snapshot.lexical, question.terms, document)
    candidates = tuple(_rank(library, view, scope, question, match, document))
    return Retrieval(question, view, scope, match, candidates, lexicons[0])


def _guidelines_about(library: Library, view: View, query: str, filters: Filters) -> list[str]:
    """The guidelines that a question is about, whichever of their editions speaks of it, best first."""
    history = as_history(filters)
    found = _look(library, view, open_scope(library, view, query, history, widen=False), query)
    ids = (view.ledger.editions[each.edition_id].guideline_id for each in found.candidates[:LEADING])
    return list(dict.fromkeys(ids))


def _rank(
    library: Library, view: View, scope: Scope, question: Question, match: Match, document: Mask | None
) -> list[Candidate]:
    snapshot = view.snapshot
    lexical = lexical_scores(match, snapshot.size, scope.rows)
    dense = None
    if question.vector is not None:
        windows = window_scores(library, view, question.vector, scope.rows[snapshot.vector_row])
        dense = dense_scores(windows, snapshot.vector_row, snapshot.size)
    unknown = question.unknown_share if document is None else max(question.unknown_share, WORDS_COUNT)
    fused = fuse(lexical, dense, unknown)
    rows = best_rows(fused, CANDIDATES)
    signals = read_signals(snapshot.lexical, match, rows, numbers=question.numbers, units=units_of(question.wants))
    edition_of = {view.ledger.editions[key].extraction_id: key for key in scope.statuses}
    candidates = []
    for row, seen in zip(rows, signals, strict=True):
        edition_id = edition_of[snapshot.extraction_ids[snapshot.extraction[row]]]
        candidate = Candidate(
            row=row,
            edition_id=edition_id,
            score=final_score(
                fused=float(fused[row]),
                signals=seen,
                mention=scope.mentions.get(edition_id),
                kind=str(snapshot.kind[row]),
                is_recommendation=bool(snapshot.recommendation[row] >= 0),
                is_asked_about=document is not None and bool(document[row]),
                archived=bool(view.ledger.editions[edition_id].archived),
            ),
            fused=float(fused[row]),
            lexical=float(lexical[row]) / max(match.total, 1e-9),
            dense=0.0 if dense is None else max(0.0, float(dense[row])),
            signals=seen,
        )
        candidates.append(candidate)
    candidates.sort(key=lambda each: (-each.score, each.row))
    return _collapsed(view, candidates)


def _collapsed(view: View, candidates: Sequence[Candidate]) -> list[Candidate]:
    by_row = {each.row: each for each in candidates}
    groups = [view.ledger.editions[each.edition_id].guideline_id for each in candidates]
    kept = collapse(view.snapshot, [each.row for each in candidates], groups)
    return [_with_twins(by_row[row], twins) for row, twins in kept]


def _with_twins(candidate: Candidate, twins: Sequence[int]) -> Candidate:
    if not twins:
        return candidate
    return Candidate(
        candidate.row, candidate.edition_id, candidate.score, candidate.fused, candidate.lexical, candidate.dense,
        candidate.signals, tuple(twins),
    )  # fmt: skip


def make_hits(library: Library, found: Retrieval, candidates: Sequence[Candidate]) -> tuple[Hit, ...]:
    """Join candidates to the registry."""
    view = found.view
    passages = library.passages(view.snapshot, [each.row for each in candidates])
    replaced = {
        key: frozenset(replaced_rows(library, view, key, found.scope.as_of).tolist())
        for key, status in found.scope.statuses.items()
        if status == Status.PARTIALLY_SUPERSEDED
    }
    hits = []
    for rank, (candidate, passage) in enumerate(zip(candidates, passages, strict=True), start=1):
        edition = view.ledger.editions[candidate.edition_id]
        ordinal = passage.recommendation
        hits.append(
            Hit(
                rank=rank,
                score=round(candidate.score, 4),
                passage_id=row_id(view, candidate.row, edition),
                passage=passage,
                edition=edition,
                status=found.scope.statuses[edition.id],
                passage_status=_passage_status(
                    found.scope.statuses[edition.id], candidate.row, replaced.get(edition.id)
                ),
                recommendation=None if ordinal is None else library.recommendation(edition.extraction_id, ordinal),
                also=tuple(row_id(view, row, _edition_of(found, row)) for row in candidate.also),
                standing=standing(view.ledger, edition.id, found.scope.as_of, found.question.language),
            )
        )
    return tuple(hits)


def best_in(library: Library, found: Retrieval, edition_ids: Iterable[str]) -> tuple[Hit, ...]:
    """The best passage of each of these editions for the same question, whatever its status; none where none fits."""
    hits: list[Hit] = []
    for key in edition_ids:
        stands = status_on(found.view.ledger, key, found.scope.as_of)
        rows = rows_of(found.view.snapshot, [found.view.ledger.editions[key]])
        if stands is None or not rows.any():
            continue
        alone = replace(found, scope=replace(found.scope, statuses={key: stands}, rows=rows))
        ranked = _rank(library, found.view, alone.scope, found.question, found.match, None)
        hits += make_hits(library, alone, ranked[:1])
    return tuple(replace(hit, rank=rank) for rank, hit in enumerate(hits, start=1))


def row_id(view: View, row: int, edition: Edition) -> str:
    """Passage id of a snapshot row."""
    return passage_id(edition.id, int(view.snapshot.ordinal[row]), str(view.snapshot.text_hash[row]))


def _edition_of(found: Retrieval, row: int) -> Edition:
    identity = found.view.snapshot.extraction_ids[found.view.snapshot.extraction[row]]
    editions = (found.view.ledger.editions[key] for key in found.scope.statuses)
    return next(edition for edition in editions if edition.extraction_id == identity)


def _passage_status(status: Status, row: int, replaced: frozenset[int] | None) -> Status:
    if replaced is None:
        return status
    return Status.SUPERSEDED if row in replaced else Status.IN_FORCE


def understood(found: Retrieval) -> Understood:
    """How the question was read, for the reader."""
    return Understood(
        as_of=found.scope.as_of,
        language=found.question.language,
        edition=named_edition(found.view.ledger, found.scope),
        expanded=found.question.expanded,
        unknown_share=round(found.question.unknown_share, 3),
        notes=found.scope.notes,
    )
