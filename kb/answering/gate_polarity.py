"""Every "not" of a sentence must stand in the text beside the same words, and every "not" beside its words in it."""

from __future__ import annotations

from collections.abc import Iterator

from kb.answering.gate_places import Near, is_free, likeness, near, places
from kb.answering.gate_reading import Key, Negation, Reading

AS_GOOD = 0.62  # of the likest place: how like a denial must be to be the one that is meant
LEAST = 0.12
REACH = 4  # keys between a word and the denial that governs it


def polarity_faults(said: Reading, there: Reading, around: Reading) -> Iterator[str]:
    """Denials that stand on one side only; the words where they stand.

    What the sentence denies must be denied in the stretch; what the exhibit denies anywhere must not be affirmed.
    """
    for denial in said.negations:
        if not _is_denied(said, denial, there):
            yield said.text[denial.start : denial.start + 20]
    for denial in around.negations:
        if _is_told_without(said, around, denial):
            yield around.text[denial.start : denial.start + 20]


def _is_denied(said: Reading, denial: Negation, there: Reading) -> bool:
    """Whether the text denies the same words, or denies where it speaks of the same."""
    if not there.negations:
        return False
    core = [key for key in _core(said, denial) if not is_free(key.names[0])]
    for other in there.negations:
        governed = {name for key in there.keys if _governs(there, other, key) for name in key.names}
        if core and all(governed & set(key.names) for key in core):
            return True
    around = near(said, denial.start, denial.end)
    denied = max(_alike(around, near(there, each.start, each.end)) for each in there.negations)
    best = max((_alike(around, place.near) for place in places(there)), default=0.0)
    return denied >= LEAST and denied >= AS_GOOD * best


def _alike(one: Near, other: Near) -> float:
    return (likeness(one, other) + likeness(other, one)) / 2


def _is_told_without(said: Reading, there: Reading, denial: Negation) -> bool:
    """Whether the sentence says what the text denies, as if it were not denied."""
    core = _core(there, denial)
    told = [key for key in said.keys if any(set(key.names) & set(each.names) for each in core)]
    weighty = [each for each in core if not is_free(each.names[0])] or core
    spoken = {name for key in told for name in key.names}
    if not told or not all(spoken & set(each.names) for each in weighty):
        return False
    if any(_governs(said, mine, key) for mine in said.negations for key in told):
        return False
    return not _is_affirmed(said, there, told)


def _core(reading: Reading, denial: Negation) -> list[Key]:
    """What a denial denies: up to its next content word, and the one before it ("… is not recommended")."""
    inside = [key for key in reading.keys if key.clause == denial.clause]
    after = [key for key in inside if key.start >= denial.start]
    before = [key for key in inside if key.end <= denial.start and not is_free(key.names[0])]
    weighty = [key for key in after if not is_free(key.names[0])]
    first = [key for key in after if key.start <= weighty[0].start] if weighty else after
    return first + before[-1:] if first else before[-2:]


def _governs(reading: Reading, denial: Negation, key: Key) -> bool:
    """Whether a denial stands near enough to a word to deny it."""
    if key.clause != denial.clause:
        return False
    low, high = sorted((key.start, denial.start))
    return sum(low < each.start < high for each in reading.keys if each.clause == denial.clause) <= REACH


def _is_affirmed(said: Reading, there: Reading, told: list[Key]) -> bool:
    """Whether a clause of the text that denies nothing says the same words in a likelier place."""
    denying = {each.clause for each in there.negations}
    names = {name for key in told for name in key.names}
    free = [key for key in there.keys if key.clause not in denying and names & set(key.names)]
    bound = [key for key in there.keys if key.clause in denying and names & set(key.names)]
    if len({each.names for each in free}) < len({each.names for each in bound}):
        return False
    return _best(said, there, told, free) >= _best(said, there, told, bound)


def _best(said: Reading, there: Reading, told: list[Key], keys: list[Key]) -> float:
    return max(
        (_alike(near(said, mine.start, mine.end), near(there, key.start, key.end)) for mine in told for key in keys),
        default=0.0,
    )
