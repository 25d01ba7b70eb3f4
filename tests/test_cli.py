"""The terminal door: help, exit codes, JSON and nothing else, batches, filters that fail closed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kb.errors import UsageError
from kb.retrieval.filters import read_filters
from tests import odd_pdfs
from tests.doors import copy_library, gkb, run_python
from ui.cli import COMMANDS

NAMES = [command.__name__ for command in COMMANDS]
ASPIRIN = "aspirin dose for stable angina"
NEW_EN, OLD_EN = "nics-stable-angina@2024-09-17", "nics-stable-angina@2019-05-14"
NEEDS_A_LIBRARY = (
    ("search", "x"),
    ("ask", "x"),
    ("guidelines",),
    ("editions",),
    ("show", "a@2020"),
    ("review",),
    ("publish", "a@2020"),
    ("edit", "a@2020", "--set", "title=x"),
    ("reject", "a@2020"),
    ("withdraw", "a@2020", "--on", "2024-01-01"),
    ("relate", "a@2020", "replaces", "a@2019"),
    ("undo", "1"),
    ("audit",),
    ("reindex",),
    ("doctor",),
    ("stats",),
)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_explains_itself(name: str) -> None:
    shown = gkb(name, "--help")
    assert shown.code == 0
    assert "Usage:" in shown.out
    assert len(shown.out.split()) > 20


def test_help_lists_every_command_and_says_what_the_program_is_not() -> None:
    shown = gkb("--help")
    assert shown.code == 0
    assert [name for name in NAMES if name not in shown.out] == []
    assert "not a medical device" in " ".join(shown.out.replace("│", " ").split())


IMPORTED = """
import sys
sys.argv = ["gkb", *sys.argv[1:]]
from ui.cli import main
try:
    main()
except SystemExit as ended:
    code = ended.code or 0
