"""The frozen gold sets for the citation gate are whole: what they promise in tests/data/gate_README.md is there."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).resolve().parent / "data"
MODES = [
    "altered_dose",
    "altered_number",
    "altered_unit",
    "dropped_negation",
    "injected",
    "invented_fact",
    "invented_grade",
    "merged_quotes",
    "no_marker",
    "superseded_cited",
    "swapped_drug",
    "unknown_marker",
    "wrong_marker",
    "wrong_population",
]
SAYS_IT_IS_OLD = re.compile(r"supersed|replaced|no longer in force|now withdrawn|已被|被取代|现已|已失效|已不再有效")


def read_gold(name: str) -> list[dict[str, Any]]:
    """Rows of one gold file, in the order of the file."""
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


EVIDENCE = {row["id"]: row for row in read_gold("gate_evidence.jsonl")}
PARAPHRASES = read_gold("gate_paraphrases.jsonl")
UNSUPPORTED = read_gold("gate_unsupported.jsonl")
INJECTIONS = read_gold("injections.jsonl")
SETS = {
    "gate_evidence": list(EVIDENCE.values()),
    "gate_paraphrases": PARAPHRASES,
    "gate_unsupported": UNSUPPORTED,
    "injections": INJECTIONS,
}


def cited(row: dict[str, Any]) -> list[int]:
    """Numbers of the markers in a row's sentence."""
    return [int(number) for number in re.findall(r"\[(\d+)\]", row["sentence"])]


def bare(sentence: str) -> str:
    """The sentence without markers, spaces, punctuation and case."""
    return re.sub(r"\[\d+\]|\W", "", sentence).casefold()


@pytest.mark.parametrize("name", SETS)
def test_ids_are_unique(name: str) -> None:
    rows = read_gold(f"{name}.jsonl")
    assert len({row["id"] for row in rows}) == len(rows)


def test_the_sets_are_as_large_as_promised() -> None:
    assert len(EVIDENCE) >= 140
    assert len(PARAPHRASES) >= 320
    assert len(UNSUPPORTED) >= 640
    assert len(INJECTIONS) >= 110


def test_every_mode_of_lying_has_at_least_45_sentences() -> None:
    counts = Counter(row["mode"] for row in UNSUPPORTED)
    assert sorted(counts) == MODES
    assert min(counts.values()) >= 45


@pytest.mark.parametrize("name", SETS)
def test_about_four_in_ten_rows_are_chinese(name: str) -> None:
    languages = Counter(row["lang"] for row in SETS[name])
    assert set(languages) == {"en", "zh"}
    assert 0.35 <= languages["zh"] / languages.total() <= 0.45


def test_evidence_has_the_length_of_a_passage_and_a_true_status() -> None:
    for row in EVIDENCE.values():
        size = len(row["text"].split()) if row["lang"] == "en" else len(row["text"])
        assert (40 <= size <= 200) if row["lang"] == "en" else (60 <= size <= 300), row["id"]
        assert row["publisher"], row["id"]
        assert row["edition_label"], row["id"]
        assert date.fromisoformat(row["issued_on"]) < date(2026, 11, 27), row["id"]


def test_a_superseded_passage_names_the_later_one_in_force() -> None:
    old = [row for row in EVIDENCE.values() if row["status"] == "superseded"]
    assert len(old) >= 12
    for row in old:
        new = EVIDENCE[row["superseded_by"]]
        assert (new["status"], new["publisher"]) == ("in_force", row["publisher"]), row["id"]
        assert new["issued_on"] > row["issued_on"], row["id"]
    assert all("superseded_by" not in row for row in EVIDENCE.values() if row["status"] == "in_force")


def test_every_sentence_has_a_question_and_evidence() -> None:
    for row in [*PARAPHRASES, *UNSUPPORTED]:
        assert row["question"], row["id"]
        assert row["evidence"], row["id"]
        assert len(set(row["evidence"])) == len(row["evidence"]), row["id"]
        assert set(row["evidence"]) <= set(EVIDENCE), row["id"]


def test_markers_of_paraphrases_are_in_range() -> None:
    for row in PARAPHRASES:
        assert cited(row), row["id"]
        assert all(1 <= number <= len(row["evidence"]) for number in cited(row)), row["id"]


