"""Before a recommendation is called removed it is looked for in the other guidelines in force."""

from __future__ import annotations

from collections.abc import Sequence

from kb.domain import Filters
from kb.errors import UsageError
from kb.store.library import Library
from kb.text import tokens
from kb.versions.align import word_similarity
from kb.versions.lines import Line, recommendation_line

SAME = 0.6  # likeness of words from which a recommendation of another guideline is this one
LOOKED_AT = 5
LONGEST = 1500  # characters of a text that are looked for


def find_elsewhere(library: Library, line: Line, guideline_id: str) -> Line | None:
    """The recommendation of another guideline in force that says what this line says, or None."""
    from kb.retrieval import search  # searching knows of versions; asked for only where something is missing

    try:
        hits = search(library, line.text[:LONGEST], k=LOOKED_AT, filters=Filters()).hits
    except UsageError:
        return None
    words = frozenset(tokens(line.text))
    others = [
        recommendation_line(hit.edition.id, hit.passage, hit.recommendation)
        for hit in hits
        if hit.recommendation is not None and hit.edition.guideline_id != guideline_id
    ]
    return _nearest(words, others)


def _nearest(words: frozenset[str], lines: Sequence[Line]) -> Line | None:
    scored = [(word_similarity(words, frozenset(tokens(line.text)), {}), line) for line in lines]
    best = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    return best[1] if best[0] >= SAME else None
