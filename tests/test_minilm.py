"""The embedded encoder: without torch, a text gets the vector that torch would give, or one beside it."""

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


@pytest.fixture(scope="module")
def quick() -> MiniLM:
    return MiniLM()


def test_a_question_finds_the_passage_with_the_same_words_although_passages_are_in_eight_bits(quick: MiniLM) -> None:
    vectors = quick.encode_passages(TEXTS[:5])
    questions = np.stack([quick.encode_query(text) for text in TEXTS[:5]])
    cosines = questions @ vectors.T
    assert np.diag(cosines).min() > 0.97
    assert (cosines.argmax(axis=1) == np.arange(5)).all()


def test_passages_in_eight_bits_lie_beside_what_the_general_implementation_gives(quick: MiniLM, plain: MiniLM) -> None:
    assert (quick.encode_passages(TEXTS) * plain.encode_passages(TEXTS)).sum(axis=1).min() > 0.97


def test_the_vector_of_a_passage_does_not_depend_on_what_is_encoded_beside_it(quick: MiniLM) -> None:
    together = quick.encode_passages(TEXTS)
    assert all((quick.encode_passages([text])[0] == vector).all() for text, vector in zip(TEXTS, together, strict=True))


@pytest.mark.parametrize("precision", ["auto", "float32"])
def test_passages_keep_their_order_although_they_are_encoded_side_by_side(precision: str) -> None:
    encoder = MiniLM(precision)
    texts = [TEXTS[1], TEXTS[4], TEXTS[2], TEXTS[0]]
    vectors = encoder.encode_passages(texts)
    assert all((vectors[index] @ encoder.encode_query(text)) > 0.97 for index, text in enumerate(texts))
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_chinese_is_reported_as_hardly_known(plain: MiniLM) -> None:
    assert plain.unknown_share("痛风患者的血尿酸控制目标") > 0.9
    assert plain.unknown_share("target for serum urate in gout") == 0.0
