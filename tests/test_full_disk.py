"""A full or read-only disk costs nothing that was there: readers read on, and the work goes on when there is room."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.parse import parse_to_json
from tests import hash_encoder
from tests.doors import gkb
from tests.killing import (
    NEW,
    NOTHING,
    OLD,
    Seen,
    assert_history_is_sound,
    assert_whole,
    ingest_command,
    seen_by_a_reader,
    write_books,
)
from tests.small_disk import small_disk

pytestmark = pytest.mark.usefixtures("hash_encoder")

LEVELS = 20
ROOM = 60 << 20


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four small guidelines."""
    return write_books(tmp_path_factory.mktemp("books"))


@pytest.fixture
def read_at_once(books: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The PDFs are read beforehand: each of many ingests then takes a moment."""
    known = {}
    for pdf in books.glob("*.pdf"):
        digest = hashlib.sha256(pdf.read_bytes()).hexdigest()
        known[digest] = parse_to_json(str(pdf), pdf.name, digest)

    def recall(_: str, calls: Sequence[dict[str, Any]], **__: Any) -> Iterator[tuple[int, Any]]:
        yield from ((index, known[call["sha256"]]) for index, call in enumerate(calls))

    monkeypatch.setattr("ingest.pipeline.run_many", recall)
    return


def _assert_readers_read(home: Path, complete: Seen) -> Seen:
    found = gkb("search", "naproxen dose in wrist sprain", "--home", home, "--json")
    assert found.code == 0, found.out + found.err
    assert any("naproxen" in hit["text"] for hit in found.json["hits"])
    seen = seen_by_a_reader(home)
    assert_whole(seen, NOTHING, complete)
    assert {"wrist@2020-05-01", "elbow@2021-06-01"} <= set(seen.editions)
    return seen


@pytest.mark.usefixtures("read_at_once")
def test_a_disk_full_at_any_of_twenty_levels_loses_nothing_and_the_job_goes_on_with_room(
    books: Path, tmp_path: Path
) -> None:
    base, whole = tmp_path / "base", tmp_path / "whole"
    early = (books / "c.pdf", books / "d.pdf", "--manifest", books / "manifest.csv")
    assert gkb("ingest", *early, "--home", base).code == 0
    assert gkb(*ingest_command(books, whole)).code == 0
    complete = seen_by_a_reader(whole)
    stopped, waited, states = 0, 0, set()
    with small_disk(tmp_path / "disk", ROOM) as disk:
        home = disk.path / "home"
        shutil.copytree(base, home)
        before = disk.used()
        assert gkb(*ingest_command(books, home)).code == 0
        needed = disk.used() - before + (256 << 10)
        for level in range(LEVELS):
            disk.resize(ROOM)
            shutil.rmtree(home)
            shutil.copytree(base, home)
            disk.resize(disk.used() + needed * level // LEVELS)
            ran = gkb(*ingest_command(books, home), "--json")
            assert ran.code in (0, 3), ran.out + ran.err
            if ran.code == 3:
                stopped += 1
                assert ran.json["error"]["code"] == "disk_full", ran.json
                assert "space" in ran.json["error"]["hint"]
            states.add(frozenset(_assert_readers_read(home, complete).editions))
            disk.resize(ROOM)
            waits = gkb("stats", "--home", home, "--json").json["unfinished_jobs"] > 0
            waited += waits
            again = ("ingest", *early, "--home", home) if waits else ingest_command(books, home)
            gone_on = gkb(*again, "--json")  # what waits goes on with whatever is taken in next
            assert gone_on.code == 0, gone_on.out + gone_on.err
            assert seen_by_a_reader(home) == complete
            assert_history_is_sound(home)
            assert not list((home / "files").glob(".taking-in-*"))
    assert stopped >= 5
    assert waited >= 3
    assert len(states) > 1


def test_a_read_only_library_is_read_and_whoever_would_write_is_told(books: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", ROOM) as disk:
        home = disk.path / "home"
        assert gkb(*ingest_command(books, home)).code == 0
        complete = seen_by_a_reader(home)
        disk.make_read_only()
        _assert_readers_read(home, complete)
        assert seen_by_a_reader(home) == complete
        for command in ("guidelines", "editions", "audit", "stats", "review", "doctor"):
            assert gkb(command, "--home", home, "--json").code == 0, command
        asked = gkb("ask", "naproxen dose in wrist sprain", "--home", home, "--json")
        assert asked.json["citations"][0]["edition_id"] == "wrist@2020-05-01"
        for command in (
            ("withdraw", OLD, "--on", "2026-01-01"),
            ("edit", OLD, "--set", "publisher=Board"),
            ("ingest", books / "a.pdf"),
            ("reindex",),
        ):
            ran = gkb(*command, "--home", home, "--json")
            assert (ran.code, ran.json["error"]["code"]) == (3, "disk_full"), ran
            assert "writable" in ran.json["error"]["hint"] or "permissions" in ran.json["error"]["hint"]
        nowhere = gkb("ingest", books / "a.pdf", "--home", disk.path / "new", "--json")
        assert (nowhere.code, nowhere.json["error"]["code"]) == (3, "disk_full")


def test_a_full_folder_for_temporary_files_is_named_and_fails_no_pdf(
    books: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    with small_disk(tmp_path / "temporary", 1 << 20) as disk:
        monkeypatch.setattr("tempfile.tempdir", str(disk.path))
        filler = disk.path / "filler"
        with filler.open("ab", buffering=0) as stream, suppress(OSError):
            while stream.write(bytes(4096)):
                pass
        ran = gkb(*ingest_command(books, home), "--json")
        assert (ran.code, ran.json["error"]["code"]) == (3, "disk_full"), ran.json
        assert "temporary" in ran.json["error"]["message"]
        filler.unlink()
        assert gkb(*ingest_command(books, home), "--json").code == 0
    assert_history_is_sound(home)


@pytest.mark.usefixtures("read_at_once")
@pytest.mark.parametrize("stage", ["embed_windows", "stage", "appear", "prepare_snapshot"])
def test_a_stage_without_memory_costs_nothing_and_the_job_goes_on(
    stage: str, books: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    early = ("ingest", books / "c.pdf", books / "d.pdf", "--manifest", books / "manifest.csv", "--home", home)
    assert gkb(*early).code == 0
    before = seen_by_a_reader(home)
    with monkeypatch.context() as patch:
        patch.setattr(f"ingest.pipeline.{stage}", _run_out_of_memory)
        ran = gkb(*ingest_command(books, home), "--json")
    assert (ran.code, ran.json["error"]["code"]) == (3, "out_of_memory")
    assert seen_by_a_reader(home) == before
    assert gkb("stats", "--home", home, "--json").json["unfinished_jobs"] == 1
    assert gkb(*early).code == 0
    assert set(seen_by_a_reader(home).editions) == {*before.editions, OLD, NEW}
    assert_history_is_sound(home)


def test_a_job_that_never_finds_memory_does_not_block_the_next_for_ever(
    books: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    with monkeypatch.context() as patch:
        patch.setattr("ingest.pipeline.stage", _run_out_of_memory)
        codes = [gkb("ingest", books / "a.pdf", "--home", home).code for _ in range(3)]
    assert codes == [3, 3, 3]
    assert gkb("ingest", books / "c.pdf", "--home", home).code == 0
    assert gkb("stats", "--home", home, "--json").json["unfinished_jobs"] == 0


def _run_out_of_memory(*_: object, **__: object) -> None:
    raise MemoryError


@pytest.mark.usefixtures("read_at_once")
def test_an_interrupted_embedding_keeps_what_was_embedded(
    books: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, embedded = tmp_path / "home", []
    kept = hash_encoder.HashEncoder.encode_passages
    monkeypatch.setattr("ingest.embed.BATCH", 4)

    def encode(self: Any, texts: Sequence[str], *more: Any) -> Any:
        if len(embedded) == 2:
            embedded.append(())
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        embedded.append(tuple(texts))
        return kept(self, texts, *more)

    monkeypatch.setattr(hash_encoder.HashEncoder, "encode_passages", encode)
    assert gkb(*ingest_command(books, home), "--json").json["error"]["code"] == "disk_full"
    assert seen_by_a_reader(home) == NOTHING
    assert gkb(*ingest_command(books, home)).code == 0
    assert len(set(sum(embedded, ()))) == len(sum(embedded, ())), "a text was embedded twice"
    assert len(seen_by_a_reader(home).editions) == 4


def test_a_clock_that_goes_back_leaves_the_order_of_the_acts(
    books: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    assert gkb(*ingest_command(books, home)).code == 0
    clock = iter(datetime(2020, 1, 1, tzinfo=UTC) - timedelta(days=day) for day in range(10_000))
    monkeypatch.setattr("kb.store.registry._now", lambda: next(clock))
    for why in ("first", "second", "third"):
        assert gkb("edit", OLD, "--set", f"publisher=Board {why}", "--why", why, "--home", home).code == 0
    acts = gkb("audit", "--home", home, "--json").json["acts"]
    assert [act["why"] for act in acts[-3:]] == ["first", "second", "third"]
    times = [act["at"] for act in acts]
    assert times == sorted(times)
    assert seen_by_a_reader(home).editions[OLD]["publisher"] == "Board third"
    assert seen_by_a_reader(home).editions[OLD]["status"] == "superseded"
    assert_history_is_sound(home)
