"""The material that diff and check are measured on: that its gold is true of the PDFs and of the changes it names."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from tests.doors import ROOT
from tests.test_samples import CHANGE_TYPES, STAMPS, fold

BENCHMARKS = ROOT / "data" / "benchmarks"
PAIRS = BENCHMARKS / "pairs"


@pytest.fixture(scope="module")
def editions() -> dict[str, dict[str, str]]:
    """Manifest rows of the samples and of the further pairs by edition id, with the folder of the file."""
    rows = {}
    for folder in (ROOT / "data" / "samples", PAIRS):
        with (folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
            rows |= {row["edition_id"]: row | {"folder": str(folder)} for row in csv.DictReader(file)}
    return rows


@pytest.fixture(scope="module")
def pages(editions: dict[str, dict[str, str]]) -> dict[str, list[str]]:
    """The text of every page by edition."""
    texts = {}
    for edition, row in editions.items():
        with pypdfium2.PdfDocument(Path(row["folder"]) / row["file"]) as pdf:
            texts[edition] = [page.get_textpage().get_text_range() for page in pdf]
    return texts


@pytest.fixture(scope="module")
def pairs() -> list[dict[str, Any]]:
    """The gold changes of the four further pairs."""
    return json.loads((PAIRS / "changes.json").read_text("utf-8"))["pairs"]


def test_every_page_of_the_further_pairs_says_that_it_is_a_sample(editions, pages):
    for edition, row in editions.items():
        for number, text in enumerate(pages[edition], 1):
            assert STAMPS[row["language"]] in text, f"{edition} page {number}"


def test_gold_changes_of_the_further_pairs_quote_the_pdf_with_page(pairs, pages):
    for pair in pairs:
        for change in pair["changes"]:
            for side in ("old", "new"):
                if recommendation := change[side]:
                    page = fold(pages[pair[side]][recommendation["page"] - 1])
                    assert fold(recommendation["text"]) in page
                    assert fold(recommendation["number"] or "•") in page


def test_gold_changes_of_the_further_pairs_say_the_truth_about_their_two_texts(pairs):
    for pair in pairs:
        for change in pair["changes"]:
            old, new, types = change["old"], change["new"], set(change["types"])
            assert types <= CHANGE_TYPES
            assert ("new" in types, "removed" in types) == (old is None, new is None)
            if not old or not new:
                continue
            assert (old["strength"] != new["strength"]) == bool(types & {"strength_up", "strength_down"})
            assert (old["certainty"] != new["certainty"]) == ("certainty_changed" in types)
            assert (types <= {"unchanged", "moved"}) == (change["severity"] == "none")
            if types & {"unchanged", "moved"}:
                assert old["text"] == new["text"]
            for slot in change["changed"]:
                if slot["slot"] not in ("strength", "certainty"):
                    assert slot["old"] in old["text"]
                    assert slot["new"] in new["text"]


def test_each_further_pair_shows_nearly_every_way_in_which_an_edition_changes(pairs):
    assert [sum(bool(c["new"]) for c in pair["changes"]) >= 18 for pair in pairs] == [True] * 4
    wanted = CHANGE_TYPES - {"agent_added", "agent_removed", "procedure_changed", "corrected"}
    for pair in pairs:
        types = {kind for change in pair["changes"] for kind in change["types"]}
        assert wanted <= types | {"strength_up", "strength_down"}
        assert types & {"agent_added", "agent_removed"}
        assert types & {"strength_up", "strength_down"}
        assert {change["severity"] for change in pair["changes"]} == {"critical", "major", "minor", "none"}


def test_the_further_pairs_are_written_with_the_same_bytes_again(tmp_path):
    pytest.importorskip("reportlab", reason="needs reportlab to write the pairs again")
    if "zlib-ng" in zlib.ZLIB_RUNTIME_VERSION:
        pytest.skip("this Python compresses with zlib-ng, whose bytes differ from those of zlib")
    generator = ROOT / "data" / "samples" / "generate.py"
    command = [sys.executable, str(generator), "--from", str(PAIRS), "--out", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    written = sorted(path.name for path in tmp_path.iterdir())
    assert len(written) == 12
    for name in written:
        assert (tmp_path / name).read_bytes() == (PAIRS / name).read_bytes(), name


# ---- claims ----

VERDICTS = {
    "current", "outdated", "partially_outdated", "current_strength_changed", "no_longer_covered", "deviates",
    "conflict", "draft_only", "not_covered", "needs_review",
}  # fmt: skip
SUBTYPES = {"reversed", "threshold", "dose", "timing", "agent", "population", "procedure"}


@pytest.fixture(scope="module")
def claims() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (BENCHMARKS / "claims.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def recommendations(pairs: list[dict[str, Any]]) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Recommendations of all six pairs by guideline, side (old or new) and number, or key where there is no number."""
    samples = json.loads((ROOT / "data" / "samples" / "changes.json").read_text("utf-8"))["pairs"]
    return {
        (pair["old"].split("@")[0], side, change[side].get("key") or change[side]["number"]): change[side]
        for pair in [*samples, *pairs]
        for change in pair["changes"]
        for side in ("old", "new")
        if change[side]
    }


