"""Other names of what a question mentions, from the clinical lexicon: in its own language and in the other."""

from __future__ import annotations

from kb.lexicon.lookup import load_lexicon
from kb.store.lexical import Alternative
from kb.text import tokens

SAME_LANGUAGE, OTHER_LANGUAGE = 0.7, 0.8  # weight of another name beside the word that was asked
MOST_NAMES = 8  # of one concept and language; the preferred names come first


def other_names(text: str) -> tuple[dict[str, list[Alternative]], list[str]]:
    """For each token of a question that is part of a clinical term: its other names; and these in readable form."""
    lexicon = load_lexicon()
    found: dict[str, list[Alternative]] = {}
    shown: dict[str, None] = {}
    for mention in lexicon.find(text):
        asked = tokens(text[mention.start : mention.end])
        is_chinese = any("\u3400" <= char <= "\u9fff" for char in text[mention.start : mention.end])
        for identity in mention.concept_ids:
            concept = lexicon.concept(identity)
            for target in ("en", "zh"):
                weight = SAME_LANGUAGE if (target == "zh") == is_chinese else OTHER_LANGUAGE
                for name in concept.terms(target)[:MOST_NAMES]:
                    words = tuple(dict.fromkeys(tokens(name)))
                    if words and not set(words) <= set(asked):
                        shown.setdefault(name)
                        for token in asked:
                            found.setdefault(token, []).append(Alternative(words, weight))
    return found, list(shown)
