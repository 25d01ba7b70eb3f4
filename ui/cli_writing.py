"""The writing of an answer in the terminal: its steps on standard error, the finished answer on standard output."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kb.answering import Mode
from kb.answering.asking import Stage, Step
from kb.errors import UsageError


def read_mode(given: str | None) -> Mode | None:
    """The mode an option names; raises UsageError for another word."""
    if given is None:
        return None
    if given not in list(Mode):
        raise UsageError(f"Unknown mode {given!r}.", hint=f"One of: {', '.join(Mode)}.")
    return Mode(given)


@contextmanager
def steps_shown(*, quiet: bool) -> Iterator[Callable[[Step], None]]:
    """Sentences as they pass, and what is being waited for; a live line in a terminal. Ctrl-C stops as ever."""
    terminal = sys.stderr.isatty()

    def clear() -> None:
        if terminal:
            sys.stderr.write("\r\x1b[K")

    def show(step: Step) -> None:
        if quiet:
            return
        line = _LINES[step.stage].format(step.text, step.number, step.seconds, _markers(step))
        clear()
        if step.stage is Stage.WAITING:
            if terminal:
                sys.stderr.write(line)
        else:
            sys.stderr.write(line + "\n")
        sys.stderr.flush()

    yield show
    clear()


_LINES = {
    Stage.FOUND: "· {1} passages found; the language model is asked",
    Stage.WAITING: "· waiting for the language model, {2:.0f} s",
    Stage.SENTENCE: "· {0} {3}",
    Stage.REMOVED: "· a sentence was removed ({0}): not supported by the cited text",
    Stage.RESTARTED: "· what stands above was the model thinking; it begins again",
    Stage.FELL_BACK: "· {0}",
}


def _markers(step: Step) -> str:
    return "".join(f"[{marker}]" for marker in step.citations)
