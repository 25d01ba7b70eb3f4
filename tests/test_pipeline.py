"""What becomes of files that come in, as a librarian sees it through the terminal door."""

from __future__ import annotations

import csv
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests import odd_pdfs
from tests.doors import Ran, copy_library, finish, gkb, start_fast_gkb

pytestmark = pytest.mark.usefixtures("hash_encoder")

NEW_EN = "nics-stable-angina@2024-09-17"
ASPIRIN = "aspirin dose for stable angina"


@pytest.fixture
def home(fast_library: Path, tmp_path: Path) -> Path:
    """A copy of the samples' library to write in."""
    return copy_library(fast_library, tmp_path / "store")


def _ingest(home: Path, *arguments: object) -> list[dict[str, Any]]:
    ran = gkb("ingest", *arguments, "--home", home, "--json")
    assert ran.code in (0, 1), ran.out + ran.err
    files: list[dict[str, Any]] = ran.json["files"]
    return files


def _statuses(files: list[dict[str, Any]]) -> dict[str, str]:
    return {each["file"]: each["status"] for each in files}


def _editions(home: Path, *arguments: object) -> dict[str, dict[str, Any]]:
    rows = gkb("editions", *arguments, "--home", home, "--json").json["editions"]
    return {row["edition_id"]: row for row in rows}


def _found(home: Path, query: str) -> set[str]:
    return {hit["edition_id"] for hit in gkb("search", query, "--home", home, "--json").json["hits"]}


def _write_manifest(folder: Path, *rows: dict[str, str]) -> Path:
    path = folder / "manifest.csv"
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def _row(file: str, issued_on: str, **more: str) -> dict[str, str]:
    known = {"file": file, "guideline_id": "ankle", "title": "Ankle Sprain in Adults", "publisher": "Joint Board"}
    return {**known, "issued_on": issued_on, "kind": "full", "language": "en", "jurisdiction": "GB", **more}


def _done(ran: Ran) -> int:
    assert ran.code == 0, ran.out + ran.err
    return int(ran.json["recorded"])


def test_the_samples_are_published_with_nothing_cut_off(samples: Path, tmp_path: Path) -> None:
    ran = gkb("ingest", samples, "--manifest", samples / "manifest.csv", "--home", tmp_path / "store", "--json")
    report = ran.json
    assert ran.code == 0
    assert set(_statuses(report["files"]).values()) == {"published"}
    assert report["tokens_truncated"] == 0
    assert report["tokens_embedded"] > 1_000
    assert report["passages"] == sum(each["passages"] for each in report["files"]) > 50
    assert all(each["coverage"] > 0.95 for each in report["files"])


def test_unchanged_files_are_known_by_their_hash(home: Path, samples: Path) -> None:
    before = gkb("audit", "--home", home, "--json").json
    begun = time.perf_counter()
    files = _ingest(home, samples, "--manifest", samples / "manifest.csv")
    assert set(_statuses(files).values()) == {"unchanged"}
    assert time.perf_counter() - begun < 2
    assert all(each["passages"] > 0 and each["edition_id"] for each in files)
    assert gkb("audit", "--home", home, "--json").json == before


def test_the_same_bytes_under_another_name_are_a_duplicate(home: Path, samples: Path, tmp_path: Path) -> None:
    copy = shutil.copy(samples / "nics_stable_angina_2024.pdf", tmp_path / "download (1).pdf")
    files = _ingest(home, copy)
    assert _statuses(files) == {"download (1).pdf": "duplicate"}
    assert files[0]["edition_id"] == NEW_EN
    assert len(_editions(home)) == 4


def test_the_same_bytes_twice_in_one_request_are_read_once(tmp_path: Path) -> None:
    first = odd_pdfs.write_guideline(tmp_path / "a.pdf")
    second = shutil.copy(first, tmp_path / "b.pdf")
    assert _statuses(_ingest(tmp_path / "store", first, second)) == {"a.pdf": "in_review", "b.pdf": "duplicate"}


