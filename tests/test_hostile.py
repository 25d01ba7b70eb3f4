"""Hostile files: each ends in a named status with its reason; nothing is opened, nothing hidden is found."""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path
from typing import Any

import pytest

from ingest.sandbox import Ended, Limits, run_limited, run_many
from kb.errors import UnreadablePdf
from tests import bombs, odd_pdfs, tricks
from tests.doors import gkb

pytestmark = pytest.mark.usefixtures("hash_encoder")

NAMED = {"in_review", "needs_ocr", "encrypted", "rejected", "failed"}
QUICK_BOMBS = (
    "too_many_pages", "nested_filters", "image_bomb", "xmp_bomb", "pattern_bomb", "form_bomb", "long_line",
    "object_stream_bomb", "shared_text",
)  # fmt: skip


def _ingest(home: Path, folder: Path) -> dict[str, dict[str, Any]]:
    ran = gkb("ingest", folder, "--home", home, "--json")
    assert ran.code in (0, 1), ran.out + ran.err
    files = {each["file"].removesuffix(".pdf"): each for each in ran.json["files"]}
    for each in files.values():
        assert each["status"] in NAMED, each
        assert (each["status"] == "in_review") == (each["error"] is None)
        assert each["passages"] > 0 or each["error"], "nothing was read, and nobody is told"
    return files


