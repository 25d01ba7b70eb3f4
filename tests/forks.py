"""Commands forked from one warm process, so that a test can kill hundreds of them at any moment or at any step.

A step is an SQL statement, a commit, the moment after it, or a file that is opened for writing, renamed or removed.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

from tests.doors import QUIET, ROOT

QUIET_FORKS = {**QUIET, "OPENBLAS_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Ended:
    """How a forked command ended."""

    signal: int  # 0 unless it was killed
    code: int
    steps: int  # taken by a command that ended by itself
    log: str  # standard output and standard error together


class Forks:
    """The warm process; starts one command at a time. `known` PDFs are read once and then remembered."""

    def __init__(self, folder: Path, known: Sequence[Path] = ()) -> None:
        self._log = folder / "command.log"
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.forks", str(self._log), *(str(each) for each in known)],
            cwd=ROOT,
            env={**os.environ, **QUIET_FORKS},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._read()  # it is warm

    def start(self, *arguments: object, die_at: int = 0, commits: bool = False) -> int:
        """Start `gkb ARGUMENTS`; `die_at` kills it before that step (or commit). Returns its process id."""
        request = {"argv": ["gkb", *(str(each) for each in arguments)], "die_at": die_at, "commits": commits}
        assert self._server.stdin is not None
        self._server.stdin.write(json.dumps(request) + "\n")
        self._server.stdin.flush()
        return int(self._read()["pid"])

    def wait(self) -> Ended:
        """Wait for the command that was started last."""
        return Ended(**self._read(), log=self._log.read_text(encoding="utf-8"))

    def run(self, *arguments: object, die_at: int = 0, commits: bool = False) -> Ended:
        """Start a command and wait for it."""
        self.start(*arguments, die_at=die_at, commits=commits)
        return self.wait()

    def close(self) -> None:
        """End the warm process."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.close()
        self._server.wait(10)
        self._server.stdout.close()

    def _read(self) -> dict[str, Any]:
        assert self._server.stdout is not None
        line = self._server.stdout.readline()
        assert line, "the warm process died"
        told: dict[str, Any] = json.loads(line)
        return told


class _Steps:
    """Counts the steps of this process and kills it before a given one."""

    def __init__(self, die_at: int, commits: bool) -> None:
        from sqlalchemy import Engine, Pool, event

        self.taken = 0
        self._die_at = die_at
        self._pid = os.getpid()
        if commits:
            event.listen(Engine, "commit", self._commit)
            return
        event.listen(Engine, "before_cursor_execute", self._take)
        event.listen(Engine, "commit", self._take)
        event.listen(Pool, "checkin", self._take)
        sys.addaudithook(self._audit)

    def _audit(self, name: str, arguments: tuple[Any, ...]) -> None:
        writes = name == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if writes or name in ("os.rename", "os.mkdir", "os.remove", "subprocess.Popen"):
            self._take()

    def _commit(self, connection: Any) -> None:
        if connection.get_execution_options().get("writing"):
            self._take()

    def _take(self, *_: object) -> None:
        if os.getpid() != self._pid:
            return
        self.taken += 1
        if self.taken == self._die_at:
            os.kill(self._pid, 9)


class _ForkedReader:
    """Stands for the program that `ingest.sandbox` starts: the same server, without waiting for its imports."""

    def __init__(self, command: Sequence[str], **_: object) -> None:
        theirs_in, ours_in = os.pipe()
        ours_out, theirs_out = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            self._serve(command[-1], theirs_in, theirs_out)
        os.close(theirs_in)
        os.close(theirs_out)
        self.stdin, self.stdout = os.fdopen(ours_in, "wb"), os.fdopen(ours_out, "rb")

    @staticmethod
    def _serve(request: str, source: int, target: int) -> None:
        from ingest import reader

        try:
            os.setsid()
            os.dup2(source, 0)
            os.dup2(target, 1)
            os.closerange(3, 1024)
            sys.argv = ["reader", request]
            reader.serve()
        finally:
            os._exit(0)

    def wait(self) -> int:
        return os.waitpid(self.pid, 0)[1]


WARM = (
    "alembic.command", "rapidfuzz.process", "ingest.embed", "ingest.parse", "ingest.pipeline", "kb.answering.answer",
    "kb.backup", "kb.maintenance", "kb.restore", "kb.versions.listing", "kb.versions.relate", "ui.cli", "ui.printing",
)  # fmt: skip


READING_SECONDS = 0.05  # a remembered PDF: long enough to be killed meanwhile


def _remember(pdfs: Sequence[Path]) -> None:
    """Read these PDFs now; readers that are forked later answer with what was found."""
    from ingest import parse

    read = parse.parse_to_json
    found = {hashlib.sha256(pdf.read_bytes()).hexdigest(): pdf for pdf in pdfs}
    known = {digest: read(str(pdf), pdf.name, digest) for digest, pdf in found.items()}

    def recall(path: str, name: str, sha256: str, **more: Any) -> Any:
        if sha256 not in known:
            return read(path, name, sha256, **more)
        time.sleep(READING_SECONDS)
        return known[sha256]

    parse.parse_to_json = recall


def _serve(log: Path, known: Sequence[Path]) -> None:
    import ingest.sandbox
    from tests.fast_gkb import appear_one_by_one, use_hash_encoder

    for name in WARM:
        importlib.import_module(name)
    _remember(known)
    use_hash_encoder()
    appear_one_by_one()
    own = SimpleNamespace(**{**vars(subprocess), "Popen": _ForkedReader})  # other programs start as always
    ingest.sandbox.subprocess = own  # type: ignore[attr-defined]
    _tell(sys.stdout, warm=True)
    for line in sys.stdin:
        request = json.loads(line)
        counted, counts = os.pipe()
        pid = os.fork()
        if not pid:
            os.close(counted)
            _run(request, log, counts)
        os.close(counts)
        _tell(sys.stdout, pid=pid)
        _, status = os.waitpid(pid, 0)
        with os.fdopen(counted) as stream:
            steps = int(stream.read() or 0)
        killed = os.WIFSIGNALED(status)
        code = 0 if killed else os.WEXITSTATUS(status)
        _tell(sys.stdout, signal=os.WTERMSIG(status) if killed else 0, code=code, steps=steps)


def _run(request: dict[str, Any], log: Path, counts: int) -> None:
    from ui.cli import main

    os.setsid()
    code = 70
    try:
        null, out = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for given, stream in ((null, 0), (out, 1), (out, 2)):
            os.dup2(given, stream)
        sys.argv = request["argv"]
        steps = _Steps(request["die_at"], request["commits"])
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        sys.stdout.flush()
        os.write(counts, str(steps.taken).encode())
    finally:
        os._exit(code)


def _tell(stream: IO[str], **what: object) -> None:
    print(json.dumps(what), file=stream, flush=True)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), [Path(each) for each in sys.argv[2:]])
