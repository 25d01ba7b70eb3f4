"""The way of a PDF, top to bottom: intake → read (child process) → embed (batched across PDFs) → stage → appear."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.embed import embed_windows, windows_of
from ingest.intake import SourceFile, take_in
from ingest.load import Arrival, appear, edition_of_file, keep_source, stage, will_publish
from ingest.manifest import ManifestRow, row_from_json
from ingest.parse import READER, extraction_from_json
from ingest.report import FileResult, OnProgress, Progress, Report, metadata_json
from ingest.sandbox import Limits, run_many
from kb.domain import Extraction, Proposal
from kb.errors import KBError, UnreadablePdf, UsageError
from kb.store import jobs
from kb.store.chroma import keep_index
from kb.store.extractions import extraction_id, has_extraction, load_pages, load_summary
from kb.store.library import Library
from kb.store.registry import reading
from kb.store.vectors import has_windows
from kb.versions.change import prepare_snapshot

GROUP = 1024  # windows embedded together: enough to sort by length, few enough to show progress
APPEAR_SECONDS = 45.0  # editions become visible at least this often during a long ingest


@dataclass(slots=True)
class _Item:
    """One file on its way."""

    path: Path
    row: ManifestRow | None
    result: FileResult
    source: SourceFile | None = None
    identity: str = ""  # extraction id
    extraction: Extraction | None = None
    proposals: Mapping[str, Proposal] = field(default_factory=dict)
    windows: list[Any] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)


class Run:
    """One job in progress."""

    def __init__(self, library: Library, job: jobs.Job, on_progress: OnProgress) -> None:
        self.library = library
        self.job = job
        self.on_progress = on_progress
        self.publish = bool(job.request["publish"])
        self.report = Report(notices=list(job.request.get("notices", ())))
        self.ready: list[_Item] = []  # staged, about to appear
        self.appeared_at = time.monotonic()
        self.stopped = int(job.progress.get("stopped", 0))  # times that it was stopped for want of memory
        known = job.progress.get("files", {})
        self.items = [
            _Item(
                Path(each["path"]),
                row_from_json(each["row"]) if each["row"] else None,
                FileResult(each["name"], sha256=known.get(each["path"], {}).get("sha256", "")),
            )
            for each in job.request["files"]
        ]

    def run(self) -> Report:
        """All stages; errors of one file never stop the others."""
        begun = time.monotonic()
        self.report.files = [item.result for item in self.items]
        with self._timed("intake"):
            for item in self.items:
                self._take_in(item)
        todo = self._sort_out()
        group: list[_Item] = []
        for item in self._read(todo):
            group.append(item)
            if sum(len(each.windows) for each in group) >= GROUP:
                self._embed_and_stage(group)
                group = []
                if time.monotonic() - self.appeared_at > APPEAR_SECONDS:
                    self._appear()
        self._embed_and_stage(group)
        self._appear()
        with self._timed("dense index"):
            keep_index(self.library)
        self.report.seconds = time.monotonic() - begun
        return self.report

    def progress(self) -> dict[str, Any]:
        """What is kept with the job."""
        return {
            "stopped": self.stopped,
            "files": {
                str(item.path): {"name": item.result.file, "sha256": item.result.sha256, "stage": item.result.status}
                for item in self.items
            },
        }

    @contextmanager
    def _timed(self, stage_name: str) -> Any:
        begun = time.monotonic()
        try:
            yield
        finally:
            spent = time.monotonic() - begun
            self.report.stages[stage_name] = self.report.stages.get(stage_name, 0.0) + spent

    def _tell(self, item: _Item, stage_name: str, done: int = 0, total: int = 0) -> None:
        self.on_progress(Progress(item.result.file, stage_name, done, total))

    def _fail(self, item: _Item, status: str, message: str) -> None:
        item.result.status, item.result.error = status, message
        item.result.seconds = round(time.monotonic() - item.started, 2)
        self._tell(item, status)

    def _take_in(self, item: _Item) -> None:
        self._tell(item, "intake")
        path = item.path
        kept = self.library.file_path(item.result.sha256) if item.result.sha256 else None
        if not path.exists() and kept is not None and kept.is_file():
            path = kept  # the librarian's copy is gone, ours is not
        try:
            item.source = take_in(
                path, self.library.home / "files", name=item.result.file, max_bytes=self.library.settings.max_bytes
            )
        except UnreadablePdf as error:
            self._fail(item, error.status, error.message)
            return
        item.result.sha256 = item.source.sha256
        item.identity = extraction_id(item.source.sha256, READER)

    def _sort_out(self) -> list[_Item]:
        """Name duplicates, pass on what was read before, return what is left to read."""
        jobs.save_progress(self.library.engine, self.job.id, self.progress())
        ledger = self.library.ledger()
        first: dict[str, _Item] = {}
        todo = []
        for item in self.items:
            if item.source is None:
                continue
            known = edition_of_file(ledger, item.source.sha256)
            twin = first.setdefault(item.source.sha256, item)
            if twin is not item:
                self._duplicate(item, f"same bytes as {twin.result.file}")
            elif known is not None and known.file != item.source.name and item.row is None:
                item.result.edition_id, item.result.guideline_id = known.id, known.guideline_id
                self._duplicate(item, f"same bytes as {known.file} ({known.id})")
            elif known is not None or self._was_read(item):
                self._recall(item, known.extraction_id if known else item.identity)
            else:
                todo.append(item)
        return todo

    def _duplicate(self, item: _Item, note: str) -> None:
        item.result.status = "duplicate"
        item.result.notes.append(note)
        self._tell(item, "duplicate")

    def _was_read(self, item: _Item) -> bool:
        with reading(self.library.engine) as connection:
            return has_extraction(connection, item.identity) and has_windows(
                connection, self.library.encoder.name, item.identity
            )

    def _recall(self, item: _Item, identity: str) -> None:
        with reading(self.library.engine) as connection:
            summary = load_summary(connection, identity)
            pages = load_pages(connection, identity)
        item.identity, item.proposals = identity, summary["proposals"]
        self._describe(item, summary["passages"], summary["recommendations"], summary["coverage"], pages)
        self.ready.append(item)

    def _describe(
        self, item: _Item, passages: int, recommendations: int, coverage: float, pages: Sequence[Any]
    ) -> None:
        result = item.result
        result.pages, result.passages, result.recommendations = len(pages), passages, recommendations
        result.coverage = round(coverage, 4)
        result.doubtful_pages = [page.number for page in pages if page.doubts]
        result.hidden_text_pages = [page.number for page in pages if page.hidden]
        result.metadata = metadata_json(item.proposals)

    def _read(self, todo: Sequence[_Item]) -> Iterable[_Item]:
        """Read PDFs in child processes, several at once; yields what was read in the order of `todo`."""
        settings = self.library.settings
        seconds = settings.parse_seconds
        limits = Limits(seconds=seconds, cpu_seconds=seconds, memory_bytes=settings.parse_memory)
        calls = []
        for item in todo:
            if item.source is not None:
                keep_source(self.library, item.source)
                path = str(self.library.file_path(item.source.sha256))
                calls.append(
                    {
                        "path": path,
                        "name": item.source.name,
                        "sha256": item.source.sha256,
                        "max_pages": settings.max_pages,
                    }
                )
                self._tell(item, "reading")
        waiting: dict[int, Any] = {}
        position = 0
        begun = time.monotonic()
        for index, outcome in run_many("ingest.parse:parse_to_json", calls, limits=limits, workers=settings.workers):
            waiting[index] = outcome
            while position in waiting:
                item = todo[position]
                if self._read_one(item, waiting.pop(position)):
                    yield item
                position += 1
        self.report.stages["reading (beside embedding)"] = time.monotonic() - begun

    def _read_one(self, item: _Item, outcome: Any) -> bool:
        if isinstance(outcome, KBError):
            self._fail(item, getattr(outcome, "status", "failed"), outcome.message)
            return False
        try:
            extraction = extraction_from_json(outcome)
        except (KeyError, TypeError, ValueError) as error:
            self._fail(item, "failed", f"The reader returned something unusable ({type(error).__name__}).")
            return False
        item.extraction, item.proposals = extraction, extraction.proposals
        counts = len(extraction.passages), len(extraction.recommendations)
        self._describe(item, *counts, extraction.coverage, extraction.pages)
        item.result.notes += extraction.warnings
        with self._timed("windows"):
            item.windows = windows_of(self.library.encoder, extraction.passages, _title(item))
        return True

    def _embed_and_stage(self, group: Sequence[_Item]) -> None:
        if not group:
            return
        names = group[0] if len(group) == 1 else group[-1]
        total = sum(len(item.windows) for item in group)
        with self._timed("embedding"):
            done = 0

            def embedded(count: int) -> None:
                nonlocal done
                done += count
                self._tell(names, "embedding", done, total)

            counted = embed_windows(self.library, [window for item in group for window in item.windows], embedded)
        self.report.tokens_embedded += counted.embedded
        self.report.tokens_truncated += counted.truncated
        with self._timed("staging"):
            for item in group:
                if item.extraction is not None:
                    stage(self.library, item.extraction, item.windows)
                    item.extraction = None
                    self.ready.append(item)

    def _appear(self) -> None:
        if not self.ready:
            return
        order = {id(item): index for index, item in enumerate(self.items)}
        ready, self.ready = sorted(self.ready, key=lambda item: order[id(item)]), []
        arrivals = [
            Arrival(item.source, item.identity, item.proposals, item.row, self.publish)
            for item in ready
            if item.source is not None
        ]
        with self._timed("index"):
            prepare_snapshot(self.library, [each.extraction_id for each in arrivals if will_publish(each)])
        with self._timed("appearing"):
            for item, outcome in zip(ready, self._record(arrivals), strict=True):
                if isinstance(outcome, KBError):
                    self._fail(item, "failed", outcome.message)
                    continue
                result = item.result
                result.status, result.edition_id = outcome.status, outcome.edition_id
                result.guideline_id = outcome.guideline_id
                result.notes += outcome.notes
                result.seconds = round(time.monotonic() - item.started, 2)
                self._tell(item, outcome.status)
        self.appeared_at = time.monotonic()
        jobs.save_progress(self.library.engine, self.job.id, self.progress())

    def _record(self, arrivals: Sequence[Arrival]) -> list[Any]:
        why = self.job.request.get("why", "")
        try:
            return list(appear(self.library, arrivals, by=self.job.by, why=why))
        except UsageError:
            return [self._record_alone(arrival, why) for arrival in arrivals]  # one wrong row stops only itself

    def _record_alone(self, arrival: Arrival, why: str) -> Any:
        try:
            return appear(self.library, [arrival], by=self.job.by, why=why)[0]
        except UsageError as error:
            return error


def _title(item: _Item) -> str:
    if item.row is not None and item.row.title:
        return item.row.title
    proposal = item.proposals.get("title")
    return str(proposal.value) if proposal else ""
