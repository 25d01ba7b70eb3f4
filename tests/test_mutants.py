"""Damaged PDFs and hostile names: each file ends in a named status, and nothing else is touched."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data.benchmarks.mutation import DAMAGES, mutate
from ingest.intake import LONGEST_NAME, display_name
from ingest.leftovers import READING, TAKING_IN, reading_folder, sweep_reading_folders
from tests import odd_pdfs
from tests.doors import gkb

pytestmark = pytest.mark.usefixtures("hash_encoder")

MUTANTS = 150  # 20,000 and more: python data/benchmarks/mutants.py --count 20000
NAMED = {"in_review", "duplicate", "needs_ocr", "encrypted", "rejected", "failed"}


def test_150_damaged_pdfs_each_end_in_a_named_status(samples: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    small = odd_pdfs.write_guideline(tmp_path / "small.pdf").read_bytes()
    larger = (samples / "nics_stable_angina_2024.pdf").read_bytes()
    done: set[str] = set()
    for number in range(MUTANTS):
        chance = random.Random(f"suite/{number}")
        kinds, mutant = mutate(larger if number % 10 == 0 else small, chance, (small, larger))
        done |= set(kinds.split(" + "))
        (folder / f"{number}.pdf").write_bytes(mutant)
    assert done >= set(DAMAGES)
    ran = gkb("ingest", folder, "--home", tmp_path / "store", "--json")
    assert ran.code in (0, 1), ran.out + ran.err
    files = ran.json["files"]
    assert len(files) == MUTANTS
    assert {each["status"] for each in files} <= NAMED
    for each in files:
        assert each["error"] or each["passages"] or each["status"] == "duplicate", each
    assert sum(each["status"] == "failed" for each in files) > MUTANTS / 20
    assert sum(each["passages"] > 0 for each in files) > MUTANTS / 5


HOSTILE_NAMES = (
    "../../../etc/x.pdf", "..\\..\\x.pdf", "/etc/passwd", "a\0b.pdf", "two\nlines.pdf", "\u202efdp.exe.pdf",
    "\u2066x\u2069.pdf", "x" * 4_000 + ".pdf", "指" * 4_000, "\udcff.pdf", ".", "..", "", "   ", "\x1b[31mred.pdf",
)  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=lambda name: ascii(name)[:24])
def test_a_name_is_shown_without_harm(name: str) -> None:
    shown = display_name(name)
    assert shown
    assert len(shown) <= LONGEST_NAME
    assert shown == shown.strip()
    assert all(char.isprintable() for char in shown)
    assert "/" not in shown
    assert "\\" not in shown
    shown.encode("utf-8")


def test_files_with_hostile_names_are_taken_in_under_harmless_ones(tmp_path: Path) -> None:
    folder, home = tmp_path / "in", tmp_path / "store"
    folder.mkdir()
    names = ("two\nlines.pdf", "\u202efdp.exe.pdf", "\x1b[31mred.pdf", "指" * 80 + ".pdf", "\udcff\udcfe.pdf")
    for number, name in enumerate(names):
        pdf = odd_pdfs.write_guideline(tmp_path / "plain.pdf", words=(f"Rest the ankle for {number} days.",))
        os.rename(pdf, folder / name)
    os.mkfifo(folder / "pipe")
    ran = gkb("ingest", folder, folder / "pipe", "--home", home, "--json")
    assert ran.code == 1, ran.out + ran.err
    statuses = {each["file"]: each["status"] for each in ran.json["files"]}
    assert statuses.pop("pipe") == "rejected"
    assert set(statuses.values()) == {"in_review"}
    assert len(statuses) == len(names)
    assert all(name.isprintable() for name in statuses)
    kept = [each.name for each in (home / "files").iterdir()]
    assert all(len(name) == 68 for name in kept), "the only names on disk are hashes"


def test_what_a_killed_ingest_left_is_removed_at_the_next_start_and_nothing_of_a_living_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary, home = tmp_path / "temporary", tmp_path / "store"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    code = f"""
import os, signal, sys, tempfile
tempfile.tempdir = {str(temporary)!r}
from ingest.leftovers import reading_folder
with reading_folder() as folder:
    (folder / "0.json").write_text("half")
    print(folder.name, flush=True)
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGKILL)
"""
    other = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    assert other.stdin is not None
    assert other.stdout is not None
    left = temporary / other.stdout.readline().strip()
    made_a_moment_ago = temporary / f"{READING}young"
    made_a_moment_ago.mkdir()
    with reading_folder() as ours:
        assert sweep_reading_folders(temporary) == []
        assert left.is_dir()
        assert ours.is_dir()
        other.stdin.close()
        other.wait(20)
        other.stdout.close()
        assert sweep_reading_folders(temporary) == [left]
        old = time.time() - 7_200
        os.utime(made_a_moment_ago, (old, old))
    pdf = odd_pdfs.write_guideline(tmp_path / "a.pdf")
    (home / "files").mkdir(parents=True)
    (home / "files" / f"{TAKING_IN}half").write_bytes(b"%PDF-")
    assert gkb("ingest", pdf, "--home", home).code == 0
    assert [each.suffix for each in (home / "files").iterdir()] == [".pdf"]
    assert list(temporary.iterdir()) == []
