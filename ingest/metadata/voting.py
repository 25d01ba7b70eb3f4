"""What several places say about one field, weighed against each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ingest.metadata.material import TRUST, Spot
from kb.domain import Proposal

LEAST = 0.25  # a weaker proposal would only be noise on a librarian's card
MOST = 0.99  # nothing that was only read is certain
SNIPPET = 300  # characters


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value read in one place, with how far that reading can be trusted (0..1)."""

    value: str
    weight: float
    spot: Spot
    snippet: str = ""  # the words that say it; empty: the whole spot

    @property
    def strength(self) -> float:
        """Weight, less where the place is not sure to speak of the document itself."""
        return self.weight * TRUST[self.spot.place]


def agreement(candidates: Iterable[Candidate]) -> float:
    """Confidence in a value on which candidates agree: 1 - Π(1 - w), the best of each place counting once."""
    best: dict[object, float] = {}
    for each in candidates:
        best[each.spot.place] = max(best.get(each.spot.place, 0.0), each.strength)
    doubt = 1.0
    for strength in best.values():
        doubt *= 1 - strength
    return min(MOST, 1 - doubt)


def decide(candidates: Iterable[Candidate], same: Callable[[str, str], bool] = str.__eq__) -> Proposal | None:
    """The value with most agreement; halved towards nothing where one as strong says something else."""
    groups: list[list[Candidate]] = []
    for each in candidates:
        group = next((group for group in groups if same(group[0].value, each.value)), None)
        if group is None:
            groups.append([each])
        else:
            group.append(each)
    if not groups:
        return None
    ranked = sorted(groups, key=agreement, reverse=True)
    confidence = agreement(ranked[0])
    if len(ranked) > 1:
        confidence *= 1 - 0.5 * _rivalry(_strongest(ranked[0]).strength, _strongest(ranked[1]).strength)
    return propose_from(_strongest(ranked[0]), confidence)


def propose_from(candidate: Candidate, confidence: float) -> Proposal | None:
    """A proposal in the words of one candidate, unless confidence is too low to be of use."""
    if confidence < LEAST:
        return None
    snippet = (candidate.snippet or candidate.spot.text)[:SNIPPET]
    spot = candidate.spot
    return Proposal(candidate.value, round(min(confidence, MOST), 2), spot.page, snippet, spot.source)


def _strongest(group: list[Candidate]) -> Candidate:
    return max(group, key=lambda each: each.strength)


def _rivalry(first: float, second: float) -> float:
    """0 for a rival much weaker than the first, 1 for one as strong."""
    return max(0.0, min(1.0, 1 - (first - second) / 0.3))
