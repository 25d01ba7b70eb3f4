"""Two evaluations of the same questions, compared question by question."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kb.errors import UsageError
from kb.evaluation import RESAMPLES, SEED, Evaluation, Outcome

# What a change is judged by; the other measures follow from these.
JUDGED = ("R@5", "MRR", "right", "refused_rightly", "refused_wrongly")
LESS_IS_BETTER = ("refused_wrongly",)
ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Change:
    """One measure of one group of questions that both runs asked."""

    group: str  # "all", a language or a direction ("zh>en")
    measure: str
    before: float
    after: float
    n: int  # shared questions
    p: float  # two-sided, paired randomisation test; not corrected for the number of measures
    verdict: str = "same"  # worse | better: p holds after Holm's correction over all changes; else same

    @property
    def is_gain(self) -> bool:
        """Whether it moved in the good direction."""
        return (self.after > self.before) != (self.measure in LESS_IS_BETTER)


def read_baseline(path: Path) -> list[Outcome]:
    """Outcomes of an evaluation that was saved as JSON. Raises UsageError when the file is not one."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return [_outcome(each) for each in stored["outcomes"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{path} is not a saved evaluation ({error!r}).", hint="Make one with `gkb evaluate FILE --save RUN.json`."
        ) from error


def _outcome(fields: Mapping[str, Any]) -> Outcome:
    return Outcome(**{**fields, "hits": tuple(fields.get("hits", ()))})


def compare_runs(before: Sequence[Outcome], after: Evaluation) -> list[Change]:
    """Changes of the judged measures for all questions, by language and by direction.

    Raises UsageError when the runs share no question.
    """
    old = {each.id: each for each in before}
    pairs = [(old[each.id], each) for each in after.outcomes if each.id in old]
    if not pairs:
        raise UsageError("The two runs share no question.", hint="Compare runs over the same question file.")
    groups: dict[str, list[tuple[Outcome, Outcome]]] = {"all": pairs}
    for pair in pairs:
        for name in (pair[1].lang, pair[1].direction):
            groups.setdefault(name, []).append(pair)
    changes = [
        change
        for name, members in groups.items()
        for measure in JUDGED
        if (change := _change(name, measure, members)) is not None
    ]
    return _judged(changes)


def _change(group: str, measure: str, pairs: Sequence[tuple[Outcome, Outcome]]) -> Change | None:
    is_about_negatives = measure == "refused_rightly"
    values = [
        (one.measures[measure], two.measures[measure])
        for one, two in pairs
        if measure in one.measures and measure in two.measures and (two.kind == "negative") == is_about_negatives
    ]
    if not values:
        return None
    first, second = np.array(values).T
    return Change(
        group,
        measure,
        round(float(first.mean()), 4),
        round(float(second.mean()), 4),
        len(values),
        round(paired_p(second - first), 4),
    )


def paired_p(differences: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    """Two-sided p of a mean difference by randomly exchanging the runs of each question (Fisher 1935)."""
    signs = np.random.default_rng(SEED).choice((-1.0, 1.0), (RESAMPLES, len(differences)))
    extreme = np.abs((signs * differences).mean(axis=1)) >= abs(differences.mean()) - 1e-12
    return float((extreme.sum() + 1) / (RESAMPLES + 1))


def _judged(changes: Sequence[Change]) -> list[Change]:
    """Verdicts, with p corrected for the number of changes looked at (Holm 1979)."""
    verdicts: dict[int, str] = {}
    order = sorted(range(len(changes)), key=lambda index: changes[index].p)
    for place, index in enumerate(order):
        if changes[index].p > ALPHA / (len(changes) - place):
            break
        verdicts[index] = "better" if changes[index].is_gain else "worse"
    return [
        Change(each.group, each.measure, each.before, each.after, each.n, each.p, verdicts.get(index, "same"))
        for index, each in enumerate(changes)
    ]
