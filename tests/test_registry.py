"""The registry: acts that cannot be lost, changed or reordered unnoticed; one writer at a time; readers never wait."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from kb.errors import LibraryCorrupt, LibraryMissing, LibraryTooNew
from kb.settings import load_settings
from kb.store.library import open_library
from kb.store.registry import ActKind, NewAct, append_acts, open_engine, read_acts, reading, verify_chain, writing


@pytest.fixture
def engine(tmp_path: Path):
    open_library(tmp_path / "lib", create=True).close()
    opened = open_engine(load_settings(home=tmp_path / "lib"))
    yield opened
    opened.dispose()


def add(engine, count: int = 1, by: str = "test") -> None:
    with writing(engine) as connection:
        append_acts(connection, [NewAct(ActKind.STAGE, f"e{number}") for number in range(count)], by=by, why="")


def test_acts_are_numbered_without_gaps_and_chained(engine) -> None:
    add(engine, 3)
    add(engine, 2)
    with reading(engine) as connection:
        assert [act.seq for act in read_acts(connection)] == [1, 2, 3, 4, 5]
        assert verify_chain(connection) == []


@pytest.mark.parametrize("damage", ["UPDATE acts SET why='x' WHERE seq=2", "DELETE FROM acts WHERE seq=2"])
def test_a_changed_or_missing_act_is_found(engine, damage: str) -> None:
    add(engine, 3)
    with writing(engine) as connection:
        connection.execute(text(damage))
    with reading(engine) as connection:
        assert verify_chain(connection)


def test_a_clock_that_goes_back_does_not_reorder_history(engine, monkeypatch) -> None:
    from datetime import UTC, datetime

    add(engine)
    monkeypatch.setattr("kb.store.registry._now", lambda: datetime(2001, 1, 1, tzinfo=UTC))
    add(engine)
    with reading(engine) as connection:
        first, second = read_acts(connection)
    assert second.at >= first.at


def test_a_failed_transaction_leaves_nothing_behind(engine) -> None:
    def fail_halfway() -> None:
        with writing(engine) as connection:
            append_acts(connection, [NewAct(ActKind.STAGE, "e")], by="test", why="")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    with reading(engine) as connection:
        assert read_acts(connection) == []


def test_eight_writers_never_meet_a_locked_database_and_lose_no_act(engine) -> None:
    failures: list[Exception] = []

    def work(name: str) -> None:
        try:
            for _ in range(20):
                add(engine, 2, by=name)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with reading(engine) as connection:
        acts = read_acts(connection)
        assert len(acts) == 8 * 20 * 2
        assert verify_chain(connection) == []


def test_a_reader_is_not_held_up_by_an_open_write(engine) -> None:
    add(engine, 1)
    with writing(engine) as connection:
        append_acts(connection, [NewAct(ActKind.STAGE, "unseen")], by="test", why="")
        with reading(engine) as other:
            assert len(read_acts(other)) == 1


WRITER = """
import sys
from kb.settings import load_settings
from kb.store.registry import ActKind, NewAct, append_acts, open_engine, writing
engine = open_engine(load_settings(home=sys.argv[1]))
while True:
    with writing(engine) as connection:
        numbers = append_acts(connection, [NewAct(ActKind.STAGE, "e", payload={"x": "y" * 2000})] * 5, by="k", why="")
    print(numbers[-1], flush=True)
"""


def test_killed_writers_lose_no_acknowledged_act_and_leave_no_half_transaction(engine, tmp_path: Path) -> None:
    acknowledged = 0
    for attempt in range(6):
        child = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path / "lib")], stdout=subprocess.PIPE, text=True, env=os.environ
        )
        assert child.stdout is not None
        acknowledged = int(child.stdout.readline())
        time.sleep(0.05 + 0.037 * attempt)
        os.kill(child.pid, signal.SIGKILL)
        rest = child.stdout.read().split()
        acknowledged = int(rest[-1]) if rest else acknowledged
        child.wait()
        with reading(engine) as connection:
            acts = read_acts(connection)
            assert verify_chain(connection) == []
        assert len(acts) >= acknowledged
        assert len(acts) % 5 == 0


def test_a_missing_library_is_named_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(LibraryMissing, match="nowhere"):
        open_library(tmp_path / "nowhere")


def test_a_library_of_a_newer_program_is_refused_not_changed(engine, tmp_path: Path) -> None:
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num='9999'"))
    for create in (False, True):
        with pytest.raises(LibraryTooNew):
            open_library(tmp_path / "lib", create=create)


def test_a_folder_and_a_registry_of_different_libraries_are_not_mixed(engine, tmp_path: Path) -> None:
    (tmp_path / "lib" / "library.json").write_text('{"library_id": "other"}')
    with pytest.raises(LibraryCorrupt, match="belongs to"):
        open_library(tmp_path / "lib")


def test_a_file_that_is_no_database_is_called_damaged(tmp_path: Path) -> None:
    home = tmp_path / "bad"
    home.mkdir()
    (home / "registry.sqlite").write_bytes(b"not a database at all" * 100)
    (home / "library.json").write_text('{"library_id": "x"}')
    with pytest.raises(LibraryCorrupt):
        open_library(home)
