"""Does a line say what a claim says? Slot by slot: stands, differs, or the line is silent."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from kb.lexicon import Lexicon
from kb.slots import Agent, Quantity, Role, Slots
from kb.slots.agents import is_same_agent
from kb.slots.nouns import Direction, is_close
from kb.slots.wording import proper_names

TIMES = (Role.TIMING, Role.FREQUENCY)
RANGED = (Role.DOSE, Role.TIMING, Role.FREQUENCY)  # a value inside a printed range is allowed by it
SLOTS = {
    Role.DOSE: "dose", Role.THRESHOLD: "threshold", Role.AGE: "population", Role.TIMING: "timing",
    Role.FREQUENCY: "timing",
}  # fmt: skip
OF_PATIENTS = frozenset({"egfr", "bmi", "lvef", "risk", "creatinine", "cd4"})
_OF_PATIENT = re.compile(
    r"[^,;.。]{0,6}(?:的|者)|\s?(?:\w+\s){0,2}(?:patients?|adults?|people|men|women)", re.IGNORECASE
)
_AT_AGE = re.compile(r"\b(?:at|from|until|by|till|since|to)\s(?:the\s)?(?:age\s)?(?:of\s)?$", re.IGNORECASE)
_FROM_AGE = re.compile(r"\s?(?:岁)?\s?(?:开始|起|前|时)|\s?(?:onwards?|and up)", re.IGNORECASE)
ALIKE = 4  # first signs that two names share
FAR = 1e6
OPPOSED = 1.15  # how much heavier the words of the other direction must weigh


class Vote(StrEnum):
    """What a line says on one slot of a claim."""

    STANDS = "stands"  # the same, or implied
    DIFFERS = "differs"  # another value, agent or direction
    SILENT = "silent"  # nothing


@dataclass(frozen=True, slots=True)
class Ballot:
    """One slot of a claim, and a line's word on it."""

    slot: str
    claim: str
    line: str
    vote: Vote


@dataclass(frozen=True, slots=True)
class Agreement:
    """All ballots of a line."""

    ballots: tuple[Ballot, ...]

    def of(self, vote: Vote) -> tuple[Ballot, ...]:
        """Ballots with this vote."""
        return tuple(each for each in self.ballots if each.vote == vote)

    @property
    def stands(self) -> bool:
        """Whether every slot of the claim stands in the line."""
        return all(each.vote == Vote.STANDS for each in self.ballots)

    @property
    def differs(self) -> bool:
        """Whether some slot has another value in the line."""
        return any(each.vote == Vote.DIFFERS for each in self.ballots)

    @property
    def share(self) -> float:
        """Share of the slots that stand, 0..1; 1 where a claim asserts none."""
        return sum(each.vote == Vote.STANDS for each in self.ballots) / len(self.ballots) if self.ballots else 1.0


def agree(claim: Slots, line: Slots, lexicon: Lexicon, rarity: Mapping[str, float]) -> Agreement:
    """What a line says on every slot that a claim asserts. `rarity` weighs words for the direction."""
    ballots = [_quantity(each, line, claim) for each in _of_matter(_asserted(_with_daily_total(claim, line)))]
    given = {each.concept: each for each in claim.given}
    ballots += [_agent(each, claim, line, lexicon) for each in given.values()]
    steps = {each.concept: each for each in claim.steps if each.is_given}
    ballots += list(_steps(steps.values(), line, lexicon))
    if not given or not any(
        each.vote == Vote.STANDS or each.slot == "direction" for each in ballots[-len(given) or None :]
    ):
        ballots += list(_direction(claim, line, rarity))
    ballots += list(_population(claim, line))
    ballots += list(_names(claim, line))
    return Agreement(tuple(ballots))


def _of_matter(quantities: Iterable[Quantity]) -> Iterator[Quantity]:
    """Quantities without a single body weight: an example of a patient."""
    return (each for each in quantities if not (each.unit == "kg" and each.is_exact))


def _asserted(quantities: Iterable[Quantity]) -> list[Quantity]:
    unique: dict[tuple[object, ...], Quantity] = {}
    for each in quantities:
        if not each.is_negated:
            unique.setdefault((each.low, each.high, each.unit, each.role, each.measure), each)
    return list(unique.values())


def _with_daily_total(claim: Slots, line: Slots) -> Sequence[Quantity]:
    """50 mg every 6 hours is 200 mg a day: a dose with its frequency, as the daily dose that a line prints."""
    doses, often = claim.of_role(Role.DOSE), claim.of_role(Role.FREQUENCY)
    if len(doses) != 1 or len(often) != 1 or often[0].low >= 1 or line.of_role(Role.FREQUENCY):
        return claim.quantities
    total = replace(doses[0], low=doses[0].low / often[0].low, high=doses[0].high / often[0].low)
    if not any(total.unit == each.unit for each in line.of_role(Role.DOSE)):
        return claim.quantities
    return [total if each == doses[0] else each for each in claim.quantities if each != often[0]]


