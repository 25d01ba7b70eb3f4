"""Every "not" of a sentence must stand in the text beside the same words, and every "not" beside its words in it."""

from __future__ import annotations

from collections.abc import Iterator

from kb.answering.gate_places import Near, is_free, likeness, near, places
from kb.answering.gate_reading import Key, Negation, Reading

AS_CLEAR = 0.62  # of the likest place: how like a denial in other words must be to be the one that is meant
LEAST = 0.12
SPOKEN_OF = 0.4  # share of what stands near a denial that a sentence must say to speak of it
REACH = 4  # keys between a word and the denial that governs it


def polarity_faults(said: Reading, there: Reading, around: Reading) -> Iterator[str]:
    """Denials that stand on one side only; the words where they stand.

    What the sentence denies must be denied in the stretch; what the exhibit denies anywhere must not be affirmed.
    """
    free = list(there.negations)
    for denial in said.negations:
        fitting = [each for each in free if _are_one(said, denial, there, each)]
        other = max(fitting, key=lambda each: _fit(said, denial, there, each), default=None)
        if other is None:
            yield said.text[denial.start : denial.start + 20]
        else:
            free.remove(other)
    told = [each for each in around.negations if _is_told(said, around, each)]
    for denial in _without_counterpart(said, around, told):
        if not _is_affirmed(said, around, denial):
            yield around.text[denial.start : denial.start + 20]


def _fit(said: Reading, mine: Negation, there: Reading, other: Negation) -> float:
    """How well two denials fit that may be one."""
    wanted = _core(said, mine)
    governed = {name for key in there.keys if _governs(there, other, key) for name in key.names}
    fit = _alike(near(said, mine.start, mine.end), near(there, other.start, other.end))
    fit += 1.0 if wanted is not None and governed & set(wanted.names) else 0.0
    return fit + (0.5 if said.text[mine.start : mine.end] == there.text[other.start : other.end] else 0.0)


def _are_one(said: Reading, mine: Negation, there: Reading, other: Negation) -> bool:
    """Whether a denial of the sentence and one of the text deny the same."""
    wanted = _core(said, mine)
    if wanted is None:
        return said.text[mine.start : mine.end] == there.text[other.start : other.end]
    governed = {name for key in there.keys if _governs(there, other, key) for name in key.names}
    meant = {*wanted.names, *_before(said, mine)}
    if governed & meant:
        theirs = _core(there, other)
        if theirs is None or said.names & set(theirs.names):
            return True
    around = near(said, mine.start, mine.end)
    alike = _alike(around, near(there, other.start, other.end))
    best = max((_alike(around, place.near) for place in places(there)), default=0.0)
    return bool(governed & said.names) and alike >= LEAST and alike >= AS_CLEAR * best


def _alike(one: Near, other: Near) -> float:
    return (likeness(one, other) + likeness(other, one)) / 2


def _core(reading: Reading, denial: Negation) -> Key | None:
    """What a denial denies: the next content word of its clause, else the last one before it."""
    inside = [key for key in reading.keys if key.clause == denial.clause and not is_free(key.names[0])]
    after = [key for key in inside if key.start >= denial.start]
    before = [key for key in inside if key.end <= denial.start]
    return after[0] if after else before[-1] if before else None


def _before(reading: Reading, denial: Negation) -> tuple[str, ...]:
    """Names of the content words before a denial, which are denied too: "amantadine is not recommended for …"."""
    before = [key for key in reading.keys if key.clause == denial.clause and key.end <= denial.start]
    weighty = [key for key in before if not is_free(key.names[0])]
    return tuple(name for key in weighty[-2:] for name in key.names)


def _governs(reading: Reading, denial: Negation, key: Key) -> bool:
    """Whether a denial stands near enough to a word to deny it."""
    if key.clause != denial.clause:
        return False
    low, high = sorted((key.start, denial.start))
    return sum(low < each.start < high for each in reading.keys if each.clause == denial.clause) <= REACH


def _is_told(said: Reading, there: Reading, denial: Negation) -> bool:
    """Whether the sentence speaks of what the text denies."""
    core = _core(there, denial)
    if core is None or not said.names & set(core.names):
        return False
    before = [key for key in there.keys if key.clause == denial.clause and key.end <= denial.start and key.is_concept]
    if before and not said.names & {name for key in before for name in key.names}:
        return False  # of the drug that is denied for this illness it does not speak
    governed = [key for key in there.keys if _governs(there, denial, key)]
    weights = [0.4 if is_free(key.names[0]) else 1.0 for key in governed]
    spoken = sum(weight for key, weight in zip(governed, weights, strict=True) if said.names & set(key.names))
    return spoken >= SPOKEN_OF * sum(weights)


def _without_counterpart(said: Reading, there: Reading, told: list[Negation]) -> list[Negation]:
    """Denials of the text that are told, less one for each denial of the sentence, the likest first."""
    pairs = sorted(
        (
            (_alike(near(said, mine.start, mine.end), near(there, each.start, each.end)), first, second)
            for first, mine in enumerate(said.negations)
            for second, each in enumerate(told)
            if _denies(said, mine, there, each)
        ),
        reverse=True,
    )
    mine_taken: set[int] = set()
    theirs_taken: set[int] = set()
    for _, first, second in pairs:
        if first not in mine_taken and second not in theirs_taken:
            mine_taken.add(first)
            theirs_taken.add(second)
    return [each for index, each in enumerate(told) if index not in theirs_taken]


def _denies(said: Reading, mine: Negation, there: Reading, denial: Negation) -> bool:
    core = _core(there, denial)
    return core is not None and any(_governs(said, mine, key) for key in said.keys if set(key.names) & set(core.names))


def _is_affirmed(said: Reading, there: Reading, denial: Negation) -> bool:
    """Whether the text says the same word, not denied, in a likelier place."""
    core = _core(there, denial)
    if core is None:
        return True
    denied = [_core(there, each) for each in there.negations]
    told = [key for key in said.keys if set(key.names) & set(core.names)]
    free = [key for key in there.keys if key not in denied and set(key.names) & set(core.names)]
    bound = [core]
    return bool(free) and _best(said, there, told, free) >= _best(said, there, told, bound)


def _best(said: Reading, there: Reading, told: list[Key], keys: list[Key]) -> float:
    return max(
        (_alike(near(said, mine.start, mine.end), near(there, key.start, key.end)) for mine in told for key in keys),
        default=0.0,
    )
