"""One child process for each PDF, with limits on memory, processor time, wall clock and output.

A small server process (ingest/reader.py) imports the reader once and forks a child for each file, so that a child costs
milliseconds and the forking process has no threads. Requests and answers are JSON: a hostile PDF may own its child,
never the parent.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ingest.leftovers import reading_folder
from kb.errors import DiskFull, KBError, UnreadablePdf

NO_SPACE = 71  # exit code of a child whose answer could not be written
MEMORY_SIGNALS = (signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGSEGV, signal.SIGTRAP)
MUCH = 0.5  # of the memory limit: a crash with more in use is put down to memory


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost."""

    seconds: int = 55  # wall clock
    cpu_seconds: int = 55
    page_seconds: int = 20  # wall clock of one page; a page of a real guideline takes less than one
    memory_bytes: int = 1 << 30
    output_bytes: int = 64 << 20  # twenty times what was read from the longest real guideline


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended."""

    index: int
    code: int  # as os.wait gives it
    place: str  # what was being read: "page 12"
    peak_bytes: int  # most memory in use
    seconds: float  # wall clock


def run_limited(function: str, arguments: dict[str, Any], *, limits: Limits | None = None) -> Any:
    """Run "module:function" on JSON-able arguments in a child; returns its JSON-able result or raises UnreadablePdf."""
    for _, outcome in run_many(function, [arguments], limits=limits or Limits(), workers=1):
        if isinstance(outcome, KBError):
            raise outcome
        return outcome
    raise UnreadablePdf("The reader did not start.", status="failed")


def run_many(
    function: str,
    calls: Sequence[dict[str, Any]],
    *,
    limits: Limits,
    workers: int = 2,
    on_end: Callable[[Ended], None] | None = None,
) -> Iterator[tuple[int, Any]]:
    """Run a function on many arguments, `workers` children at a time; yields (index, result or error) as they finish.

    Leaving the iterator early, or an interrupt, ends the children. Raises DiskFull when answers cannot be written.
    """
    if not calls:
        return
    with reading_folder() as folder:
        queue = list(enumerate(calls))
        server = _Server(function, folder, limits)
        running: dict[int, dict[str, Any]] = {}
        try:
            while queue or running:
                while queue and len(running) < workers:
                    index, arguments = queue.pop(0)
                    running[index] = arguments
                    server.start(index, arguments)
                ended = server.wait()
                if ended is None:  # the server itself died: whatever ran is lost, the rest gets a new one
                    for index in sorted(running):
                        yield index, UnreadablePdf("The reader was stopped from outside.", status="failed")
                    running.clear()
                    server.close()
                    server = _Server(function, folder, limits)
                    continue
                del running[ended.index]
                if on_end is not None:
                    on_end(ended)
                yield ended.index, _outcome(folder / f"{ended.index}.json", ended, limits)
        finally:
            server.close()


class _Server:
    """The parent's side of the forking server."""

    def __init__(self, function: str, folder: Path, limits: Limits) -> None:
        request = {"function": function, "folder": str(folder), "limits": asdict(limits)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ingest.reader", json.dumps(request)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches the parent alone; it ends the children itself
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )

    def start(self, index: int, arguments: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"index": index, "arguments": arguments}).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return  # wait() will notice

    def wait(self) -> Ended | None:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        return Ended(**json.loads(line)) if line else None

    def close(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    continue
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def _outcome(path: Path, ended: Ended, limits: Limits) -> Any:
    """What the child answered, or the error that says how it ended; raises DiskFull."""
    if os.WIFSIGNALED(ended.code):
        return _stopped(ended, limits)
    if os.WEXITSTATUS(ended.code) == NO_SPACE:
        raise DiskFull(
            f"What was read cannot be kept in the folder for temporary files ({path.parent.parent}).",
            hint="Free disk space there (or set TMPDIR), then run the same command again.",
        )
    try:
        answer = json.loads(path.read_text(encoding="utf-8"))
    # A child that was taken over may have written anything, also what is nested too deeply to be taken apart.
    except (OSError, ValueError, RecursionError, MemoryError):
        return UnreadablePdf(f"The reader ended with code {os.WEXITSTATUS(ended.code)}.", status="failed")
    finally:
        path.unlink(missing_ok=True)
    if "error" in answer:
        error = answer["error"]
        return UnreadablePdf(str(error["message"]), status=str(error["status"]), hint=str(error.get("hint", "")))
    return answer["result"]


def _stopped(ended: Ended, limits: Limits) -> UnreadablePdf:
    number = os.WTERMSIG(ended.code)
    named = {
        signal.SIGALRM: f"Reading took longer than {limits.seconds} s and was stopped",
        signal.SIGXCPU: f"Reading used more than {limits.cpu_seconds} s of processor time and was stopped",
        signal.SIGXFSZ: f"Reading gave more than {limits.output_bytes >> 20} MiB of text and was stopped",
        signal.SIGKILL: "Reading was killed, probably because the machine ran out of memory",
    }
    message = named.get(signal.Signals(number), f"The reader crashed on this file (signal {number})")
    if number == signal.SIGALRM and ended.seconds < limits.seconds:
        message = f"One page took longer than {limits.page_seconds} s to read; reading was stopped"
    if number in MEMORY_SIGNALS and ended.peak_bytes > MUCH * limits.memory_bytes:
        message = f"Reading needed more than the {limits.memory_bytes >> 20} MiB of memory that one file may use"
    hint = "For a very long guideline raise GKB_PARSE_SECONDS." if number in (signal.SIGALRM, signal.SIGXCPU) else ""
    return UnreadablePdf(f"{message}{place_words(ended.place)}.", status="failed", hint=hint)


def place_words(place: str) -> str:
    """ "page 12" as it stands at the end of a message."""
    return f" (at {place})" if place else ""
