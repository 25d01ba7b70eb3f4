"""The queue of ingests: a request is kept as a job first, then run by whichever process owns the library."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ingest.intake import display_name
from ingest.leftovers import sweep_copies
from ingest.manifest import Manifest, ManifestRow, read_manifest, row_to_json
from ingest.pipeline import Run
from ingest.report import FileResult, OnProgress, Progress, Report
from kb.access import Verb, Who, allow
from kb.errors import DiskFull, KBError, LibraryError, OutOfMemory, UsageError
from kb.store import jobs
from kb.store.disk import naming_full_disk
from kb.store.library import Library
from kb.store.lock import holder_name, try_own

POLL_SECONDS = 0.25
MOST_STOPS = 2  # for want of memory: a job that never fits must not block those behind it for ever


def ingest(
    library: Library,
    paths: Sequence[Path],
    *,
    manifest: Path | None = None,
    publish: bool = False,
    by: Who,
    why: str = "",
    on_progress: OnProgress | None = None,
) -> Report:
    """Take in PDFs and folders; returns what became of each file.

    The request is kept as a job first, so that it survives this process; while another process writes, it waits.
    """
    name = allow(library.settings, by, Verb.INGEST)
    listed = read_manifest(manifest) if manifest else Manifest(())
    files = plan_files(paths, listed.rows)
    request = {
        "files": files,
        "publish": publish,
        "why": why,
        "notices": [*listed.notices, *_rows_left_over(files, listed.rows)],
    }
    job = jobs.create_job(library.engine, request, by=name)
    return run_until_done(library, job.id, on_progress or (lambda _: None))


def plan_files(paths: Sequence[Path], rows: Sequence[ManifestRow]) -> list[dict[str, Any]]:
    """The files to take in, in an order that does not depend on that of paths or rows; raises UsageError."""
    by_path = {row.path.resolve(): row for row in rows}
    files = []
    for path in find_pdfs(paths):
        row = by_path.get(path.resolve())
        files.append(
            {"path": str(path.resolve()), "name": display_name(path.name), "row": row_to_json(row) if row else None}
        )
    return sorted(files, key=lambda each: (each["row"] is None, each["name"], each["path"]))


def _rows_left_over(files: Sequence[Mapping[str, Any]], rows: Sequence[ManifestRow]) -> list[str]:
    taken = {each["path"] for each in files}
    return [
        f"The manifest lists {row.path.name}, which is not among the files taken in."
        for row in rows
        if str(row.path.resolve()) not in taken
    ]


def find_pdfs(paths: Sequence[Path]) -> list[Path]:
    """PDF files named or found in folders (recursive); raises UsageError for a path that is not there."""
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            found.update(dict.fromkeys(each for each in sorted(path.rglob("*")) if _is_pdf_name(each)))
        elif path.exists():
            found[path] = None
        else:
            raise UsageError(f"There is no file or folder {path}.", hint="Check the path.")
    return list(found)


def _is_pdf_name(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() == ".pdf" and not path.name.startswith(".")


def run_until_done(library: Library, job_id: str, on_progress: OnProgress) -> Report:
    """Run queued jobs in order, or wait for the process that does, until this job is done."""
    waiting = False
    while True:
        with _owning(library) as free:
            while free and (job := jobs.next_job(library.engine, _owner())):
                is_ours = job.id == job_id
                report = _run_job(library, job, on_progress, is_ours=is_ours)
                if is_ours and report is not None:
                    return report
        job = jobs.load_job(library.engine, job_id)
        if job.state == jobs.DONE:
            return _report_from(job)
        if job.state == jobs.CANCELLED:
            message = job.progress.get("error", "It was stopped by the process that ran it.")
            raise LibraryError(f"This ingest was not finished. {message}", hint="Run the same command again.")
        if not waiting:
            on_progress(Progress("", f"waiting: {holder_name(library.home)} is writing"))
            waiting = True
        time.sleep(POLL_SECONDS)


def resume(library: Library, on_progress: OnProgress | None = None, *, by: Who = "") -> list[Report]:
    """Finish what an earlier process left undone, if nobody is at it; recorded under the name of who asked for it."""
    allow(library.settings, by, Verb.INGEST)
    reports = []
    with _owning(library) as free:
        while free and (job := jobs.next_job(library.engine, _owner())):
            report = _run_job(library, job, on_progress or (lambda _: None), is_ours=False)
            reports += [report] if report is not None else []
    return reports


@contextmanager
def _owning(library: Library) -> Iterator[bool]:
    """The writer's lock, and with it the right to remove what a killed owner left half copied."""
    with try_own(library.home, "ingest") as free:
        if free:
            sweep_copies(library.home / "files")
        yield free


def _owner() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _run_job(library: Library, job: jobs.Job, on_progress: OnProgress, *, is_ours: bool) -> Report | None:
    """Run a job to its end. One that fails is closed with its reason, so that it never blocks those behind it.

    The failure of somebody else's job is theirs to hear of: None. Stopping by hand ends our own job only. For want of
    room a job waits: it is taken up again by the next ingest, and DiskFull or OutOfMemory is raised meanwhile.
    """
    run = Run(library, job, on_progress)
    try:
        with naming_full_disk("What was read"):
            report = run.run()
    except KeyboardInterrupt:
        state = jobs.CANCELLED if is_ours else jobs.QUEUED
        jobs.save_progress(library.engine, job.id, run.progress(), state=state)
        raise
    except DiskFull:
        _wait_for_room(library, job, run.progress())
        raise
    except MemoryError as error:
        if run.stopped < MOST_STOPS:
            _wait_for_room(library, job, {**run.progress(), "stopped": run.stopped + 1})
            raise _out_of_memory() from error
        _close(library, job, run, _out_of_memory(), is_ours=is_ours)
        return None
    except Exception as error:
        _close(library, job, run, error, is_ours=is_ours)
        return None
    jobs.save_progress(library.engine, job.id, {**run.progress(), "result": report.as_json()}, state=jobs.DONE)
    return report


def _wait_for_room(library: Library, job: jobs.Job, progress: Mapping[str, Any]) -> None:
    """Put a job back into the queue; where even that finds no room, it stays marked as running and is found again."""
    with suppress(DiskFull, MemoryError):
        jobs.save_progress(library.engine, job.id, {**progress}, state=jobs.QUEUED)


def _close(library: Library, job: jobs.Job, run: Run, error: Exception, *, is_ours: bool) -> None:
    reason = error.message if isinstance(error, KBError) else f"{type(error).__name__} inside the program."
    jobs.save_progress(library.engine, job.id, {**run.progress(), "error": reason}, state=jobs.CANCELLED)
    if is_ours:
        raise error


def _out_of_memory() -> OutOfMemory:
    return OutOfMemory(
        "There was not enough memory to go on. What was finished is kept, and visible editions stay visible.",
        hint="Close other programs or take in fewer files at once, then run the same command again.",
    )


def _report_from(job: jobs.Job) -> Report:
    result = job.progress["result"]
    return Report(
        files=[FileResult(**each) for each in result["files"]],
        **{name: result[name] for name in ("notices", "seconds", "stages", "tokens_embedded", "tokens_truncated")},
    )