def test_pdfs_that_nest_without_end_have_absurd_sizes_or_are_something_else_end_with_a_reason(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    writers = {**bombs.ENDLESS, **tricks.ABSURD, **tricks.MIXED}
    for name, write in writers.items():
        write(folder / f"{name}.pdf")
    files = _ingest(tmp_path / "store", folder)
    assert set(files) == set(writers)
    stopped = {name: (each["status"], each["error"]) for name, each in files.items() if each["error"]}
    assert stopped["photograph"] == ("rejected", "photograph.pdf is a picture, not a PDF.")
    assert stopped["cyclic_page_tree"] == ("rejected", "The PDF has 1000000 pages; at most 3000 are read.")
    assert "Page 1" in stopped["deep_page_tree"][1]
    assert "cannot be seen on the page (page 1)" in stopped["crop_elsewhere"][1]
    for name in ("huge_page", "negative_size", "broken_fonts", "cyclic_form", "cyclic_xref", "pdf_and_zip", "active"):
        assert files[name]["status"] == "in_review"


def test_a_bomb_costs_its_own_child_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in QUICK_BOMBS:
        bombs.COSTLY[name](folder / f"{name}.pdf")
    odd_pdfs.write_guideline(folder / "honest.pdf")
    monkeypatch.setenv("GKB_PARSE_SECONDS", "5")
    begun = time.monotonic()
    files = _ingest(tmp_path / "store", folder)
    assert time.monotonic() - begun < 60
    assert files["honest"]["status"] == "in_review"
    for name in ("nested_filters", "pattern_bomb", "form_bomb"):
        reason = files[name]["error"]
        assert re.search(r"took longer than|more than the \d+ MiB|memory|crashed on this file", reason), reason
        assert reason.endswith("(at page 1).")
    assert files["too_many_pages"]["status"] == "rejected"


def test_words_that_the_eye_cannot_see_are_named_by_page_and_found_by_nobody(tmp_path: Path) -> None:
    folder, home = tmp_path / "in", tmp_path / "store"
    folder.mkdir()
    for name, write in {**tricks.HIDDEN, "active": tricks.active}.items():
        write(folder / f"{name}.pdf")
    files = _ingest(home, folder)
    assert {each["status"] for each in files.values()} == {"in_review"}
    unread = {"in_a_note", "active"}  # notes and outside files are not read at all, so there is nothing to name
    assert {name for name, each in files.items() if each["hidden_text_pages"] == [1]} == set(files) - unread
    assert files["another_text"]["doubtful_pages"] == [1]
    for edition in (each["edition_id"] for each in files.values()):
        gkb("publish", edition, "--set", "publisher=P", "--set", "issued_on=2024", "--set", "title=T", "--home", home)
    hits = gkb("search", tricks.SECRET, "--k", 50, "--home", home, "--json").json["hits"]
    assert len(hits) == len(files)
    assert not [hit for hit in hits if "methotrexate" in hit["text"]]


def test_a_pdf_that_asks_for_files_programs_and_addresses_gets_none(tmp_path: Path) -> None:
    path = tricks.active(tmp_path / "active.pdf")
    read = run_limited("ingest.parse:parse_to_json", {"path": str(path), "name": path.name, "sha256": "x"})
    assert "ankle sprain" in str(read)
    assert "methotrexate" not in str(read)
    # Its reader could not have: the same child asks for an address, a program, a file to write beyond its limit.
    for asked in ("ask_for_an_address", "ask_for_a_program"):
        with pytest.raises(UnreadablePdf, match="PermissionError"):
            run_limited(f"tests.test_hostile:{asked}", {})


def ask_for_an_address() -> None:
    """Run in a reader's place."""
    import socket

    socket.create_connection(("127.0.0.1", 9), timeout=1)


def ask_for_a_program() -> None:
    """Run in a reader's place."""
    os.system("true")


def test_a_reader_is_stopped_at_its_clock_its_page_its_memory_and_its_output() -> None:
    limits = Limits(seconds=6, cpu_seconds=1, page_seconds=1, memory_bytes=400 << 20, output_bytes=1 << 20)
    calls = [{"how": how} for how in ("sleep", "spin", "page", "fill", "write", "nest", "raise")]
    ends: dict[int, Ended] = {}
    outcomes = dict(
        run_many(
            "tests.test_hostile:misbehave", calls, limits=limits, workers=4, on_end=lambda e: ends.update({e.index: e})
        )
    )
    said = {call["how"]: str(outcomes[index]) for index, call in enumerate(calls)}
    assert said == {
        "sleep": "Reading took longer than 6 s and was stopped.",
        "spin": "Reading used more than 1 s of processor time and was stopped.",
        "page": "One page took longer than 1 s to read; reading was stopped (at page 7).",
        "fill": "Reading needed more memory than one file may use (at page 8).",
        "write": "Reading gave more than 1 MiB of text and was stopped.",
        "nest": "The file's structure is nested too deeply.",
        "raise": f"The reader failed on this file (ZeroDivisionError in test_hostile.py:{DIVIDES}).",
    }
    assert all(isinstance(each, UnreadablePdf) and each.status == "failed" for each in outcomes.values())
    assert max(each.seconds for each in ends.values()) < 10
    assert max(each.peak_bytes for each in ends.values()) < limits.memory_bytes


def misbehave(how: str) -> Any:
    """Run in a reader's place."""
    from ingest.where import tell_place

    if how == "sleep":
        time.sleep(60)
    while how == "spin":
        pass
    if how == "page":
        tell_place("page 7")
        time.sleep(60)
    if how == "fill":
        tell_place("page 8")
        return len(bytearray(1 << 30))
    if how == "write":
        return "x" * (2 << 20)
    if how == "nest":
        return misbehave("nest")
    return 1 / 0


DIVIDES = misbehave.__code__.co_firstlineno + 18


def test_what_a_captured_reader_writes_does_not_bring_down_its_parent() -> None:
    outcomes = dict(run_many("tests.test_hostile:write_nonsense", [{}], limits=Limits()))
    assert "ended with code" in str(outcomes[0])


def write_nonsense() -> Any:
    """Run in a reader's place: JSON nested deeper than it can be taken apart, instead of an answer."""
    import sys

    folder = Path(json.loads(sys.argv[1])["folder"])
    (folder / "0.json").write_text("[" * 500_000, encoding="utf-8")
    os._exit(0)
