"""The two ways, driven through the same measurements: ingest, again unchanged, disk, questions, cold start."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from measure import Measured, folder_bytes, measure, spread, tell

PYTHON = Path(sys.executable)
GKB = PYTHON.with_name("gkb")
PLAIN = Path(__file__).resolve().with_name("plain.py")
SOME_FAILED = 1  # exit code of gkb where an input needs a person; which one stands in the figures


@dataclass(frozen=True, slots=True)
class Task:
    """What both ways get: PDFs, a manifest, questions, and how often what is short is repeated."""

    pdfs: Sequence[Path]
    manifest: Path | None
    questions: Path
    one_question: Path
    question: str
    repeats: int
    folder: Path

    def run(self, *command: str | Path, codes: Sequence[int] = (0,)) -> Measured:
        """Measure a command inside the temporary folder."""
        return measure(command, self.folder, codes=codes)


def measure_ours(task: Task) -> dict[str, Any]:
    """Our way, through `gkb`."""
    home = task.folder / "ours"
    word = ("--manifest", task.manifest) if task.manifest else ("--publish",)
    command = (GKB, "ingest", *task.pdfs, *word, "--by", "bench", "--home", home, "--json")

    def ingest() -> Measured:
        return task.run(*command, codes=(0, SOME_FAILED))

    tell("ours: ingest")
    first = ingest()
    report = first.json()
    figures = _ingest_figures(first, report) | {
        "tokens_embedded": report["tokens_embedded"],
        "tokens_truncated": report["tokens_truncated"],
        "passages_cut": 0 if not report["tokens_truncated"] else None,
        "not_taken_in": [each["file"] for each in report["files"] if each["status"] != "published"],
        "disk": {
            "PDFs kept": folder_bytes(home / "files"),
            "registry": folder_bytes(home / "registry.sqlite"),
            "indexes": folder_bytes(home / "derived"),
        },
    }
    tell("ours: ingest again, unchanged")
    figures |= _again_figures([ingest() for _ in range(task.repeats)], first)
    for verb in ("search", "ask"):
        tell(f"ours: {verb}")
        lines = task.run(GKB, verb, "--batch", task.questions, "--home", home, "--json").json_lines()
        figures[verb] = spread([line["ms"] for line in lines])
    tell("ours: cold start")
    cold = [task.run(GKB, "ask", task.question, "--home", home, "--json") for _ in range(task.repeats)]
    return figures | _cold_figures(cold)


def measure_plain(task: Task) -> dict[str, Any]:
    """The plain LlamaIndex way, through plain.py."""
    home = task.folder / "plain"
    home.mkdir()

    def plain(command: str, *paths: Path) -> Measured:
        return task.run(PYTHON, PLAIN, command, home, *paths)

    tell("plain: ingest")
    first = plain("ingest", *task.pdfs)
    figures = _ingest_figures(first, first.json()) | plain("count").json()
    figures["disk"] = {"Chroma": folder_bytes(home / "chroma"), "document store": folder_bytes(home / "documents.json")}
    if task.repeats > 1:
        tell("plain: ingest again, unchanged")
    figures |= _again_figures([plain("ingest", *task.pdfs)] if task.repeats > 1 else [], first)
    tell("plain: search")
    search = plain("ask", task.questions)
    figures["search"] = spread([line["ms"] for line in search.json()])
    if task.repeats == 1:  # a short try: the same process stands for the cold start
        return figures | _cold_figures([search])
    tell("plain: cold start")
    return figures | _cold_figures([plain("ask", task.one_question) for _ in range(task.repeats)])


def _ingest_figures(first: Measured, report: dict[str, Any]) -> dict[str, Any]:
    return {
        "seconds": first.seconds,
        "cpu_seconds": first.cpu_seconds,
        "others_share": first.others_share,
        "peak_bytes": first.peak_bytes,
        "stages": report["stages"],
        "pages": report["pages"],
        "passages": report["passages"],
        "pages_per_second": report["pages"] / first.seconds,
    }


def _again_figures(again: Sequence[Measured], first: Measured) -> dict[str, Any]:
    if not again:
        return {"again_seconds": None, "again_share": None}
    seconds = median(each.seconds for each in again)
    return {"again_seconds": seconds, "again_share": seconds / first.seconds}


def _cold_figures(cold: Sequence[Measured]) -> dict[str, Any]:
    return {
        "cold_seconds": median(each.seconds for each in cold),
        "cold_peak_bytes": max(each.peak_bytes for each in cold),
    }