heavy = [n for n in ("torch", "chromadb", "llama_index", "streamlit", "sentence_transformers") if n in sys.modules]
print("HEAVY", code, heavy)
"""


def test_help_imports_no_heavy_library() -> None:
    assert "HEAVY 0 []" in run_python(IMPORTED, "--help").out


def test_asking_imports_no_heavy_library(sample_library: Path) -> None:
    ran = run_python(IMPORTED, "ask", ASPIRIN, "--home", sample_library)
    assert "HEAVY 0 []" in ran.out, ran.err
    assert "aspirin" in ran.out


@pytest.mark.parametrize("command", NEEDS_A_LIBRARY, ids=lambda each: each[0])
def test_a_missing_library_is_named_and_never_made_by_reading(command: tuple[str, ...], tmp_path: Path) -> None:
    home = tmp_path / "nowhere"
    plain, as_json = gkb(*command, "--home", home), gkb(*command, "--home", home, "--json")
    assert (plain.code, as_json.code) == (3, 3)
    assert str(home) in plain.err
    assert plain.out == ""
    assert str(home) in as_json.json["error"]["message"]
    assert not home.exists()


@pytest.mark.parametrize(
    "command",
    [
        ("ask", "x", "--as-of", "yesterday"),
        ("search", "x", "--as-of", "2024-13-01"),
        ("search", "x", "--known-at", "soon"),
        ("editions", "--as-of", "31.12.2024"),
        ("withdraw", NEW_EN, "--on", "some day"),
        ("edit", NEW_EN, "--set", "issued_on=2024-02-31"),
    ],
    ids=lambda each: " ".join(each[:1] + each[-1:]),
)
@pytest.mark.usefixtures("hash_encoder")
def test_a_bad_date_is_wrong_use(command: tuple[str, ...], fast_library: Path) -> None:
    ran = gkb(*command, "--home", fast_library, "--json")
    assert ran.code == 2
    assert set(ran.json["error"]) == {"code", "message", "hint"}


@pytest.mark.parametrize(
    "command",
    [
        ("show", "nics-stable-angina@2024"),
        ("publish", "nics-stable-angina@2024"),
        ("reject", "nics-stable-angina@2024"),
        ("relate", "nics-stable-angina@2024", "replaces", OLD_EN),
        ("review", "nics-stable-angina@2024"),
    ],
    ids=lambda each: each[0],
)
@pytest.mark.usefixtures("hash_encoder")
def test_an_unknown_edition_is_wrong_use_and_near_names_are_offered(
    command: tuple[str, ...], fast_library: Path
) -> None:
    ran = gkb(*command, "--home", fast_library, "--json")
    assert ran.code == 2
    assert "nics-stable-angina@2024" in ran.json["error"]["message"]
    assert NEW_EN in ran.json["error"]["hint"]


@pytest.mark.parametrize(
    "command",
    [
        ("ask", "x", "--colour", "red"),
        ("relate", NEW_EN, "likes", OLD_EN),
        ("edit", NEW_EN, "--set", "colour=red"),
        ("edit", NEW_EN, "--set", "title"),
        ("edit", NEW_EN, "--set", "kind=novel"),
        ("undo", "999999"),
        ("ask", " "),
        ("search", "x", "--k", "many"),
        ("show", NEW_EN, "--page", "999", "--text"),
    ],
    ids=lambda each: " ".join(each),
)
@pytest.mark.usefixtures("hash_encoder")
def test_wrong_use_is_exit_two_with_a_hint(command: tuple[str, ...], fast_library: Path) -> None:
    ran = gkb(*command, "--home", fast_library, "--json")
    assert ran.code == 2
    assert ran.json["error"]["message"]
    assert ran.json["error"]["hint"]


def test_an_unknown_scope_key_is_wrong_use() -> None:
    with pytest.raises(UsageError, match="guidline") as refused:
        read_filters({"guidline": "nics-stable-angina"})
    assert refused.value.exit_code == 2
    assert "guideline" in refused.value.hint


@pytest.mark.usefixtures("hash_encoder")
def test_files_that_need_a_person_are_each_named_and_make_exit_one(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    odd_pdfs.write_guideline(folder / "fine.pdf")
    odd_pdfs.write_encrypted(folder / "locked.pdf")
    odd_pdfs.write_web_page(folder / "login.pdf")
    odd_pdfs.write_empty(folder / "nothing.pdf")
    odd_pdfs.write_scan(folder / "scanned.pdf")
    ran = gkb("ingest", folder, "--home", tmp_path / "store", "--json")
    found = {each["file"]: each["status"] for each in ran.json["files"]}
    assert ran.code == 1
    assert found == {
        "fine.pdf": "in_review",
        "locked.pdf": "encrypted",
        "login.pdf": "rejected",
        "nothing.pdf": "rejected",
        "scanned.pdf": "needs_ocr",
    }
    assert all(each["error"] for each in ran.json["files"] if each["status"] != "in_review")


@pytest.mark.usefixtures("hash_encoder")
def test_the_same_is_said_to_a_person_who_reads_no_json(tmp_path: Path) -> None:
    page = odd_pdfs.write_web_page(tmp_path / "login.pdf")
    ran = gkb("ingest", page, "--home", tmp_path / "store")
    assert ran.code == 1
    assert "login.pdf" in ran.out
    assert "web page" in ran.out


@pytest.mark.usefixtures("hash_encoder")
def test_a_path_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    ran = gkb("ingest", tmp_path / "gone.pdf", "--home", tmp_path / "store", "--json")
    assert ran.code == 2
    assert "gone.pdf" in ran.json["error"]["message"]


@pytest.mark.parametrize(
    "command",
    [
        ("search", ASPIRIN),
        ("ask", ASPIRIN),
        ("ask", "how to repair a bicycle"),
        ("guidelines",),
        ("editions",),
        ("show", NEW_EN),
        ("review",),
        ("audit",),
        ("stats",),
        ("doctor",),
        ("settings",),
    ],
    ids=lambda each: " ".join(each),
)
@pytest.mark.usefixtures("hash_encoder")
def test_json_is_all_that_stands_on_standard_output(
    command: tuple[str, ...], fast_library: Path, tmp_path: Path
) -> None:
    home = copy_library(fast_library, tmp_path / "store") if command[0] == "doctor" else fast_library
    place = () if command[0] == "settings" else ("--home", home)
    ran = gkb(*command, *place, "--json")
    assert isinstance(ran.json, dict)
    assert len(ran.out.splitlines()) == 1
    assert ran.code in ((0, 1) if command[0] == "doctor" else (0,))


def test_a_refusal_is_an_answer(sample_library: Path) -> None:  # by the real encoder, which refusals are calibrated for
    ran = gkb("ask", "how to repair a bicycle", "--home", sample_library, "--json")
    assert ran.code == 0
    assert ran.json["answered"] is False
    assert ran.json["refusal"]["code"] == "not_covered"
    assert ran.json["statements"] == []


def _write_batch(path: Path) -> Path:
    lines = [
        json.dumps({"id": "a", "question": ASPIRIN}),
        json.dumps({"id": "b", "question": ASPIRIN, "as_of": "2020-01-01"}),
        "{not json",
        json.dumps({"id": "c", "question": ASPIRIN, "scope": {"colour": "red"}}),
        json.dumps({"id": "d", "question": ASPIRIN, "scope": {"language": "zh"}}),
        json.dumps({"id": "e"}),
        json.dumps({"id": "f", "question": ASPIRIN, "as_of": "then"}),
        json.dumps(["not", "an", "object"]),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("verb", ["search", "ask"])
@pytest.mark.usefixtures("hash_encoder")
def test_a_batch_answers_in_order_and_names_bad_lines(verb: str, fast_library: Path, tmp_path: Path) -> None:
    batch = _write_batch(tmp_path / "batch.jsonl")
    ran = gkb(verb, "--batch", batch, "--home", fast_library, "--json")
    assert ran.code == 1
    assert [line["id"] for line in ran.lines] == ["a", "b", None, "c", "d", "e", "f", None]
    assert ["error" in line for line in ran.lines] == [False, False, True, True, False, True, True, True]
    assert all("ms" in line for line in ran.lines if "error" not in line)
    assert "colour" in ran.lines[3]["error"]["message"]


@pytest.mark.usefixtures("hash_encoder")
def test_a_batch_line_has_its_own_date_and_scope(fast_library: Path, tmp_path: Path) -> None:
    ran = gkb("search", "--batch", _write_batch(tmp_path / "batch.jsonl"), "--home", fast_library, "--json")
    editions = [{hit["edition_id"] for hit in line["hits"]} if "hits" in line else None for line in ran.lines]
    assert NEW_EN in editions[0]
    assert OLD_EN not in editions[0]
    assert OLD_EN in editions[1]
    assert NEW_EN not in editions[1]
    assert not editions[4] & {NEW_EN, OLD_EN}


@pytest.mark.usefixtures("hash_encoder")
def test_a_good_batch_ends_with_zero(fast_library: Path, tmp_path: Path) -> None:
    batch = tmp_path / "one.jsonl"
    batch.write_text(json.dumps({"id": 1, "question": ASPIRIN}) + "\n\n", encoding="utf-8")
    ran = gkb("search", "--batch", batch, "--k", "3", "--home", fast_library, "--json")
    assert ran.code == 0
    assert len(ran.lines) == 1
    assert 0 < len(ran.lines[0]["hits"]) <= 3


@pytest.mark.parametrize(
    "chosen",
    [
        ("--guideline", "no-such-guideline"),
        ("--publisher", "Nobody"),
        ("--jurisdiction", "NZ"),
        ("--language", "fr"),
        ("--file", "nothing.pdf"),
        ("--as-of", "1999-01-01"),
        ("--known-at", "2000-01-01T00:00"),
        ("--guideline", "bcma-gout", "--language", "en"),
    ],
    ids=lambda each: " ".join(each),
)
@pytest.mark.usefixtures("hash_encoder")
def test_a_filter_that_matches_nothing_gives_nothing(chosen: tuple[str, ...], fast_library: Path) -> None:
    found = gkb("search", ASPIRIN, *chosen, "--home", fast_library, "--json")
    answered = gkb("ask", ASPIRIN, *chosen, "--home", fast_library, "--json")
    assert found.json["hits"] == []
    assert answered.json["answered"] is False
    assert answered.json["citations"] == []
    assert (found.code, answered.code) == (0, 0)


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        (("--guideline", "bcma-gout"), {"bcma-gout"}),
        (("--jurisdiction", "GB"), {"nics-stable-angina"}),
        (("--language", "zh"), {"bcma-gout"}),
        (("--file", "nics_stable_angina_2024.pdf"), {"nics-stable-angina"}),
        (("--publisher", "Northfield Institute for Clinical Standards"), {"nics-stable-angina"}),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)
@pytest.mark.usefixtures("hash_encoder")
def test_a_filter_keeps_everything_else_out(chosen: tuple[str, ...], shown: set[str], fast_library: Path) -> None:
    ran = gkb("search", "dose 剂量 mg 痛风 angina", *chosen, "--k", "30", "--home", fast_library, "--json")
    assert {hit["guideline_id"] for hit in ran.json["hits"]} == shown


@pytest.mark.usefixtures("hash_encoder")
def test_secrets_are_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GKB_OPENAI_API_KEY", "sk-very-secret")
    ran = gkb("settings", "--json")
    row = next(each for each in ran.json["settings"] if each["name"] == "openai_api_key")
    assert "very-secret" not in ran.out
    assert row["source"] == "GKB_OPENAI_API_KEY"


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GKB_WORKERS", "several")
    ran = gkb("editions", "--home", tmp_path, "--json")
    assert ran.code == 2
    assert "GKB_WORKERS" in ran.json["error"]["hint"]


def test_a_citation_is_a_literal_part_of_what_show_prints(sample_library: Path) -> None:
    answered = gkb("ask", ASPIRIN, "--home", sample_library, "--json").json
    assert answered["answered"] is True
    for citation in answered["citations"]:
        passage = gkb("show", citation["passage_id"], "--home", sample_library, "--json").json
        assert citation["quote"] in passage["text"]
        assert citation["edition_id"] == NEW_EN
        assert citation["status"] == "in_force"


def test_the_page_of_a_citation_can_be_opened_as_a_picture(sample_library: Path, tmp_path: Path) -> None:
    citation = gkb("ask", ASPIRIN, "--home", sample_library, "--json").json["citations"][0]
    picture = tmp_path / "page.png"
    ran = gkb("show", citation["passage_id"], "--png", picture, "--home", sample_library)
    assert ran.code == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
