"""Other names of what a question mentions, in its own language and in the other: from the clinical lexicon, from the
library's own additions to it, and from the abbreviations that its guidelines define."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from kb.lexicon.entries import Concept
from kb.lexicon.lookup import Lexicon, load_lexicon
from kb.store.lexical import Alternative
from kb.store.library import Library, View
from kb.text import has_cjk, tokens

OWN_ENTRIES = "lexicon.tsv"  # in the library's folder: entries that its librarian adds
SAME_LANGUAGE, OTHER_LANGUAGE = 0.7, 0.8  # weight of another name beside the word that was asked
TRANSLATED_ONLY = ("guideline_terms", "anatomy_symptoms")  # everyday words, whose synonyms lead astray (docs/log.md)
MOST_NAMES = 8  # of one concept and language; the preferred names come first


def lexicon_of(library: Library) -> Lexicon:
    """The clinical lexicon with the library's own additions. Raises UsageError where those are malformed."""
    own = library.home / OWN_ENTRIES
    return load_lexicon(own if own.is_file() else None)


def lexicons_of(library: Library, view: View) -> tuple[Lexicon, Lexicon]:
    """That lexicon, and the abbreviations defined in the guidelines themselves."""
    return lexicon_of(library), _as_lexicon(library.abbreviations(view.snapshot))


@lru_cache(maxsize=4)
def _as_lexicon(pairs: tuple[tuple[str, str], ...]) -> Lexicon:
    concepts = {}
    for short, long in pairs:
        english, chinese = ((short,), (long,)) if has_cjk(long) else ((short, long), ())
        identity = f"{short}:{long}"
        concepts[identity] = Concept(identity, english, chinese, (), "abbreviations")
    return Lexicon(concepts)


def other_names(
    text: str, lexicons: Sequence[Lexicon], *, about_document: bool = False
) -> tuple[dict[str, list[Alternative]], list[str]]:
    """For each token of a question that is part of a known term: its other names; and these in readable form.

    `about_document`: the question asks who published a guideline, who paid, ...; then its terms have synonyms too.
    """
    found: dict[str, list[Alternative]] = {}
    shown: dict[str, None] = {}
    for lexicon in lexicons:
        for mention in lexicon.find(text):
            surface = text[mention.start : mention.end]
            asked = tokens(surface)
            for identity in mention.concept_ids:
                concept = lexicon.concept(identity)
                for name, weight in _names(concept, has_cjk(surface), all_names=about_document):
                    words = tuple(dict.fromkeys(tokens(name)))
                    if words and not set(words) <= set(asked):
                        shown.setdefault(name)
                        for token in asked:
                            found.setdefault(token, []).append(Alternative(words, weight))
    return found, list(shown)


def _names(concept: Concept, is_chinese: bool, *, all_names: bool) -> list[tuple[str, float]]:
    """Names of a concept with their weights, for a question that named it in Chinese or not."""
    names = []
    for language in ("en", "zh"):
        is_same = (language == "zh") == is_chinese
        if all_names or not (is_same and concept.group in TRANSLATED_ONLY):
            weight = SAME_LANGUAGE if is_same else OTHER_LANGUAGE
            names += [(name, weight) for name in concept.terms(language)[:MOST_NAMES]]
    return names
