"""A question as it is matched: terms with their alternatives, what it asks for, what the encoder makes of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.lexicon.lookup import Lexicon
from kb.models.encoder import Encoder, Vectors
from kb.retrieval.names_of_concepts import other_names
from kb.retrieval.wants import Want, read_wants
from kb.store.lexical import Alternative, LexicalIndex, Term
from kb.text import content_words, fold, has_cjk, is_cjk, language_of, tokens, unify

NAMING_WEIGHT = 0.2  # a word that says which document is meant, not what is asked of it
GUESS_WEIGHT = 0.6  # a word that no passage holds, read as another
PART_WEIGHT = 0.3  # two ideographs that are no word by themselves: part of a longer word, or of two
SINGLE_WEIGHT = 0.6  # one ideograph: it says little
GLOSSED = 0.4  # share that a word-by-word rendering loses, as a rule
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")


@dataclass(frozen=True, slots=True)
class Question:
    """A question, read against the vocabulary of one library."""

    text: str
    language: str
    terms: tuple[Term, ...]
    wants: frozenset[Want]
    numbers: frozenset[str]
    vector: Vectors | None  # of the question, or of its English gloss; None when the encoder knows too little of it
    unknown_share: float
    expanded: tuple[str, ...]


def read_question(
    text: str,
    lexical: LexicalIndex,
    encoder: Encoder,
    lexicons: Sequence[Lexicon],
    naming: frozenset[str] = frozenset(),
) -> Question:
    """Read a question; never fails, an empty one has no terms. `naming` words weigh little: they name a document."""
    terms, expanded = make_terms(text, lexical, lexicons, naming)
    encoded, unknown = _for_encoder(text, encoder, lexicons)
    return Question(
        text=text,
        language=language_of(text),
        terms=tuple(terms),
        wants=read_wants(text),
        numbers=frozenset(_NUMBER.findall(fold(text))) - naming,
        vector=encoder.encode_query(encoded) if encoded.strip() else None,
        unknown_share=unknown,
        expanded=tuple(expanded),
    )


def _for_encoder(text: str, encoder: Encoder, lexicons: Sequence[Lexicon]) -> tuple[str, float]:
    """What the encoder is given, and the share of it that says nothing to it.

    A Chinese question is given to an English encoder in the lexicon's words.
    """
    text = unify(text)  # full-width letters, as Chinese keyboards write them, are unknown to an encoder
    unknown = encoder.unknown_share(text)
    if unknown <= GLOSSED or not has_cjk(text):
        return text, unknown
    gloss = lexicons[0].gloss(text, "en")
    return (gloss, GLOSSED) if any(char.isalpha() for char in gloss) else (text, unknown)


def make_terms(
    text: str, lexical: LexicalIndex, lexicons: Sequence[Lexicon], naming: frozenset[str] = frozenset()
) -> tuple[list[Term], list[str]]:
    """One term for each distinct token of a question, with its alternatives; and the alternatives in readable form."""
    names, expanded = other_names(text, lexicons, about_document=Want.PUBLICATION in read_wants(text))
    words = frozenset(content_words(text))
    terms = []
    for word in dict.fromkeys(tokens(text)):
        is_pair = len(word) == 2 and has_cjk(word) and word not in words
        if is_pair and not lexical.frequency(word) and not any(word in each for each in words):
            continue  # two ideographs of different words, side by side by chance
        alternatives = [Alternative((word,))]
        is_single = len(word) == 1 and is_cjk(word)
        if is_single:
            # Passages hold bigrams: every place of one ideograph is the start of some.
            alternatives += [Alternative((pair,)) for pair in lexical.starting_with(word) if len(pair) == 2]
        elif not lexical.frequency(word):
            guesses = guess(word, lexical)
            alternatives += [Alternative((other,), GUESS_WEIGHT) for other in guesses]
            expanded += guesses
        alternatives += names.get(word, [])
        weight = NAMING_WEIGHT if word in naming else 1.0
        terms.append(
            Term(tuple(alternatives), weight * (PART_WEIGHT if is_pair else SINGLE_WEIGHT if is_single else 1.0))
        )
    return terms, expanded


def guess(word: str, lexical: LexicalIndex, most: int = 5) -> list[str]:
    """Tokens of the library that a Latin word of four or more letters may stand for: longer ones, or one slip away."""
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return []
    longer = lexical.starting_with(word)
    if longer:
        return _most_frequent(longer, lexical, most)
    if len(word) < 6:
        return []
    from rapidfuzz.distance import DamerauLevenshtein

    close = [
        other
        for other in lexical.starting_with(word[:2])
        if abs(len(other) - len(word)) <= 1 and DamerauLevenshtein.distance(word, other, score_cutoff=1) <= 1
    ]
    return _most_frequent(close, lexical, most)


def _most_frequent(words: Sequence[str], lexical: LexicalIndex, most: int) -> list[str]:
    return sorted(words, key=lambda each: (-lexical.frequency(each), each))[:most]
