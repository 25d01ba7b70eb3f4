"""The registry copied whole: SQLite while others write, and between PostgreSQL and SQLite table by table."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, inspect, select, text

from kb.errors import DiskFull, LibraryCorrupt
from kb.settings import Settings
from kb.store import schema
from kb.store.registry import migrate, open_engine, reading, registry_path, writing

ROWS = 1_000  # copied at a time


def copy_registry(engine: Engine, settings: Settings, folder: Path) -> Path:
    """One consistent state of a registry as an SQLite file in a folder, while others read and write."""
    target = registry_path(folder)
    if engine.dialect.name == "sqlite":
        _copy_file(registry_path(settings.home), target)
        return target
    copied = open_engine(settings.model_copy(update={"home": folder, "database_url": None}))
    try:
        migrate(copied)
        with reading(engine) as source, writing(copied) as connection:
            copy_tables(source, connection)
    finally:
        copied.dispose()
    fold_journal(target)
    return target


def _copy_file(source: Path, target: Path) -> None:
    try:
        with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target)) as copy:
            original.backup(copy)  # all pages in one step: one state, and writers go on in the journal
    except sqlite3.DatabaseError as error:
        if "full" in str(error) or "disk I/O" in str(error):
            raise DiskFull(f"The registry cannot be copied ({error}).", hint="Free disk space and repeat.") from error
        raise LibraryCorrupt(f"The registry cannot be copied ({error}).", hint="Run `gkb doctor`.") from error
    fold_journal(target)


def fold_journal(path: Path) -> None:
    """Make a registry that nobody has open one file, without a journal beside it."""
    with closing(sqlite3.connect(path)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE")


def copy_tables(source: Connection, target: Connection) -> None:
    """Every row of every table, inside the transactions of both; the target's tables must be empty."""
    there = inspect(source)
    for table in schema.metadata.sorted_tables:
        if not there.has_table(table.name):
            continue  # a library of an older schema
        rows = source.execution_options(yield_per=ROWS).execute(select(table)).mappings()
        for part in rows.partitions():
            target.execute(insert(table), [dict(row) for row in part])


def check_registry_file(path: Path) -> str:
    """What SQLite finds wrong with a registry file, "" for nothing."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            strays = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if found == "ok" and strays is None else str(strays or found)


def holds_library(engine: Engine) -> bool:
    """Whether a PostgreSQL database holds a library already, or anything else of ours with rows."""
    with engine.connect() as connection:
        there = connection.execute(text("SELECT to_regclass('library')")).scalar()
        return there is not None and connection.execute(select(schema.library.c.id)).first() is not None
