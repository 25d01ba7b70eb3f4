"""The clinical lexicon: names of one thing in two languages, found as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.lexicon.lookup import load_lexicon


def _ids(text: str) -> set[str]:
    return {identity for mention in load_lexicon().find(text) for identity in mention.concept_ids}


def test_it_holds_three_thousand_concepts_with_names_in_both_languages() -> None:
    lexicon = load_lexicon()
    assert len(lexicon) >= 3_000
    lacking = [concept.id for concept in lexicon if not concept.en or not concept.zh]
    assert len(lacking) < 0.02 * len(lexicon), lacking[:10]


def test_every_class_that_a_concept_belongs_to_is_there_and_none_belongs_to_itself() -> None:
    lexicon = load_lexicon()
    assert not [concept.id for concept in lexicon for parent in concept.parents if parent not in lexicon]
    assert not [
        concept.id
        for concept in lexicon
        for parent in concept.parents
        if parent in lexicon and lexicon.is_a(parent, concept.id)
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HTN", "高血压"),
        ("high blood pressure", "hypertension"),
        ("T2DM", "2型糖尿病"),
        ("paracetamol", "对乙酰氨基酚"),
        ("acetaminophen", "扑热息痛"),
        ("AF", "心房颤动"),
        ("colchicine", "秋水仙碱"),
        ("高血壓", "hypertension"),
    ],
)
def test_names_of_one_thing_meet(one: str, other: str) -> None:
    assert _ids(one) & _ids(other)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [("what is in force", "in"), ("give it as soon as possible", "as"), ("the patient was all right", "all")],
)
def test_small_words_are_no_illness(text: str, wrong: str) -> None:
    found = [text[mention.start : mention.end] for mention in load_lexicon().find(text)]
    assert wrong not in found


def test_a_longer_name_wins_over_the_shorter_in_it() -> None:
    text = "gestational diabetes mellitus"
    (mention,) = load_lexicon().find(text)
    assert (mention.start, mention.end) == (0, len(text))


def test_a_member_belongs_to_its_class_and_the_class_is_broad() -> None:
    lexicon = load_lexicon()
    (drug,) = _ids("amoxicillin")
    (group,) = _ids("penicillins")
    assert lexicon.is_a(drug, group)
    assert not lexicon.is_a(group, drug)
    assert lexicon.is_broad(group)
    assert not lexicon.is_broad(drug)


@given(st.text(max_size=60))
def test_any_text_can_be_looked_up_and_mentions_lie_in_it(text: str) -> None:
    for mention in load_lexicon().find(text):
        assert 0 <= mention.start < mention.end <= len(text)
