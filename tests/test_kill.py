"""`kill -9` at any moment: what readers see stays whole, and the next run finishes the work."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from kb import open_library
from kb.versions.listing import list_editions
from tests import odd_pdfs
from tests.forks import Forks
from tests.killing import (
    NEW,
    NOTHING,
    OFFER,
    OLD,
    assert_history_is_sound,
    assert_whole,
    ingest_command,
    seen_by_a_reader,
    write_books,
)
from ui.shapes import edition_json

pytestmark = pytest.mark.usefixtures("hash_encoder")

KILLS = 50
SEED = 20_260_101
MOST_ON_ONE_LIBRARY = 6


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The four guidelines and their manifest."""
    return write_books(tmp_path_factory.mktemp("books"))


@pytest.fixture(scope="module")
def forks(books: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    """Starts commands as processes that may be killed."""
    started = Forks(tmp_path_factory.mktemp("forks"), sorted(books.glob("*.pdf")))
    yield started
    started.close()


def _interrupt(forks: Forks, command: tuple[object, ...], after: float, left: list[psutil.Process]) -> tuple[bool, str]:
    """Run a command and kill it, and nothing else, after some seconds; whether that came in time, what it did last.

    What it had started is added to `left`.
    """
    pid = forks.start(*command)
    time.sleep(after)
    with suppress(psutil.NoSuchProcess, ProcessLookupError):  # it was quicker
        left += psutil.Process(pid).children(recursive=True)
        os.kill(pid, signal.SIGKILL)
    ended = forks.wait()
    assert ended.signal or ended.code == 0, ended.log
    return bool(ended.signal), ended.log.strip().rpartition(": ")[2]


def _assert_gone(left: list[psutil.Process]) -> None:
    """Readers of PDFs end by themselves when the ingest that started them was killed."""
    _, alive = psutil.wait_procs(left, timeout=10)
    for child in alive:
        child.kill()
    assert not alive, f"left running: {alive}"


def test_an_ingest_killed_fifty_times_shows_whole_editions_only_and_is_finished_by_the_next_run(
    books: Path, forks: Forks, tmp_path: Path
) -> None:
    never_killed = tmp_path / "never-killed"
    begun = time.monotonic()
    assert forks.run(*ingest_command(books, never_killed)).code == 0
    longest = time.monotonic() - begun
    complete = seen_by_a_reader(never_killed)
    assert set(complete.editions) == {OLD, NEW, "wrist@2020-05-01", "elbow@2021-06-01"}
    assert all(row["recommendations"] for row in complete.editions.values())
    assert [len(complete.passages[identity]) for identity in complete.editions] == [
        row["passages"] for row in complete.editions.values()
    ]
    chance = random.Random(SEED)
    kills, rounds, last_words = 0, 0, set()
    left: list[psutil.Process] = []
    while kills < KILLS:
        home, seen, on_this = tmp_path / f"home-{rounds}", NOTHING, 0
        rounds += 1
        while kills < KILLS and on_this < MOST_ON_ONE_LIBRARY:
            was_killed, doing = _interrupt(forks, ingest_command(books, home), chance.uniform(0, longest), left)
            now = seen_by_a_reader(home, seen)
            assert_whole(now, seen, complete)
            if not was_killed:
                break
            kills, on_this, seen = kills + 1, on_this + 1, now
            last_words.add(doing)
        ended = forks.run(*ingest_command(books, home))
        assert ended.code == 0, ended.log
        assert seen_by_a_reader(home) == complete
        assert_history_is_sound(home)
    _assert_gone(left)
    assert {"reading", "published"} <= last_words, "the kills did not come at all stages"


def test_an_ingest_killed_before_any_of_its_transactions_shows_whole_editions_only(
    books: Path, forks: Forks, tmp_path: Path
) -> None:
    pair = ("ingest", books / "a.pdf", books / "b.pdf", "--manifest", books / "manifest.csv", "--home")
    whole = forks.run(*pair, tmp_path / "whole", commits=True)
    complete = seen_by_a_reader(tmp_path / "whole")
    assert set(complete.editions) == {OLD, NEW}
    states = set()
    for commit in range(1, whole.steps + 1):
        home = tmp_path / f"home-{commit}"
        ended = forks.run(*pair, home, die_at=commit, commits=True)
        assert ended.signal == signal.SIGKILL, ended.log
        seen = seen_by_a_reader(home)
        assert_whole(seen, NOTHING, complete)
        states.add(frozenset(seen.editions))
        if commit % 5 == 0:
            assert forks.run(*pair, home).code == 0
            assert seen_by_a_reader(home) == complete
            assert_history_is_sound(home)
    assert states == {frozenset(), frozenset({NEW}), frozenset({NEW, OLD})}


def _recorded(home: Path) -> tuple[list[tuple[str, str | None, str]], list[dict[str, Any]]]:
    """The acts and the editions, as another program reads them."""
    with open_library(home) as library:
        acts = [(str(act.kind), act.edition_id, act.why) for act in library.acts()]
        return acts, [edition_json(row) for row in list_editions(library)]


def test_a_kill_during_an_act_leaves_the_act_whole_or_absent(books: Path, forks: Forks, tmp_path: Path) -> None:
    home = tmp_path / "home"
    late = odd_pdfs.write_guideline(
        tmp_path / "late.pdf", "Knee Sprain in Adults", words=(OFFER.format(drug="ketoprofen", dose=100),)
    )
    assert forks.run(*ingest_command(books, home)).code == 0
    assert forks.run("ingest", late, "--home", home).code == 0
    edition = next(row["edition_id"] for row in _recorded(home)[1] if row["state"] == "in_review")
    sets = [f"--set={pair}" for pair in ("publisher=Joint Board", "issued_on=2025-02-01", "kind=full")]
    commands = (
        (("publish", edition, *sets), [("publish", edition)]),
        (("relate", edition, "amends", NEW), [("propose", edition), ("confirm", edition)]),
        (("withdraw", "wrist@2020-05-01", "--on", "2026-01-01"), [("withdraw", "wrist@2020-05-01")]),
    )
    for command, acts in commands:
        before, step = _recorded(home), 0
        while (now := _recorded(home)) == before:  # killed at every step, one later each time, until it is done
            step += 1
            assert step < 500
            ended = forks.run(*command, "--why", "a test", "--home", home, die_at=step)
            assert ended.signal or ended.code == 0, ended.log
        assert step > 5
        assert now[0] == before[0] + [(*act, "a test") for act in acts]
    row = next(row for row in now[1] if row["edition_id"] == edition)
    assert (row["publisher"], row["issued_on"], row["status"]) == ("Joint Board", "2025-02-01", "in_force")
    assert [(each["type"], each["state"]) for each in row["relations"]] == [("amends", "confirmed")]
    assert "ketoprofen" in " ".join(seen_by_a_reader(home).passages[edition])
    assert_history_is_sound(home)