def test_a_changed_row_updates_the_edition(home: Path, samples: Path, tmp_path: Path) -> None:
    shutil.copy(samples / "nics_stable_angina_2024.pdf", tmp_path)
    row = {"file": "nics_stable_angina_2024.pdf", "edition_label": "2nd ed.", "valid_until": "2025-12-31"}
    manifest = _write_manifest(tmp_path, row)
    files = _ingest(home, tmp_path / row["file"], "--manifest", manifest)
    assert _statuses(files) == {row["file"]: "updated"}
    edition = _editions(home)[NEW_EN]
    assert edition["edition_label"] == "2nd ed."
    assert edition["valid_until"] == "2025-12-31"
    assert edition["title"] == "Management of Stable Angina in Adults"
    assert _statuses(_ingest(home, tmp_path / row["file"], "--manifest", manifest)) == {row["file"]: "unchanged"}


def test_new_bytes_for_a_known_edition_wait_while_the_published_file_stays(home: Path, tmp_path: Path) -> None:
    name = "nics_stable_angina_2024.pdf"
    odd_pdfs.write_guideline(tmp_path / name, words=("Offer aspirin 81 mg once daily in stable angina.",))
    manifest = _write_manifest(tmp_path, {"file": name, "edition_id": NEW_EN, "publish": "yes"})
    before = _editions(home)[NEW_EN]
    files = _ingest(home, tmp_path / name, "--manifest", manifest)
    assert _statuses(files) == {name: "in_review"}
    assert files[0]["edition_id"] == NEW_EN
    assert _editions(home)[NEW_EN]["sha256"] == before["sha256"]
    assert "81 mg" not in gkb("search", ASPIRIN, "--home", home).out
    assert [card["edition_id"] for card in gkb("review", "--home", home, "--json").json["review"]] == [NEW_EN]
    act = _done(gkb("publish", NEW_EN, "--home", home, "--by", "Librarian", "--json"))
    assert _editions(home)[NEW_EN]["sha256"] == files[0]["sha256"]
    assert "81 mg" in gkb("search", ASPIRIN, "--home", home).out
    assert act == gkb("audit", "--home", home, "--json").json["acts"][-1]["act"]


def test_without_a_manifest_an_edition_waits_with_what_was_read(tmp_path: Path) -> None:
    home = tmp_path / "store"
    files = _ingest(home, odd_pdfs.write_guideline(tmp_path / "ankle.pdf"))
    assert _statuses(files) == {"ankle.pdf": "in_review"}
    title = files[0]["metadata"]["title"]
    assert title["value"] == "Ankle Sprain in Adults"
    assert 0 < title["confidence"] <= 1
    assert title["snippet"]
    assert gkb("ask", "ibuprofen in ankle sprain", "--home", home, "--json").json["refusal"]["code"] == "empty_library"
    assert gkb("guidelines", "--home", home, "--json").json["guidelines"] == []


def test_a_person_publishes_with_what_was_missing(tmp_path: Path) -> None:
    home = tmp_path / "store"
    edition = _ingest(home, odd_pdfs.write_guideline(tmp_path / "ankle.pdf"))[0]["edition_id"]
    refused = gkb("publish", edition, "--home", home, "--json")
    assert refused.code == 2
    assert "publisher" in refused.json["error"]["message"]
    sets = ("--set", "publisher=Joint Board", "--set", "issued_on=2024-03", "--set", "jurisdiction=GB")
    _done(gkb("publish", edition, *sets, "--home", home, "--by", "Librarian", "--why", "read it", "--json"))
    assert _found(home, "ibuprofen dose in ankle sprain") == {edition}
    act = gkb("audit", "--home", home, "--json").json["acts"][-1]
    assert (act["by"], act["why"], act["kind"]) == ("Librarian", "read it", "publish")


def test_publish_accepts_what_was_read_only_where_the_five_fields_are_known(tmp_path: Path) -> None:
    home = tmp_path / "store"
    unknown = odd_pdfs.write_guideline(tmp_path / "unknown.pdf")
    files = _ingest(home, unknown, "--publish")
    assert _statuses(files) == {"unknown.pdf": "in_review"}
    assert "not published" in files[0]["notes"][-1]
    known = odd_pdfs.write_guideline(tmp_path / "known.pdf", words=(*odd_pdfs.WORDS, "Published: 12 March 2024."))
    manifest = _write_manifest(tmp_path, _row("known.pdf", "2024-03-12"))
    assert _statuses(_ingest(home, known, "--manifest", manifest)) == {"known.pdf": "published"}


