"""What every command shares: opening the library, filters, errors and exit codes, batches, progress."""

from __future__ import annotations

import getpass
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.domain import Filters, RelationType
from kb.errors import KBError, UsageError
from ui.faults import fault

INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Filtered:
    """The filter options of a command, as typed."""

    as_of: str | None = None
    known_at: str | None = None
    all_editions: bool = False
    guideline: str | None = None
    publisher: str | None = None
    jurisdiction: str | None = None
    language: str | None = None
    file: str | None = None

    def read(self, line: dict[str, Any] | None = None) -> Filters:
        """Filters of the options, overruled by a batch line's `as_of` and `scope`."""
        from kb.retrieval.filters import read_filters

        own = {name: getattr(self, name) for name in self.__slots__}
        own = {name: value for name, value in own.items() if value not in (None, False)}
        scope = (line or {}).get("scope") or {}
        if not isinstance(scope, dict):
            raise UsageError("scope must be an object.")
        return read_filters({**own, **scope, **({"as_of": line["as_of"]} if line and line.get("as_of") else {})})


@contextmanager
def opened(home: Path | None, *, create: bool = False) -> Iterator[Any]:
    """The library of a command."""
    from kb.store.library import open_library

    with open_library(home, create=create) as library:
        yield library


def by_name(given: str | None) -> str:
    """Who acts: the option, the setting, or the login name."""
    from kb.settings import load_settings

    if given:
        return given
    try:
        return load_settings().by or getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def read_sets(sets: list[str] | None) -> dict[str, str]:
    """field=value pairs; raises UsageError."""
    fields = {}
    for pair in sets or []:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(f"{pair!r} is not field=value.", hint="Example: --set issued_on=2024-05.")
        fields[name.strip()] = value.strip()
    return fields


def relation_verb(
    new: str | None,
    kind: str | None,
    old: str | None,
    scope: str | None,
    on: str,
    confirm: str | None,
    decline: str | None,
) -> tuple[Callable[..., Any], dict[str, Any]]:
    """Which verb `gkb relate` means, and its arguments."""
    from kb.versions import relate

    if confirm:
        return relate.confirm_relation, {"identity": confirm, "on": on}
    if decline:
        return relate.decline_relation, {"identity": decline}
    if not (new and kind and old):
        raise UsageError("Say which editions: gkb relate NEW replaces OLD.", hint="Or --confirm ID, --reject ID.")
    if kind not in list(RelationType):
        raise UsageError(f"Unknown relation {kind!r}.", hint=f"One of: {', '.join(RelationType)}.")
    parts = tuple(part.strip() for part in scope.split(",") if part.strip()) if scope else ()
    return relate.relate, {"source": new, "kind": RelationType(kind), "target": old, "scope": parts, "on": on}


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    print(json.dumps(value, ensure_ascii=False))


def write_json(path: Path, value: Any) -> None:
    """One JSON document into a file; raises UsageError where it cannot be written."""
    try:
        path.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}.") from error


def json_lines(
    batch: Path, filters: Filtered, run: Callable[[str, Filters], dict[str, Any]], *, key: str = "question"
) -> None:
    """Answer a file of questions (or what stands under `key`) line by line.

    A bad line gives an error object, and exit code 1 at the end.
    """
    import typer

    try:
        lines = batch.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{batch} cannot be read ({error}).") from error
    failed = False
    for line in lines:
        if not line.strip():
            continue
        identity = None
        begun = time.perf_counter()
        try:
            asked = json.loads(line)
            identity = asked.get("id")
            result = run(str(asked[key]), filters.read(_with_jurisdiction(asked)))
            milliseconds = round((time.perf_counter() - begun) * 1000, 1)
            print_json({**result, "id": identity, "ms": milliseconds})
        except (ValueError, KeyError, TypeError, AttributeError, UsageError) as error:
            failed = True
            message = error.message if isinstance(error, KBError) else f"not a line with {key!r} ({_why(error)})"
            print_json({"id": identity, "error": {"code": "bad_line", "message": message}})
        sys.stdout.flush()
    if failed:
        raise typer.Exit(1)


def _why(error: Exception) -> str:
    """Why a line cannot be read; a JSON error names a place, not the words there."""
    return str(error) if isinstance(error, json.JSONDecodeError) else fault(error)


def _with_jurisdiction(asked: dict[str, Any]) -> dict[str, Any]:
    """A line's `jurisdiction` as part of its scope."""
    if not asked.get("jurisdiction"):
        return asked
    return {**asked, "scope": {**(asked.get("scope") or {}), "jurisdiction": asked["jurisdiction"]}}


@contextmanager
def progress_shown(quiet: bool) -> Iterator[Callable[[Any], None]]:
    """Progress on standard error: a live line in a terminal, plain lines elsewhere."""
    terminal = sys.stderr.isatty()
    last = ""

    def show(step: Any) -> None:
        nonlocal last
        counted = f" {step.done}/{step.total}" if step.total else ""
        line = f"{step.file}: {step.stage}{counted}" if step.file else step.stage
        if terminal:
            sys.stderr.write(f"\r\x1b[K{line[:110]}")
            sys.stderr.flush()
        elif not step.total and line != last:
            print(line, file=sys.stderr)
        last = line

    yield show
    if terminal and last:
        sys.stderr.write("\r\x1b[K")


def interrupted() -> int:
    """Say what Ctrl-C left behind and return its exit code."""
    print("Stopped. What was finished is kept; run the same command again to go on.", file=sys.stderr)
    return INTERRUPTED


def fail(error: Exception, *, as_json: bool) -> int:
    """Show an error and return the exit code."""
    import typer
    from click.exceptions import Abort, ClickException, Exit

    if isinstance(error, typer.Exit | Exit):
        return int(error.exit_code)
    if isinstance(error, Abort | typer.Abort | KeyboardInterrupt):
        return interrupted()
    if isinstance(error, KBError):
        code, name, message, hint = error.exit_code, error.code, error.message, error.hint
    elif isinstance(error, ClickException) or hasattr(error, "format_message"):
        code, name, message, hint = 2, "usage", error.format_message(), "See --help."  # type: ignore[attr-defined]
        if "extra argument" in message:  # they are the rest of a question
            message, hint = "There are more words than the command takes.", "Put a question or a text in quotes."
    else:
        code, name, hint = 3, "internal", "Run `gkb doctor`; if it stays, report it with the text above."
        message = f"Something went wrong inside the program: {fault(error)}."
    if as_json:
        print_json({"error": {"code": name, "message": message, "hint": hint}})
    else:
        print(message + (f"\n→ {hint}" if hint else ""), file=sys.stderr)
    return code
