"""What differs between two texts of one recommendation: change types, severity, and the slots that changed.

`unchanged` needs equal slots, not similar words. A reversal stands for everything else that changed with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from kb.domain import Recommendation
from kb.lexicon import Lexicon, load_lexicon
from kb.slots import Agent, Quantity, Role, Slots, read_slots
from kb.slots.nouns import Direction
from kb.slots.wording import proper_names
from kb.text import content_words, squeeze, tokens

STRENGTHS = {"strong": 2, "conditional": 1, "consensus": 1, "none": 0}
COME = 2  # content words that came or went while all others stayed: a test or step more or less
REPLACED = (
    0.2  # share of each text's words that the other lacks, from which it is another procedure, not another wording
)
_WHO = re.compile(
    r"\b(?:who|whose|whom)\b[^,;.]*|[^,;。,]{0,24}(?:的(?:患者|人群|成人|女性|男性|儿童)|者)", re.IGNORECASE
)
_PUNCTUATION = re.compile(r"[\s，,。.；;：:、·•()（）\[\]\"“”]+")


class ChangeType(StrEnum):
    """What happened to a recommendation from one edition to the next."""

    UNCHANGED = "unchanged"  # same slots, same words (a new number does not count)
    REWORDED = "reworded"  # other words, same slots
    QUALIFIER_CHANGED = "qualifier_changed"  # routinely, unless, only if … came or went
    STRENGTH_UP = "strength_up"
    STRENGTH_DOWN = "strength_down"
    CERTAINTY_CHANGED = "certainty_changed"
    DIRECTION_REVERSED = "direction_reversed"  # from doing to not doing, or back
    THRESHOLD_CHANGED = "threshold_changed"
    DOSE_CHANGED = "dose_changed"
    AGENT_ADDED = "agent_added"
    AGENT_REMOVED = "agent_removed"
    POPULATION_CHANGED = "population_changed"
    TIMING_CHANGED = "timing_changed"
    PROCEDURE_CHANGED = "procedure_changed"  # another test or way of doing it
    SPLIT = "split"
    MERGED = "merged"
    MOVED = "moved"  # to another chapter, or to another guideline in force
    NEW = "new"
    REMOVED = "removed"
    CORRECTED = "corrected"  # by an erratum


class Severity(StrEnum):
    """How much a change matters to what is done."""

    CRITICAL = "critical"  # direction, dose, threshold, first-line agent, contraindication
    MAJOR = "major"  # strength, population, timing, further agent, procedure, qualifier, new, removed
    MINOR = "minor"  # wording, certainty, split, merged
    NONE = "none"  # number or place only


SEVERITIES = {
    ChangeType.UNCHANGED: Severity.NONE, ChangeType.MOVED: Severity.NONE, ChangeType.REWORDED: Severity.MINOR,
    ChangeType.CERTAINTY_CHANGED: Severity.MINOR, ChangeType.SPLIT: Severity.MINOR, ChangeType.MERGED: Severity.MINOR,
    ChangeType.DIRECTION_REVERSED: Severity.CRITICAL, ChangeType.THRESHOLD_CHANGED: Severity.CRITICAL,
    ChangeType.DOSE_CHANGED: Severity.CRITICAL,
    ChangeType.AGENT_REMOVED: Severity.CRITICAL,
}  # fmt: skip
ORDER = (Severity.CRITICAL, Severity.MAJOR, Severity.MINOR, Severity.NONE)


@dataclass(frozen=True, slots=True)
class Changed:
    """One slot that differs, as each side prints it; "" where a side has none."""

    slot: (
        str  # direction | strength | certainty | dose | threshold | timing | population | agent | qualifier | procedure
    )
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Types, severity and slots of a change."""

    types: tuple[ChangeType, ...]
    severity: Severity
    changed: tuple[Changed, ...]


SLOT_OF_ROLE = {
    Role.DOSE: "dose", Role.THRESHOLD: "threshold", Role.AGE: "population", Role.TIMING: "timing",
    Role.FREQUENCY: "timing",
}  # fmt: skip
TYPE_OF_SLOT = {
    "dose": ChangeType.DOSE_CHANGED, "threshold": ChangeType.THRESHOLD_CHANGED, "timing": ChangeType.TIMING_CHANGED,
    "population": ChangeType.POPULATION_CHANGED, "direction": ChangeType.DIRECTION_REVERSED,
    "certainty": ChangeType.CERTAINTY_CHANGED, "qualifier": ChangeType.QUALIFIER_CHANGED,
    "procedure": ChangeType.PROCEDURE_CHANGED,
}  # fmt: skip


