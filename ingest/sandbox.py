"""One child process for each PDF, with limits on memory, processor time, wall clock and output.

A small server process imports the reader once and forks a child for every file, so that a child costs milliseconds and
the forking process has no threads. Requests and answers are JSON: a hostile PDF may own its child, never the parent.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kb.errors import KBError, UnreadablePdf


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost."""

    seconds: int = 120  # wall clock
    cpu_seconds: int = 120
    memory_bytes: int = 1 << 30
    output_bytes: int = 256 << 20


def run_limited(function: str, arguments: dict[str, Any], *, limits: Limits | None = None) -> Any:
    """Run "module:function" on JSON-able arguments in a child; returns its JSON-able result or raises UnreadablePdf."""
    for _, outcome in run_many(function, [arguments], limits=limits or Limits(), workers=1):
        if isinstance(outcome, KBError):
            raise outcome
        return outcome
    raise UnreadablePdf("The reader did not start.", status="failed")


def run_many(
    function: str, calls: Sequence[dict[str, Any]], *, limits: Limits, workers: int = 2
) -> Iterator[tuple[int, Any]]:
    """Run a function on many arguments, `workers` children at a time; yields (index, result or error) as they finish.

    Leaving the iterator early, or an interrupt, ends the children.
    """
    if not calls:
        return
    with tempfile.TemporaryDirectory(prefix="gkb-read-") as folder:
        queue = list(enumerate(calls))
        server = _Server(function, Path(folder), limits)
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
                    server = _Server(function, Path(folder), limits)
                    continue
                index, code = ended
                del running[index]
                yield index, _outcome(Path(folder) / f"{index}.json", code, limits)
        finally:
            server.close()


class _Server:
    """The parent's side of the forking server."""

    def __init__(self, function: str, folder: Path, limits: Limits) -> None:
        request = {"function": function, "folder": str(folder), "limits": asdict(limits)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ingest.sandbox", json.dumps(request)],
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

    def wait(self) -> tuple[int, int] | None:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            return None
        ended = json.loads(line)
        return int(ended["index"]), int(ended["code"])

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


def _outcome(path: Path, code: int, limits: Limits) -> Any:
    if os.WIFSIGNALED(code):
        return UnreadablePdf(_signal_message(os.WTERMSIG(code), limits), status="failed")
    try:
        answer = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return UnreadablePdf(f"The reader ended with code {os.WEXITSTATUS(code)}.", status="failed")
    finally:
        path.unlink(missing_ok=True)
    if "error" in answer:
        error = answer["error"]
        return UnreadablePdf(str(error["message"]), status=str(error["status"]), hint=str(error.get("hint", "")))
    return answer["result"]


def _signal_message(number: int, limits: Limits) -> str:
    named = {
        signal.SIGALRM: f"Reading took longer than {limits.seconds} s and was stopped.",
        signal.SIGXCPU: f"Reading used more than {limits.cpu_seconds} s of processor time and was stopped.",
        signal.SIGXFSZ: f"Reading gave more than {limits.output_bytes >> 20} MiB of text and was stopped.",
        signal.SIGKILL: "Reading was killed, probably because the machine ran out of memory.",
    }
    return named.get(signal.Signals(number), f"The reader crashed on this file (signal {number}).")


def _serve() -> None:
    """The server: forks a child for every line on standard input, tells on standard output how each ended."""
    import select

    request = json.loads(sys.argv[1])
    module, name = request["function"].split(":")
    function = getattr(__import__(module, fromlist=[name]), name)
    children: dict[int, int] = {}
    is_open, rest = True, b""
    while is_open or children:
        # Raw reads: lines must not wait in a Python buffer where select cannot see them.
        if is_open and select.select([0], [], [], 0.01 if children else None)[0]:
            block = os.read(0, 1 << 16)
            if not block:
                break  # the parent is gone: so are we, and with us the group
            *lines, rest = (rest + block).split(b"\n")
            for line in lines:
                call = json.loads(line)
                children[_fork(function, call, request)] = call["index"]
        while children:
            pid, code = os.waitpid(-1, os.WNOHANG)
            if not pid:
                break
            os.write(1, json.dumps({"index": children.pop(pid), "code": code}).encode() + b"\n")
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def _fork(function: Any, call: dict[str, Any], request: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        path = Path(request["folder"]) / f"{call['index']}.json"
        _restrain(Limits(**request["limits"]))
        path.write_text(json.dumps(_answer(function, call["arguments"]), ensure_ascii=False), encoding="utf-8")
        os._exit(0)
    finally:
        os._exit(70)


def _restrain(limits: Limits) -> None:
    import resource

    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.output_bytes, limits.output_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    signal.alarm(limits.seconds)  # holds even when server and parent are gone


def _answer(function: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"result": function(**arguments)}
    except UnreadablePdf as error:
        return {"error": {"message": error.message, "status": error.status, "hint": error.hint}}
    except MemoryError:
        return {"error": {"message": "Reading needed more memory than one file may use.", "status": "failed"}}
    except RecursionError:
        return {"error": {"message": "The file's structure is nested too deeply.", "status": "failed"}}
    except Exception as error:  # any library may raise anything on a broken file
        message = f"The reader failed on this file ({type(error).__name__} in {_place(error)})."
        return {"error": {"message": message, "status": "failed"}}


def _place(error: BaseException) -> str:
    """Module and line of the innermost frame: enough to report, without words of the document."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "unknown place"


if __name__ == "__main__":
    _serve()
