"""The other side of the sandbox: `python -m ingest.reader REQUEST` forks a limited child for every file named to it.

It reads a line of JSON for each file on standard input and tells on standard output how each child ended.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from dataclasses import dataclass, field
from importlib import import_module
from mmap import mmap
from pathlib import Path
from typing import Any

from ingest.sandbox import NO_SPACE, Limits, place_words
from ingest.where import make_place, read_place, share_place
from kb.errors import UnreadablePdf
from kb.store.disk import NO_ROOM

OPEN_FILES = 64
GRACE_SECONDS = 2  # after its own clock should have stopped a child
# Reading a PDF needs none of these: what asks for one does so because a file told it to.
FORBIDDEN = ("socket.", "subprocess.", "urllib.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system")


@dataclass(slots=True)
class _Child:
    """A child at work."""

    index: int
    place: mmap
    started: float = field(default_factory=time.monotonic)
    page: str = ""
    page_since: float = 0.0
    stopped_at: float = 0.0

    def is_stuck(self, limits: Limits) -> bool:
        """Whether it has been at one page for too long, or outlived its own clock."""
        now, place = time.monotonic(), read_place(self.place)
        if place != self.page:
            self.page, self.page_since = place, now
        at_page = self.page.startswith("page ") and now - self.page_since > limits.page_seconds
        return at_page or now - self.started > limits.seconds + GRACE_SECONDS

    def stop(self, pid: int) -> None:
        """End it with the signal of its clock; if that does not help, by force."""
        now = time.monotonic()
        if not self.stopped_at:
            self.stopped_at = now
            os.kill(pid, signal.SIGALRM)
        elif now - self.stopped_at > GRACE_SECONDS:
            os.kill(pid, signal.SIGKILL)


def serve() -> None:
    """Fork a child for every line on standard input, until that is closed."""
    request = json.loads(sys.argv[1])
    limits = Limits(**request["limits"])
    module, name = request["function"].split(":")
    home = import_module(module)
    getattr(home, "warm_up", lambda: None)()
    function = getattr(home, name)
    children: dict[int, _Child] = {}
    rest = b""
    while True:
        # Raw reads: lines must not wait in a Python buffer where select cannot see them.
        if select.select([0], [], [], 0.01 if children else None)[0]:
            block = os.read(0, 1 << 16)
            if not block:
                break  # the parent is gone: so are we, and with us the group
            *lines, rest = (rest + block).split(b"\n")
            for line in lines:
                call = json.loads(line)
                place = make_place()
                pid = _fork(function, call, Path(request["folder"]), limits, place)
                children[pid] = _Child(call["index"], place)
        _bury(children, limits)
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def _bury(children: dict[int, _Child], limits: Limits) -> None:
    """Report the children that ended; stop one that is stuck."""
    while children:
        pid, code, used = os.wait4(-1, os.WNOHANG)
        if not pid:
            break
        child = children.pop(pid)
        told = {
            "index": child.index,
            "code": code,
            "place": read_place(child.place),
            "peak_bytes": used.ru_maxrss << 10,
            "seconds": time.monotonic() - child.started,
        }
        child.place.close()
        os.write(1, json.dumps(told).encode() + b"\n")
    for pid, child in children.items():
        if child.is_stuck(limits):
            child.stop(pid)


def _fork(function: Any, call: dict[str, Any], folder: Path, limits: Limits, place: mmap) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        share_place(place)
        _restrain(limits)
        answer = json.dumps(_answer(function, call["arguments"], place), ensure_ascii=False)
        code = _write(folder / f"{call['index']}.json", answer)
    finally:
        os._exit(code)


def _write(path: Path, answer: str) -> int:
    try:
        # Half of a surrogate pair, as a damaged font may name it, is not text: it must not stop the rest.
        path.write_text(answer, encoding="utf-8", errors="replace")
    except OSError as error:
        return NO_SPACE if error.errno in NO_ROOM else 70
    return 0


def _restrain(limits: Limits) -> None:
    import resource

    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.output_bytes, limits.output_bytes))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    signal.alarm(limits.seconds)  # holds even when server and parent are gone
    sys.addaudithook(_forbid)


def _forbid(event: str, _: Any) -> None:
    if event.startswith(FORBIDDEN):
        raise PermissionError(f"{event} is not for readers of files")


def _answer(function: Any, arguments: dict[str, Any], place: mmap) -> dict[str, Any]:
    try:
        return {"result": function(**arguments)}
    except UnreadablePdf as error:
        return {"error": {"message": error.message, "status": error.status, "hint": error.hint}}
    except MemoryError:
        message = "Reading needed more memory than one file may use"
    except RecursionError:
        message = "The file's structure is nested too deeply"
    except Exception as error:  # any library may raise anything on a broken file
        message = f"The reader failed on this file ({type(error).__name__} in {_place(error)})"
    return {"error": {"message": f"{message}{place_words(read_place(place))}.", "status": "failed"}}


def _place(error: BaseException) -> str:
    """Module and line of the innermost frame: enough to report, without words of the document."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "unknown place"


if __name__ == "__main__":
    serve()