def test_a_row_may_say_that_its_edition_waits(tmp_path: Path) -> None:
    home = tmp_path / "store"
    pdf = odd_pdfs.write_guideline(tmp_path / "ankle.pdf")
    manifest = _write_manifest(tmp_path, _row("ankle.pdf", "2024-03-12", publish="no"))
    assert _statuses(_ingest(home, pdf, "--manifest", manifest)) == {"ankle.pdf": "in_review"}


def test_a_relation_may_name_an_edition_that_comes_later(tmp_path: Path) -> None:
    home = tmp_path / "store"
    new = odd_pdfs.write_guideline(tmp_path / "new.pdf")
    old = odd_pdfs.write_guideline(tmp_path / "old.pdf", words=("Rest the ankle for 3 weeks after a sprain.",))
    rows = _row("new.pdf", "2024-01-01", replaces="ankle@2015-01-01"), _row("old.pdf", "2015-01-01")
    manifest = _write_manifest(tmp_path, *rows)
    _ingest(home, new, "--manifest", manifest)
    assert _editions(home)["ankle@2024-01-01"]["status"] == "in_force"
    _ingest(home, old, "--manifest", manifest)
    editions = _editions(home)
    assert editions["ankle@2015-01-01"]["status"] == "superseded"
    assert editions["ankle@2015-01-01"]["superseded_by"] == "ankle@2024-01-01"
    assert _found(home, "rest after ankle sprain") == {"ankle@2024-01-01"}


@pytest.mark.parametrize("first", ["new.pdf", "old.pdf"])
def test_a_scope_that_names_nothing_stays_proposed_in_whatever_order(first: str, tmp_path: Path) -> None:
    home = tmp_path / "store"
    odd_pdfs.write_guideline(tmp_path / "new.pdf")
    odd_pdfs.write_guideline(tmp_path / "old.pdf", words=("Rest the ankle for 3 weeks after a sprain.",))
    rows = _row("new.pdf", "2024-01-01", replaces="ankle@2015-01-01#77.7.7"), _row("old.pdf", "2015-01-01")
    manifest = _write_manifest(tmp_path, *rows)
    second = "old.pdf" if first == "new.pdf" else "new.pdf"
    _ingest(home, tmp_path / first, "--manifest", manifest)
    files = _ingest(home, tmp_path / second, "--manifest", manifest)
    assert "77.7.7" in " ".join(files[0]["notes"])
    old = _editions(home)["ankle@2015-01-01"]
    assert old["status"] == "in_force"
    assert [relation["state"] for relation in old["relations"]] == ["proposed"]


@pytest.mark.parametrize("first", ["new.pdf", "old.pdf"])
def test_an_older_edition_never_replaces_a_newer_one_in_whatever_order(first: str, tmp_path: Path) -> None:
    home = tmp_path / "store"
    odd_pdfs.write_guideline(tmp_path / "new.pdf")
    odd_pdfs.write_guideline(tmp_path / "old.pdf", words=("Rest the ankle for 3 weeks after a sprain.",))
    rows = _row("new.pdf", "2024-01-01"), _row("old.pdf", "2015-01-01", replaces="new.pdf")
    manifest = _write_manifest(tmp_path, *rows)
    for name in (first, "old.pdf" if first == "new.pdf" else "new.pdf"):
        _ingest(home, tmp_path / name, "--manifest", manifest)
    new = _editions(home)["ankle@2024-01-01"]
    assert new["status"] == "in_force"
    assert [relation["state"] for relation in new["relations"]] == ["proposed"]


