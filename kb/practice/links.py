"""What became of a line and what it was before, from the comparison of consecutive editions of a guideline."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from kb.store.library import Library
from kb.versions.align import align_lines
from kb.versions.lines import Line, recommendation_lines


class Links:
    """Counterparts of recommendations between editions of one guideline; each pair of editions is compared once."""

    def __init__(self, library: Library, editions: Sequence[str]) -> None:
        self._library = library
        self._editions = list(editions)  # oldest first

    def successors(self, line: Line) -> Sequence[Line] | None:
        """What a recommendation became in the newest edition given; empty if dropped, None for running text."""
        return self._follow(line, self._editions[self._place(line) + 1 :], forward=True)

    def predecessors(self, line: Line) -> Sequence[Line] | None:
        """What a recommendation was in the nearest earlier edition that has it."""
        return self._follow(line, self._editions[: self._place(line)][::-1], forward=False)

    def _place(self, line: Line) -> int:
        return self._editions.index(line.edition_id) if line.edition_id in self._editions else len(self._editions)

    def _follow(self, line: Line, editions: Sequence[str], *, forward: bool) -> Sequence[Line] | None:
        if line.recommendation is None or not editions:
            return None
        found: Sequence[Line] = [line]
        for edition_id in editions:
            if forward:
                found = [other for each in found for other in self._step(each, edition_id, forward=True)]
            elif before := self._step(line, edition_id, forward=False):
                return before
        return found if forward else ()

    def _step(self, line: Line, edition_id: str, *, forward: bool) -> Sequence[Line]:
        old, new = (line.edition_id, edition_id) if forward else (edition_id, line.edition_id)
        forth, back = _linked(self._library, old, new)
        return (forth if forward else back).get(line, ())


@lru_cache(maxsize=256)
def _linked(library: Library, old: str, new: str) -> tuple[dict[Line, list[Line]], dict[Line, list[Line]]]:
    editions = library.ledger().editions
    before, after = recommendation_lines(library, editions[old]), recommendation_lines(library, editions[new])
    forth: dict[Line, list[Line]] = {}
    back: dict[Line, list[Line]] = {}
    for link in align_lines(before, after) if before and after else []:
        for one in link.old:
            for other in link.new:
                forth.setdefault(before[one], []).append(after[other])
                back.setdefault(after[other], []).append(before[one])
    return forth, back
