"""Kills each kind of work before every one of its steps, and at random moments, and looks at what readers see.

`python data/benchmarks/kills.py [--every N] [--random N] [--json FILE]`. A step is an SQL statement, a commit, the
moment after it, or a file that is opened for writing, renamed or removed (tests/forks.py). The suite does the same with
fewer kills (tests/test_kill.py). Embedding is replaced by hashing, so that thousands of kills take minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from tests import odd_pdfs  # noqa: E402
from tests.fast_gkb import use_hash_encoder  # noqa: E402
from tests.forks import Forks  # noqa: E402
from tests.killing import (  # noqa: E402
    NOTHING,
    OFFER,
    OLD,
    Seen,
    assert_history_is_sound,
    assert_whole,
    ingest_command,
    seen_by_a_reader,
    write_books,
)

FINISH_EVERY = 10  # of so many kills one is followed by the next run, which must finish the work


@dataclass
class Tally:
    """What came of the kills of one kind of work."""

    work: str
    steps: int = 0
    kills: int = 0
    half_visible: int = 0
    not_finished: int = 0
    slowest_ready: float = 0.0  # seconds until a reader had an answer after a kill
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Work:
    """A command over a prepared library, and the two states between which a kill may leave it."""

    name: str
    prepared: Path | None
    command: Callable[[Path], tuple[object, ...]]


def main() -> int:
    """Run everything; 1 if a kill did harm."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="kill before every Nth step")
    parser.add_argument("--random", type=int, default=200, help="kills at random moments for each kind of work")
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    use_hash_encoder()
    with tempfile.TemporaryDirectory() as name:
        tallies = [_measure(work, forks, chosen, Path(name)) for forks, work in _works(Path(name))]
    for tally in tallies:
        print(json.dumps(asdict(tally), ensure_ascii=False))
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(tally) for tally in tallies]), encoding="utf-8")
    return 1 if any(tally.faults for tally in tallies) else 0


def _works(folder: Path) -> Iterator[tuple[Forks, Work]]:
    books = write_books(_made(folder / "books"))
    late = odd_pdfs.write_guideline(
        folder / "late.pdf", "Ankle Sprain in Adults", words=(OFFER.format(drug="ketoprofen", dose=100),)
    )
    forks = Forks(_made(folder / "forks"), [*sorted(books.glob("*.pdf")), late])
    full = folder / "full"
    assert forks.run(*ingest_command(books, full)).code == 0
    waiting = folder / "waiting"
    shutil.copytree(full, waiting)
    assert forks.run("ingest", late, "--home", waiting).code == 0
    edition = next(key for key in _editions_in_review(waiting))
    sets = [f"--set={pair}" for pair in ("publisher=Joint Board", "issued_on=2025-02-01", "kind=full")]
    yield forks, Work("ingest", None, lambda home: ingest_command(books, home))
    yield forks, Work("publish", waiting, lambda home: ("publish", edition, *sets, "--home", home))
    yield forks, Work("replace", waiting, lambda home: ("relate", edition, "replaces", OLD, "--home", home))
    yield forks, Work("reindex", full, lambda home: ("reindex", "--home", home))
    kept = folder / "kept.gkb"
    assert forks.run("backup", kept, "--home", full).code == 0
    yield forks, Work("restore", None, lambda home: ("restore", kept, "--home", home))
    forks.close()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _editions_in_review(home: Path) -> Iterator[str]:
    from kb import open_library
    from kb.versions.listing import list_editions

    with open_library(home) as library:
        for row in list_editions(library):
            if row.edition.state == "in_review":
                yield row.edition.id


def _measure(work: Work, forks: Forks, chosen: argparse.Namespace, folder: Path) -> Tally:
    begun = time.monotonic()
    before, whole = _home(work, folder), _home(work, folder)
    ended = forks.run(*work.command(whole))
    assert ended.code == 0, ended.log
    longest = time.monotonic() - begun
    tally = Tally(work.name, steps=ended.steps)
    states = (seen_by_a_reader(before) if work.prepared else NOTHING, seen_by_a_reader(whole))
    chance = random.Random(20_260_101)
    for step in range(1, ended.steps + 1, chosen.every):
        _kill(work, forks, folder, tally, states, die_at=step)
    for _ in range(chosen.random):
        _kill(work, forks, folder, tally, states, after=chance.uniform(0, longest))
    print(work.name, tally.kills, "kills,", len(tally.faults), "faults", file=sys.stderr, flush=True)
    return tally


def _home(work: Work, folder: Path) -> Path:
    home = Path(tempfile.mkdtemp(dir=folder)) / "home"
    if work.prepared:
        shutil.copytree(work.prepared, home)
    return home


def _kill(
    work: Work,
    forks: Forks,
    folder: Path,
    tally: Tally,
    states: tuple[Seen, Seen],
    *,
    die_at: int = 0,
    after: float | None = None,
) -> None:
    home = _home(work, folder)
    pid = forks.start(*work.command(home), die_at=die_at)
    if after is not None:
        time.sleep(after)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    ended = forks.wait()
    tally.kills += bool(ended.signal)
    where = f"{work.name} step {die_at}" if die_at else f"{work.name} after {after:.2f} s"
    begun = time.monotonic()
    try:
        seen = seen_by_a_reader(home)
        tally.slowest_ready = max(tally.slowest_ready, time.monotonic() - begun)
        _judge(work, seen, states)
    except Exception as error:
        tally.half_visible += 1
        tally.faults.append(f"{where}: {type(error).__name__}: {str(error)[:200]}")
    if tally.kills % FINISH_EVERY == 0:
        _finish(work, forks, home, tally, states, where)
    shutil.rmtree(home.parent, ignore_errors=True)


def _judge(work: Work, seen: Seen, states: tuple[Seen, Seen]) -> None:
    """What is seen is the state before or the state after; an ingest may stand between them, edition by edition."""
    before, whole = states
    if work.name == "ingest":
        assert_whole(seen, before, whole)
    elif seen not in states:
        raise AssertionError("a state between before and after")


def _finish(work: Work, forks: Forks, home: Path, tally: Tally, states: tuple[Seen, Seen], where: str) -> None:
    """The next run does what the killed one did not; an act that was done already may say so (2)."""
    ended = forks.run(*work.command(home))
    try:
        if ended.code not in (0, 2) or seen_by_a_reader(home) != states[1]:
            raise AssertionError(ended.log[-200:])
        assert_history_is_sound(home)
    except Exception as error:
        tally.not_finished += 1
        tally.faults.append(f"{where}, next run: {type(error).__name__}: {str(error)[:200]}")


if __name__ == "__main__":
    sys.exit(main())
