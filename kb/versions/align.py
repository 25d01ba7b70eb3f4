"""Which line of one edition became which of another: by words, slots, section and place, never by number alone.

Recommendations move between chapters, split and merge, so order is a hint only: the best one-to-one assignment first
(Kuhn 1955; scipy's Hungarian solver), then splits and merges among what is left.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from kb.lexicon import Lexicon, load_lexicon
from kb.slots import Slots, read_slots
from kb.slots.agents import is_same_agent
from kb.text import squeeze, tokens
from kb.versions.lines import Line

# Calibrated on the sample editions and on pairs made from them by editing; docs/log.md has the figures.
WEIGHTS = {"words": 0.55, "slots": 0.25, "section": 0.12, "place": 0.08}
LEAST = 0.36  # score of a link
GAIN = 0.08  # by which a joint text must be closer than either half, in a split or merge
HELD = 0.6  # share of the shorter text that must stand in the longer, in a split or merge


@dataclass(frozen=True, slots=True)
class Link:
    """Lines of the old edition and what became of them; one side may be empty, or hold several lines."""

    old: tuple[int, ...]
    new: tuple[int, ...]
    score: float


@dataclass(frozen=True)
class Weighed:
    """Lines with what is compared of them."""

    lines: Sequence[Line]

    @cached_property
    def slots(self) -> list[Slots]:
        return [read_slots(line.text) for line in self.lines]

    @cached_property
    def words(self) -> list[frozenset[str]]:
        return [frozenset(tokens(line.text)) for line in self.lines]

    @cached_property
    def sections(self) -> list[frozenset[str]]:
        return [frozenset(tokens(" ".join(line.section))) for line in self.lines]


def align_lines(old: Sequence[Line], new: Sequence[Line]) -> list[Link]:
    """Links in the order of the new edition, what was removed last; every line stands in at least one."""
    one, other = Weighed(old), Weighed(new)
    rarity = rarities([*one.words, *other.words])
    scores = _scores(one, other, rarity)
    links = {pair: float(scores[pair]) for pair in _assign(scores) if scores[pair] >= LEAST}
    joined = _join(one, other, rarity, links)
    linked_old = {place for link in joined for place in link.old}
    linked_new = {place for link in joined for place in link.new}
    rest = [Link((), (place,), 0.0) for place in range(len(new)) if place not in linked_new]
    removed = [Link((place,), (), 0.0) for place in range(len(old)) if place not in linked_old]
    return sorted([*joined, *rest], key=lambda link: link.new) + removed


def rarities(words: Iterable[frozenset[str]]) -> dict[str, float]:
    """How much a word says among these texts: the fewer have it, the more."""
    texts = list(words)
    counts = Counter(word for text in texts for word in text)
    return {word: math.log(1 + len(texts) / count) for word, count in counts.items()}


def word_similarity(one: frozenset[str], other: frozenset[str], rarity: dict[str, float]) -> float:
    """Share of the weight of two texts that both have (weighted Dice), 0..1."""
    both = weight(one & other, rarity)
    total = weight(one, rarity) + weight(other, rarity)
    return 2 * both / total if total else 0.0


def weight(words: Iterable[str], rarity: dict[str, float]) -> float:
    """Sum of the rarities of words; an unknown one counts as rare."""
    return sum(rarity.get(word, 1.0) for word in words)


def _scores(one: Weighed, other: Weighed, rarity: dict[str, float]) -> npt.NDArray[np.float64]:
    lexicon = load_lexicon()
    scores = np.zeros((len(one.lines), len(other.lines)))
    for row, first in enumerate(one.lines):
        for column, second in enumerate(other.lines):
            words = word_similarity(one.words[row], other.words[column], rarity)
            if squeeze(first.text) == squeeze(second.text):
                words = 1.0
            place = 1 - abs(row / len(one.lines) - column / len(other.lines))
            section = word_similarity(one.sections[row], other.sections[column], {})
            if words < 0.05:
                continue
            scores[row, column] = (
                WEIGHTS["words"] * words
                + WEIGHTS["slots"] * slot_similarity(one.slots[row], other.slots[column], words, lexicon)
                + WEIGHTS["section"] * section
                + WEIGHTS["place"] * place
            )
    return scores


def slot_similarity(one: Slots, other: Slots, otherwise: float, lexicon: Lexicon) -> float:
    """Share of agents, conditions and kinds of quantities that two texts have in common; `otherwise` if they have none."""
    parts = []
    if one.agents or other.agents:
        first, second = {each.concept for each in one.agents}, {each.concept for each in other.agents}
        shared = sum(any(is_same_agent(a, b, lexicon) for b in second) for a in first)
        parts.append(2 * shared / (len(first) + len(second)) if first and second else 0.0)
    kinds, others = ({(q.role, q.unit, q.measure) for q in each.quantities} for each in (one, other))
    if kinds or others:
        parts.append(2 * len(kinds & others) / (len(kinds) + len(others)))
    conditions = one.population.conditions, other.population.conditions
    if all(conditions):
        parts.append(2 * len(conditions[0] & conditions[1]) / (len(conditions[0]) + len(conditions[1])))
    return sum(parts) / len(parts) if parts else otherwise


def _assign(scores: npt.NDArray[np.float64]) -> list[tuple[int, int]]:
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(-scores)
    return list(zip(rows.tolist(), columns.tolist(), strict=True))


def _join(one: Weighed, other: Weighed, rarity: dict[str, float], links: dict[tuple[int, int], float]) -> list[Link]:
    """Links with splits and merges: a line that is left over joins the link whose texts it completes."""
    splits: dict[int, list[int]] = {}
    merges: dict[int, list[int]] = {}
    free_new = set(range(len(other.lines))) - {column for _, column in links}
    free_old = set(range(len(one.lines))) - {row for row, _ in links}
    for place in sorted(free_new):
        target = _completed(other.words[place], [(r, one.words[r], other.words[c]) for r, c in links], rarity)
        if target is not None:
            splits.setdefault(target, []).append(place)
    for place in sorted(free_old):
        target = _completed(one.words[place], [(c, other.words[c], one.words[r]) for r, c in links], rarity)
        if target is not None:
            merges.setdefault(target, []).append(place)
    return [
        Link(tuple(sorted([row, *merges.get(column, [])])), tuple(sorted([column, *splits.get(row, [])])), score)
        for (row, column), score in links.items()
    ]


def _completed(
    words: frozenset[str], links: Sequence[tuple[int, frozenset[str], frozenset[str]]], rarity: dict[str, float]
) -> int | None:
    """Key of the link whose whole text the words complete, beside the half it has: (key, whole, half)."""
    best, best_gain = None, GAIN
    total = weight(words, rarity)
    for key, whole, half in links:
        if not total or weight(words & whole, rarity) / total < HELD:
            continue
        if weight((words & whole) - half, rarity) / total < HELD / 2:
            continue  # what it holds stands in the other half already
        gain = word_similarity(half | words, whole, rarity) - word_similarity(half, whole, rarity)
        if gain > best_gain:
            best, best_gain = key, gain
    return best
