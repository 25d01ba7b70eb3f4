"""Lines as citations: literal quotes with edition, dates, status and page."""

from __future__ import annotations

import numpy as np

from kb.answering.citations import make_citation, pages_of
from kb.domain import Citation, Hit, Status
from kb.retrieval.search import Retrieval
from kb.store.extractions import passage_id, text_hash
from kb.store.library import Library
from kb.versions.lines import Line
from kb.versions.status import superseded_by


def cite_line(library: Library, found: Retrieval, line: Line, *, marker: int, score: float) -> Citation:
    """The citation of a line as of the day of the check."""
    edition = found.view.ledger.editions[line.edition_id]
    snapshot = found.view.snapshot
    first, last = snapshot.rows_of(edition.extraction_id)
    row = first + int(np.flatnonzero(snapshot.ordinal[first:last] == line.passage)[0])
    passage = library.passages(snapshot, [row])[0]
    status = found.scope.statuses.get(edition.id, Status.SUPERSEDED)
    hit = Hit(
        rank=1,
        score=round(score, 4),
        passage_id=passage_id(edition.id, passage.ordinal, text_hash(passage.text)),
        passage=passage,
        edition=edition,
        status=status,
        passage_status=status,
        recommendation=line.recommendation,
    )
    page = library.page(edition.extraction_id, pages_of(passage, line.start, line.end)[0])
    return make_citation(
        marker,
        hit,
        line.start,
        line.end,
        page_label=page.label if page else "",
        superseded_by=superseded_by(found.view.ledger, edition.id, found.scope.as_of),
    )
