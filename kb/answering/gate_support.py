"""Whether one stretch of an exhibit carries a sentence: numbers, concepts, contrasts, polarity, force, content."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from kb.answering.gate_force import Force
from kb.answering.gate_limits import limits_left_out, used_clauses
from kb.answering.gate_places import is_free, likeness, near
from kb.answering.gate_polarity import polarity_faults
from kb.answering.gate_quantities import Quantity, agree_in_bound, is_same_amount
from kb.answering.gate_reading import Key, Reading
from kb.answering.gate_words import FREE, Found
from kb.lexicon.lookup import Lexicon, load_lexicon
from kb.text import has_cjk

HARD = ("drugs", "drug_classes", "vaccines", "conditions", "organisms", "traditional_medicine")  # names that must stand
SMALL = 4
FIRST_YEAR = 1900  # a number above it in an edition's name is its year
RIVAL = 1.25  # how much better another place must fit before a word counts as said of the wrong thing


class Fault(StrEnum):
    """Why a sentence is not shown."""

    NO_MARKER = "no_marker"  # it cites nothing
    UNKNOWN_MARKER = "unknown_marker"  # it cites a number that was not given
    NUMBER = "number"  # a number, unit or bound that the cited text does not hold
    NAME = "name"  # a drug, illness or the like that the cited text does not name
    POPULATION = "population"  # another group of people than the cited text speaks of
    CONTRAST = "contrast"  # the opposite or a rival of what stands there: raise for lower, before for after
    POLARITY = "polarity"  # a "not" too many or too few
    FORCE = "force"  # firmer or weaker than the cited text
    GRADE = "grade"  # a grade that the cited recommendation does not carry
    CONTENT = "content"  # too little of what it says stands there
    CURRENCY = "currency"  # an edition that is not in force, without saying so; or a claim about which edition is
    LANGUAGE = "language"  # another language than the question's
    MARKUP = "markup"  # a link, an address or a tag
    ORDER = "order"  # an order about one person, or words to a machine


@dataclass(frozen=True, slots=True)
class Stretch:
    """One or more neighbouring units of an exhibit, with what stands above them."""

    start: int  # in the exhibit's text
    end: int
    reading: Reading  # of the units, what introduces them before
    around: Reading  # of the whole exhibit: text, headings, title
    is_advice: bool  # stands in a recommendation
    is_single: bool  # one unit only
    years: frozenset[float] = frozenset()  # numbers in the edition's name


def faults_of(said: Reading, there: Stretch, asked: Reading) -> Iterator[tuple[Fault, str]]:
    """Everything in which a sentence differs from a stretch, in the order of gravity; nothing when it is carried."""
    yield from _numbers(said, there)
    yield from _concepts(said, there)
    yield from _contrasts(said, there)
    yield from ((Fault.POLARITY, detail) for detail in polarity_faults(said, there.reading, there.around))
    yield from _force(said, there)
    yield from ((Fault.POPULATION, f"without {detail}") for detail in limits_left_out(said, there.reading, asked))


def _numbers(said: Reading, there: Stretch) -> Iterator[tuple[Fault, str]]:
    for quantity in said.quantities:
        matching = [each for each in there.reading.quantities if is_same_amount(quantity, each)]
        shown = said.text[quantity.start : quantity.end]
        if not matching:
            if not _stands_above(quantity, there) and not _is_counted(said, quantity, there.reading):
                yield Fault.NUMBER, shown
        elif not _agrees(said, quantity, there.reading, matching) and not _is_called_a_limit(said, quantity):
            yield Fault.NUMBER, shown
        elif _is_half_a_range(said, quantity, there.reading, matching):
            yield Fault.NUMBER, f"half of the range of {shown}"
        elif _is_anothers(said, quantity, there.reading, matching):
            yield Fault.NUMBER, f"{shown} belongs to something else"
    yield from ((Fault.NUMBER, detail) for detail in _joined_otherwise(said, there.reading))


_RANGE = re.compile(r"\s*(?:-|~|to|至|到)\s*")
_AND, _OR = re.compile(r"\band\b|且|并|和"), re.compile(r"\bor\b|或")


def _is_half_a_range(said: Reading, mine: Quantity, there: Reading, matching: Sequence[Quantity]) -> bool:
    """Whether each place that holds the number is one end of a range whose other end the sentence leaves out."""
    if mine.bound:
        return False
    for each in matching:
        index = there.quantities.index(each)
        ends = [
            there.quantities[other]
            for other in (index - 1, index + 1)
            if 0 <= other < len(there.quantities) and _is_range(there, min(index, other))
        ]
        if not ends or any(_is_said(said, end) for end in ends):
            return False
    return True


def _is_range(reading: Reading, index: int) -> bool:
    one, other = reading.quantities[index], reading.quantities[index + 1]
    return _RANGE.fullmatch(reading.text, one.end, other.digits) is not None


def _is_said(said: Reading, other: Quantity) -> bool:
    return any(is_same_amount(each, other) for each in said.quantities)


def _joined_otherwise(said: Reading, there: Reading) -> Iterator[str]:
    """Two bounds that both must hold, told as if one were enough, or the other way round."""
    for one, other in pairwise(said.quantities):
        if not (one.bound and other.bound):
            continue
        between = said.text[one.end : other.start]
        mine = bool(_OR.search(between)), bool(_AND.search(between))
        theirs = [
            (bool(_OR.search(gap)), bool(_AND.search(gap)))
            for first, second in pairwise(there.quantities)
            if is_same_amount(one, first) and is_same_amount(other, second)
            for gap in (there.text[first.end : second.start],)
        ]
        if theirs and mine in ((True, False), (False, True)) and all(each == mine[::-1] for each in theirs):
            yield f"{between.strip()[:30]}"


def _agrees(said: Reading, quantity: Quantity, there: Reading, matching: Sequence[Quantity]) -> bool:
    """Whether its bound is printed, or it repeats another quantity whose bound is ("three days (72 h)")."""
    again = [each for each in said.quantities if is_same_amount(each, quantity)]
    return any(agree_in_bound(mine, each) or _is_end(mine, each, there) for mine in again for each in matching)


def _is_end(said: Quantity, printed: Quantity, there: Reading) -> bool:
    """Whether a bound is the end of a range that is printed: "up to 10 mg" for "5–10 mg"."""
    if printed.bound or not said.bound or said.is_strict:
        return False
    index = there.quantities.index(printed)
    is_upper = index > 0 and _is_range(there, index - 1)
    is_lower = index + 1 < len(there.quantities) and _is_range(there, index)
    return is_upper if said.bound == "down" else is_lower


def _is_counted(said: Reading, quantity: Quantity, there: Reading) -> bool:
    """Whether a small number in words only counts what is there: "once daily" for "daily", "the two" for both."""
    is_word = not said.text[quantity.digits].isdigit() and quantity.value <= SMALL
    if is_word and not quantity.unit and not quantity.bound:
        return not any(not each.unit and each.value <= SMALL for each in there.quantities)
    return (quantity.unit, quantity.value) == ("times", 1.0) and not any(
        each.unit == "times" for each in there.quantities
    )


def _is_called_a_limit(said: Reading, quantity: Quantity) -> bool:
    """Whether a number without a bound is told as a threshold or target, which is what a bound makes it."""
    return not quantity.bound and any(word.key in ("threshold.threshold", "target.target") for word in said.words)


def _stands_above(quantity: Quantity, there: Stretch) -> bool:
    """An age or stage in a heading, or a number that is part of a name ("type 2")."""
    if quantity.unit not in ("", "months"):
        return False
    if quantity.value in there.years and quantity.value > FIRST_YEAR:
        return True
    above = [each for each in there.around.quantities if is_same_amount(quantity, each) and each.unit == quantity.unit]
    rivals = [each for each in there.reading.quantities if each.unit == quantity.unit and quantity.unit]
    return any(agree_in_bound(quantity, each) for each in above) and not rivals


def _is_anothers(said: Reading, mine: Quantity, there: Reading, matching: Sequence[Quantity]) -> bool:
    """Whether another amount of the same kind, which the sentence leaves out, fits better what this one is said of."""
    own = near(said, mine.start, mine.end)
    rivals = [each for each in there.quantities if each.unit == mine.unit and not _is_said(said, each)]
    best = max(likeness(own, near(there, each.start, each.end)) for each in matching)
    return any(likeness(own, near(there, each.start, each.end)) > RIVAL * best + 0.1 for each in rivals)


def _concepts(said: Reading, there: Stretch) -> Iterator[tuple[Fault, str]]:
    lexicon = load_lexicon()
    for key in said.concepts:
        if not any(lexicon.concept(each).group in HARD for each in key.concept_ids):
            continue
        same = [each for each in there.reading.concepts if is_named(lexicon, key, each)]
        rivals = [
            each
            for each in there.reading.concepts
            if _same_group(lexicon, key, each) and not _is_in(lexicon, each, said.concepts)
        ]
        if same:
            if all(_is_other_salt(key, each) for each in same):
                yield Fault.NAME, f"{key.surface}, not {same[0].surface}"
            elif _is_drug(lexicon, key) and _is_anothers_name(said, key, there.reading, same, rivals):
                yield Fault.NAME, f"{key.surface}, not {rivals[0].surface}"
        elif (
            not _is_printed(key, there.reading)
            and not _is_worded(said, key, there.reading)
            and (
                (rivals and _is_drug(lexicon, key))
                or not (
                    any(is_named(lexicon, key, each) for each in there.around.concepts)
                    or _is_printed(key, there.around)
                )
            )
        ):
            yield Fault.NAME, key.surface
    yield from ((Fault.NAME, f"without {name}") for name in _drugs_left_out(lexicon, said, there))


def _is_other_salt(said: Key, printed: Key) -> bool:
    """Whether two names share a word and differ in another: calcium chloride and calcium gluconate."""
    mine, theirs = (set(re.split(r"[\s/-]+", key.surface)) for key in (said, printed))
    apart = [(a, b) for a in mine - theirs for b in theirs - mine if min(len(a), len(b)) >= 5]
    return bool(mine & theirs) and bool(apart) and not any(a[:5] == b[:5] for a, b in apart)


def _is_printed(key: Key, reading: Reading) -> bool:
    """Whether the very words stand there, as part of a longer name or apart."""
    words = key.surface.replace("-", " ").split()
    text = f" {reading.text.replace('-', ' ')} "
    if has_cjk(key.surface):
        return key.surface in text
    return all(
        f" {word[:5]}" in text if len(word) > 5 else re.search(rf"\b{re.escape(word)}\b", text) for word in words
    )


def _is_worded(said: Reading, key: Key, there: Reading) -> bool:
    """Whether the name is made of a word class that the text says: "menopause" where it says "postmenopausal"."""
    inside = {
        word.key
        for word in said.words
        if word.group == "population" and key.start <= word.start and word.end <= key.end
    }
    return bool(inside & {word.key for word in there.words})


def _is_drug(lexicon: Lexicon, key: Key) -> bool:
    return any(_kind(lexicon.concept(each).group) == "drugs" for each in key.concept_ids)


def _is_anothers_name(said: Reading, key: Key, there: Reading, same: Sequence[Key], rivals: Sequence[Key]) -> bool:
    """Whether what is said of a drug stands beside another drug, which the sentence does not name."""
    own = near(said, key.start, key.end)
    best = max(likeness(own, near(there, each.start, each.end)) for each in same)
    return any(likeness(own, near(there, each.start, each.end)) > RIVAL * best + 0.1 for each in rivals)


def _drugs_left_out(lexicon: Lexicon, said: Reading, there: Stretch) -> Iterator[str]:
    """The drug of the clause that a sentence repeats without naming any drug of it."""
    for clause in used_clauses(said, there.reading):
        drugs = [key for key in there.reading.concepts if key.clause == clause and _is_drug(lexicon, key)]
        if drugs and not any(_is_in(lexicon, key, said.concepts) or _is_printed(key, said) for key in drugs):
            yield drugs[0].surface


def is_named(lexicon: Lexicon, said: Key, printed: Key) -> bool:
    """Whether a printed name carries a said one: the same concept, or a member of the class that is said."""
    return any(lexicon.is_a(theirs, mine) for mine in said.concept_ids for theirs in printed.concept_ids)


def is_class_of(said: Key, printed: Key) -> bool:
    """Whether the said name is the class of the printed one."""
    return not set(said.concept_ids) & set(printed.concept_ids)


def _is_in(lexicon: Lexicon, key: Key, said: Iterable[Key]) -> bool:
    return any(is_named(lexicon, key, each) or is_named(lexicon, each, key) for each in said)


def _same_group(lexicon: Lexicon, one: Key, other: Key) -> bool:
    groups = [{_kind(lexicon.concept(each).group) for each in key.concept_ids} for key in (one, other)]
    return bool(groups[0] & groups[1])


def _kind(group: str) -> str:
    return "drugs" if group in ("drugs", "drug_classes", "vaccines") else group


def _contrasts(said: Reading, there: Stretch) -> Iterator[tuple[Fault, str]]:
    above = {(word.group, word.name) for word in there.around.words}
    for word in said.words:
        if word.key == "rate.yearly" and any(
            each.unit == "months" and each.value == 12 for each in there.reading.quantities
        ):
            continue
        if word.group in FREE or word.group == "force" or word.key == "route.taken" or _is_in_a_name(said, word):
            continue
        group = [each for each in there.reading.words if each.group == word.group]
        same = [each for each in group if each.name == word.name or each.name in IMPLIED.get(word.name, ())]
        mine = {each.name for each in said.words if each.group == word.group}
        rivals = [each for each in group if each.name not in mine]
        fault = Fault.POPULATION if word.group == "population" else Fault.CONTRAST
        if not same:
            if rivals:
                yield fault, f"{word.name}, not {rivals[0].name}"
            elif word.group in NEEDED and not (word.group in ABOVE and (word.group, word.name) in above):
                yield fault, word.name
        elif rivals and _is_rivals(said, word, there.reading, same, rivals):
            yield fault, f"{word.name}, not {rivals[0].name}"


def _is_in_a_name(said: Reading, word: Found) -> bool:
    """Whether a word is part of the name of an illness, which is compared as a whole."""
    return any(key.start <= word.start and word.end <= key.end for key in said.concepts)


def _is_rivals(said: Reading, word: Found, there: Reading, same: Sequence[Found], rivals: Sequence[Found]) -> bool:
    """Whether a rival word stands where the text speaks of what the sentence speaks of."""
    own = near(said, word.start, word.end)
    best = max(likeness(own, near(there, each.start, each.end)) for each in same)
    return any(likeness(own, near(there, each.start, each.end)) > RIVAL * best + 0.1 for each in rivals)


# Groups of which a sentence says nothing that the text does not; and who is one of a wider group by being another.
NEEDED = frozenset(
    ("population", "condition", "result", "line", "pressure", "vaccine", "route", "risk", "rate", "often", "size",
     "residence", "mobility", "severity")
)  # fmt: skip
ABOVE = frozenset({"population", "result", "pressure", "risk", "severity"})  # and which may stand in another unit
IMPLIED = {
    "oral": ("taken",),
    "women": ("pregnant", "lactating", "postpartum", "postmenopausal"),
    "child": ("infant", "neonate"),
    "infant": ("neonate",),
}


def _force(said: Reading, there: Stretch) -> Iterator[tuple[Fault, str]]:
    forces = [word for word in there.reading.words if word.group == "force"]
    firm = [word for word in forces if word.name != Force.WEAK]
    weak = [word for word in forces if word.name == Force.WEAK]
    for word in said.words:
        if word.group != "force" or word.name == Force.ORDER:
            continue
        same, rivals = (weak, firm) if word.name == Force.WEAK else (firm, weak)
        if not same:
            own = near(said, word.start, word.end)
            is_rivalled = any(likeness(own, near(there.reading, each.start, each.end)) >= 0.25 for each in rivals)
            if is_rivalled or (word.name == Force.STRONG and not there.is_advice):
                yield Fault.FORCE, said.text[word.start : word.end]
        elif rivals and _is_rivals(said, word, there.reading, same, rivals):
            yield Fault.FORCE, said.text[word.start : word.end]


def coverage(said: Reading, there: Stretch) -> float:
    """Share of a sentence's content that the stretch holds, 0..1; what stands only above it counts half."""
    inside, above = there.reading.names, there.around.names
    lexicon = load_lexicon()
    total = held = 0.0
    for key in said.keys:
        weight = _weight(key)
        total += weight
        if (
            any(name in inside for name in key.names)
            or _is_kin(key, there.reading)
            or key.is_concept
            and any(is_named(lexicon, key, each) for each in there.reading.concepts)
        ):
            held += weight
        elif any(name in above for name in key.names):
            held += 0.5 * weight
    for quantity in said.quantities:
        total += 1.0
        held += any(is_same_amount(quantity, each) for each in there.reading.quantities)
    return held / total if total else 0.0


def _weight(key: Key) -> float:
    if key.is_concept:
        return 1.5
    return 0.3 if is_free(key.names[0]) else 1.0


def _is_kin(key: Key, there: Reading) -> bool:
    """Whether a word of the text begins like it ("diabetic", "diabetes"), or holds it (Chinese)."""
    if not key.names[0].startswith("w:"):
        return False
    word = key.surface
    if has_cjk(word):
        return word in there.text
    return len(word) >= 6 and any(each.surface[:5] == word[:5] for each in there.keys if each.names[0][:2] == "w:")
