"""Who a statement is about: a sentence must not leave out for whom, or under which condition, the text advises."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.answering.gate_quantities import Quantity, is_same_amount
from kb.answering.gate_reading import Key, Reading
from kb.lexicon.lookup import load_lexicon

USED = 0.4  # share of a clause's content that a sentence says, from which it speaks of that clause
_LEADS_IN = re.compile(
    r"\b(?:in|for|with|without|who|whose|having|has|had|if|when|where|among|aged|age|of)\s+(?:[a-z'-]+\s+){0,3}$"
    r"|(?:对于?|合并|伴有?|患有?|若|如果?|当|凡|有|的)[^，,。；;]{0,4}$"
)
_THRESHOLDS = (
    "months",
    "pressure",
    "share",
    "volume/min",
    "amount/l",
    "mass/dl",
    "mass/l",
    "length",
    "celsius",
    "beats",
)


def limits_left_out(said: Reading, there: Reading, asked: Reading) -> Iterator[str]:
    """Groups of people, illnesses and thresholds of the clauses used that neither sentence nor question says."""
    used = used_clauses(said, there)
    yield from _groups(said, there, asked, used)
    for key in there.concepts:
        is_limit = key.clause in used and _is_condition(key)
        if is_limit and _LEADS_IN.search(there.text[: key.start]) and not _is_one_said(key, there, said, asked):
            yield key.surface
    for quantity in there.quantities:
        is_limit = _clause_at(there, quantity.digits) in used and _is_threshold(there, quantity)
        if is_limit and not any(is_same_amount(each, quantity) for each in (*said.quantities, *asked.quantities)):
            yield there.text[quantity.start : quantity.end]


def _groups(said: Reading, there: Reading, asked: Reading, used: set[int]) -> Iterator[str]:
    """Groups of people left out; "adults" may be: it is what most guidelines are about."""
    spoken = {(word.group, word.name) for each in (said, asked) for word in each.words}
    for word in there.words:
        is_group = word.group == "population" and word.name != "adult" and not _is_in_a_name(there, word.start)
        if not is_group or _clause_at(there, word.start) not in used or (word.group, word.name) in spoken:
            continue
        if not _is_alternative(there, word.start, spoken):
            yield word.name


def _is_in_a_name(there: Reading, place: int) -> bool:
    return any(key.start <= place < key.end for key in there.concepts)


def used_clauses(said: Reading, there: Reading) -> set[int]:
    """Clauses of a text of which a sentence repeats a good part."""
    totals: dict[int, float] = {}
    shares: dict[int, float] = {}
    for key in there.keys:
        totals[key.clause] = totals.get(key.clause, 0.0) + 1.0
        if said.names.intersection(key.names):
            shares[key.clause] = shares.get(key.clause, 0.0) + 1.0
    return {clause for clause, share in shares.items() if share >= max(2.0, USED * totals[clause])}


def _clause_at(reading: Reading, place: int) -> int:
    nearest = min(reading.keys, key=lambda key: abs(key.start - place), default=None)
    return nearest.clause if nearest else 0


def _is_alternative(there: Reading, place: int, spoken: set[tuple[str, str]]) -> bool:
    """Whether it is one of several groups named together, of which the sentence names another."""
    clause = _clause_at(there, place)
    others = {
        (word.group, word.name)
        for word in there.words
        if word.group == "population"
        and word.name != "adult"
        and not _is_in_a_name(there, word.start)
        and _clause_at(there, word.start) == clause
    }
    return bool(others & spoken)


def _is_condition(key: Key) -> bool:
    lexicon = load_lexicon()
    return all(lexicon.concept(each).group == "conditions" for each in key.concept_ids)


def _is_one_said(key: Key, there: Reading, said: Reading, asked: Reading) -> bool:
    """Whether it is said, or another of the illnesses named beside it."""
    beside = [each for each in there.concepts if each.clause == key.clause and _is_condition(each)]
    return any(_is_said(each, said, asked) for each in beside)


def _is_said(key: Key, said: Reading, asked: Reading) -> bool:
    lexicon = load_lexicon()
    return any(
        lexicon.is_a(theirs, mine) or lexicon.is_a(mine, theirs)
        for other in (*said.concepts, *asked.concepts)
        for mine in key.concept_ids
        for theirs in other.concept_ids
    )


def _is_threshold(there: Reading, quantity: Quantity) -> bool:
    if quantity.unit not in _THRESHOLDS:
        return False
    is_age = quantity.unit == "months" and re.search(
        r"岁|aged?\b|years? old|older|younger", there.text[max(0, quantity.start - 12) : quantity.end + 10]
    )
    return bool(quantity.bound or is_age) and _LEADS_IN.search(there.text[: quantity.start]) is not None
