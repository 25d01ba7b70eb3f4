"""From one text to its slots."""

from __future__ import annotations

from functools import lru_cache

from kb.lexicon import Lexicon, load_lexicon
from kb.slots.agents import find_agents, find_steps
from kb.slots.nouns import Direction, Slots
from kb.slots.numerals import unify
from kb.slots.population import read_population
from kb.slots.quantities import find_quantities
from kb.slots.wording import (
    Clause,
    find_clauses,
    main_direction,
    people_spans,
    read_exclusivity,
    read_qualifiers,
    read_strength,
)
from kb.text import language_of, tokens


def read_slots(text: str, lexicon: Lexicon | None = None) -> Slots:
    """Everything that a recommendation or a claim asserts, in English or Chinese; a pure function of the text."""
    return _read(text, load_lexicon() if lexicon is None else lexicon)


@lru_cache(maxsize=20_000)
def _read(text: str, lexicon: Lexicon) -> Slots:
    unified = unify(text)
    clauses = find_clauses(unified)
    strength, strength_text = read_strength(unified)
    return Slots(
        text=unified,
        language=language_of(text),
        direction=main_direction(unified, clauses),
        strength=strength,
        strength_text=strength_text,
        agents=find_agents(unified, clauses, lexicon),
        steps=find_steps(unified, clauses, lexicon),
        quantities=find_quantities(unified),
        population=read_population(unified, lexicon),
        exclusivity=read_exclusivity(unified),
        qualifiers=read_qualifiers(unified),
        terms=_terms(unified, clauses),
    )


def _terms(text: str, clauses: tuple[Clause, ...]) -> dict[str, Direction | None]:
    """Content words with the direction of their clause; None where clauses of both ways have the word."""
    found: dict[str, Direction | None] = {}
    for start, end in people_spans(text):
        found.update(dict.fromkeys(tokens(text[start:end])))
    for clause in clauses:
        for token in tokens(text[clause.start : clause.end]):
            known = found.setdefault(token, clause.direction)
            if known != clause.direction:
                found[token] = None
    return found