def test_one_wrong_row_stops_only_itself(tmp_path: Path) -> None:
    home = tmp_path / "store"
    names = ("a.pdf", "b.pdf", "c.pdf")
    for name in names:
        odd_pdfs.write_guideline(tmp_path / name, words=(f"Advice of {name}.",))
    rows = [_row(name, f"20{10 + index}-01-01") for index, name in enumerate(names)]
    manifest = _write_manifest(tmp_path, rows[0], {**rows[1], "replaces": "b.pdf"}, rows[2])
    files = _ingest(home, *(tmp_path / name for name in names), "--manifest", manifest)
    assert {name: _statuses(files)[name] for name in ("a.pdf", "c.pdf")} == {"a.pdf": "published", "c.pdf": "published"}
    assert "itself" in " ".join(files[1]["notes"]) + str(files[1]["error"])


def test_an_interrupt_is_clean_and_the_same_command_goes_on(samples: Path, tmp_path: Path) -> None:
    home = tmp_path / "store"
    command = ("ingest", samples, "--manifest", samples / "manifest.csv", "--home", home)
    running = start_fast_gkb(*command, GKB_TEST_PAUSE="0.05")
    _wait_for(home / "writer.json")
    time.sleep(1.5)
    running.send_signal(signal.SIGINT)
    stopped = finish(running)
    assert stopped.code == 130
    assert "Traceback" not in stopped.err
    assert "run the same command again" in stopped.err
    again = gkb(*command, "--json")
    assert again.code == 0
    assert {row["state"] for row in _editions(home).values()} == {"published"}
    assert len(_editions(home)) == 4


def test_a_second_ingest_waits_and_both_are_done_while_asking_goes_on(
    home: Path, samples: Path, tmp_path: Path
) -> None:
    slow = [odd_pdfs.write_guideline(tmp_path / f"{n}.pdf", f"Slow {n}", words=(f"Advice {n}.",)) for n in range(4)]
    quick = odd_pdfs.write_guideline(tmp_path / "quick.pdf", "Quick One", words=("Advice that is quick.",))
    (home / "writer.json").unlink(missing_ok=True)
    first = start_fast_gkb("ingest", *slow, "--home", home, "--json", GKB_TEST_PAUSE="0.4")
    _wait_for(home / "writer.json")
    second = start_fast_gkb("ingest", quick, "--home", home)
    answers = 0
    while first.poll() is None:
        asked = gkb("ask", ASPIRIN, "--home", home, "--json")
        assert asked.code == 0
        assert {each["edition_id"] for each in asked.json["citations"]} <= {NEW_EN}
        answers += 1
        time.sleep(0.1)
    one, two = finish(first), finish(second)
    assert answers >= 3
    assert (one.code, two.code) == (0, 0), one.err + two.err
    assert [each["status"] for each in one.json["files"]] == ["in_review"] * 4
    assert f"waiting: ingest (process {first.pid}" in two.err
    assert "quick.pdf" in two.out
    assert len(_editions(home)) == 9


def test_a_request_that_fails_inside_never_blocks_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import ingest.pipeline

    home = tmp_path / "store"
    pdf = odd_pdfs.write_guideline(tmp_path / "ankle.pdf")
    with monkeypatch.context() as patch:
        patch.setattr(ingest.pipeline, "stage", _explode)
        failed = gkb("ingest", pdf, "--home", home, "--json")
    assert failed.code == 3
    assert "Traceback" not in failed.err
    assert _statuses(_ingest(home, pdf)) == {"ankle.pdf": "in_review"}
    assert gkb("stats", "--home", home, "--json").json["unfinished_jobs"] == 0


def _explode(*_: object) -> None:
    raise RuntimeError("a defect")


def _wait_for(path: Path, seconds: float = 20) -> None:
    limit = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < limit, f"{path} never came"
        time.sleep(0.02)


def test_a_pdf_with_more_pages_than_the_settings_allow_is_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd_pdfs.write_guideline(tmp_path / "long.pdf", words=("Rest the ankle for a week. " * 40,) * 12)
    monkeypatch.setenv("GKB_MAX_PAGES", "1")
    files = _ingest(tmp_path / "store", tmp_path / "long.pdf")
    assert _statuses(files) == {"long.pdf": "rejected"}
    assert "at most 1 are read" in files[0]["error"]
