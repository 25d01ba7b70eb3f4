"""The embedded model as a judge of English: how alike two sentences are, and which words are everyday ones."""

from __future__ import annotations

from functools import lru_cache

from kb.models.encoder import Vectors
from kb.models.minilm import MiniLM


@lru_cache(maxsize=1)
def _model() -> MiniLM:
    return MiniLM()


@lru_cache(maxsize=8192)
def is_everyday(word: str) -> bool:
    """Whether a folded word, or it without a common ending, is one of the 30,000 pieces of BERT's vocabulary.

    Names of drugs are in pieces there. Devlin et al. 2019.
    """
    endings = ("", "s", "es", "ed", "d", "ing", "ly", "er", "ers")
    stems = {word.removesuffix(ending) for ending in endings}
    stems |= {stem + "e" for stem in stems if stem != word} | {word.replace("ise", "ize"), word.replace("our", "or")}
    return any(_model().knows(stem) for stem in stems if len(stem) > 1)


def english_vector(text: str) -> Vectors:
    """Unit vector of an English sentence, always by the embedded model: thresholds were measured with it."""
    return _model().encode_query(text)
