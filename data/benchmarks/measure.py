"""Commands measured from outside, the same way for every side: wall clock, processor time, memory, disk."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import psutil

from kb.settings import SILENCE

SAMPLE_SECONDS = 0.2  # walking /proc costs a few milliseconds: about 1 % of one core
OF_A_LIBRARY = ("GKB_HOME", "GKB_DATABASE_URL")  # would lead to a library that is not ours to fill


class BenchError(Exception):
    """A measured command failed; the message ends with what it said."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One finished command: seconds of wall clock and of all processors, the processors' share that went to others."""

    seconds: float
    cpu_seconds: float
    others_share: float
    peak_bytes: int
    out: str

    def json(self) -> Any:
        """What the command printed, as JSON."""
        return json.loads(self.out)

    def json_lines(self) -> list[Any]:
        """What the command printed, as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines() if line.strip()]


def tell(text: str) -> None:
    """Progress, on standard error."""
    print(text, file=sys.stderr, flush=True)


def measure(command: Sequence[str | Path], folder: Path, *, codes: Sequence[int] = (0,)) -> Measured:
    """Run a command inside a folder and measure it with everything it starts; raises BenchError on other exit codes.

    Peak memory is the sum of resident sizes, sampled: what processes share counts once for each.
    """
    environment = {key: value for key, value in os.environ.items() if key not in OF_A_LIBRARY}
    environment |= SILENCE | {"TMPDIR": str(folder)}  # torch leaves a cache in the temporary folder
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begun, busy = perf_counter(), _busy_seconds()
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )
        peak = _Peak(process.pid)
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            raise
        finally:
            peak.stop()
        seconds = perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in codes:
            raise BenchError(f"{' '.join(map(str, command))[:200]}\nexit {process.returncode}: {_text(err)[-2000:]}")
        spent = usage.ru_utime + usage.ru_stime
        others = max(0.0, _busy_seconds() - busy - spent) / (seconds * (os.cpu_count() or 1))
        return Measured(seconds, spent, others, peak.bytes, _text(out))


def _busy_seconds() -> float:
    """Seconds that all processors together have worked since the machine started."""
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system)


def _text(file: Any) -> str:
    file.seek(0)
    return str(file.read().decode("utf-8", "replace"))


class _Peak:
    """The largest resident size of a process and all below it, sampled by a thread of its own."""

    def __init__(self, pid: int) -> None:
        self.bytes = 0
        self._pid = pid
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(SAMPLE_SECONDS):
            self.bytes = max(self.bytes, _tree_bytes(self._pid))


def _tree_bytes(pid: int) -> int:
    total = 0
    try:
        top = psutil.Process(pid)
        for process in (top, *top.children(recursive=True)):
            total += process.memory_info().rss
    except psutil.Error:  # ended while we looked
        pass
    return total


def folder_bytes(folder: Path) -> int:
    """Size of a file, or of all files below a folder."""
    if folder.is_file():
        return folder.stat().st_size
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest-rank percentile; not a number where nothing was measured."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


def spread(values: Sequence[float]) -> dict[str, float]:
    """p50 and p95 of milliseconds."""
    return {"p50_ms": percentile(values, 0.5), "p95_ms": percentile(values, 0.95), "count": len(values)}
