"""Several guidelines on one claim: which one speaks, and whether bodies in force contradict each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kb.domain import Edition
from kb.practice.judge import Judgement
from kb.practice.nouns import Verdict
from kb.retrieval.scope import INTERNATIONAL

AGREES = 0.1  # what agreement adds to the topic when the speaking guideline is chosen
HEARD = 0.65  # share of the speaker's topic from which a plain contradiction is heard
RIVAL = 0.85  # share of the speaker's topic from which another guideline is heard
AGAINST = (Verdict.OUTDATED, Verdict.DEVIATES)
WITH = (Verdict.CURRENT, Verdict.CURRENT_STRENGTH_CHANGED)


@dataclass(frozen=True, slots=True)
class Combined:
    """The guideline that speaks on a claim, its verdict after the others were heard, and those others."""

    judgement: Judgement
    verdict: Verdict
    subtype: str
    others: tuple[Judgement, ...]


def combine(judgements: Sequence[tuple[Edition, Judgement]], home: str) -> Combined | None:
    """One verdict from those of several guidelines.

    Bodies in force that contradict each other are a conflict, never resolved silently; a body of another country than
    the home jurisdiction is shown beside and changes nothing.
    """
    if not judgements:
        return None
    ranked = sorted(judgements, key=lambda pair: -_rank(pair[1]))
    _, speaker = ranked[0]
    rivals = [(edition, each) for edition, each in ranked[1:] if each.topic >= HEARD * speaker.topic]
    near = [each for _, each in rivals if each.topic >= RIVAL * speaker.topic]
    local = [each for edition, each in rivals if _counts(edition, home)]
    shown = tuple(each for each in near if each.pair.new is not None)
    if speaker.verdict == Verdict.NO_LONGER_COVERED:
        target = next((each for each in near if _is_among(each, local) and each.verdict in WITH), None)
        if target is not None:
            return Combined(_with_old(target, speaker), target.verdict, "moved", shown)
    against = [each for each in local if speaker.verdict in WITH and each.verdict in AGAINST and each.contradicts]
    agreeing = [each for each in local if _is_among(each, near) and speaker.verdict in AGAINST and each.verdict in WITH]
    if against or (agreeing and speaker.contradicts):
        return Combined(speaker, Verdict.CONFLICT, "bodies", _each_once((*against, *agreeing, *shown)))
    return Combined(speaker, speaker.verdict, speaker.subtype, shown)


def _is_among(one: Judgement, others: Sequence[Judgement]) -> bool:
    return any(one is other for other in others)


def _each_once(judgements: Sequence[Judgement]) -> tuple[Judgement, ...]:
    kept: list[Judgement] = []
    for each in judgements:
        if not any(each is other for other in kept):
            kept.append(each)
    return tuple(kept)


def _rank(judgement: Judgement) -> float:
    says = [each for each in (judgement.pair.new_says, judgement.pair.old_says) if each is not None]
    return judgement.topic + AGREES * max((each.share for each in says), default=1.0)


def _counts(edition: Edition, home: str) -> bool:
    return not home or edition.jurisdiction in (home, INTERNATIONAL, "")


def _with_old(target: Judgement, dropped: Judgement) -> Judgement:
    return replace(target, pair=replace(target.pair, old=dropped.pair.old))
