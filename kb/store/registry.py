"""The registry: opening it, one transaction at a time for writing, and the append-only acts."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, insert, select, text
from sqlalchemy.exc import DatabaseError, OperationalError

from kb.errors import DiskFull, LibraryCorrupt, LibraryLocked, LibraryMissing, LibraryTooNew
from kb.settings import Settings
from kb.store import schema

SCHEMA_REVISION = "0001"
BUSY_MS = 20_000


class ActKind(StrEnum):
    """What can happen to a library."""

    STAGE = "stage"  # an edition came in, in review
    ATTACH = "attach"  # other bytes came in for a known edition
    ACCEPT_FILE = "accept_file"  # a person took those bytes as the edition's file
    READ_AGAIN = "read_again"  # the same bytes were read by a better reader
    SET = "set"  # metadata was confirmed or corrected
    PUBLISH = "publish"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    ENTER_IN_ERROR = "enter_in_error"
    PROPOSE = "propose"  # a relation was read or suggested
    CONFIRM = "confirm"  # a person stands behind a relation
    DECLINE = "decline"  # a person rejected a relation
    UNDO = "undo"  # reverses one act


@dataclass(frozen=True, slots=True)
class Act:
    """One record of the history."""

    seq: int
    at: datetime
    by: str
    why: str
    kind: ActKind
    edition_id: str | None
    relation_id: str | None
    reverses: int | None
    payload: dict[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class NewAct:
    """An act about to be recorded."""

    kind: ActKind
    edition_id: str | None = None
    relation_id: str | None = None
    reverses: int | None = None
    payload: dict[str, Any] | None = None


def registry_path(home: Path) -> Path:
    """The SQLite file of a library folder."""
    return home / "registry.sqlite"


def open_engine(settings: Settings) -> Engine:
    """An engine on the settings' registry; SQLite in WAL mode with every write transaction taken at once."""
    if settings.database_url is not None:
        return create_engine(settings.database_url.get_secret_value(), pool_pre_ping=True)
    engine = create_engine(f"sqlite:///{registry_path(settings.home)}", connect_args={"timeout": BUSY_MS / 1000})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # transactions are begun by _begin_sqlite, not by the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer that begins as a reader fails with "database is locked" when it upgrades; see the stress test.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A consistent view of the registry; takes no lock that a writer would wait for."""
    with _named_errors(), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction; all of it happens or nothing."""
    with _named_errors(), engine.connect() as plain:
        connection = plain.execution_options(writing=True)
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(text("LOCK TABLE acts IN EXCLUSIVE MODE"))
            yield connection


@contextmanager
def _named_errors() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        message = str(error.orig)
        if "locked" in message:
            raise LibraryLocked(
                "Another process is writing to the library and did not finish in time.", hint="Try again in a minute."
            ) from error
        if "full" in message or "disk I/O" in message or "readonly" in message or "read-only" in message:
            raise DiskFull(
                f"The library cannot be written ({message}). What was visible before is still visible.",
                hint="Free disk space or check the folder's permissions, then repeat the command.",
            ) from error
        raise LibraryCorrupt(f"The registry cannot be used ({message}).", hint="Run `gkb doctor`.") from error
    except DatabaseError as error:
        message = str(error.orig)
        if "malformed" in message or "not a database" in message:
            raise LibraryCorrupt(
                "The registry file is damaged.", hint="Restore a backup, or run `gkb doctor` for details."
            ) from error
        raise


def create_registry(settings: Settings) -> None:
    """Create or upgrade the registry through its migrations; safe to call from several processes at once."""
    from alembic import command
    from alembic.config import Config
    from filelock import FileLock

    settings.home.mkdir(parents=True, exist_ok=True)
    with FileLock(str(settings.home / "migrate.lock"), timeout=60):
        engine = open_engine(settings)
        try:
            check_revision(engine, allow_older=True)
            config = Config()
            config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
            config.attributes["engine"] = engine
            command.upgrade(config, "head")
            with writing(engine) as connection:
                if connection.execute(select(schema.library.c.id)).first() is None:
                    row = {"id": secrets.token_hex(8), "created_at": _now().isoformat()}
                    connection.execute(insert(schema.library).values(row))
                library_id = connection.execute(select(schema.library.c.id)).scalar_one()
            _bind_folder(settings.home, library_id)
        finally:
            engine.dispose()


def _bind_folder(home: Path, library_id: str) -> None:
    marker = home / "library.json"
    if not marker.exists():
        temporary = marker.with_suffix(".tmp")
        temporary.write_text(json.dumps({"library_id": library_id}), encoding="utf-8")
        temporary.rename(marker)
    check_folder(home, library_id)


def check_folder(home: Path, library_id: str) -> None:
    """Raise LibraryCorrupt unless the folder belongs to the registry with this library id."""
    try:
        bound = json.loads((home / "library.json").read_text(encoding="utf-8"))["library_id"]
    except FileNotFoundError as error:
        raise LibraryMissing(f"There is no library at {home}.", hint="Create one with `gkb ingest PATH`.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise LibraryCorrupt(f"{home / 'library.json'} is damaged.", hint="Run `gkb doctor`.") from error
    if bound != library_id:
        raise LibraryCorrupt(
            f"The folder {home} belongs to library {bound}, the registry to {library_id}.",
            hint="Point GKB_HOME and GKB_DATABASE_URL at the same library.",
        )


def check_revision(engine: Engine, *, allow_older: bool = False) -> None:
    """Raise LibraryTooNew or LibraryMissing unless the registry has the schema of this program."""
    found = None
    try:
        with engine.connect() as connection:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except DatabaseError as error:
        if "not a database" in str(error.orig) or "malformed" in str(error.orig):
            raise LibraryCorrupt("The registry file is damaged.", hint="Restore a backup.") from error
    if found is None:
        if allow_older:
            return
        raise LibraryMissing("The registry holds no library.", hint="Create one with `gkb ingest PATH`.")
    if found > SCHEMA_REVISION:
        raise LibraryTooNew(
            f"This library was written by a newer version (schema {found}, this program knows {SCHEMA_REVISION}).",
            hint="Update the program.",
        )
    if found < SCHEMA_REVISION and not allow_older:
        raise LibraryCorrupt("The library needs an upgrade.", hint="Run `gkb ingest` once, it upgrades.")


def revision(connection: Connection) -> int:
    """Number of the newest act; 0 for an empty library."""
    return int(connection.execute(select(func.max(schema.acts.c.seq))).scalar() or 0)


def append_acts(connection: Connection, acts: Sequence[NewAct], *, by: str, why: str) -> list[int]:
    """Record acts inside a write transaction; returns their sequence numbers."""
    last = connection.execute(
        select(schema.acts.c.seq, schema.acts.c.at, schema.acts.c.hash).order_by(schema.acts.c.seq.desc()).limit(1)
    ).first()
    seq, at, previous = (last.seq, last.at, last.hash) if last else (0, "", "")
    # A clock that went back must not reorder history: recorded time never decreases.
    at = max(at, _now().isoformat(timespec="microseconds"))
    numbers = []
    for act in acts:
        seq += 1
        row = {
            "seq": seq,
            "at": at,
            "by": by,
            "why": why,
            "kind": str(act.kind),
            "edition_id": act.edition_id,
            "relation_id": act.relation_id,
            "reverses": act.reverses,
            "payload": json.dumps(act.payload or {}, ensure_ascii=False, sort_keys=True),
        }
        row["hash"] = previous = _chain(previous, row)
        connection.execute(insert(schema.acts).values(row))
        numbers.append(seq)
    return numbers


def read_acts(connection: Connection) -> list[Act]:
    """All acts in order."""
    rows = connection.execute(select(schema.acts).order_by(schema.acts.c.seq)).mappings()
    return [
        Act(
            seq=row["seq"],
            at=datetime.fromisoformat(row["at"]),
            by=row["by"],
            why=row["why"],
            kind=ActKind(row["kind"]),
            edition_id=row["edition_id"],
            relation_id=row["relation_id"],
            reverses=row["reverses"],
            payload=json.loads(row["payload"]),
            hash=row["hash"],
        )
        for row in rows
    ]


def verify_chain(connection: Connection) -> list[str]:
    """Sentences naming each act whose hash or number does not follow from the one before; empty when sound."""
    problems, previous, expected = [], "", 1
    for row in connection.execute(select(schema.acts).order_by(schema.acts.c.seq)).mappings():
        plain = {key: row[key] for key in row if key != "hash"}
        if row["seq"] != expected:
            problems.append(f"Act {expected} is missing.")
        if _chain(previous, plain) != row["hash"]:
            problems.append(f"Act {row['seq']} was changed after it was recorded.")
        previous, expected = row["hash"], row["seq"] + 1
    return problems


def _chain(previous: str, row: dict[str, Any]) -> str:
    body = json.dumps({key: row[key] for key in sorted(row) if key != "hash"}, ensure_ascii=False)
    return hashlib.sha256((previous + body).encode()).hexdigest()


def _now() -> datetime:
    return datetime.now(UTC)
