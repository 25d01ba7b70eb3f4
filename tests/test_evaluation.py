"""Evaluation counts what the contract says, no more and no less."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kb.answering import answer
from kb.errors import UsageError
from kb.evaluation import (
    Asked,
    Outcome,
    answers_question,
    as_json,
    bootstrap,
    compare,
    evaluate,
    is_short,
    load_questions,
    ranking_measures,
    summarise,
    why_wrong,
    worse_than,
)
from kb.retrieval import search
from kb.store.library import Library
from tests.small_library import Book, Text, make_library

BOOKS = [
    Book(
        "malaria@2024",
        [
            Text(
                "Severe malaria is treated with intravenous artesunate 2.4 mg/kg at 0, 12 and 24 hours.", 7, number="1"
            ),
            Text("Uncomplicated malaria is treated with artemether and lumefantrine for three days.", 8, number="2"),
        ],
        title="Malaria",
    ),
    Book("asthma@2024", [Text("Children with asthma start inhaled budesonide 200 micrograms twice daily.", 3)]),
]
LINE = {
    "id": "q1",
    "question": "artesunate dose in severe malaria",
    "lang": "en",
    "kind": "single",
    "gold": [{"file": "malaria@2024.pdf", "pages": [7]}],
    "must_include": [["2.4 mg / KG", "2.4 milligrams"], ["12 and 24 hours"]],
    "as_of": None,
    "scope": None,
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with make_library(tmp_path_factory.mktemp("evaluation"), BOOKS) as opened:
        yield opened


def read(tmp_path: Path, *lines: dict[str, object]) -> list[Asked]:
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return load_questions(path)


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    return read(tmp_path, LINE)[0]


def test_a_hit_answers_on_a_gold_page_of_a_gold_file_only(library: Library, asked: Asked) -> None:
    hits = search(library, asked.question).hits
    assert [answers_question(asked, hit) for hit in hits][:2] == [True, False]
    other_file = replace(asked, gold=(("asthma@2024.pdf", frozenset({7})),))
    assert not any(answers_question(other_file, hit) for hit in hits)


def test_a_hit_over_more_than_two_pages_never_answers(library: Library, asked: Asked) -> None:
    hit = search(library, asked.question).hits[0]
    wide = replace(hit, passage=replace(hit.passage, page_first=6, page_last=8))
    assert not answers_question(asked, wide)


def test_ranking_measures_count_the_first_hit_that_answers(library: Library, asked: Asked) -> None:
    hits = search(library, asked.question).hits
    assert ranking_measures(asked, hits)["R@1"] == 1.0
    moved = [replace(hits[1], rank=1), replace(hits[0], rank=2)]
    measures = ranking_measures(asked, moved)
    assert (measures["R@1"], measures["R@3"], measures["MRR"]) == (0.0, 1.0, 0.5)
    assert ranking_measures(asked, [])["R@10"] == 0.0


def test_an_answer_is_right_when_every_fact_stands_in_its_quotes(library: Library, asked: Asked) -> None:
    given = answer(library, asked.question)
    assert why_wrong(asked, given) == ""
    assert "lacks" in why_wrong(replace(asked, must_include=(("3 mg",),)), given)
    assert "forbidden" in why_wrong(replace(asked, forbidden=("ARTESUNATE",)), given)
    assert "gold page" in why_wrong(replace(asked, gold=(("malaria@2024.pdf", frozenset({9})),)), given)


def test_a_long_answer_is_not_right(library: Library, asked: Asked) -> None:
    given = answer(library, asked.question)
    long = replace(given, citations=tuple(replace(each, quote=each.quote * 30) for each in given.citations))
    assert why_wrong(asked, long) == "too long"
    assert not is_short(replace(asked, kind="table"), long)


def test_a_refusal_is_right_only_for_what_is_not_covered(library: Library, asked: Asked) -> None:
    refused = answer(library, "colonoscopy interval after polypectomy")
    assert refused.refusal is not None
    assert why_wrong(replace(asked, gold=(), kind="negative"), refused) == ""
    assert why_wrong(asked, refused).startswith("refused")


def test_a_whole_file_is_evaluated_by_language_and_kind(library: Library, tmp_path: Path) -> None:
    negative = {**LINE, "id": "q2", "kind": "negative", "gold": [], "question": "colonoscopy after polypectomy"}
    found = evaluate(library, read(tmp_path, LINE, negative))
    assert found.groups["en single"]["right"].value == 1.0
    assert found.groups["en negative"]["refused_rightly"].value == 1.0
    assert found.groups["all"]["refused_wrongly"].n == 1
    assert found.groups["en>en"]["R@1"].n == 1
    json.dumps(as_json(found))


@pytest.mark.parametrize("broken", [{"id": "x"}, {**LINE, "scope": {"colour": "red"}}, {**LINE, "as_of": "soon"}])
def test_a_broken_line_is_named(tmp_path: Path, broken: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        read(tmp_path, broken)


def test_the_interval_holds_the_mean_and_is_the_same_every_time() -> None:
    figure = bootstrap([1.0] * 7 + [0.0] * 3)
    assert figure.low <= figure.value == 0.7 <= figure.high
    assert figure == bootstrap([1.0] * 7 + [0.0] * 3)


def outcome(identity: str, value: float) -> Outcome:
    return Outcome(identity, "en", "single", "en>en", {"R@1": value}, None, None, "", 0, 0.0, 0.0)


def test_two_runs_are_compared_question_by_question() -> None:
    one = [outcome(str(number), 0.0) for number in range(20)]
    better = [outcome(str(number), 1.0) for number in range(20)]
    difference, p = compare(one, better, "R@1")
    assert difference == 1.0
    assert p < 0.01
    assert compare(one, one, "R@1") == (0.0, 1.0)


def test_a_figure_that_fell_below_its_baseline_is_named() -> None:
    stored = json.loads(json.dumps(as_json(summarise([outcome("1", 1.0)]))))
    assert worse_than(summarise([outcome("1", 1.0)]), stored) == []
    assert any("R@1" in sentence for sentence in worse_than(summarise([outcome("1", 0.0)]), stored))