def test_claims_are_many_different_and_well_formed(claims):
    assert len({claim["id"] for claim in claims}) == len({claim["claim"] for claim in claims}) == len(claims) >= 220
    for claim in claims:
        keys = {"id", "lang", "claim", "verdict", "guideline", "old", "new", "note"}
        assert keys <= claim.keys() <= keys | {"as_of", "subtype", "draft"}
        assert claim["verdict"] in VERDICTS
        assert claim.get("subtype") in (SUBTYPES if claim["verdict"] == "outdated" else {None}), claim["id"]
    assert {claim["verdict"] for claim in claims} == VERDICTS
    for language in ("en", "zh"):
        assert len({c["verdict"] for c in claims if c["lang"] == language}) == len(VERDICTS)
        assert sum(c["lang"] == language for c in claims) > 0.4 * len(claims)


def test_the_recommendations_that_a_claim_names_stand_in_the_editions(claims, recommendations, pages, editions):
    for claim in claims:
        for side in ("old", "new"):
            if claim[side]:
                assert (claim["guideline"], side, claim[side]) in recommendations, claim["id"]
        if "draft" in claim:
            draft = next(e for e in editions if e.startswith(claim["guideline"]) and editions[e]["kind"] == "draft")
            assert fold(claim["draft"]) in fold("".join(pages[draft]))


def test_the_verdict_of_a_claim_fits_what_became_of_its_recommendation(claims, recommendations):
    for claim in claims:
        old, new = (recommendations.get((claim["guideline"], side, claim[side])) for side in ("old", "new"))
        match claim["verdict"]:
            case "not_covered":
                assert claim["guideline"] is claim["old"] is claim["new"] is None
            case "no_longer_covered":
                assert old
                assert not new
            case "outdated" | "partially_outdated":
                assert old["text"] != new["text"], claim["id"]
            case "current_strength_changed":
                assert old["strength"] != new["strength"], claim["id"]
            case "draft_only":
                assert claim["draft"]
            case _:
                assert new, claim["id"]


def test_a_claim_is_not_the_sentence_of_a_guideline(claims, recommendations):
    printed = {fold(recommendation["text"]) for recommendation in recommendations.values()}
    assert not [claim["id"] for claim in claims if fold(claim["claim"]) in printed]


def test_the_numbers_of_claims_are_those_of_the_edition_that_they_follow(claims, recommendations):
    """Nearly all: the rest are converted (55 mg/dL), worked out (70 kg times 30 mL) or ages of a single patient."""

    def share(verdict: str, *, dated: bool, side: str, wanted: Callable[[set[str], set[str]], bool]) -> float:
        chosen = [c for c in claims if c["verdict"] == verdict and ("as_of" in c) == dated and numbers(c["claim"])]
        kept = [(c, recommendations.get((c["guideline"], side, c[side]))) for c in chosen]
        hits = [wanted(numbers(c["claim"]), numbers(r["text"])) for c, r in kept if r]
        return sum(hits) / len(hits)

    assert share("current", dated=False, side="new", wanted=set.issubset) > 0.75
    assert share("current", dated=True, side="old", wanted=set.issubset) > 0.75
    assert share("outdated", dated=False, side="old", wanted=lambda claim, text: bool(claim & text)) > 0.8
    assert share("deviates", dated=False, side="new", wanted=lambda claim, text: not claim <= text) > 0.8
    assert share("deviates", dated=False, side="old", wanted=lambda claim, text: not claim <= text) > 0.8


