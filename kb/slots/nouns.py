"""The slots of one text: frozen values, comparable across units and languages."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

TOLERANCE = 0.015  # relative, where one side was converted: covers its rounding (7.8 mmol/L for 140 mg/dL)
EXACT = 1e-6


class Role(StrEnum):
    """What a quantity is in a recommendation."""

    DOSE = "dose"  # of a drug or a procedure
    THRESHOLD = "threshold"  # of a measurement: a limit, a target, a count
    AGE = "age"  # who is meant
    TIMING = "timing"  # when, for how long
    FREQUENCY = "frequency"  # how often


class Direction(StrEnum):
    """Which way a text points."""

    FOR = "for"
    AGAINST = "against"
    EITHER = "either"  # left to the individual case


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value or an interval in a canonical unit (mmol/L, mmHg, mg, days, years of age …)."""

    low: float  # -inf where open
    high: float  # inf where open
    is_low_strict: bool
    is_high_strict: bool
    unit: str  # canonical
    role: Role
    measure: (
        str  # what it measures ("ldl", "sbp", "glucose"), of a dose start | max | step; "" if the text does not say
    )
    text: str  # as printed, with its comparator
    start: int  # of `text` in the unified text
    is_negated: bool = False  # "rather than 80-110 mg/dL"
    is_converted: bool = False  # by a factor that print rounds: mg/dL, mmol/mol, kPa, months

    @property
    def is_exact(self) -> bool:
        """Whether it is one value, not an interval."""
        return self.low == self.high

    @property
    def bounds(self) -> tuple[float, ...]:
        """The finite ends, each once."""
        return tuple(dict.fromkeys(each for each in (self.low, self.high) if math.isfinite(each)))

    def is_comparable(self, other: Quantity) -> bool:
        """Whether two quantities may say something about the same thing."""
        if self.unit != other.unit or self.role != other.role:
            return False
        return not (self.measure and other.measure) or self.measure == other.measure

    def is_same(self, other: Quantity) -> bool:
        """Whether both ends and both comparators agree."""
        return (
            self.has_same_ends(other)
            and self.is_low_strict == other.is_low_strict
            and self.is_high_strict == other.is_high_strict
        )

    def has_same_ends(self, other: Quantity) -> bool:
        """Whether both ends agree; "above" and "at or above" count alike."""
        within = self.tolerance(other)
        return is_close(self.low, other.low, within) and is_close(self.high, other.high, within)

    def tolerance(self, other: Quantity) -> float:
        """Relative difference that is rounding and not another value: none between values in one printed unit."""
        return EXACT if self.is_converted == other.is_converted else TOLERANCE


def is_close(one: float, other: float, within: float = EXACT) -> bool:
    """Whether two values are one value."""
    if math.isinf(one) or math.isinf(other):
        return one == other
    return math.isclose(one, other, rel_tol=within, abs_tol=1e-9)


@dataclass(frozen=True, slots=True)
class Agent:
    """A drug, a drug class or a vaccine that a text names; or a test or procedure, among the steps."""

    concept: str  # lexicon id, or "?" and the word where only its form tells that it is a drug
    text: str
    start: int
    direction: Direction
    is_given: bool  # False: it describes the patient ("cannot take aspirin", "on a statin")


@dataclass(frozen=True, slots=True)
class Population:
    """Who is meant, beside the ages that are among the quantities."""

    sex: str  # male | female | ""
    conditions: frozenset[str]  # lexicon ids
    without: frozenset[str]  # lexicon ids of conditions that these people do not have
    severities: frozenset[str]
    settings: frozenset[str]
    is_everyone: bool  # "all adults", 所有患者
    is_pregnant: bool
    age_groups: frozenset[str]  # adult | child


@dataclass(frozen=True, slots=True)
class Slots:
    """Everything that one text asserts."""

    text: str  # unified: the text that positions refer to
    language: str
    direction: Direction
    strength: str  # strong | conditional | ""
    strength_text: str
    agents: tuple[Agent, ...]
    steps: tuple[Agent, ...]  # tests and procedures
    quantities: tuple[Quantity, ...]
    population: Population
    exclusivity: frozenset[str]  # all | only | alone | first_line
    qualifiers: frozenset[str]  # routinely | usually | unless | except | only_if
    terms: dict[str, Direction | None]  # content words, with the direction of their clause; None: both ways

    def of_role(self, *roles: Role) -> tuple[Quantity, ...]:
        """Quantities of these roles, in text order."""
        return tuple(each for each in self.quantities if each.role in roles)

    @property
    def given(self) -> tuple[Agent, ...]:
        """Agents that the text is about giving or not giving."""
        return tuple(each for each in self.agents if each.is_given)
