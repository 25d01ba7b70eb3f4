"""The sample guidelines: what they promise to readers, and that the gold beside them is true of the PDFs."""

from __future__ import annotations

import calendar
import csv
import json
import re
import subprocess
import sys
import unicodedata
import zlib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

STAMPS = {"en": "SAMPLE — not for clinical use", "zh": "样例 — 不得用于临床"}
CHANGE_TYPES = {
    "unchanged", "reworded", "qualifier_changed", "strength_up", "strength_down", "certainty_changed",
    "direction_reversed", "threshold_changed", "dose_changed", "agent_added", "agent_removed", "population_changed",
    "timing_changed", "procedure_changed", "split", "merged", "moved", "new", "removed", "corrected",
}  # fmt: skip
REPLACES = {"en": ("updates and replaces",), "zh": ("本指南代替", "本规范代替")}
KINDS = {"single", "table", "list", "multi", "negative", "edition", "conflict", "cross_lingual"}
DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


def fold(text: str) -> str:
    """As answers are judged: NFKC, case folded, white space removed."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text).casefold())


@pytest.fixture(scope="module")
def manifest(samples: Path) -> list[dict[str, str]]:
    with (samples / "manifest.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def pages(samples: Path, manifest: list[dict[str, str]]) -> dict[str, list[str]]:
    """The text of every page by file."""
    texts = {}
    for row in manifest:
        with pypdfium2.PdfDocument(samples / row["file"]) as pdf:
            texts[row["file"]] = [page.get_textpage().get_text_range() for page in pdf]
    return texts


@pytest.fixture(scope="module")
def questions(samples: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (samples / "questions.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def pairs(samples: Path) -> list[dict[str, Any]]:
    return json.loads((samples / "changes.json").read_text("utf-8"))["pairs"]


def test_every_page_says_that_it_is_a_sample(manifest, pages):
    for row in manifest:
        for number, text in enumerate(pages[row["file"]], 1):
            assert STAMPS[row["language"]] in text, f"{row['file']} page {number}"


def test_each_sample_is_a_short_realistic_pdf(samples, manifest, pages):
    for row in manifest:
        assert 6 <= len(pages[row["file"]]) <= 10
        assert (samples / row["file"]).stat().st_size < 600_000
    assert {row["language"] for row in manifest} == {"en", "zh"}


def test_no_sample_needs_a_font_of_the_reader(samples, manifest):
    for row in manifest:
        data = (samples / row["file"]).read_bytes()
        assert data.count(b"/FontFile2") == data.count(b"/Type /FontDescriptor") > 0
        fonts = re.findall(rb"/BaseFont /(\S+)", data)
        assert fonts
        assert all(b"+Sample" in name for name in fonts)


def test_comparison_signs_and_units_of_the_source_can_be_read_from_the_pdf(samples, manifest, pages):
    for row in manifest:
        source = next(p for p in (samples / "sources").glob("*.txt") if f'"{row["file"]}"' in p.read_text("utf-8"))
        body, printed = source.read_text("utf-8").split("+++\n", 2)[2], "".join(pages[row["file"]])
        for sign in "≥≤±<>µμ²":
            written = re.sub(r"</?(super|sub|b|i)>", "", body).count(sign)
            assert printed.count(sign) == written, f"{row['file']}: {sign}"
        for sign in "≥<²":
            assert sign in printed


def test_bookmarks_open_the_page_where_their_title_stands(samples, manifest, pages):
    for row in manifest:
        with pypdfium2.PdfDocument(samples / row["file"]) as pdf:
            marks = [(mark.get_title(), mark.get_dest().get_index()) for mark in pdf.get_toc()]
        assert len(marks) > 10
        for title, index in marks:
            assert fold(title) in fold(pages[row["file"]][index])


def test_the_publication_page_states_what_the_manifest_says(manifest, pages):
    for row in manifest:
        page = fold(pages[row["file"]][1])
        for name in ("title", "publisher", "edition_label"):
            assert fold(row[name]) in page
        for identifier in row["identifiers"].split(";"):
            assert fold(identifier) in page
        for name in ("issued_on", "effective_on"):
            assert any(fold(form) in page for form in printed_dates(row[name])), f"{row['file']}: {name}"
        assert any(fold(words) in page for words in REPLACES[row["language"]])


def printed_dates(iso: str) -> tuple[str, str]:
    year, month, day = (int(part) for part in iso.split("-"))
    return f"{day} {calendar.month_name[month]} {year}", f"{year}年{month}月{day}日"


def test_the_manifest_is_one_that_ingest_takes(samples, manifest):
    ids = [row["edition_id"] for row in manifest]
    assert len(set(ids)) == len(ids) == 4
    for row in manifest:
        assert (samples / row["file"]).is_file()
        assert row["edition_id"] == f"{row['guideline_id']}@{row['issued_on']}"
        assert row["kind"] == "full"
        assert row["publish"] == "yes"
        for name in ("issued_on", "effective_on", "next_review_on"):
            assert DATE.fullmatch(row[name])
        assert row["issued_on"] <= row["effective_on"]


def test_the_newer_edition_of_each_family_replaces_the_older(manifest):
    families: dict[str, list[dict[str, str]]] = {}
    for row in sorted(manifest, key=lambda row: row["issued_on"]):
        families.setdefault(row["guideline_id"], []).append(row)
    assert len(families) == 2
    for editions in families.values():
        assert editions[0]["replaces"] == ""
        for older, newer in pairwise(editions):
            assert newer["replaces"] == older["edition_id"]
            assert older["effective_on"] < newer["issued_on"] < newer["effective_on"]


def test_every_gold_page_holds_the_facts_of_its_question(questions, pages):
    for question in questions:
        for gold in question["gold"]:
            for number in gold["pages"]:
                page = fold(pages[gold["file"]][number - 1])
                for alternatives in question["must_include"]:
                    assert any(fold(fact) in page for fact in alternatives), f"{question['id']}: page {number}"


def test_a_forbidden_fact_stands_in_the_samples_but_on_no_gold_page(questions, pages):
    everything = [fold(text) for texts in pages.values() for text in texts]
    for question in questions:
        gold = [fold(pages[g["file"]][n - 1]) for g in question["gold"] for n in g["pages"]]
        for fact in map(fold, question.get("forbidden", ())):
            assert not any(fact in page for page in gold), f"{question['id']}: {fact}"
            assert any(fact in page for page in everything), f"{question['id']}: {fact}"


def test_questions_have_the_form_of_a_benchmark_and_cover_each_kind(questions):
    ids = [question["id"] for question in questions]
    assert len(set(ids)) == len(ids) >= 24
    for question in questions:
        keys = {"id", "question", "lang", "kind", "gold", "must_include", "as_of", "scope", "note"}
        assert keys <= question.keys() <= keys | {"forbidden"}
        assert question["kind"] in KINDS
        assert bool(question["gold"]) == bool(question["must_include"]) == (question["kind"] != "negative")
        assert question["as_of"] is None or DATE.fullmatch(question["as_of"])
    for language in ("en", "zh"):
        kinds = {question["kind"] for question in questions if question["lang"] == language}
        assert kinds >= {"single", "table", "list", "edition", "cross_lingual", "negative"}


def test_gold_is_the_edition_in_force_unless_the_question_names_another(questions, manifest):
    editions = {row["file"]: row for row in manifest}
    for question in questions:
        for gold in question["gold"]:
            row = editions[gold["file"]]
            if row["issued_on"][:4] in question["question"]:
                continue
            as_of = question["as_of"] or "9999-12-31"
            family = [r for r in manifest if r["guideline_id"] == row["guideline_id"] and r["effective_on"] <= as_of]
            assert row is max(family, key=lambda r: r["effective_on"]), question["id"]


def test_every_recommendation_of_both_editions_has_its_place_in_the_gold_changes(pairs, pages, manifest):
    files = {row["edition_id"]: row for row in manifest}
    for pair in pairs:
        for side in ("old", "new"):
            row = files[pair[side]]
            listed = [change[side]["number"] for change in pair["changes"] if change[side]]
            assert set(listed) == set(numbers_printed(row["language"], pages[row["file"]]))
            assert len(set(listed)) >= 15
            for change in pair["changes"]:
                if change[side] and listed.count(change[side]["number"]) > 1:
                    assert {"split", "merged"} & set(change["types"])


def numbers_printed(language: str, texts: list[str]) -> list[str]:
    """Numbers that start a line and are followed by a grade before the next number."""
    if language == "zh":
        return re.findall(r"^(推荐意见\d+)：", "\n".join(texts).replace("\r", ""), re.MULTILINE)
    text = "\n".join(texts[3:]).replace("\r", "")
    end_with_grade = r"^(\d\.\d) (?:(?!^\d\.\d )[\s\S])*?\((?:Strong|Conditional)\s+recommendation;"
    return re.findall(end_with_grade, text, re.MULTILINE)


def test_gold_changes_quote_the_pdf_with_page(pairs, pages, manifest):
    files = {row["edition_id"]: row["file"] for row in manifest}
    for pair in pairs:
        for change in pair["changes"]:
            for side in ("old", "new"):
                if recommendation := change[side]:
                    page = fold(pages[files[pair[side]]][recommendation["page"] - 1]).replace("•", "")
                    assert fold(recommendation["text"]) in page
                    assert fold(recommendation["number"]) in page


def test_gold_changes_say_the_truth_about_their_two_texts(pairs):
    for pair in pairs:
        assert {kind for change in pair["changes"] for kind in change["types"]} <= CHANGE_TYPES
        for change in pair["changes"]:
            old, new, types = change["old"], change["new"], set(change["types"])
            assert ("new" in types) == (old is None)
            assert ("removed" in types) == (new is None)
            if not old or not new:
                continue
            assert (old["strength"] != new["strength"]) == bool(types & {"strength_up", "strength_down"})
            assert (old["certainty"] != new["certainty"]) == ("certainty_changed" in types)
            if types <= {"unchanged", "moved"}:
                assert old["text"] == new["text"]
                assert change["severity"] == "none"
            for slot in change["changed"]:
                if slot["slot"] not in ("strength", "certainty"):
                    assert slot["old"] in old["text"]
                    assert slot["new"] in new["text"]


def test_the_samples_show_every_way_in_which_an_edition_changes(pairs):
    wanted = {
        "unchanged", "reworded", "threshold_changed", "dose_changed", "agent_added", "direction_reversed", "removed",
        "new", "population_changed", "timing_changed", "moved",
    }  # fmt: skip
    for pair in pairs:
        types = {kind for change in pair["changes"] for kind in change["types"]}
        assert wanted <= types
        assert types & {"strength_up", "strength_down"}
        assert types & {"split", "merged"}
        assert {change["severity"] for change in pair["changes"]} == {"critical", "major", "minor", "none"}


def test_the_generator_gives_the_same_bytes_again(samples, tmp_path):
    pytest.importorskip("reportlab", reason="needs reportlab to write the samples again")
    if not list((samples / "fonts").glob("*.ttf")):
        pytest.skip("needs the fonts in data/samples/fonts (make_fonts.py)")
    if "zlib-ng" in zlib.ZLIB_RUNTIME_VERSION:
        pytest.skip("this Python compresses with zlib-ng, whose bytes differ from those of zlib")
    command = [sys.executable, str(samples / "generate.py"), "--out", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    written = sorted(path.name for path in tmp_path.iterdir())
    assert len(written) == 6
    for name in written:
        assert (tmp_path / name).read_bytes() == (samples / name).read_bytes(), name
