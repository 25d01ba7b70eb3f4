"""Corrections: a quote of a corrected edition is shown with the erratum's own words beside it."""

from __future__ import annotations

from collections.abc import Iterable

from kb.answering.pieces import read_passages
from kb.answering.reading import choose_quotes
from kb.domain import Filters, Hit, Relation
from kb.retrieval.search import Retrieval, make_hits, retrieve
from kb.store.library import Library
from kb.versions.status import corrections

MOST = 300  # characters


def erratum_quotes(library: Library, found: Retrieval, hits: Iterable[Hit]) -> list[tuple[Hit, int, int]]:
    """For each correction of a cited edition that touches what is cited, the erratum's best words on the question."""
    ledger, as_of = found.view.ledger, found.scope.as_of
    quotes: dict[str, tuple[Hit, int, int]] = {}
    for hit in hits:
        for relation in corrections(ledger, hit.edition.id, as_of):
            erratum = ledger.editions.get(relation.source)
            if erratum is None or erratum.id in quotes or not _touches(library, relation, hit):
                continue
            filters = Filters(as_of=as_of, all_editions=True, file=erratum.file)
            inside = retrieve(library, found.question.text, filters)
            theirs = make_hits(
                library, inside, [each for each in inside.candidates if each.edition_id == erratum.id][:3]
            )
            for quote in choose_quotes(read_passages(theirs, inside.match, inside.question.wants))[:1]:
                quotes[erratum.id] = (theirs[quote.hit], quote.start, min(quote.end, quote.start + MOST))
    return list(quotes.values())


def _touches(library: Library, relation: Relation, hit: Hit) -> bool:
    if not relation.scope:
        return True
    ordinals = library.scoped_ordinals(relation.id, hit.edition.extraction_id, relation.scope)
    return hit.passage.ordinal in ordinals
