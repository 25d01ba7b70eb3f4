"""Tamper with the history of a library, a thousand times, and count what `gkb doctor` would notice."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from kb.settings import load_settings
from kb.store.library import open_library
from kb.store.registry import ActKind, NewAct, append_acts, open_engine, reading, verify_history, writing

ACTS = 40
TIMES = 1_000
COLUMNS = ("at", "by", "why", "kind", "edition_id", "relation_id", "reverses", "payload", "hash")
Rows = sqlite3.Connection


def make_library(home: Path, acts: int = ACTS) -> Path:
    """A library with some acts of every kind and no PDF."""
    open_library(home, create=True).close()
    add_acts(home, acts)
    with closing(sqlite3.connect(home / "registry.sqlite")) as rows:
        rows.execute("PRAGMA journal_mode=DELETE")
    return home


def add_acts(home: Path, count: int) -> None:
    """Record acts as the program does: half of them one by one."""
    engine = open_engine(load_settings(home=home, database_url=None))
    kinds = [ActKind.SET, ActKind.PUBLISH, ActKind.WITHDRAW, ActKind.REJECT]
    acts = [NewAct(kinds[n % 4], f"e{n}@2020", payload={"withdrawn_on": "2020"}) for n in range(count)]
    for group in [acts[: count // 2], *([act] for act in acts[count // 2 :])]:
        with writing(engine) as connection:
            append_acts(connection, group, by="Mei", why="a reason")
    engine.dispose()


def problems_of(home: Path) -> list[str]:
    """What the history is found to be wrong in."""
    engine = open_engine(load_settings(home=home, database_url=None))
    try:
        with reading(engine) as connection:
            return verify_history(connection, home)
    finally:
        engine.dispose()


def _edit(rows: Rows, chance: random.Random) -> str:
    column = chance.choice(COLUMNS)
    seq = chance.randint(1, ACTS)
    rows.execute(f"UPDATE acts SET {column} = ? WHERE seq = ?", (_other(rows, column, seq), seq))
    return f"{column} of act {seq} changed"


def _other(rows: Rows, column: str, seq: int) -> object:
    old = rows.execute(f"SELECT {column} FROM acts WHERE seq = ?", (seq,)).fetchone()[0]
    return 7 if column == "reverses" else f"{old or ''}x"


def _delete(rows: Rows, chance: random.Random) -> str:
    seq = chance.randint(1, ACTS)
    rows.execute("DELETE FROM acts WHERE seq = ?", (seq,))
    return f"act {seq} deleted"


def _delete_and_close_up(rows: Rows, chance: random.Random) -> str:
    seq = chance.randint(1, ACTS)
    rows.execute("DELETE FROM acts WHERE seq = ?", (seq,))
    for later in range(seq + 1, ACTS + 1):
        rows.execute("UPDATE acts SET seq = ? WHERE seq = ?", (later - 1, later))
    return f"act {seq} deleted, the later ones renumbered"


def _reorder(rows: Rows, chance: random.Random) -> str:
    one, other = chance.sample(range(1, ACTS + 1), 2)
    for old, new in ((one, -1), (other, one), (-1, other)):
        rows.execute("UPDATE acts SET seq = ? WHERE seq = ?", (new, old))
    return f"acts {one} and {other} exchanged"


def _insert(rows: Rows, chance: random.Random) -> str:
    seq = chance.randint(1, ACTS + 1)
    for later in range(ACTS, seq - 1, -1):
        rows.execute("UPDATE acts SET seq = ? WHERE seq = ?", (later + 1, later))
    names = ", ".join(COLUMNS)
    source = chance.choice([number for number in range(1, ACTS + 2) if number != seq])
    rows.execute(f"INSERT INTO acts (seq, {names}) SELECT ?, {names} FROM acts WHERE seq = ?", (seq, source))
    return f"an act put in as {seq}"


def _truncate(rows: Rows, chance: random.Random) -> str:
    kept = chance.randint(0, ACTS - 1)
    rows.execute("DELETE FROM acts WHERE seq > ?", (kept,))
    return f"acts after {kept} removed"


def _rehash(rows: Rows, chance: random.Random) -> str:
    """The tamperer knows the program: every hash from the changed act on is made anew."""
    seq = chance.randint(1, ACTS)
    rows.execute("UPDATE acts SET why = 'another reason' WHERE seq = ?", (seq,))
    _make_hashes(rows)
    return f"act {seq} changed and every later hash made anew"


def _remove_and_rehash(rows: Rows, chance: random.Random) -> str:
    what = _delete_and_close_up(rows, chance)
    _make_hashes(rows)
    return f"{what}, every hash made anew"


def _make_hashes(rows: Rows) -> None:
    previous = ""
    cursor = rows.execute(f"SELECT seq, {', '.join(COLUMNS[:-1])} FROM acts ORDER BY seq")
    for act in [dict(zip(("seq", *COLUMNS[:-1]), values, strict=True)) for values in cursor]:
        body = json.dumps({name: act[name] for name in sorted(act)}, ensure_ascii=False)
        previous = hashlib.sha256((previous + body).encode()).hexdigest()
        rows.execute("UPDATE acts SET hash = ? WHERE seq = ?", (previous, act["seq"]))


WAYS: dict[str, Callable[[Rows, random.Random], str]] = {
    "edit": _edit,
    "delete": _delete,
    "delete and close up": _delete_and_close_up,
    "reorder": _reorder,
    "insert": _insert,
    "truncate the tail": _truncate,
    "edit and make every hash anew": _rehash,
    "remove and make every hash anew": _remove_and_rehash,
}
KINDS = tuple(WAYS)


def tamper(home: Path, kind: str, chance: random.Random) -> str:
    """Change the history of a library behind the program's back; returns what was done."""
    with closing(sqlite3.connect(home / "registry.sqlite")) as rows:
        what = WAYS[kind](rows, chance)
        rows.commit()
    return what


def main(times: int = TIMES) -> int:
    """Print how many of so many tampered histories were found, by kind."""
    chance = random.Random(1)
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        home = make_library(Path(folder) / "home")
        for number in range(times):
            copied = Path(folder) / "copy"
            shutil.copytree(home, copied)
            kind = KINDS[number % len(KINDS)]
            what = tamper(copied, kind, chance)
            if problems_of(copied):
                found[kind] += 1
            else:
                print(f"NOT FOUND: {what}")
            shutil.rmtree(copied)
    for kind in KINDS:
        print(f"{kind:<34} {found[kind]} of {len(range(KINDS.index(kind), times, len(KINDS)))} found")
    print(f"{found.total()} of {times} found")
    return 0 if found.total() == times else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else TIMES))
