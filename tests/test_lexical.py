"""What the lexical index promises."""

from __future__ import annotations

from pathlib import Path

import bm25s
import numpy as np
import pytest

from kb.store.lexical import K1, Alternative, B, LexicalIndex, Term, plain_terms
from kb.text import tokens

TEXTS = [
    "Treat hypertension with a calcium channel blocker.",
    "HTN: start with one tablet; the channel is not blocked.",
    "高血压患者应限盐。",
    "",
    "Calcium tablets are not recommended.",
]
CONTEXTS = ["Hypertension > Drugs", "Hypertension > Drugs", "高血压", "", "Nutrition"]


@pytest.fixture
def index() -> LexicalIndex:
    return LexicalIndex.build(TEXTS, CONTEXTS)


def test_scores_are_those_of_bm25s(index: LexicalIndex) -> None:
    model = bm25s.BM25(k1=K1["text"], b=B["text"], method="lucene")
    model.index([tokens(text) for text in TEXTS], show_progress=False)
    for question in ("hypertension tablet", "calcium channel", "高血压", "not"):
        wanted = model.get_scores(tokens(question))
        assert np.allclose(index.scores(plain_terms(tokens(question))), wanted, atol=1e-5)


def test_a_passage_without_a_word_of_the_question_scores_zero(index: LexicalIndex) -> None:
    scores = index.scores(plain_terms(tokens("hypertension")))
    assert scores[0] > 0
    assert list(scores[1:]) == [0, 0, 0, 0]


def test_a_passage_that_is_not_allowed_scores_zero(index: LexicalIndex) -> None:
    allowed = np.array([False, True, True, True, True])
    assert index.scores(plain_terms(tokens("hypertension channel")), allowed)[0] == 0


def test_spellings_of_one_concept_count_once_and_weigh_alike(index: LexicalIndex) -> None:
    ways = (Alternative(("hypertens",)), Alternative(("htn",)), Alternative(("高血压",)))
    found = index.postings(Term(ways))
    assert list(found.rows) == [0, 1, 2]
    assert found.idf < index.postings(Term(ways[:1])).idf  # a rare spelling does not make the concept rare


def test_an_alternative_of_several_words_needs_all_of_them(index: LexicalIndex) -> None:
    found = index.postings(Term((Alternative(("calcium", "channel", "blocker")),)))
    assert list(found.rows) == [0]


def test_the_context_is_a_field_of_its_own(index: LexicalIndex) -> None:
    assert index.scores(plain_terms(["nutrit"]))[4] == 0
    assert index.scores(plain_terms(["nutrit"]), field="context")[4] > 0


def test_a_saved_index_answers_as_before(index: LexicalIndex, tmp_path: Path) -> None:
    index.save(tmp_path)
    loaded = LexicalIndex.load(tmp_path)
    question = plain_terms(tokens("hypertension tablet 高血压"))
    assert np.array_equal(loaded.scores(question), index.scores(question))
    assert list(loaded.sequence(4)) == list(index.sequence(4))
    assert loaded.starting_with("hyper") == ["hypertens"]


def test_an_empty_library_has_an_index_too(tmp_path: Path) -> None:
    LexicalIndex.build([], []).save(tmp_path)
    assert LexicalIndex.load(tmp_path).scores(plain_terms(["any"])).shape == (0,)
