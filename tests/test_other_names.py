"""A question finds what it means under other names, in its own language and in the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.domain import Filters
from kb.errors import UsageError
from kb.retrieval import search
from kb.retrieval.search import retrieve
from kb.store.library import Library
from tests.small_library import Book, Text, make_library

BOOKS = [
    Book(
        "falls@2024",
        [
            Text("OH is present when the systolic pressure drops by 20 mmHg on standing.", 3),
            Text("Contents of the first aid box are checked every month.", 4),
        ],
        title="Falls in older people",
        abbreviations=(("OH", "orthostatic hypotension"),),
    ),
    Book(
        "kidney@2024",
        [
            Text("Mammography is offered every two years from the age of 50.", 1),
            Text("Blood transfusion is given below a haemoglobin of 70 g/L.", 2),
        ],
        title="Screening and transfusion",
    ),
    Book("门诊@2024", [Text("医务人员接触患者前后均应进行手卫生。")], title="门诊感染防控指南", jurisdiction="CN"),
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with make_library(tmp_path_factory.mktemp("names"), BOOKS) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("乳腺钼靶多久做一次", "Mammography"),
        ("什么时候需要输血", "Blood transfusion"),
        ("hand washing", "手卫生"),
    ],
)
def test_a_question_finds_text_in_the_other_language(library: Library, question: str, text: str) -> None:
    assert text in search(library, question).hits[0].passage.text


def test_a_guideline_is_found_by_the_long_form_of_what_it_abbreviates(library: Library) -> None:
    assert search(library, "orthostatic hypotension definition").hits[0].passage.text.startswith("OH is present")


def test_a_librarian_adds_names_that_count_from_the_next_question_on(tmp_path: Path) -> None:
    with make_library(tmp_path, BOOKS) as library:
        assert search(library, "zebrogram").understood.expanded == ()
        header = "id\ten\ten_syn\tzh\tzh_syn\tclass\n"
        own = tmp_path / "lexicon.tsv"
        own.write_text(f"{header}mammography\tMammography\tzebrogram\t\t\t\n", encoding="utf-8")
        found = search(library, "zebrogram")
        assert "Mammography" in found.hits[0].passage.text
        own.write_text(f"{header}broken line\n", encoding="utf-8")
        with pytest.raises(UsageError, match="line 2"):
            search(library, "zebrogram")


def test_neighbouring_ideographs_of_different_words_are_no_terms(library: Library) -> None:
    found = retrieve(library, "孕妇能用芬太尼贴剂吗", Filters())
    asked = {term.alternatives[0].tokens[0]: term.weight for term in found.match.terms}
    assert asked["芬太尼"] == 1.0
    assert asked["芬太"] < 0.5
    assert not {"妇能", "用芬", "剂吗"} & set(asked)
