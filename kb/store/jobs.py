"""Jobs: what a librarian asked for and how far it got. They survive a kill; the lock's owner runs them in order."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, Row, insert, select, update

from kb.store import schema
from kb.store.registry import reading, writing

QUEUED, RUNNING, DONE, CANCELLED = "queued", "running", "done", "cancelled"


@dataclass(frozen=True, slots=True)
class Job:
    """One request to ingest files."""

    id: str
    created_at: str
    by: str
    state: str  # queued | running | done | cancelled
    request: dict[str, Any]
    progress: dict[str, Any]  # {"files": {path: {"stage", …}}, "result": {...} when done}
    owner: str


def create_job(engine: Engine, request: dict[str, Any], *, by: str) -> Job:
    """Queue a job."""
    row = {
        "id": secrets.token_hex(6),
        "created_at": datetime.now(UTC).isoformat(),
        "by": by,
        "state": QUEUED,
        "request": json.dumps(request),  # in ASCII: a path may hold bytes that are no text
        "progress": "{}",
        "owner": "",
    }
    with writing(engine) as connection:
        connection.execute(insert(schema.jobs).values(row))
    return load_job(engine, str(row["id"]))


def load_job(engine: Engine, identity: str) -> Job:
    """The job with this id."""
    with reading(engine) as connection:
        return _job(connection.execute(select(schema.jobs).where(schema.jobs.c.id == identity)).one())


def list_jobs(engine: Engine, limit: int = 50) -> list[Job]:
    """Jobs, newest first."""
    with reading(engine) as connection:
        query = select(schema.jobs).order_by(schema.jobs.c.created_at.desc()).limit(limit)
        return [_job(row) for row in connection.execute(query)]


def next_job(engine: Engine, owner: str) -> Job | None:
    """Claim the oldest unfinished job. Call it only while owning the writer's lock: a job still marked as running
    then belongs to a process that died, and is run again."""
    table = schema.jobs
    with writing(engine) as connection:
        query = select(table).where(table.c.state.in_((QUEUED, RUNNING))).order_by(table.c.created_at).limit(1)
        row = connection.execute(query).first()
        if row is None:
            return None
        connection.execute(update(table).where(table.c.id == row.id).values(state=RUNNING, owner=owner))
        return _job(row)


def unfinished_jobs(engine: Engine) -> list[Job]:
    """Jobs that are queued or running (or were, when their process died)."""
    return [job for job in list_jobs(engine, limit=1000) if job.state in (QUEUED, RUNNING)]


def save_progress(engine: Engine, identity: str, progress: dict[str, Any], state: str = RUNNING) -> None:
    """Record how far a job got."""
    table = schema.jobs
    values = {"progress": json.dumps(progress), "state": state}
    with writing(engine) as connection:
        connection.execute(update(table).where(table.c.id == identity).values(values))


def _job(row: Row[Any]) -> Job:
    return Job(
        id=row.id,
        created_at=row.created_at,
        by=row.by,
        state=row.state,
        request=json.loads(row.request),
        progress=json.loads(row.progress),
        owner=row.owner,
    )
