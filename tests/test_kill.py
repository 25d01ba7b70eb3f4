"""`kill -9` at any moment: what readers see stays whole, and the next run finishes the work."""

from __future__ import annotations

import csv
import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from kb import open_library, search
from kb.domain import Filters
from kb.errors import LibraryMissing
from kb.store.library import Library
from kb.store.registry import reading, verify_chain
from kb.versions.listing import list_editions
from tests import odd_pdfs
from tests.doors import gkb
from tests.forks import Forks
from ui.shapes import edition_json

pytestmark = pytest.mark.usefixtures("hash_encoder")

KILLS = 50
SEED = 20_260_101
MOST_ON_ONE_LIBRARY = 6
OLD, NEW = "ankle@2015-01-01", "ankle@2024-01-01"
OFFER = "We recommend {drug} {dose} mg daily (strong recommendation, moderate-certainty evidence)."
BOOKS = (
    # file, guideline, issued on, replaces, drug, dose
    ("a.pdf", "ankle", "2024-01-01", OLD, "ibuprofen", 400),
    ("b.pdf", "ankle", "2015-01-01", "", "aspirin", 900),
    ("c.pdf", "wrist", "2020-05-01", "", "naproxen", 250),
    ("d.pdf", "elbow", "2021-06-01", "", "diclofenac", 75),
)


@dataclass(frozen=True)
class Seen:
    """What a reader sees of a library: each published edition, its passages and its part of the history."""

    editions: dict[str, dict[str, Any]]
    passages: dict[str, list[str]]


NOTHING = Seen({}, {})


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with four small guidelines, one of which replaces another, and their manifest."""
    folder = tmp_path_factory.mktemp("books")
    rows = []
    for file, guideline, issued_on, replaces, drug, dose in BOOKS:
        words = (OFFER.format(drug=drug, dose=dose), f"Stop {drug} after {dose // 25} days unless pain goes on.")
        odd_pdfs.write_guideline(folder / file, f"{guideline.title()} Sprain in Adults", words=words)
        rows.append(
            {
                "file": file,
                "guideline_id": guideline,
                "title": f"{guideline.title()} Sprain in Adults",
                "publisher": "Joint Board",
                "issued_on": issued_on,
                "kind": "full",
                "language": "en",
                "jurisdiction": "GB",
                "replaces": replaces,
            }
        )
    with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return folder


@pytest.fixture(scope="module")
def forks(books: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    """Starts commands as processes that may be killed."""
    started = Forks(tmp_path_factory.mktemp("forks"), sorted(books.glob("*.pdf")))
    yield started
    started.close()


def _ingest(books: Path, home: Path) -> tuple[object, ...]:
    return ("ingest", books, "--manifest", books / "manifest.csv", "--home", home)


def _seen(home: Path, before: Seen = NOTHING) -> Seen:
    """Everything published, as another program reads it; passages of what was seen `before` are not read again."""
    try:
        with open_library(home) as library:
            rows = [edition_json(row) for row in list_editions(library) if row.status]
            passages = {row["edition_id"]: before.passages.get(row["edition_id"]) for row in rows}
            for row in rows:
                row["relations"] = sorted(
                    (each["type"], each["edition_id"], each["state"]) for each in row["relations"]
                )
                passages[row["edition_id"]] = passages[row["edition_id"]] or _passages(library, row)
    except LibraryMissing:
        return NOTHING  # killed before there was a library
    return Seen({row["edition_id"]: row for row in rows}, passages)


def _passages(library: Library, edition: dict[str, Any]) -> list[str]:
    """Ids and words of every passage that searching within one edition can find."""
    words = "recommend adults pain record patient follow-up care sprain"
    found = search(library, words, k=50, filters=Filters(file=edition["file"], all_editions=True))
    return sorted(f"{hit.passage_id} {hit.passage.text}" for hit in found.hits)


def _assert_whole(seen: Seen, before: Seen, complete: Seen) -> None:
    assert set(seen.editions) >= set(before.editions), "what was visible before is gone"
    assert set(seen.editions) <= set(complete.editions)
    for identity, row in seen.editions.items():
        whole = complete.editions[identity]
        counted = ("state", "file", "sha256", "pages", "passages", "recommendations")
        assert {name: row[name] for name in counted} == {name: whole[name] for name in counted}
        assert seen.passages[identity] == complete.passages[identity]
    if NEW in seen.editions:  # it never appears without what it says of the edition that it replaces
        assert ("replaces", OLD, "confirmed") in seen.editions[NEW]["relations"]
    if {OLD, NEW} <= set(seen.editions):
        assert seen.editions[OLD]["status"] == "superseded"


def _assert_history_is_sound(home: Path) -> None:
    with open_library(home) as library, reading(library.engine) as connection:
        assert verify_chain(connection) == []
    assert gkb("stats", "--home", home, "--json").json["unfinished_jobs"] == 0


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
    assert forks.run(*_ingest(books, never_killed)).code == 0
    longest = time.monotonic() - begun
    complete = _seen(never_killed)
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
            was_killed, doing = _interrupt(forks, _ingest(books, home), chance.uniform(0, longest), left)
            now = _seen(home, seen)
            _assert_whole(now, seen, complete)
            if not was_killed:
                break
            kills, on_this, seen = kills + 1, on_this + 1, now
            last_words.add(doing)
        ended = forks.run(*_ingest(books, home))
        assert ended.code == 0, ended.log
        assert _seen(home) == complete
        _assert_history_is_sound(home)
    _assert_gone(left)
    assert {"reading", "published"} <= last_words, "the kills did not come at all stages"


def test_an_ingest_killed_before_any_of_its_transactions_shows_whole_editions_only(
    books: Path, forks: Forks, tmp_path: Path
) -> None:
    pair = ("ingest", books / "a.pdf", books / "b.pdf", "--manifest", books / "manifest.csv", "--home")
    whole = forks.run(*pair, tmp_path / "whole", commits=True)
    complete = _seen(tmp_path / "whole")
    assert set(complete.editions) == {OLD, NEW}
    states = set()
    for commit in range(1, whole.steps + 1):
        home = tmp_path / f"home-{commit}"
        ended = forks.run(*pair, home, die_at=commit, commits=True)
        assert ended.signal == signal.SIGKILL, ended.log
        seen = _seen(home)
        _assert_whole(seen, NOTHING, complete)
        states.add(frozenset(seen.editions))
        if commit % 5 == 0:
            assert forks.run(*pair, home).code == 0
            assert _seen(home) == complete
            _assert_history_is_sound(home)
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
    assert forks.run(*_ingest(books, home)).code == 0
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
    assert "ketoprofen" in " ".join(_seen(home).passages[edition])
    _assert_history_is_sound(home)
