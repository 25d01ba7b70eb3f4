"""From a question to an answer: quoted, cited and warned about, or refused. No language model is called."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kb.answering.bodies import conflict_notice, find_differing, in_reading_order
from kb.answering.citations import make_citation, pages_of
from kb.answering.errata import erratum_quotes
from kb.answering.evidence import gather_evidence, is_covered, regime
from kb.answering.history import successor_hits
from kb.answering.messages import say
from kb.answering.notices import degraded, notices
from kb.answering.pieces import read_passages
from kb.answering.reading import MOST_QUOTES, Quote, choose_quotes
from kb.answering.refusing import RELATED, refuse_empty, refuse_unsafe, refuse_weak
from kb.answering.safety import is_about_a_patient, is_unsafe
from kb.domain import Answer, Citation, Filters, Hit, Notice, Refusal, RefusalCode, Statement
from kb.retrieval.search import Retrieval, make_hits, retrieve, understood
from kb.store.library import Library
from kb.versions.status import superseded_by

READ_HITS = 12
MODE = "extractive"


@dataclass(frozen=True, slots=True)
class Quoted:
    """An answer in quotes, and what it was made from."""

    answer: Answer
    found: Retrieval
    hits: tuple[Hit, ...] = ()


def answer(library: Library, question: str, *, filters: Filters | None = None) -> Answer:
    """Quote what the library says on a question, or refuse; never both.

    Raises UsageError on an empty question. Every statement carries a citation; every quote is a literal part of the
    passage that it cites.
    """
    return quote_answer(library, question, filters or Filters()).answer


def quote_answer(library: Library, question: str, filters: Filters) -> Quoted:
    """The same, with the retrieval and the hits that were read."""
    started = time.perf_counter()
    found = retrieve(library, question, filters)
    language = library.settings.language or found.question.language
    if is_unsafe(question):
        return _refused(library, found, refuse_unsafe(language), (), started)
    if found.scope.absent:
        return _refused(library, found, Refusal(RefusalCode.NO_EDITION_IN_FORCE, found.scope.absent), (), started)
    if not found.scope.rows.any():
        return _refused(library, found, refuse_empty(library, found, language), (), started)
    hits = make_hits(library, found, found.candidates[:READ_HITS])
    pages = read_passages(hits, found.match, found.question.wants)
    quotes = choose_quotes(pages, find_differing(found, pages))
    evidence = gather_evidence(found, pages)
    if not quotes or not is_covered(evidence, regime(found, hits)):
        refusal, related = refuse_weak(library, found, hits, evidence.lacking, filters, language)
        return _refused(library, found, refusal, related, started)
    return Quoted(_quoted(library, found, hits, quotes, language, started), found, tuple(hits))


def _quoted(
    library: Library, found: Retrieval, hits: Sequence[Hit], quotes: Sequence[Quote], language: str, started: float
) -> Answer:
    ordered = in_reading_order(library, hits, quotes)
    chosen = [(hits[quote.hit], quote.start, quote.end) for quote in ordered]
    corrections = erratum_quotes(library, found, [hit for hit, _, _ in chosen])
    if corrections:
        chosen = [*chosen[: max(1, MOST_QUOTES - len(corrections))], *corrections]
    citations = cite(library, found, chosen)
    statements = [Statement(citation.quote, (citation.marker,)) for citation in citations]
    return compose(library, found, hits, citations, statements, language, started)


def compose(
    library: Library,
    found: Retrieval,
    hits: Sequence[Hit],
    citations: Sequence[Citation],
    statements: Sequence[Statement],
    language: str,
    started: float,
    *,
    mode: str = MODE,
    model: str = "",
) -> Answer:
    """An answer of these statements, with every warning that its citations call for."""
    warnings = list(notices(library, found, citations, language))
    warnings += conflict_notice(found, citations, language)
    warnings += _about_the_question(found, citations, language)
    return Answer(
        question=found.question.text,
        understood=understood(found),
        statements=tuple(statements),
        citations=tuple(citations),
        refusal=None,
        warnings=tuple(warnings),
        related=(*successor_hits(library, found, citations), *_others(hits, citations)),
        mode=mode,
        model=model,
        encoder=library.encoder.name,
        milliseconds=(time.perf_counter() - started) * 1000,
    )


def cite(library: Library, found: Retrieval, chosen: Sequence[tuple[Hit, int, int]]) -> list[Citation]:
    """Numbered citations of the chosen stretches."""
    citations = []
    for marker, (hit, start, end) in enumerate(chosen, start=1):
        first, _ = pages_of(hit.passage, start, end)
        page = library.page(hit.edition.extraction_id, first)
        citations.append(
            make_citation(
                marker,
                hit,
                start,
                end,
                page_label=page.label if page else "",
                superseded_by=superseded_by(found.view.ledger, hit.edition.id, found.scope.as_of),
            )
        )
    return citations


def _about_the_question(found: Retrieval, citations: Sequence[Citation], language: str) -> list[Notice]:
    everything = tuple(citation.marker for citation in citations)
    if is_about_a_patient(found.question.text):
        return [Notice("patient", say("patient", language), everything)]
    return []


def _others(hits: Sequence[Hit], citations: Sequence[Citation]) -> tuple[Hit, ...]:
    cited = {citation.hit.passage_id for citation in citations}
    return tuple(hit for hit in hits if hit.passage_id not in cited)[:RELATED]


def _refused(library: Library, found: Retrieval, refusal: Refusal, related: Sequence[Hit], started: float) -> Quoted:
    language = library.settings.language or found.question.language
    warnings = degraded(library, language)
    given = Answer(
        question=found.question.text,
        understood=understood(found),
        statements=(),
        citations=(),
        refusal=refusal,
        warnings=tuple(warnings),
        related=tuple(replace(hit, rank=rank) for rank, hit in enumerate(related, start=1)),
        mode=MODE,
        model="",
        encoder=library.encoder.name,
        milliseconds=(time.perf_counter() - started) * 1000,
    )
    return Quoted(given, found)
