"""Refusals: why there is no answer, what is missing, and what was nearest."""

from __future__ import annotations

from collections.abc import Sequence

from kb.answering.evidence import gather_evidence, is_covered, missing_words, regime
from kb.answering.messages import say
from kb.answering.notices import edition_name
from kb.answering.pieces import read_passages
from kb.domain import Filters, Hit, Refusal, RefusalCode, Status
from kb.retrieval.scope import as_history
from kb.retrieval.search import Retrieval, make_hits, retrieve
from kb.store.library import Library

RELATED = 5
AS_GOOD = 0.75  # of the best hit's score: hits that would carry the answer with it
OUT_OF_FORCE = (
    Status.SUPERSEDED, Status.EXPIRED, Status.WITHDRAWN, Status.NOT_YET_EFFECTIVE, Status.DRAFT,
)  # fmt: skip


def refuse_weak(
    library: Library, found: Retrieval, hits: Sequence[Hit], lacking: Sequence[str], filters: Filters, language: str
) -> tuple[Refusal, tuple[Hit, ...]]:
    """The refusal for a question that nothing in force covers, with the nearest hits.

    Where only a draft or text out of force covers it, the refusal says so and that text is what is nearest.
    """
    if not filters.all_editions:
        elsewhere = _covered_out_of_force(library, found, filters)
        if elsewhere:
            return _out_of_force(found, elsewhere, language), elsewhere
    missing = [*lacking, *(word for word in missing_words(found, found.candidates) if word not in "".join(lacking))]
    parts = [say("not_covered", language)]
    if missing:
        parts.append(say("missing", language, words=", ".join(missing)))
    if hits:
        nearest = hits[0]
        parts.append(
            say("nearest", language, title=edition_name(nearest.edition), page=str(nearest.passage.page_first))
        )
    message = ("" if language == "zh" else " ").join(parts)
    return Refusal(RefusalCode.NOT_COVERED, message, tuple(missing)), tuple(hits[:RELATED])


def _covered_out_of_force(library: Library, found: Retrieval, filters: Filters) -> tuple[Hit, ...]:
    """Hits that would answer, were their edition in force."""
    history = retrieve(library, found.question.text, as_history(filters))
    best = [each for each in history.candidates[:RELATED] if history.scope.statuses[each.edition_id] in OUT_OF_FORCE]
    if not best or best[0].row != history.candidates[0].row:
        return ()
    hits = make_hits(library, history, history.candidates[:RELATED])
    evidence = gather_evidence(history, read_passages(hits, history.match, history.question.wants))
    if not is_covered(evidence, regime(history, hits)):
        return ()
    return tuple(hit for hit in hits if hit.status in OUT_OF_FORCE and hit.score >= AS_GOOD * hits[0].score)


def _out_of_force(found: Retrieval, hits: Sequence[Hit], language: str) -> Refusal:
    titles = "; ".join(dict.fromkeys(edition_name(hit.edition) for hit in hits))
    if all(hit.status == Status.DRAFT for hit in hits):
        return Refusal(RefusalCode.DRAFT_ONLY, say("draft_only", language, titles=titles))
    message = say("no_edition_in_force", language, date=found.scope.as_of.isoformat(), titles=titles)
    return Refusal(RefusalCode.NO_EDITION_IN_FORCE, message)


def refuse_empty(library: Library, found: Retrieval, language: str) -> Refusal:
    """The refusal of a library, or a choice of filters, that holds nothing to search."""
    if not found.view.snapshot.size:
        return Refusal(RefusalCode.EMPTY_LIBRARY, say("empty_library", language))
    message = say("nothing_matches", language, date=found.scope.as_of.isoformat())
    return Refusal(RefusalCode.EMPTY_LIBRARY, message)


def refuse_unsafe(language: str) -> Refusal:
    """The refusal of a question that asks how to harm a person."""
    return Refusal(RefusalCode.UNSAFE, say("unsafe", language))
