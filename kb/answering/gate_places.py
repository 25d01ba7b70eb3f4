"""What stands near a place of a text: how the gate tells which of two doses, or which "not", a sentence means."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from kb.answering.gate_reading import Reading
from kb.answering.gate_words import FREE

NEAR = 5  # keys on each side that say what a place is about
Near = dict[str, float]  # name of a key → how near it stands, up to 1.5


def near(reading: Reading, start: int, end: int) -> Near:
    """Names near the characters [start, end) of the folded text, numbers too; words of another clause count less."""
    places = [(key.start, key.end, key.names, key.clause, 1.5 if key.is_concept else 1.0) for key in reading.keys]
    clause = _clause(reading, start)
    places += [
        (each.digits, each.end, (f"q:{each.base:g}{each.unit}{each.bound}",), _clause(reading, each.digits), 2.2)
        for each in reading.quantities
    ]
    before = sorted((each for each in places if each[1] <= start), key=lambda each: -each[1])[:NEAR]
    after = sorted((each for each in places if each[0] >= end), key=lambda each: each[0])[:NEAR]
    found: Near = {}
    for side in (before, after):
        for distance, (_, _, names, theirs, own_weight) in enumerate(side):
            weight = own_weight / (1.0 + 0.35 * distance) * (1.0 if theirs == clause else 0.3)
            for name in names:
                found[name] = max(found.get(name, 0.0), weight * (0.4 if is_free(name) else 1.0))
    return found


def _clause(reading: Reading, place: int) -> int:
    before = [key for key in reading.keys if key.start <= place]
    return before[-1].clause if before else (reading.keys[0].clause if reading.keys else 0)


def likeness(one: Near, other: Near) -> float:
    """Share of what stands near one place that stands near the other too, 0..1."""
    total = sum(one.values())
    return sum(min(weight, other.get(name, 0.0)) for name, weight in one.items()) / total if total else 0.0


def is_free(name: str) -> bool:
    """Whether a key is a word class without rivals, which says little by itself."""
    return name.startswith("x:") and name[2:].partition(".")[0] in FREE


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a text and what stands near it, itself included."""

    clause: int
    near: Near


@lru_cache(maxsize=256)
def places(reading: Reading) -> tuple[Place, ...]:
    """A place for each key of a text."""
    found = []
    for key in reading.keys:
        around = near(reading, key.start, key.start)
        found.append(Place(key.clause, around))
    return tuple(found)