def compare_texts(
    old: str, new: str, old_grades: Recommendation | None = None, new_grades: Recommendation | None = None
) -> Verdict:
    """What differs between two texts of one recommendation, grades included where they are known."""
    lexicon = load_lexicon()
    one, other = read_slots(old), read_slots(new)
    changed = list(_grades(one, other, old_grades, new_grades))
    reversal = _reversal(one, other, lexicon)
    if reversal is not None:
        changed.insert(0, reversal)
    else:
        changed += changed_slots(one, other, lexicon)
    is_same = _bare(old) == _bare(new)
    if not is_same and not any(each.slot not in ("strength", "certainty") for each in changed):
        changed += _procedure(one, other)
    types = [_type_of(each) for each in changed]
    if not types:
        types = [ChangeType.UNCHANGED if is_same else ChangeType.REWORDED]
    unique = tuple(dict.fromkeys(types))
    return Verdict(unique, severity_of(unique, one, other), tuple(changed))


def severity_of(types: Sequence[ChangeType], one: Slots | None, other: Slots | None) -> Severity:
    """The gravest of the types; a first-line agent or a new contraindication is critical."""
    grades = [SEVERITIES.get(each, Severity.MAJOR) for each in types]
    either = [each for each in (one, other) if each is not None]
    if {ChangeType.AGENT_ADDED, ChangeType.AGENT_REMOVED, ChangeType.POPULATION_CHANGED} & set(types):
        is_contraindication = ChangeType.POPULATION_CHANGED not in types and any(
            each.direction == Direction.AGAINST for each in either
        )
        if is_contraindication or any("first_line" in each.exclusivity and each.given for each in either):
            return Severity.CRITICAL
    if ChangeType.NEW in types and any(each.direction == Direction.AGAINST and each.given for each in either):
        return Severity.CRITICAL
    return min(grades, key=ORDER.index, default=Severity.NONE)


def _type_of(changed: Changed) -> ChangeType:
    if changed.slot == "strength":
        up = STRENGTHS.get(_strength(changed.new), 0) > STRENGTHS.get(_strength(changed.old), 0)
        return ChangeType.STRENGTH_UP if up else ChangeType.STRENGTH_DOWN
    if changed.slot == "agent":
        return ChangeType.AGENT_ADDED if changed.new else ChangeType.AGENT_REMOVED
    return TYPE_OF_SLOT[changed.slot]


def _strength(printed: str) -> str:
    return printed.split(" ")[0]


def _grades(one: Slots, other: Slots, old: Recommendation | None, new: Recommendation | None) -> Iterator[Changed]:
    graded = old is not None and new is not None and bool(old.strength and new.strength)
    strengths = (old.strength, new.strength) if graded and old and new else (one.strength, other.strength)
    if all(strengths) and STRENGTHS.get(strengths[0], 0) != STRENGTHS.get(strengths[1], 0):
        yield Changed("strength", *strengths)
    if old is not None and new is not None and old.certainty and new.certainty and old.certainty != new.certainty:
        yield Changed("certainty", old.certainty, new.certainty)


def _reversal(one: Slots, other: Slots, lexicon: Lexicon) -> Changed | None:
    if one.direction != other.direction and Direction.AGAINST in (one.direction, other.direction):
        if _is_told_otherwise(one, other):
            return None
        return Changed("direction", one.direction.value, other.direction.value)
    for first in one.given:
        for second in other.given:
            opposed = {first.direction, second.direction} == {Direction.FOR, Direction.AGAINST}
            if (
                first.concept == second.concept
                and opposed
                and not _says_both(one, first)
                and not _says_both(other, second)
            ):
                return Changed("direction", f"{first.text}: {first.direction}", f"{second.text}: {second.direction}")
    return None


def _is_told_otherwise(one: Slots, other: Slots) -> bool:
    """Whether both texts hold the same instructions in another order: each has a clause of either direction."""
    return all(len({each for each in slots.terms.values() if each}) > 1 for slots in (one, other))


def _says_both(slots: Slots, agent: Agent) -> bool:
    return len({each.direction for each in slots.given if each.concept == agent.concept}) > 1


def changed_slots(one: Slots, other: Slots, lexicon: Lexicon) -> Iterator[Changed]:
    """Agents, quantities, population and qualifiers that differ."""
    people = [*_changed_population(one, other, lexicon)]
    measured = {each.measure for each in one.quantities} & {each.measure for each in other.quantities}
    for each in changed_quantities(one.quantities, other.quantities):
        yield _placed(each, people, one if each.old else other, measured)
    yield from _changed_agents(one, other)
    yield from people
    for name in sorted(one.qualifiers ^ other.qualifiers):
        yield Changed("qualifier", name if name in one.qualifiers else "", name if name in other.qualifiers else "")


def _placed(changed: Changed, people: Sequence[Changed], slots: Slots, measured: set[str]) -> Changed:
    """A limit that comes or goes with a condition says who is meant; a number of drugs is part of the procedure."""
    printed = changed.old or changed.new
    if printed[-1:] in ("药", "种") or printed.endswith(("drugs", "drug", "agents")):
        return replace(changed, slot="procedure")
    if changed.slot != "threshold" or (changed.old and changed.new):
        return changed
    measure = next((each.measure for each in slots.quantities if each.text == printed), "")
    same_way = any(bool(each.old) == bool(changed.old) and bool(each.new) == bool(changed.new) for each in people)
    return replace(changed, slot="population") if same_way and measure not in measured else changed


