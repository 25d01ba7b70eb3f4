"""Uploads at work: PDFs taken in on a thread of their own, so that a reader's click or a closed tab stops nothing."""

from __future__ import annotations

import secrets
import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ingest.intake import display_name
from ingest.queue import ingest, resume
from ingest.report import FileResult, Progress, Report
from kb.errors import KBError
from kb.store.jobs import unfinished_jobs
from kb.store.library import Library, open_library
from ui.faults import fault

LONGEST_BYTES = 200  # of a file name on disk; a Chinese character takes three


class Uploaded(Protocol):
    """A file as the browser sent it."""

    name: str

    def getbuffer(self) -> memoryview: ...


@dataclass(slots=True)
class Work:
    """One ingest that this process runs or ran; read by any visit, written by its thread."""

    home: Path
    names: list[str]
    stages: dict[str, Progress] = field(default_factory=dict)  # by file name
    note: str = ""  # what concerns no single file: waiting for another process
    results: list[FileResult] = field(default_factory=list)
    seconds: float = 0.0
    error: KBError | None = None
    is_done: bool = False


_works: dict[Path, Work] = {}  # the newest of each library
_lock = threading.Lock()


def current_work(home: Path) -> Work | None:
    """The newest work on a library in this process, at it or done."""
    return _works.get(home.resolve())


def start_upload(home: Path, uploads: Sequence[Uploaded], *, publish: bool, by: str) -> Work:
    """Keep the files, then take them in on a thread; the library is created if there is none."""
    with open_library(home, create=True):
        pass
    folder = home / "uploads" / secrets.token_hex(6)
    paths = keep_uploads(folder, uploads)

    def run(library: Library, tell: Callable[[Progress], None]) -> list[Report]:
        try:
            return [ingest(library, paths, publish=publish, by=by, why="upload", on_progress=tell)]
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    return _start(home, [path.name for path in paths], run)


def start_resume(home: Path) -> Work:
    """Go on with what an earlier process left undone."""

    def run(library: Library, tell: Callable[[Progress], None]) -> list[Report]:
        reports = resume(library, tell)
        if not unfinished_jobs(library.engine):
            shutil.rmtree(home / "uploads", ignore_errors=True)
        return reports

    return _start(home, [], run)


def keep_uploads(folder: Path, uploads: Sequence[Uploaded]) -> list[Path]:
    """Write uploads under safe names, each in a folder of its own so that equal names do not meet."""
    paths = []
    for index, upload in enumerate(uploads):
        path = folder / str(index) / file_name(upload.name)
        path.parent.mkdir(parents=True)
        path.write_bytes(upload.getbuffer())
        paths.append(path)
    return paths


def file_name(given: str) -> str:
    """A name fit for a disk: last part only, not hidden, not too many bytes, its ending kept."""
    shown = display_name(given).lstrip(". ") or "unnamed.pdf"
    stem, dot, ending = shown.rpartition(".")
    if not dot or len(ending) > 5:
        stem, ending = shown, ""
    short = stem.encode()[:LONGEST_BYTES].decode(errors="ignore")
    return short + (f".{ending}" if ending else "")


def _start(home: Path, names: list[str], run: Callable[[Library, Callable[[Progress], None]], list[Report]]) -> Work:
    work = Work(home.resolve(), names)
    with _lock:
        _works[work.home] = work
    threading.Thread(target=_run, args=(work, run), name="ingest", daemon=True).start()
    return work


def _run(work: Work, run: Callable[[Library, Callable[[Progress], None]], list[Report]]) -> None:
    def tell(step: Progress) -> None:
        if step.file:
            work.stages[step.file] = step
            work.note = ""
        else:
            work.note = step.stage

    try:
        with open_library(work.home) as library:
            reports = run(library, tell)
        work.results = [each for report in reports for each in report.files]
        work.seconds = sum(report.seconds for report in reports)
    except KBError as error:
        work.error = error
    except Exception as error:  # the thread's end must be seen on the screen, whatever it was
        work.error = KBError(f"The upload stopped inside the program ({fault(error)}).", hint="Run `gkb doctor`.")
    finally:
        work.is_done = True
