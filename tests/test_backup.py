"""A backup is one state of a library, checked; a restore gives exactly that library back, or nothing."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kb import open_library
from kb.store.extractions import load_passages
from kb.store.registry import reading
from tests import odd_pdfs
from tests.doors import copy_library, finish, gkb, start_fast_gkb
from tests.forks import Forks

pytestmark = pytest.mark.usefixtures("hash_encoder")

ANSWERS = 50
EVERY = bool(os.environ.get("GKB_TEST_EVERY"))  # kill at every step, not at some: minutes
QUESTION = "aspirin dose for stable angina"


@pytest.fixture(scope="module")
def backup(fast_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the samples' library."""
    file = tmp_path_factory.mktemp("backup") / "monday.gkb"
    with pytest.MonkeyPatch.context() as patch:
        from tests.fast_gkb import use_hash_encoder

        use_hash_encoder(patch.setattr)
        ran = gkb("backup", file, "--home", fast_library, "--json")
    assert ran.code == 0, ran.out + ran.err
    assert ran.json["pdfs"] == 4
    assert ran.json["missing"] == []
    return file


def _restore(file: Path, home: Path) -> Any:
    return gkb("restore", file, "--home", home, "--json")


def _questions(home: Path) -> list[str]:
    """Words of fifty places all over a library."""
    with open_library(home) as library, reading(library.engine) as connection:
        wanted = sorted(library.ledger().ever_published)
        texts = [each.text for identity in wanted for each in load_passages(connection, identity)]
    starts = [(text, start) for start in (0, 40, 80) for text in texts if len(text) > start + 30]
    return [text[start : start + 60] for text, start in starts[:: len(starts) // ANSWERS][:ANSWERS]]


def _answers(home: Path, questions: list[str], folder: Path) -> list[str]:
    batch = folder / "questions.jsonl"
    lines = [json.dumps({"id": index, "question": question}) for index, question in enumerate(questions)]
    batch.write_text("\n".join(lines), encoding="utf-8")
    ran = gkb("ask", "--batch", batch, "--home", home, "--json")
    assert ran.code == 0, ran.err
    return [json.dumps({**line, "ms": 0}, ensure_ascii=False) for line in ran.lines]


def _tree(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*")) if folder.exists() else []


def test_fifty_answers_of_a_restored_library_are_the_same_to_the_byte(
    backup: Path, fast_library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.hash_encoder.HashEncoder.encode_passages", lambda *_: pytest.fail("embedded again"))
    questions = _questions(fast_library)
    before = _answers(fast_library, questions, tmp_path)
    assert len(set(before)) >= 30
    assert sum('"answered": true' in each for each in before) >= 30
    ran = _restore(backup, tmp_path / "home")
    assert ran.code == 0, ran.out + ran.err
    assert _tree(tmp_path / "home" / "derived"), "the search index is built before the first question"
    assert _answers(tmp_path / "home", questions, tmp_path) == before
    found = gkb("doctor", "--home", tmp_path / "home", "--json")
    assert found.code == 0, found.out
    assert not (tmp_path / "home" / ".restoring").exists()


def test_the_history_and_what_waits_for_review_come_back_too(tmp_path: Path, fast_library: Path) -> None:
    home = copy_library(fast_library, tmp_path / "home")
    late = odd_pdfs.write_guideline(tmp_path / "late.pdf", "Knee Sprain in Adults", words=("Rest the knee.",))
    assert gkb("ingest", late, "--home", home, "--by", "Mei", "--why", "from the board").code == 0
    (home / "lexicon.tsv").write_text("", encoding="utf-8")
    assert gkb("backup", tmp_path / "file", "--home", home).code == 0
    assert _restore(tmp_path / "file", tmp_path / "again").code == 0
    assert (tmp_path / "again" / "lexicon.tsv").is_file()
    for command in ("audit", "editions", "review"):
        assert gkb(command, "--home", tmp_path / "again", "--json").json == gkb(command, "--home", home, "--json").json
    assert gkb("ingest", late, "--home", tmp_path / "again", "--json").json["files"][0]["status"] == "unchanged"


def test_a_backup_taken_while_an_ingest_runs_and_readers_read_is_one_whole_state(
    fast_library: Path, tmp_path: Path
) -> None:
    home = copy_library(fast_library, tmp_path / "home")
    (tmp_path / "new").mkdir()
    for number in range(8):
        words = (f"Offer ibuprofen {number + 1}00 mg daily in sprain {number}.", "Rest for two days.")
        odd_pdfs.write_guideline(tmp_path / "new" / f"{number}.pdf", f"Sprain Number {number}", words=words)
    command = ("ingest", tmp_path / "new", "--home", home)
    running = start_fast_gkb(*command, GKB_TEST_PAUSE="0.15")
    acts: list[int] = []
    while running.poll() is None:
        ran = gkb("backup", tmp_path / f"{len(acts)}.gkb", "--home", home, "--json")
        assert ran.code == 0, ran.out
        assert gkb("ask", QUESTION, "--home", home, "--json").json["answered"]
        acts.append(ran.json["acts"])
    assert finish(running).code == 0
    assert len(acts) >= 3
    for number in {0, len(acts) // 2, len(acts) - 1}:
        again = tmp_path / f"again-{number}"
        assert _restore(tmp_path / f"{number}.gkb", again).code == 0
        with open_library(again) as library:
            assert len(library.acts()) == acts[number]
        sound = {each["name"]: each["is_sound"] for each in gkb("doctor", "--home", again, "--json").json["findings"]}
        assert {name for name, fine in sound.items() if not fine} <= {"jobs"}  # the ingest was under way
    again = tmp_path / f"again-{len(acts) // 2}"
    assert gkb("stats", "--home", again, "--json").json["unfinished_jobs"] == 1
    # What was under way when that backup was taken is finished by the library that it became.
    assert gkb("ingest", "--home", again).code == 0
    waiting = gkb("editions", "--home", home, "--json").json["editions"]
    come_back = gkb("editions", "--home", again, "--json").json["editions"]
    assert {each["sha256"] for each in come_back} == {each["sha256"] for each in waiting}


def test_nothing_is_ever_overwritten(backup: Path, fast_library: Path, tmp_path: Path) -> None:
    home = copy_library(fast_library, tmp_path / "home")
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    ran = _restore(backup, home)
    assert (ran.code, ran.json["error"]["code"]) == (2, "usage")
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before
    other = tmp_path / "photos"
    other.mkdir()
    (other / "cat.jpg").write_bytes(b"cat")
    assert _restore(backup, other).code == 2
    assert _tree(other) == ["cat.jpg"]
    taken = tmp_path / "taken.gkb"
    taken.write_bytes(b"something")
    assert gkb("backup", taken, "--home", home).code == 2
    assert taken.read_bytes() == b"something"
    assert gkb("backup", tmp_path / "no" / "folder.gkb", "--home", home).code == 2


def test_a_damaged_backup_is_refused_whole_or_gives_the_same_library(backup: Path, tmp_path: Path) -> None:
    content = backup.read_bytes()
    chance = random.Random(7)
    refused = 0
    for number in range(40):
        damaged = bytearray(content)
        if number % 4 == 0:
            del damaged[chance.randrange(len(damaged)) :]
        else:
            damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        file, home = tmp_path / "damaged.gkb", tmp_path / f"home-{number}"
        file.write_bytes(damaged)
        ran = _restore(file, home)
        if ran.code == 0:  # a byte that says nothing, such as the time of an entry
            assert gkb("stats", "--home", home, "--json").json["acts"] == ran.json["acts"]
            continue
        assert ran.code == 3, ran.out
        assert ran.json["error"]["code"] == "library_corrupt"
        assert not home.exists()
        refused += 1
    assert refused >= 35


def test_a_backup_with_more_than_its_manifest_says_is_refused(backup: Path, tmp_path: Path) -> None:
    file = shutil.copy(backup, tmp_path / "more.gkb")
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("files/../../escaped.pdf", "x")
    ran = _restore(file, tmp_path / "home")
    assert ran.code == 3
    assert not (tmp_path / "home").exists()
    assert not list(tmp_path.parent.rglob("escaped.pdf"))


def test_what_is_no_backup_is_named(tmp_path: Path, fast_library: Path) -> None:
    assert _restore(tmp_path / "nowhere.gkb", tmp_path / "home").code == 2
    for file in (fast_library / "registry.sqlite", fast_library / "library.json"):
        ran = _restore(file, tmp_path / "home")
        assert ran.json["error"]["code"] == "library_corrupt"
    assert not (tmp_path / "home").exists()


def test_a_backup_of_a_newer_program_is_refused(backup: Path, tmp_path: Path) -> None:
    for number, change in enumerate(({"format": 99}, {"schema": "9999"})):
        file = tmp_path / f"{number}.gkb"
        with zipfile.ZipFile(backup) as old, zipfile.ZipFile(file, "w") as new:
            for name in old.namelist():
                content = old.read(name)
                if name == "manifest.json":
                    content = json.dumps({**json.loads(content), **change}).encode()
                new.writestr(name, content)
        ran = _restore(file, tmp_path / "home")
        assert (ran.code, ran.json["error"]["code"]) == (3, "library_too_new")
        assert not (tmp_path / "home").exists()


def test_pdfs_that_the_library_has_lost_or_that_were_changed_are_named_by_backup_doctor_and_restore(
    fast_library: Path, tmp_path: Path
) -> None:
    home = copy_library(fast_library, tmp_path / "home")
    gone, changed = sorted((home / "files").glob("*.pdf"))[:2]
    gone.unlink()
    content = bytearray(changed.read_bytes())
    content[100] ^= 1
    changed.write_bytes(content)
    found = gkb("doctor", "--home", home, "--json")
    assert found.code == 1
    assert all(each.stem in found.out for each in (gone, changed))
    ran = gkb("backup", tmp_path / "file", "--home", home, "--json")
    assert ran.code == 1
    assert set(ran.json["missing"]) == {gone.stem, changed.stem}
    ran = _restore(tmp_path / "file", tmp_path / "again")
    assert ran.code == 1
    assert set(ran.json["missing"]) == {gone.stem, changed.stem}
    assert gkb("ask", QUESTION, "--home", tmp_path / "again", "--json").json["answered"]


def test_a_full_disk_leaves_neither_half_a_backup_nor_half_a_library(
    backup: Path, fast_library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("kb.store.archive._copy_checked", full)
    ran = gkb("backup", tmp_path / "file", "--home", fast_library, "--json")
    assert (ran.code, ran.json["error"]["code"]) == (3, "disk_full")
    assert _tree(tmp_path) == []
    monkeypatch.setattr("kb.restore.verify_archive", lambda _: None)
    for home in (tmp_path / "missing", tmp_path / "empty"):
        if home.name == "empty":
            home.mkdir()
        ran = _restore(backup, home)
        assert (ran.code, ran.json["error"]["code"]) == (3, "disk_full")
        assert _tree(home) == []
        assert home.exists() == (home.name == "empty")


@pytest.fixture(scope="module")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    """Starts commands as processes that may be killed."""
    started = Forks(tmp_path_factory.mktemp("forks"))
    yield started
    started.close()


def test_a_restore_killed_at_any_step_shows_nothing_and_the_next_one_finishes(
    backup: Path, fast_library: Path, forks: Forks, tmp_path: Path
) -> None:
    whole = forks.run("restore", backup, "--home", tmp_path / "whole")
    assert whole.code == 0, whole.log
    assert whole.steps > 40
    unfinished = 0
    for step in range(1, whole.steps + 1, 1 if EVERY else 7):
        home = tmp_path / f"home-{step}"
        ended = forks.run("restore", backup, "--home", home, die_at=step)
        assert ended.signal == signal.SIGKILL, ended.log
        if (home / "registry.sqlite").exists():
            assert gkb("stats", "--home", home, "--json").json["acts"] == _acts_of(tmp_path / "whole")
        else:
            seen = gkb("editions", "--home", home, "--json")
            assert (seen.code, seen.json["error"]["code"]) == (3, "library_missing")
            unfinished += 1
            if unfinished % 4 == 0:
                _assert_the_next_finishes(backup, home, forks)
        shutil.rmtree(home, ignore_errors=True)
    assert unfinished > 5


def _acts_of(home: Path) -> int:
    """Acts of a library, counted without opening it."""
    with sqlite3.connect(home / "registry.sqlite") as connection:
        return int(connection.execute("SELECT count(*) FROM acts").fetchone()[0])


def _assert_the_next_finishes(backup: Path, home: Path, forks: Forks) -> None:
    if (home / ".restoring").exists():
        taken = gkb("ingest", backup.parent, "--home", home, "--json")
        assert (taken.code, taken.json["error"]["code"]) == (3, "library_missing")
        assert "gkb restore" in taken.json["error"]["hint"]
    again = forks.run("restore", backup, "--home", home)
    assert again.code == 0, again.log
    assert gkb("doctor", "--home", home).code == 0
    assert not (home / ".restoring").exists()


def test_a_backup_killed_at_any_step_leaves_no_file_of_its_name_and_the_next_one_works(
    fast_library: Path, forks: Forks, tmp_path: Path
) -> None:
    home = copy_library(fast_library, tmp_path / "home")
    whole = forks.run("backup", tmp_path / "whole", "--home", home)
    assert whole.code == 0, whole.log
    for step in range(1, whole.steps + 1, 1 if EVERY else 2):
        ended = forks.run("backup", tmp_path / "file", "--home", home, die_at=step)
        assert ended.signal == signal.SIGKILL, ended.log
        if (tmp_path / "file").exists():  # it had been renamed: complete
            assert (tmp_path / "file").stat().st_size == (tmp_path / "whole").stat().st_size
            (tmp_path / "file").unlink()
    again = forks.run("backup", tmp_path / "file", "--home", home)
    assert again.code == 0, again.log
    assert sorted(each for each in os.listdir(tmp_path) if "file" in each) == ["file"]
