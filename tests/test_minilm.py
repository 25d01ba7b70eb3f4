"""The embedded encoder: a question encoded without torch gets the vector that torch would give."""

from __future__ import annotations

import numpy as np
import pytest

from kb.models.minilm import MiniLM

TEXTS = (
    "nicorandil starting dose",
    "What blood pressure should I aim for in stable angina?",
    "eGFR < 30 ml/min/1.73 m²: is ranolazine contraindicated at ≥ 180/110 mmHg?",
    "痛风患者的血尿酸控制目标是多少？",
    "a",
    "dose " * 600,  # longer than the window
)


@pytest.fixture(scope="module")
def plain() -> MiniLM:
    return MiniLM("float32")


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:20])
def test_a_question_has_the_same_vector_with_and_without_torch(plain: MiniLM, text: str) -> None:
    by_torch = np.asarray(plain.embedding.get_query_embedding(text))
    assert np.abs(plain.encode_query(text) - by_torch).max() < 1e-5


def test_a_question_finds_the_passage_with_the_same_words_whatever_the_number_format() -> None:
    half = MiniLM("bfloat16")
    vectors = half.encode_passages(TEXTS[:5])
    questions = np.stack([half.encode_query(text) for text in TEXTS[:5]])
    cosines = questions @ vectors.T
    assert np.diag(cosines).min() > 0.999
    assert (cosines.argmax(axis=1) == np.arange(5)).all()


def test_passages_have_the_vectors_that_the_general_implementation_gives(plain: MiniLM) -> None:
    by_library = np.asarray(plain.embedding.get_text_embedding_batch(list(TEXTS)))
    assert np.abs(plain.encode_passages(TEXTS) - by_library).max() < 1e-5


def test_passages_keep_their_order_although_they_are_encoded_by_length(plain: MiniLM) -> None:
    texts = [TEXTS[1], TEXTS[4], TEXTS[2], TEXTS[0]]
    vectors = plain.encode_passages(texts)
    assert all((vectors[index] @ plain.encode_query(text)) > 0.999 for index, text in enumerate(texts))
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_chinese_is_reported_as_hardly_known(plain: MiniLM) -> None:
    assert plain.unknown_share("痛风患者的血尿酸控制目标") > 0.9
    assert plain.unknown_share("target for serum urate in gout") == 0.0