def numbers(text: str) -> set[str]:
    """The numbers of a text as printed, 2 000 and 2000 alike, without those that are part of a name."""
    return set(re.findall(r"(?<![A-Za-z-])\d+(?:\.\d+)?", re.sub(r"(?<=\d) (?=\d{3})", "", text)))


# ---- the protocol ----

FINDINGS = {"cites_superseded_edition", "cites_draft", "identifier_mismatch", "expired_source"}


@pytest.fixture(scope="module")
def protocol() -> dict[str, Any]:
    return json.loads((BENCHMARKS / "protocol" / "gold.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def protocol_pages() -> list[str]:
    with pypdfium2.PdfDocument(BENCHMARKS / "protocol" / "protocol.pdf") as pdf:
        return [fold(page.get_textpage().get_text_range()) for page in pdf]


def test_the_protocol_has_ten_pages_and_forty_statements_of_all_verdicts(protocol, protocol_pages):
    assert len(protocol_pages) == 10
    assert all(fold("not for clinical use") in page for page in protocol_pages)
    assert len({statement["id"] for statement in protocol["statements"]}) == 40
    assert {statement["verdict"] for statement in protocol["statements"]} == VERDICTS


def test_each_statement_of_the_protocol_stands_where_gold_says(protocol, protocol_pages):
    docx = pytest.importorskip("docx", reason="needs python-docx to read the protocol")
    document = docx.Document(str(BENCHMARKS / "protocol" / "protocol.docx"))
    for statement in protocol["statements"]:
        place = statement["paragraph"]
        if isinstance(place, int):
            assert statement["text"] in document.paragraphs[place - 1].text
        else:
            row = document.tables[place["table"] - 1].rows[place["row"] - 1]
            assert statement["text"] == " | ".join(cell.text for cell in row.cells)
        for part in statement["text"].split(" | "):
            assert fold(part) in protocol_pages[statement["page"] - 1], statement["id"]


def test_the_recommendations_and_editions_that_the_protocol_turns_on_exist(
    protocol, protocol_pages, recommendations, editions
):
    for statement in protocol["statements"]:
        for side in ("old", "new"):
            if statement[side]:
                assert (statement["guideline"], side, statement[side]) in recommendations, statement["id"]
        assert bool(statement["guideline"]) == (statement["verdict"] != "not_covered")
        assert statement["subtype"] in (SUBTYPES if statement["verdict"] == "outdated" else {None})
    assert {finding["kind"] for finding in protocol["document_findings"]} == FINDINGS - {"expired_source"}
    for finding in protocol["document_findings"]:
        assert fold(finding["text"]) in "".join(protocol_pages)
        assert {finding["edition_id"], finding["current_edition_id"]} <= editions.keys()


def test_the_protocol_is_written_with_the_same_bytes_again(tmp_path):
    pytest.importorskip("reportlab", reason="needs reportlab to write the protocol again")
    pytest.importorskip("docx", reason="needs python-docx to write the protocol again")
    if "zlib-ng" in zlib.ZLIB_RUNTIME_VERSION:
        pytest.skip("this Python compresses with zlib-ng, whose bytes differ from those of zlib")
    command = [sys.executable, str(BENCHMARKS / "protocol" / "write.py"), "--out", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    for name in ("protocol.docx", "protocol.pdf", "gold.json"):
        assert (tmp_path / name).read_bytes() == (BENCHMARKS / "protocol" / name).read_bytes(), name