def test_markers_of_unsupported_sentences_fit_their_mode() -> None:
    for row in UNSUPPORTED:
        outside = [number for number in cited(row) if not 1 <= number <= len(row["evidence"])]
        if row["mode"] == "unknown_marker":
            assert outside, row["id"]
        elif row["mode"] == "no_marker":
            assert not cited(row), row["id"]
        else:
            assert cited(row), row["id"]
            assert not outside, row["id"]


def test_two_passages_are_given_where_the_mode_needs_them() -> None:
    for row in UNSUPPORTED:
        if row["mode"] in {"wrong_marker", "merged_quotes"}:
            assert len(row["evidence"]) >= 2, row["id"]
        if row["mode"] == "merged_quotes":
            assert len(set(cited(row))) >= 2, row["id"]


def is_old_cited(row: dict[str, Any]) -> bool:
    """Whether a row's sentence cites a passage of a superseded edition."""
    given = [row["evidence"][number - 1] for number in cited(row) if 1 <= number <= len(row["evidence"])]
    return any(EVIDENCE[each]["status"] == "superseded" for each in given)


def test_a_paraphrase_of_a_superseded_passage_says_that_it_is_superseded() -> None:
    old = [row for row in PARAPHRASES if is_old_cited(row)]
    assert len(old) >= 12
    assert [row["id"] for row in old if not SAYS_IT_IS_OLD.search(row["sentence"])] == []


def test_a_lie_about_currency_cites_a_superseded_passage_and_keeps_silent_about_it() -> None:
    for row in UNSUPPORTED:
        assert is_old_cited(row) == (row["mode"] == "superseded_cited"), row["id"]
        assert row["mode"] != "superseded_cited" or not SAYS_IT_IS_OLD.search(row["sentence"]), row["id"]


def test_no_paraphrase_is_a_copy_of_its_passage() -> None:
    for row in PARAPHRASES:
        assert all(bare(row["sentence"]) not in bare(EVIDENCE[each]["text"]) for each in row["evidence"]), row["id"]


def test_paraphrases_cross_the_languages_and_join_two_passages() -> None:
    crossing = [row for row in PARAPHRASES if any(EVIDENCE[each]["lang"] != row["lang"] for each in row["evidence"])]
    joining = [row for row in PARAPHRASES if len(set(cited(row))) == 2]
    assert len(crossing) >= 30
    assert len(joining) >= 30


def test_no_sentence_stands_twice_and_none_is_both_supported_and_unsupported() -> None:
    sentences = [row["sentence"] for row in [*PARAPHRASES, *UNSUPPORTED]]
    assert len(set(sentences)) == len(sentences)


def test_a_lie_with_a_good_marker_says_something_else_than_every_paraphrase() -> None:
    supported = {bare(row["sentence"]) for row in PARAPHRASES}
    marker_lies = {"no_marker", "unknown_marker", "wrong_marker"}
    assert not [
        row["id"] for row in UNSUPPORTED if row["mode"] not in marker_lies and bare(row["sentence"]) in supported
    ]


def test_every_injection_stands_within_prose_and_says_what_an_obedient_model_writes() -> None:
    for row in INJECTIONS:
        assert row["obeyed"], row["id"]
        assert all(row["obeyed"]), row["id"]
        assert row["question"], row["id"]
        assert len(row["text"]) >= (120 if row["lang"] == "en" else 50), row["id"]
    assert {row["hidden"] for row in INJECTIONS} == {True, False}
    assert len({row["text"] for row in INJECTIONS}) == len(INJECTIONS)


def test_the_readme_gives_the_true_counts() -> None:
    readme = (DATA / "gate_README.md").read_text(encoding="utf-8")
    for name, rows in SETS.items():
        languages = Counter(row["lang"] for row in rows)
        assert f"| {name} | {languages['en']} | {languages['zh']} | {len(rows)} |" in readme
    for mode, count in Counter(row["mode"] for row in UNSUPPORTED).items():
        assert f"| {mode} | {count} |" in readme
    for kind, count in Counter(row["kind"] for row in INJECTIONS).items():
        assert f"{kind} {count}" in readme
