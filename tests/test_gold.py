"""The material that diff and check are measured on: that its gold is true of the PDFs and of the changes it names."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import zlib
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
