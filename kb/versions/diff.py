"""`diff(library, old, new)`: what changed between two editions, recommendation by recommendation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kb.domain import Edition, Recommendation, RelationType
from kb.slots import read_slots
from kb.store.library import Library
from kb.text import tokens
from kb.versions.align import LEAST, Link, align_lines, word_similarity
from kb.versions.change import get_edition
from kb.versions.changes import ORDER, Changed, ChangeType, Severity, compare_texts, severity_of
from kb.versions.lines import Line, recommendation_lines, running_lines
from kb.versions.moving import find_elsewhere

MOST_UNMATCHED = 0.5  # share of the old edition from which an extraction fault is likelier than a revision
LEAST_RETAINED = 0.15
SAME_CHAPTER = 0.4  # likeness of titles
FEWEST = 3  # recommendations below which an edition is compared by its running text
LEAST_RUNNING = 0.6  # score of a link between sentences of running text, of which there are many
MOST_LINES = 1500  # of running text that are compared


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a recommendation: its text in both editions, and how they differ."""

    types: tuple[ChangeType, ...]
    severity: Severity
    old: tuple[Line, ...]  # several where lines were merged
    new: tuple[Line, ...]  # several where a line was split
    changed: tuple[Changed, ...]
    score: float  # of the alignment, 0..1


@dataclass(frozen=True, slots=True)
class Diff:
    """Two editions and everything that changed, the gravest first."""

    old: Edition
    new: Edition
    changes: tuple[Change, ...]
    notices: tuple[str, ...]  # what a reader must know: probable extraction faults, comparison by running text

    @property
    def summary(self) -> dict[str, int]:
        """How often each change type occurs."""
        return dict(Counter(kind.value for change in self.changes for kind in change.types))


def diff(library: Library, old: str, new: str) -> Diff:
    """Compare two editions. Raises UsageError where one of them is unknown."""
    ledger = library.ledger()
    older, newer = get_edition(ledger, old), get_edition(ledger, new)
    before, after, notices = _lines(library, older, newer)
    links = align_lines(before, after, least=LEAST_RUNNING if notices else LEAST)
    moved = _moved_links(before, after, links)
    is_erratum = any(
        relation.type == RelationType.CORRECTS and ledger.resolve(relation.target) == old
        for relation in ledger.relations_from(new)
    )
    changes = [_change(link, before, after, is_moved=place in moved) for place, link in enumerate(links)]
    if not notices:  # rows of running text are too many, and too alike, to be looked for
        changes = [_looked_for(library, each, older) for each in changes]
    if is_erratum:
        changes = [_corrected(each) for each in changes]
    ordered = sorted(changes, key=lambda each: ORDER.index(each.severity))
    return Diff(older, newer, tuple(ordered), (*notices, *_alarms(before, after, links, changes)))


def _lines(library: Library, old: Edition, new: Edition) -> tuple[Sequence[Line], Sequence[Line], list[str]]:
    before, after = recommendation_lines(library, old), recommendation_lines(library, new)
    if len(before) >= FEWEST and len(after) >= FEWEST:
        return before, after, []
    few = " and ".join(each.id for each, lines in ((old, before), (new, after)) if len(lines) < FEWEST)
    notice = f"{few}: fewer than {FEWEST} recommendations could be told apart, so the running text is compared."
    return _directives(library, old), _directives(library, new), [notice]


def _directives(library: Library, edition: Edition) -> Sequence[Line]:
    """Lines of running text that say what to do or give a value."""
    found = []
    for line in (*recommendation_lines(library, edition), *running_lines(library, edition)):
        slots = read_slots(line.text)
        if slots.strength or slots.quantities or slots.given:
            found.append(line)
    return found[:MOST_LINES]


def _change(link: Link, before: Sequence[Line], after: Sequence[Line], *, is_moved: bool) -> Change:
    old, new = tuple(before[place] for place in link.old), tuple(after[place] for place in link.new)
    if not old or not new:
        return _one_sided(old, new)
    verdict = compare_texts(_joint(old), _joint(new), *_grades(old, new))
    types = list(verdict.types)
    shape = ChangeType.SPLIT if len(new) > 1 else ChangeType.MERGED if len(old) > 1 else None
    if shape is not None:
        types = [shape, *(each for each in types if each not in (ChangeType.UNCHANGED, ChangeType.REWORDED))]
    elif is_moved:
        types = [*(each for each in types if each != ChangeType.UNCHANGED), ChangeType.MOVED]
    severity = severity_of(types, read_slots(_joint(old)), read_slots(_joint(new)))
    return Change(tuple(types), severity, old, new, verdict.changed, round(link.score, 3))


