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
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, RowMapping, create_engine, event, func, insert, make_url, select, text
from sqlalchemy.exc import DatabaseError, DisconnectionError, OperationalError

from kb.errors import (
    DiskFull,
    LibraryCorrupt,
    LibraryLocked,
    LibraryMissing,
    LibraryTooNew,
    LibraryTooOld,
    LibraryUnreachable,
)
from kb.settings import Settings
from kb.store import schema
from kb.store.disk import naming_full_disk
from kb.store.seal import Seal, advance_seal, check_seal, seal_path, write_seal
from kb.store.sqlite_file import FileConnection, connect_file

SCHEMA_REVISION = "0002"
READABLE_FROM = "0001"  # a library of this schema is read as it is, and upgraded when something needs the rest
MIGRATIONS = Path(__file__).parent / "migrations"
_APPENDED = "seal of the acts appended in this transaction"


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
    KEEP = "keep"  # findings of a practice check were kept
    DECIDE = "decide"  # a person decided about a kept finding
    RECHECK = "recheck"  # kept findings were checked again
    PURGE = "purge"  # kept findings were removed for good


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
    # What a statement carried may be a patient's data: an error must not repeat it.
    options: dict[str, Any] = {"hide_parameters": True, "execution_options": {"home": settings.home}}
    if settings.database_url is not None:
        return create_engine(_with_driver(settings.database_url.get_secret_value()), pool_pre_ping=True, **options)
    path = registry_path(settings.home)
    engine = create_engine(f"sqlite:///{path}", creator=partial(connect_file, path), **options)
    event.listen(engine, "checkout", _renew)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _with_driver(url: str) -> URL:
    """An address without a driver means the one of the extra `postgres`."""
    parsed = make_url(url)
    return parsed.set(drivername="postgresql+psycopg") if parsed.drivername == "postgresql" else parsed


def _renew(connection: FileConnection, _: Any, __: Any) -> None:
    """A file that is read as it stands is opened anew each time, so that what was written meanwhile is seen."""
    if connection.stamp is not None and connection.is_used:
        raise DisconnectionError
    connection.is_used = True


def _begin_sqlite(connection: Connection) -> None:
    # A writer that begins as a reader fails with "database is locked" when it upgrades; see the stress test.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A consistent view of the registry; takes no lock that a writer would wait for."""
    with _named_errors(), engine.connect() as plain:
        options: dict[str, Any] = {}
        if engine.dialect.name == "postgresql":  # its default shows each statement a later state
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        connection = plain.execution_options(**options)
        with connection.begin():
            yield connection
        _check_unchanged(plain)


def _check_unchanged(connection: Connection) -> None:
    """Raise LibraryLocked where a file that was read as it stands was written to meanwhile."""
    opened = connection.connection.driver_connection
    if isinstance(opened, FileConnection) and opened.has_changed():
        raise LibraryLocked("The library was written to while it was read.", hint="Try again.")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction; all of it happens or nothing."""
    with _named_errors(), engine.connect() as plain:
        connection = plain.execution_options(writing=True)
        plain.info.pop(_APPENDED, None)
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(text("LOCK TABLE acts IN EXCLUSIVE MODE"))
            yield connection
        appended = plain.info.pop(_APPENDED, None)
    if appended is not None:
        advance_seal(engine.get_execution_options()["home"], appended)


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
        if error.connection_invalidated or error.statement is None:
            raise _unreachable(message) from error
        raise LibraryCorrupt(f"The registry cannot be used ({message}).", hint="Run `gkb doctor`.") from error
    except DatabaseError as error:
        message = str(error.orig)
        if "malformed" in message or "not a database" in message:
            raise LibraryCorrupt(
                "The registry file is damaged.", hint="Restore a backup, or run `gkb doctor` for details."
            ) from error
        raise


def _unreachable(message: str) -> LibraryUnreachable:
    return LibraryUnreachable(
        f"The registry's server cannot be reached ({message.strip()}).", hint="Check GKB_DATABASE_URL and the server."
    )


def create_registry(settings: Settings) -> None:
    """Create or upgrade the registry through its migrations; safe to call from several processes at once.

    Raises LibraryMissing where a restore was interrupted: that folder is for the restore to finish.
    """
    from filelock import FileLock

    refuse_half_restored(settings)
    with naming_full_disk(f"The library at {settings.home}"), _named_errors():
        settings.home.mkdir(parents=True, exist_ok=True)
        with FileLock(str(settings.home / "migrate.lock"), timeout=60):
            _create(settings)


def _create(settings: Settings) -> None:
    engine = open_engine(settings)
    try:
        migrate(engine)
        with writing(engine) as connection:
            if connection.execute(select(schema.library.c.id)).first() is None:
                if restoring_folder(settings.home).is_dir():
                    raise half_restored(settings.home)
                row = {"id": secrets.token_hex(8), "created_at": _now().isoformat()}
                connection.execute(insert(schema.library).values(row))
            library_id = connection.execute(select(schema.library.c.id)).scalar_one()
            if not revision(connection) and not seal_path(settings.home).exists():
                write_seal(settings.home, Seal())
        bind_folder(settings.home, library_id)
    finally:
        engine.dispose()


def migrate(engine: Engine, target: str = "head") -> None:
    """Bring a registry's tables to a schema, all steps in one transaction; raises LibraryTooNew for a newer one."""
    if check_revision(engine, allow_older=True) == SCHEMA_REVISION:
        return  # before alembic is imported, which costs a fifth of looking at unchanged files
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["engine"] = engine
    command.upgrade(config, target)