def _quantity(claimed: Quantity, line: Slots, claim: Slots) -> Ballot:
    slot = SLOTS[claimed.role]
    rivals = [each for each in line.quantities if not each.is_negated and _may_compare(claimed, each)]
    for each in rivals:
        if is_implied(claimed, each, claim) or _is_complement(claimed, each, claim, line):
            return Ballot(slot, claimed.text, each.text, Vote.STANDS)
    if rivals:
        nearest = min(rivals, key=lambda each: _distance(claimed, each))
        return Ballot(slot, claimed.text, nearest.text, Vote.DIFFERS)
    if claimed.role == Role.FREQUENCY and claimed.low == 1:
        return Ballot(slot, claimed.text, "", Vote.STANDS)  # "100 mg a day" and "100 mg/d" say it once
    rejected = next((each for each in line.quantities if each.is_negated and claimed.is_comparable(each)), None)
    if rejected is not None and rejected.has_same_ends(claimed):
        return Ballot(slot, claimed.text, rejected.text, Vote.DIFFERS)
    return Ballot(slot, claimed.text, "", Vote.SILENT)


def _may_compare(claimed: Quantity, other: Quantity) -> bool:
    if claimed.role in TIMES and other.role in TIMES:
        return True
    if claimed.unit != other.unit:
        return False
    return claimed.role == other.role and (not (claimed.measure and other.measure) or claimed.measure == other.measure)


def is_implied(claimed: Quantity, printed: Quantity, claim: Slots) -> bool:
    """Whether a printed value carries the claimed one: the same ends, a limit that it names, a value inside a range."""
    if claimed.has_same_ends(printed):
        return True
    within = claimed.tolerance(printed)
    if claimed.is_exact and _is_of_patient(claimed, claim):
        return printed.low <= claimed.low <= printed.high
    if claimed.role == Role.AGE:
        return (
            _is_inside(claimed, printed)
            and not (claimed.is_exact and not printed.is_exact)
            or (claimed.is_exact and any(is_close(claimed.low, each, within) for each in printed.bounds))
        )
    if claimed.is_exact and not printed.is_exact:
        if any(is_close(claimed.low, each, within) for each in printed.bounds) and not _is_range(printed):
            return True
        return claimed.role in RANGED and _is_range(printed) and printed.low <= claimed.low <= printed.high
    if printed.is_exact and not claimed.is_exact and not _is_range(claimed):
        return any(is_close(printed.low, each, within) for each in claimed.bounds)
    return False


def _is_of_patient(claimed: Quantity, claim: Slots) -> bool:
    """Whether a single value describes a patient ("a 60-year-old", eGFR 20的患者), not a limit to act at."""
    if claimed.role == Role.AGE:
        return not _AT_AGE.search(claim.text, 0, claimed.start) and not _FROM_AGE.match(
            claim.text, claimed.start + len(claimed.text)
        )
    return (
        claimed.measure in OF_PATIENTS and _OF_PATIENT.match(claim.text, claimed.start + len(claimed.text)) is not None
    )


def _is_range(quantity: Quantity) -> bool:
    return math.isfinite(quantity.low) and math.isfinite(quantity.high) and not quantity.is_exact


def _is_inside(inner: Quantity, outer: Quantity) -> bool:
    return outer.low <= inner.low and inner.high <= outer.high


def _is_complement(claimed: Quantity, printed: Quantity, claim: Slots, line: Slots) -> bool:
    """ "Give from 30" says what "do not give below 30" says."""
    opposite = {claim.direction, line.direction} == {Direction.FOR, Direction.AGAINST}
    faces = (math.isinf(claimed.high) and math.isinf(printed.low)) or (
        math.isinf(claimed.low) and math.isinf(printed.high)
    )
    return opposite and faces and claimed.bounds == printed.bounds


def _distance(claimed: Quantity, other: Quantity) -> float:
    ends = [abs(one - two) for one in claimed.bounds for two in other.bounds]
    far = min(ends, default=math.inf) + (0 if claimed.measure == other.measure else 1e-3)
    return far + (0 if _side(claimed) == _side(other) else FAR)


def _side(quantity: Quantity) -> tuple[bool, bool]:
    """On which sides a quantity is open: "at least" beside "at least", a range beside a range."""
    return math.isinf(quantity.low), math.isinf(quantity.high)