def _grades(old: Sequence[Line], new: Sequence[Line]) -> tuple[Recommendation | None, Recommendation | None]:
    """The grades to compare: of the first pair that differs, else of the first."""
    pairs = [(one.recommendation, other.recommendation) for one in old for other in new]
    differing = ((a, b) for a, b in pairs if a and b and (a.strength, a.certainty) != (b.strength, b.certainty))
    return next(differing, pairs[0])


def _joint(lines: Sequence[Line]) -> str:
    return "\n".join(line.text for line in lines)


def _one_sided(old: tuple[Line, ...], new: tuple[Line, ...]) -> Change:
    types = (ChangeType.REMOVED,) if old else (ChangeType.NEW,)
    severity = severity_of(types, read_slots(_joint(old)) if old else None, read_slots(_joint(new)) if new else None)
    return Change(types, severity, old, new, (), 0.0)


def _looked_for(library: Library, change: Change, older: Edition) -> Change:
    """A removed recommendation that another guideline in force has taken over counts as moved there."""
    if change.types != (ChangeType.REMOVED,):
        return change
    found = find_elsewhere(library, change.old[0], older.guideline_id)
    if found is None:
        return change
    verdict = compare_texts(change.old[0].text, found.text, change.old[0].recommendation, found.recommendation)
    types = (ChangeType.MOVED, *(each for each in verdict.types if each != ChangeType.UNCHANGED))
    return Change(types, verdict.severity, change.old, (found,), verdict.changed, 0.0)


def _corrected(change: Change) -> Change:
    if change.severity == Severity.NONE:
        return change
    return replace(change, types=(*change.types, ChangeType.CORRECTED))


def _moved_links(before: Sequence[Line], after: Sequence[Line], links: Sequence[Link]) -> set[int]:
    """Places of links whose line stands in another chapter than the rest of its old chapter, or whose chapter moved."""
    pairs = [(place, link.old[0], link.new[0]) for place, link in enumerate(links) if link.old and link.new]
    ranks = {name: rank for rank, name in enumerate(dict.fromkeys(_chapter(line) for line in before))}
    in_order = set(_longest_increasing([ranks[_chapter(before[old])] for _, old, _ in pairs]))
    homes = Counter((_chapter(before[old]), _chapter(after[new])) for _, old, new in pairs)
    moved = set()
    for index, (place, old, new) in enumerate(pairs):
        home, found = _chapter(before[old]), _chapter(after[new])
        if not home or not found:
            continue
        together = sum(count for (name, _), count in homes.items() if name == home)
        left_home = homes[home, found] * 2 < together and _title_likeness(home, found) < SAME_CHAPTER
        if index not in in_order or left_home:
            moved.add(place)
    return moved


def _title_likeness(one: str, other: str) -> float:
    first, second = (frozenset(each for each in tokens(title) if not each.isdigit()) for title in (one, other))
    return word_similarity(first, second, {})


def _chapter(line: Line) -> str:
    return line.section[0] if line.section else ""


def _longest_increasing(values: Sequence[int]) -> Iterator[int]:
    """Indexes of a longest non-decreasing subsequence (quadratic; editions have some hundred lines)."""
    best: list[tuple[int, int]] = []  # (length, previous index)
    for index, value in enumerate(values):
        previous = max((i for i in range(index) if values[i] <= value), key=lambda i: best[i][0], default=-1)
        best.append(((best[previous][0] if previous >= 0 else 0) + 1, previous))
    index = max(range(len(best)), key=lambda i: best[i][0], default=-1)
    while index >= 0:
        yield index
        index = best[index][1]


def _alarms(
    before: Sequence[Line], after: Sequence[Line], links: Sequence[Link], changes: Sequence[Change]
) -> list[str]:
    if not before or not after:
        side = "older" if not before else "newer"
        return [f"Nothing could be read from the {side} edition to compare; look at its pages."]
    linked = sum(len(link.old) for link in links if link.new)
    kept = sum(bool(each.old and each.new) and each.severity in (Severity.NONE, Severity.MINOR) for each in changes)
    if linked / len(before) < 1 - MOST_UNMATCHED or kept / len(before) < LEAST_RETAINED:
        return [
            f"Only {linked} of {len(before)} recommendations have a counterpart and {kept} are kept: "
            "a fault in reading one of the editions is likelier than such a revision. Compare the pages."
        ]
    return []
