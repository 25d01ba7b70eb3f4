"""A dose is asked for: does anything that was read give an amount of that drug?

What a library says of a drug for one purpose fits a question on its dose for another well in every word but the
decisive one. An amount that stands near the drug's name is the least that an answer must hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from kb.answering.pieces import Page
from kb.lexicon.lookup import Lexicon, Mention
from kb.retrieval.wants import Want, shows
from kb.text import fold, language_of, tokens

DRUGS = "drugs"
BESIDE = 2  # pieces between an amount and the drug's name
_JOINTS = re.compile(r"[-/+]")


def find_undosed(lexicon: Lexicon, question: str, wants: frozenset[Want], pages: Sequence[Page]) -> tuple[str, ...]:
    """The drugs whose dose is asked for and of which no page gives an amount, as the refusal names them.

    Nothing when the question itself gives an amount: it asks about that dose, not for one.
    """
    if Want.DOSE not in wants or shows(Want.DOSE, fold(question)):
        return ()
    asked = [mention for mention in lexicon.find(question) if _is_drug(lexicon, mention)]
    if not asked:
        return ()
    dosed = list(chain.from_iterable(map(_dosed_words, pages)))
    lacking = [
        question[each.start : each.end]
        for each in asked
        if not any(name <= words for name in _names(lexicon, question, each) for words in dosed)
    ]
    phrase = "{}的剂量" if language_of(question) == "zh" else "dose of {}"
    return tuple(phrase.format(words) for words in dict.fromkeys(lacking))


def _is_drug(lexicon: Lexicon, mention: Mention) -> bool:
    return all(lexicon.concept(each).group == DRUGS for each in mention.concept_ids)


def _names(lexicon: Lexicon, question: str, mention: Mention) -> list[frozenset[str]]:
    concepts = [lexicon.concept(each) for each in mention.concept_ids]
    names = [question[mention.start : mention.end], *(name for each in concepts for name in (*each.en, *each.zh))]
    return [frozenset(tokens(_JOINTS.sub(" ", name))) for name in names]


def _dosed_words(page: Page) -> Iterator[frozenset[str]]:
    """The tokens around every amount: of its piece, the pieces before and after it and the headings."""
    text, above = page.hit.passage.text, frozenset(tokens(page.hit.passage.context))
    for number, unit in enumerate(page.units):
        if shows(Want.DOSE, fold(text[unit.start : unit.end])):
            first, last = page.units[max(0, number - BESIDE)], page.units[min(len(page.units) - 1, number + BESIDE)]
            yield above | frozenset(tokens(text[first.start : last.end]))
