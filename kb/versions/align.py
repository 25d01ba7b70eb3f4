"""Which line of one edition became which of another: by words, slots, section and place, never by number alone.

Recommendations move between chapters, split and merge, so order is a hint only: the best one-to-one assignment first
(Kuhn 1955; scipy's Hungarian solver), then splits and merges among what is left.
"""

from __future__ import annotations

import math
import re
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
WEIGHTS = {"words": 0.4, "head": 0.22, "slots": 0.22, "section": 0.09, "place": 0.07}
HEAD_SIGNS = {"en": 64, "zh": 24}  # the beginning of a text, where it says what it is about
_SUBJECT = re.compile(  # what is offered, measured, avoided: the words after the first verb of doing
    r"\b(?:do not |not )?(?:offer|consider|use|give|start|prescribe|measure|record|refer|screen|recommend(?:s|"
    r"ed)?|suggest(?:s|ed)?|"
    r"avoid|add|perform|monitor|repeat|review|continue|stop|advise|treat|provide|combine|discuss|assess|against|"
    r"starting|"
    r"initiating|using|giving)\b(?: (?:using|giving|starting|initiating|the use of|"
    r"that))?\s+(?P<subject>[^,.;:()]{3,60}?)"
    r"(?=\s(?:as|to|for|in|with|if|when|unless|until|within|at|on|by|from|over|during|before|after|only|once|"
    r"daily|who|whose|every|"
    r"\d)\b|[,.;:()]|$)",
    re.IGNORECASE,
)
LEAST = 0.36  # score of a link
LEAST_MUTUAL = 0.18  # score of a link between lines that are each other's best by MARGIN
MARGIN = 0.04
RARE, FEW = 3, 2  # lines that may have a word that marks a matter; such words that are needed
LEAST_JOINED = 0.3  # score of a further line in a split or merge
GAIN = 0.02  # by which a joint text must be closer than either half, in a split or merge
HELD = 0.55  # share of the shorter text that must stand in the longer, in a split or merge
ANOTHER_SUBJECT = -0.5
OWN = 0.12  # share of it that the other half does not hold


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
    def heads(self) -> list[tuple[frozenset[str], bool]]:
        """Words that say what a line is about, and whether a verb points at them."""
        return [_head(each) for each in self.slots]

    @cached_property
    def sections(self) -> list[frozenset[str]]:
        return [frozenset(tokens(" ".join(line.section))) for line in self.lines]


def _head(slots: Slots) -> tuple[frozenset[str], bool]:
    named = _SUBJECT.search(slots.text) if slots.language == "en" else None
    text = named["subject"] if named else slots.text[: HEAD_SIGNS[slots.language]]
    return frozenset(tokens(text)), named is not None


def _head_similarity(
    one: tuple[frozenset[str], bool], other: tuple[frozenset[str], bool], rarity: dict[str, float]
) -> float:
    """Likeness of what two lines are about; below 0 where both say it and share no word."""
    similar = word_similarity(one[0], other[0], rarity)
    return similar if similar or not (one[1] and other[1]) else ANOTHER_SUBJECT


def align_lines(old: Sequence[Line], new: Sequence[Line], *, least: float = LEAST) -> list[Link]:
    """Links in the order of the new edition, what was removed last; every line stands in at least one."""
    one, other = Weighed(old), Weighed(new)
    rarity = rarities([*one.words, *other.words])
    scores = _scores(one, other, rarity)
    assigned = _assign(scores)
    links = {pair: float(scores[pair]) for pair in assigned if scores[pair] >= least}
    links |= {
        pair: float(scores[pair]) for pair in assigned if pair not in links and _is_mutual(scores, pair, one, other)
    }
    joined = _join(one, other, rarity, links, scores)
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
                + WEIGHTS["head"] * _head_similarity(one.heads[row], other.heads[column], rarity)
                + WEIGHTS["slots"] * slot_similarity(one.slots[row], other.slots[column], words, lexicon)
                + WEIGHTS["section"] * section
                + WEIGHTS["place"] * place
            )
    return scores


def slot_similarity(one: Slots, other: Slots, otherwise: float, lexicon: Lexicon) -> float:
    """Share of agents, conditions and kinds of quantities that two texts have in common; `otherwise` if they "
    "have none."""
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


def _join(
    one: Weighed, other: Weighed, rarity: dict[str, float], links: dict[tuple[int, int], float],
    scores: npt.NDArray[np.float64],
) -> list[Link]:  # fmt: skip
    """Links with splits and merges: a line that is left over joins the link whose texts it completes."""
    splits: dict[int, list[int]] = {}
    merges: dict[int, list[int]] = {}
    for place in sorted(set(range(len(other.lines))) - {column for _, column in links}):
        near = [
            (r, one.words[r], other.words[c])
            for r, c in links
            if scores[r, place] >= LEAST_JOINED and not _is_another(other, place, one, r)
        ]
        target = _completed(other.words[place], near, rarity)
        if target is not None:
            splits.setdefault(target, []).append(place)
    for place in sorted(set(range(len(one.lines))) - {row for row, _ in links}):
        near = [
            (c, other.words[c], one.words[r])
            for r, c in links
            if scores[place, c] >= LEAST_JOINED and not _is_another(one, place, other, c)
        ]
        target = _completed(one.words[place], near, rarity)
        if target is not None:
            merges.setdefault(target, []).append(place)
    return [
        Link(tuple(sorted([row, *merges.get(column, [])])), tuple(sorted([column, *splits.get(row, [])])), score)
        for (row, column), score in links.items()
    ]


def _is_mutual(scores: npt.NDArray[np.float64], pair: tuple[int, int], one: Weighed, other: Weighed) -> bool:
    """Whether two lines that share few words are still each other's clear best and speak of one matter.

    They must have a word or an agent in common that hardly any other line has.
    """
    row, column = pair
    score = scores[pair]
    rivals = max(np.delete(scores[row], column).max(initial=0.0), np.delete(scores[:, column], row).max(initial=0.0))
    if score < LEAST_MUTUAL or score - rivals < MARGIN:
        return False
    shared = one.words[row] & other.words[column]
    owners = [sum(word in words for words in [*one.words, *other.words]) for word in shared if not word.isdigit()]
    agents = {a.concept for a in one.slots[row].agents} & {a.concept for a in other.slots[column].agents}
    return bool(agents) or sum(count <= RARE for count in owners) >= FEW


def _is_another(part: Weighed, place: int, whole: Weighed, key: int) -> bool:
    """Whether a line says another thing with other values than the text that it would be a part of."""
    values = part.slots[place].quantities
    known = whole.slots[key].quantities
    differs = any(not any(each.has_same_ends(other) for other in known) for each in values)
    return differs and _head_similarity(part.heads[place], whole.heads[key], {}) < 0


def _completed(
    words: frozenset[str], links: Sequence[tuple[int, frozenset[str], frozenset[str]]], rarity: dict[str, float]
) -> int | None:
    """Key of the link whose whole text the words complete, beside the half it has: (key, whole, half)."""
    best, best_gain = None, GAIN
    total = weight(words, rarity)
    for key, whole, half in links:
        if not total or weight(words & whole, rarity) / total < HELD:
            continue
        if weight((words & whole) - half, rarity) / total < OWN:
            continue  # what it holds stands in the other half already
        gain = word_similarity(half | words, whole, rarity) - word_similarity(half, whole, rarity)
        if gain > best_gain:
            best, best_gain = key, gain
    return best
