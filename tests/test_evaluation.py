"""Evaluation counts what the contract says, no more and no less."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kb.answering import answer
from kb.comparison import compare_runs
from kb.errors import UsageError
from kb.evaluation import (
    Asked,
    Outcome,
    answers_question,
    as_json,
    bootstrap,
    evaluate,
    is_short,
    load_questions,
    ranking_measures,
    summarise,
    why_wrong,
)
from kb.retrieval import search
from kb.store.library import Library
from tests.doors import gkb
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


def outcome(identity: str, value: float, refused: float = 0.0) -> Outcome:
    measures = {"R@5": value, "right": value, "refused_wrongly": refused}
    return Outcome(identity, "en", "single", "en>en", measures, None, None, "", 0, 0.0, 0.0)


def run(value: float, number: int = 30, refused: float = 0.0) -> list[Outcome]:
    return [outcome(str(each), value, refused) for each in range(number)]


def verdicts(before: list[Outcome], after: list[Outcome]) -> dict[tuple[str, str], str]:
    return {(each.group, each.measure): each.verdict for each in compare_runs(before, summarise(after))}


def test_a_run_that_is_worse_on_many_questions_is_told_from_one_that_is_worse_on_one() -> None:
    good = run(1.0)
    assert verdicts(good, run(0.0))["en", "right"] == "worse"
    assert verdicts(run(0.0), good)["all", "R@5"] == "better"
    assert set(verdicts(good, [outcome("0", 0.0), *good[1:]]).values()) == {"same"}
    assert set(verdicts(good, good).values()) == {"same"}


def test_refusing_more_of_what_is_covered_is_worse() -> None:
    assert verdicts(run(1.0), run(1.0, refused=1.0))["all", "refused_wrongly"] == "worse"


def test_runs_over_other_questions_are_not_compared() -> None:
    with pytest.raises(UsageError, match="share no question"):
        compare_runs([outcome("other", 1.0)], summarise(run(1.0)))


def test_a_kept_run_is_the_baseline_of_a_later_one(library: Library, tmp_path: Path) -> None:
    questions, kept = tmp_path / "questions.jsonl", tmp_path / "run.json"
    questions.write_text("\n".join(json.dumps({**LINE, "id": str(each)}) for each in range(30)), encoding="utf-8")
    arguments = ["evaluate", str(questions), "--home", str(library.home)]
    done = gkb(*arguments, "--save", str(kept), "--json")
    assert done.code == 0
    assert json.loads(kept.read_text(encoding="utf-8"))["outcomes"][0]["hits"][0] == "malaria@2024.pdf#p7"
    assert gkb(*arguments, "--check", str(kept)).code == 0
    worse = [{**json.loads(line), "gold": [{"file": "asthma@2024.pdf", "pages": [99]}]} for line in questions.open()]
    questions.write_text("\n".join(map(json.dumps, worse)), encoding="utf-8")
    found = gkb(*arguments, "--check", str(kept))
    assert found.code == 1
    assert "WORSE" in found.out
    kept.write_text("{}", encoding="utf-8")
    assert gkb(*arguments, "--check", str(kept)).code == 2