def restoring_folder(home: Path) -> Path:
    """Where a restore gathers what it will switch to; there only while one is at work, or after it was killed."""
    return home / ".restoring"


def half_restored(home: Path) -> LibraryMissing:
    """The error of a folder in which a restore was interrupted."""
    return LibraryMissing(
        f"A restore into {home} was not finished; nothing of it can be used yet.",
        hint="Run `gkb restore FILE` again; it begins anew by itself.",
    )


def refuse_half_restored(settings: Settings) -> None:
    """Raise LibraryMissing where a restore into this folder was interrupted."""
    on_disk = settings.database_url is None and not registry_path(settings.home).is_file()
    if on_disk and restoring_folder(settings.home).is_dir():
        raise half_restored(settings.home)


def bind_folder(home: Path, library_id: str) -> None:
    """Write into a folder which library it belongs to, unless it says so; raises LibraryCorrupt if to another."""
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


def check_revision(engine: Engine, *, allow_older: bool = False) -> str:
    """The schema of the registry, "" for none yet.

    Raises LibraryTooNew, LibraryTooOld or LibraryMissing unless it is that of this program.
    """
    found = None
    try:
        with engine.connect() as connection:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except DatabaseError as error:
        if "not a database" in str(error.orig) or "malformed" in str(error.orig):
            raise LibraryCorrupt("The registry file is damaged.", hint="Restore a backup.") from error
        if engine.dialect.name == "postgresql" and isinstance(error, OperationalError):
            raise _unreachable(str(error.orig)) from error
    if found is None:
        if allow_older:
            return ""
        raise LibraryMissing("The registry holds no library.", hint="Create one with `gkb ingest PATH`.")
    if found > SCHEMA_REVISION:
        raise LibraryTooNew(
            f"This library was written by a newer version (schema {found}, this program knows {SCHEMA_REVISION}).",
            hint="Update the program.",
        )
    if found < READABLE_FROM and not allow_older:
        raise LibraryTooOld(
            f"This library was written by an earlier version (schema {found}, this program needs {READABLE_FROM}).",
            hint="Copy its folder, then run `gkb ingest` without a path: it upgrades the library and keeps everything.",
        )
    return str(found)


def revision(connection: Connection) -> int:
    """Number of the newest act; 0 for an empty library."""
    return int(connection.execute(select(func.max(schema.acts.c.seq))).scalar() or 0)


def newest_act(connection: Connection) -> Seal:
    """Number and hash of the newest act."""
    row = connection.execute(
        select(schema.acts.c.seq, schema.acts.c.hash).order_by(schema.acts.c.seq.desc()).limit(1)
    ).first()
    return Seal(row.seq, row.hash) if row else Seal()


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
    if numbers:
        connection.info[_APPENDED] = Seal(seq, previous)  # kept once this is committed: see `writing`
    return numbers


def read_acts(connection: Connection) -> list[Act]:
    """All acts in order; raises LibraryCorrupt where one cannot be read."""
    rows = connection.execute(select(schema.acts).order_by(schema.acts.c.seq)).mappings()
    try:
        return [_act(row) for row in rows]
    except (KeyError, TypeError, ValueError) as error:
        raise unreadable_history(error) from error


def unreadable_history(error: Exception) -> LibraryCorrupt:
    """The error of a history that was changed from outside so that nothing can be made of it."""
    return LibraryCorrupt(
        f"The history cannot be read ({type(error).__name__}); an act was changed or removed from outside.",
        hint="`gkb doctor` names the act. Restore a backup.",
    )


def _act(row: RowMapping) -> Act:
    return Act(
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


def verify_chain(connection: Connection) -> list[str]:
    """Sentences naming each act whose hash or number does not follow from the one before; empty when sound."""
    problems: list[str] = []
    previous, expected = "", 1
    for row in connection.execute(select(schema.acts).order_by(schema.acts.c.seq)).mappings():
        plain = {key: row[key] for key in row if key != "hash"}
        if row["seq"] != expected:
            problems.append(f"Act {expected} is missing.")
        if _chain(previous, plain) != row["hash"]:
            problems.append(f"Act {row['seq']} was changed after it was recorded.")
        previous, expected = row["hash"], row["seq"] + 1
    return problems


def verify_history(connection: Connection, home: Path) -> list[str]:
    """As `verify_chain`; and what shows that the newest acts are gone or all recorded anew (see `kb.store.seal`)."""
    rows = connection.execute(select(schema.acts.c.seq, schema.acts.c.hash))
    return verify_chain(connection) + check_seal(home, {row.seq: row.hash for row in rows})


def _chain(previous: str, row: dict[str, Any]) -> str:
    body = json.dumps({key: row[key] for key in sorted(row) if key != "hash"}, ensure_ascii=False)
    return hashlib.sha256((previous + body).encode()).hexdigest()


def _now() -> datetime:
    return datetime.now(UTC)
