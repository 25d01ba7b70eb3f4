"""A library of any earlier schema is brought up to date with nothing lost; one of a later schema is left alone."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from kb import open_library
from kb.settings import load_settings
from kb.store import registry, schema
from kb.store.registry import MIGRATIONS, SCHEMA_REVISION, open_engine
from tests.doors import copy_library, gkb

pytestmark = pytest.mark.usefixtures("hash_encoder")

REGISTRIES = Path(__file__).parent / "data" / "registries"  # one library as each released schema kept it
VERSIONS = sorted(step.revision for step in ScriptDirectory(str(MIGRATIONS)).walk_revisions())
OLD, NEW = "ankle@2015-01-01", "ankle@2024-01-01"
QUESTION = "how much ibuprofen for an ankle sprain"

# A step that the program may take one day: a new table, a new column with a value for every row.
FOLLOWING = f"{int(SCHEMA_REVISION) + 1:04}"
NEXT = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "{following}", "{current}", None, None


def upgrade():
    op.create_table("shelves", sa.Column("id", sa.String, primary_key=True))
    op.add_column("library", sa.Column("name", sa.String, server_default="unnamed", nullable=False))
    {fail}
    op.execute("INSERT INTO shelves VALUES ('first')")
"""


@pytest.fixture
def old_library(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The library of a released schema, as its program left it on disk."""
    home = tmp_path / "old"
    home.mkdir()
    with closing(sqlite3.connect(home / "registry.sqlite")) as connection:
        connection.executescript((REGISTRIES / f"{request.param}.sql").read_text(encoding="utf-8"))
        library_id = connection.execute("SELECT id FROM library").fetchone()[0]
    (home / "library.json").write_text(json.dumps({"library_id": library_id}), encoding="utf-8")
    return home


def _tables(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(home / "registry.sqlite")) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in names}


def _files(home: Path) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_every_schema_that_was_ever_released_is_tested_here() -> None:
    assert max(VERSIONS) == SCHEMA_REVISION
    assert [f"{version}.sql" for version in VERSIONS] == sorted(path.name for path in REGISTRIES.glob("*.sql"))


@pytest.mark.parametrize("old_library", VERSIONS, indirect=True)
def test_an_old_library_is_upgraded_with_every_act_every_text_and_every_answer(old_library: Path) -> None:
    before = _tables(old_library)
    assert gkb("ingest", "--home", old_library).code == 0  # what the message of an old library says
    after = _tables(old_library)
    for name in ("acts", "passages", "pages", "recommendations", "vectors", "windows", "jobs"):
        kept = [row[: len(before[name][0])] for row in after[name]]
        assert kept == before[name], name
    engine = open_engine(load_settings(home=old_library))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, schema.metadata) == []
        assert context.get_current_revision() == SCHEMA_REVISION
    engine.dispose()
    editions = gkb("editions", "--home", old_library, "--json").json["editions"]
    assert {row["edition_id"]: row["status"] for row in editions} == {OLD: "superseded", NEW: "in_force"}
    asked = gkb("ask", QUESTION, "--home", old_library, "--json").json
    assert {each["edition_id"] for each in asked["citations"]} == {NEW}
    assert "ibuprofen 400 mg" in asked["statements"][0]["text"]


@pytest.fixture
def next_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """This program, one schema later; its step fails in the middle where the test says so."""
    steps = shutil.copytree(MIGRATIONS, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    step = NEXT.format(fail=getattr(request, "param", ""), following=FOLLOWING, current=SCHEMA_REVISION)
    (steps / "versions" / f"v{FOLLOWING}_next.py").write_text(step)
    monkeypatch.setattr(registry, "MIGRATIONS", steps)
    monkeypatch.setattr(registry, "SCHEMA_REVISION", FOLLOWING)
    monkeypatch.setattr(registry, "READABLE_FROM", FOLLOWING)  # this step changes what every reader needs


def test_an_old_library_is_refused_for_reading_and_the_message_says_what_to_do(
    fast_library: Path, tmp_path: Path, next_program: None
) -> None:
    home = copy_library(fast_library, tmp_path / "home")
    ran = gkb("ask", QUESTION, "--home", home, "--json")
    assert (ran.code, ran.json["error"]["code"]) == (3, "library_too_old")
    assert "gkb ingest" in ran.json["error"]["hint"]
    assert gkb("ingest", "--home", home).code == 0
    assert gkb("ask", QUESTION, "--home", home, "--json").code == 0
    assert ("first",) in _tables(home)["shelves"]


@pytest.mark.parametrize("next_program", ["raise RuntimeError('power cut')"], indirect=True)
def test_an_upgrade_that_stops_halfway_leaves_the_library_as_it_was(
    fast_library: Path, tmp_path: Path, next_program: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = copy_library(fast_library, tmp_path / "home")
    before = _tables(home)
    assert gkb("ingest", "--home", home).code == 3
    assert _tables(home) == before
    monkeypatch.undo()
    open_library(home).close()  # the earlier program goes on with it


def test_a_backup_of_an_earlier_schema_is_upgraded_on_its_way_back(
    fast_library: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    assert gkb("backup", tmp_path / "file", "--home", fast_library).code == 0
    request.getfixturevalue("next_program")
    ran = gkb("restore", tmp_path / "file", "--home", tmp_path / "home", "--json")
    assert (ran.code, ran.json["schema"]) == (0, SCHEMA_REVISION)
    assert ("first",) in _tables(tmp_path / "home")["shelves"]
    assert gkb("doctor", "--home", tmp_path / "home").code == 0


EVERY_COMMAND: dict[str, tuple[object, ...]] = {
    "ingest": (), "search": ("x",), "ask": ("x",), "guidelines": (), "editions": (), "show": (NEW,), "review": (),
    "publish": (NEW,), "edit": (NEW, "--set", "title=x"), "reject": (NEW,), "withdraw": (NEW, "--on", "2025"),
    "relate": (NEW, "amends", OLD), "undo": (1,), "audit": (), "diff": (OLD, NEW), "reindex": (),
    "doctor": ("--repair",),
    "stats": (), "backup": ("FILE",),
}  # fmt: skip


@pytest.mark.parametrize("command", EVERY_COMMAND)
def test_a_library_of_a_newer_program_is_refused_by_every_command_and_not_touched(
    command: str, fast_library: Path, tmp_path: Path
) -> None:
    home = copy_library(fast_library, tmp_path / "home")
    with closing(sqlite3.connect(home / "registry.sqlite")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.execute("ALTER TABLE acts ADD COLUMN mood TEXT")
        connection.commit()
    before = _files(home)
    arguments = [tmp_path / "file" if each == "FILE" else each for each in EVERY_COMMAND[command]]
    ran = gkb(command, *arguments, "--home", home, "--json")
    assert (ran.code, ran.json["error"]["code"]) == (3, "library_too_new"), ran.out
    assert "9999" in ran.json["error"]["message"]
    after = {name: content for name, content in _files(home).items() if not name.endswith(("-shm", "-wal", ".lock"))}
    assert after == {name: content for name, content in before.items() if not name.endswith(("-shm", "-wal", ".lock"))}
    assert not (tmp_path / "file").exists()
