"""What may be said of an error inside the program: its kind and its place, never its words.

The words of an error can hold what was asked or pasted, and standard error is often kept in a log.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

from kb.errors import KBError

ROOT = Path(__file__).resolve().parent.parent


class Fault(Exception):
    """An error inside the program, without its words."""


def fault(error: BaseException) -> str:
    """Kind and place of an error and of what led to it; of the system's own errors also its words."""
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None and cause not in chain:
        chain.append(cause)
    return ", after ".join(f"{_kind(each)}{_place(each)}" for each in chain[:4])


def _kind(error: BaseException) -> str:
    name = type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        return f"{name} ({error.strerror})"
    return f"{name} ({error.name})" if isinstance(error, ImportError) and error.name else name


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(ROOT) and ".venv" not in frame.filename]
    if not own:
        return ""
    return f" in {Path(own[-1].filename).relative_to(ROOT)}, line {own[-1].lineno}"


def run_without_words(draw: Callable[[], None]) -> None:
    """Run it; whatever goes wrong inside the program goes on as a Fault: what logs it logs no words of a reader."""
    said = ""
    try:
        draw()
    except KBError:
        raise
    except Exception as error:
        said = fault(error)
    if said:  # outside of the handler, so that the first error does not hang on to this one
        raise Fault(said)