def changed_quantities(one: Sequence[Quantity], other: Sequence[Quantity]) -> Iterator[Changed]:
    """Quantities without their like on the other side, paired by what they measure, in text order."""
    left, right = _without_likes(one, other), _without_likes(other, one)
    merged: dict[tuple[str, str, str], None] = {}
    for first in left:
        partner = next((each for each in right if first.is_comparable(each)), None)
        partner = partner or next((each for each in right if each.role == first.role and each.unit == first.unit), None)
        if partner is not None:
            right.remove(partner)
        merged[SLOT_OF_ROLE[first.role], first.text, partner.text if partner else ""] = None
    for second in right:
        merged[SLOT_OF_ROLE[second.role], "", second.text] = None
    yield from (Changed(*each) for each in merged)


def _without_likes(one: Sequence[Quantity], other: Sequence[Quantity]) -> list[Quantity]:
    return [each for each in one if not any(_is_like(each, like) for like in other)]


def _is_like(one: Quantity, other: Quantity) -> bool:
    return one.is_comparable(other) and one.is_same(other) and one.is_negated == other.is_negated


def _changed_agents(one: Slots, other: Slots) -> Iterator[Changed]:
    old, new = ({each.concept: each for each in slots.agents} for slots in (one, other))
    for concept in old.keys() - new.keys():
        yield Changed("agent" if old[concept].is_given else "population", old[concept].text, "")
    for concept in new.keys() - old.keys():
        yield Changed("agent" if new[concept].is_given else "population", "", new[concept].text)


def _changed_population(one: Slots, other: Slots, lexicon: Lexicon) -> Iterator[Changed]:
    old, new = one.population, other.population
    for name in ("conditions", "severities", "settings"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield Changed("population", _shown(before - after, lexicon), _shown(after - before, lexicon))
    if old.sex != new.sex:
        yield Changed("population", old.sex, new.sex)
    if old.is_pregnant != new.is_pregnant:
        yield Changed("population", "pregnant" if old.is_pregnant else "", "pregnant" if new.is_pregnant else "")


def _shown(names: frozenset[str], lexicon: Lexicon) -> str:
    return ", ".join(
        sorted(lexicon.concept(each).en[0] if each in lexicon else each.replace("_", " ") for each in names)
    )


def _procedure(one: Slots, other: Slots) -> Iterator[Changed]:
    """Content words that each text has alone, where they are many enough to be another way of doing it."""
    old, new = _words(one), _words(other)
    gone, come = old - new, new - old
    if (gone or come) and gone | come <= _words_about_people(one) | _words_about_people(other):
        yield Changed("population", _phrase(one.text, gone), _phrase(other.text, come))
        return
    if _has_other_steps(one, other):
        yield Changed("procedure", _phrase(one.text, gone), _phrase(other.text, come))  # another test, score or device
        return
    is_longer = (not gone and len(come) >= COME) or (not come and len(gone) >= COME)
    if old and new and (is_longer or _is_replaced(old, new, gone, come)):
        yield Changed("procedure", _phrase(one.text, gone), _phrase(other.text, come))


def _has_other_steps(one: Slots, other: Slots) -> bool:
    """Whether tests, procedures or names of scores and devices differ."""
    if {each.concept for each in one.steps} != {each.concept for each in other.steps}:
        return True
    first, second = proper_names(one.text), proper_names(other.text)
    return bool(first - second and second - first)


def _words(slots: Slots) -> set[str]:
    values = {token for each in slots.quantities for token in tokens(each.text)}
    return {word for word in slots.terms if not word.isdigit() and word not in _plain() and word not in values}


def _words_about_people(slots: Slots) -> set[str]:
    return {token for match in _WHO.finditer(slots.text) for token in tokens(match[0])}


def _is_replaced(old: set[str], new: set[str], gone: set[str], come: set[str]) -> bool:
    return (
        len(gone) / len(old) >= REPLACED
        and len(come) / len(new) >= REPLACED
        and len(old & new) / min(len(old), len(new)) < 0.75
    )


@lru_cache(maxsize=1)
def _plain() -> frozenset[str]:
    """Words of telling, not of doing: their coming and going is wording."""
    return frozenset(tokens(
        "should must keep kept make sure ensure advise advised less more below above under over intake when if "
        "while before after "
        "every each all also only where unless not no alone itself recommend recommended suggest suggested offer "
        "consider use used "
        "using take taken treat treatment patient patients adult adults people person discuss both either start "
        "starting "
        "推荐 建议 应当 应该 可以 使用 采用 进行 患者 不少于 至少 时间 其余 尽早 尽快 给予 需要 必须"
    ))  # fmt: skip


def _phrase(text: str, words: set[str]) -> str:
    """The stretch of a text from its first to its last word that the other lacks."""
    kept = [word for word in content_words(text) if set(tokens(word)) & words]
    return " ".join(kept[:8])


def _bare(text: str) -> str:
    return squeeze(_PUNCTUATION.sub("", text))
