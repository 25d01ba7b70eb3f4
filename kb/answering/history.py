"""Other editions beside an answer: what the successor says on the same subject, and, on request, what all said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from kb.domain import Answer, Citation, Filters, Hit, Kind, Status
from kb.retrieval.search import Retrieval, best_in, retrieve
from kb.store.library import Library
from kb.versions.status import VISIBLE, begins_on, superseded_by

AS_GOOD = 0.5  # of the score of what is quoted, below which another edition's passage is on another subject


def successor_hits(library: Library, found: Retrieval, citations: Sequence[Citation]) -> tuple[Hit, ...]:
    """The passage of each superseded edition's last successor on the same subject."""
    scores = {each.hit.edition.id: each.hit.score for each in citations if each.hit.status == Status.SUPERSEDED}
    cited = {each.hit.edition.id for each in citations}
    successors = {_last_successor(found, key): score for key, score in scores.items()}
    wanted = [key for key in successors if key and key not in cited]
    hits = best_in(library, found, wanted)
    return tuple(hit for hit in hits if hit.score >= AS_GOOD * successors[hit.edition.id])


def _last_successor(found: Retrieval, edition_id: str) -> str:
    """The edition at the end of the chain of replacements on the day asked for; "" where it has none."""
    seen = {edition_id}
    current = edition_id
    while True:
        by = superseded_by(found.view.ledger, current, found.scope.as_of)
        if by is None or by in seen:
            return "" if current == edition_id else current
        seen.add(by)
        current = by


def with_history(library: Library, given: Answer, filters: Filters | None = None) -> Answer:
    """The answer with what every other published edition of the guidelines that it cites says, oldest first.

    For a refusal: of the guidelines that were nearest. Each hit carries its status and standing on the day asked for.
    """
    found = retrieve(library, given.question, filters or Filters())
    hits = [each.hit for each in given.citations] or list(given.related[:1])
    guidelines = {hit.edition.guideline_id for hit in hits}
    cited = {each.hit.edition.id for each in given.citations}
    others = [
        edition
        for edition in found.view.ledger.editions.values()
        if edition.guideline_id in guidelines and edition.state in VISIBLE and edition.id not in cited
        if edition.kind not in (Kind.ERRATUM, Kind.COMMENTARY)
    ]
    others.sort(key=lambda edition: (begins_on(edition) or date.max, edition.id))
    return replace(given, history=best_in(library, found, [edition.id for edition in others]))
