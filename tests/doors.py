"""Calling `gkb` from tests: in this process where nothing else matters, as a program of its own where it does."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

ROOT = Path(__file__).resolve().parent.parent
QUIET = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False", "OMP_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be one JSON document."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """Standard output, which must be JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


def gkb(*arguments: object) -> Ran:
    """Run a command in this process."""
    from ui.cli import main

    out, err, code = io.StringIO(), io.StringIO(), 0
    argv = ["gkb", *(str(each) for each in arguments)]
    with patch.object(sys, "argv", argv), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    return Ran(code, out.getvalue(), err.getvalue())


def start_fast_gkb(*arguments: object, **environment: str) -> subprocess.Popen[str]:
    """Start a command as a program of its own, with the hash encoder."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.fast_gkb", *(str(each) for each in arguments)],
        cwd=ROOT,
        env={**os.environ, **QUIET, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_as_in_a_terminal,
    )


def _as_in_a_terminal() -> None:
    """A shell starts what it puts in the background with interrupts ignored, and children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def finish(process: subprocess.Popen[str], timeout: float = 60) -> Ran:
    """Wait for a started command."""
    out, err = process.communicate(timeout=timeout)
    return Ran(process.returncode, out, err)


def run_python(code: str, *arguments: object, path: Sequence[Path] = (), **environment: str) -> Ran:
    """Run a piece of Python in a fresh process."""
    search = os.pathsep.join(str(each) for each in (*path, ROOT))
    done = subprocess.run(
        [sys.executable, "-c", code, *(str(each) for each in arguments)],
        cwd=ROOT,
        env={**os.environ, **QUIET, "PYTHONPATH": search, **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def copy_library(home: Path, target: Path) -> Path:
    """A copy of a library to write in."""
    shutil.copytree(home, target, ignore=shutil.ignore_patterns("*.lock", "chroma"))
    return target