def _agent(claimed: Agent, claim: Slots, line: Slots, lexicon: Lexicon) -> Ballot:
    named = agents_meant(claimed.concept, line.agents, lexicon)
    if not named:
        others = ", ".join(dict.fromkeys(each.text for each in line.given))
        return Ballot("agent", claimed.text, others, Vote.DIFFERS if others else Vote.SILENT)
    if any(_is_same_way(claimed.direction, each.direction) for each in named) or _meets_complement(claim, line):
        return Ballot("agent", claimed.text, named[0].text, Vote.STANDS)
    if not any(each.is_given for each in named):
        return Ballot("agent", claimed.text, "", Vote.SILENT)
    return Ballot(
        "direction", f"{claimed.text}: {claimed.direction}", f"{named[0].text}: {named[0].direction}", Vote.DIFFERS
    )


def agents_meant(concept: str, agents: Sequence[Agent], lexicon: Lexicon) -> list[Agent]:
    """Agents of a line that mean this one: itself, else its members, else its class where no other member is named."""
    exact = [each for each in agents if each.concept == concept]
    if exact:
        return exact
    members = [each for each in agents if not each.concept.startswith("?") and lexicon.is_a(each.concept, concept)]
    if members or concept.startswith("?"):
        return members
    classes = [each for each in agents if lexicon.is_a(concept, each.concept)]
    return [
        each
        for each in classes
        if not any(other.concept != each.concept and lexicon.is_a(other.concept, each.concept) for other in agents)
    ]


def _is_same_way(one: Direction, other: Direction) -> bool:
    return (one == Direction.AGAINST) == (other == Direction.AGAINST)


def _meets_complement(claim: Slots, line: Slots) -> bool:
    return any(_is_complement(one, other, claim, line) for one in claim.quantities for other in line.quantities
               if _may_compare(one, other))  # fmt: skip


def _steps(claimed: Iterable[Agent], line: Slots, lexicon: Lexicon) -> Iterator[Ballot]:
    for each in claimed:
        named = [other for other in line.steps if is_same_agent(each.concept, other.concept, lexicon)]
        if not named:
            continue  # a test that a line leaves out is no statement on it; other words tell
        elif any(_is_same_way(each.direction, other.direction) for other in named):
            yield Ballot("procedure", each.text, named[0].text, Vote.STANDS)
        else:
            yield Ballot(
                "direction", f"{each.text}: {each.direction}", f"{named[0].text}: {named[0].direction}", Vote.DIFFERS
            )


def _direction(claim: Slots, line: Slots, rarity: Mapping[str, float]) -> Iterator[Ballot]:
    """Direction by the words that both have, for what the claim tells to do and what it tells not to do by itself."""
    agreed = False
    for told in (Direction.AGAINST, Direction.FOR):
        same = other = 0.0
        for word, way in claim.terms.items():
            theirs = line.terms.get(word)
            if (
                way is None
                or theirs is None
                or word.isdigit()
                or (way == Direction.AGAINST) != (told == Direction.AGAINST)
            ):
                continue
            if _is_same_way(way, theirs):
                same += rarity.get(word, 1.0)
            else:
                other += rarity.get(word, 1.0)
        if other > same * OPPOSED:
            yield Ballot("direction", str(told), str(line.direction), Vote.DIFFERS)
            return
        agreed = agreed or same > 0
    if agreed:
        yield Ballot("direction", str(claim.direction), str(line.direction), Vote.STANDS)


def _names(claim: Slots, line: Slots) -> Iterator[Ballot]:
    """Names of scores and devices, where a line has the same or one much like it."""
    theirs = proper_names(line.text)
    for name in proper_names(claim.text):
        like = next((other for other in theirs if other[:ALIKE] == name[:ALIKE]), None)
        if like is not None:
            yield Ballot("procedure", name, like, Vote.STANDS if like == name else Vote.DIFFERS)


def _population(claim: Slots, line: Slots) -> Iterator[Ballot]:
    mine, theirs = claim.population, line.population
    if mine.sex and theirs.sex and mine.sex != theirs.sex:
        yield Ballot("population", mine.sex, theirs.sex, Vote.DIFFERS)
    if mine.is_pregnant and not theirs.is_pregnant:
        yield Ballot("population", "pregnant", "", Vote.SILENT)
    for axis in _AXES:
        one, other = mine.severities & axis, theirs.severities & axis
        if one and other and not one & other:
            yield Ballot("population", _shown(one), _shown(other), Vote.DIFFERS)


_AXES = (
    frozenset({"mild", "moderate", "severe", "critical", "non_severe"}),
    frozenset({"high_risk", "low_risk", "very_high_risk"}),
    frozenset({"acute", "chronic"}),
    frozenset({"stage_1", "stage_2", "stage_3"}),
    frozenset({"group_a", "group_b", "group_c", "group_d", "group_e"}),
)


def _shown(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)).replace("_", " ")
