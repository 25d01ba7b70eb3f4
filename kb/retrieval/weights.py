"""The few weights of the second look. Tuned leaving one document out at a time; docs/log.md has the figures."""

from __future__ import annotations

from kb.retrieval.names import Mention
from kb.retrieval.signals import Signals

WEIGHTS = {"coverage": 0.2, "window": 0.3, "phrase": 0.2, "numbers": 0.05, "units": 0.1}
NAMED = 0.4  # of an edition that the question names, by publisher and year
TITLED = 0.2  # of an edition whose title is made of the question's words

# Demoted, not lost: a librarian asks who published it.
DEMOTED = {"contents": 0.5, "references": 0.6, "form": 0.7, "front_matter": 0.7}
ARCHIVED = 0.95
FRONT_MATTER = 0.3  # where the question is about the document itself
RECOMMENDATION = 0.05


def final_score(
    *,
    fused: float,
    signals: Signals,
    mention: Mention | None,
    kind: str,
    is_recommendation: bool,
    is_asked_about: bool,
    archived: bool,
) -> float:
    """Score of a passage; higher is better, comparable within one question only.

    `is_asked_about`: the question is about its document (who published it, what it replaced).
    """
    score = fused + sum(weight * float(getattr(signals, name)) for name, weight in WEIGHTS.items())
    if mention is not None:
        score += NAMED * min(mention.strength, 2.0) / 2.0 + TITLED * mention.title
    if is_recommendation:
        score += RECOMMENDATION
    if kind == "front_matter" and is_asked_about:
        score += FRONT_MATTER
    elif kind in DEMOTED:
        score *= DEMOTED[kind]
    return score * (ARCHIVED if archived else 1.0)
