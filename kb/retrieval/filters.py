"""Filters from the keys of a batch line or question file; unknown keys are refused, never ignored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from kb.domain import Filters
from kb.errors import UsageError

KEYS = ("as_of", "known_at", "all_editions", "guideline", "publisher", "jurisdiction", "language", "file")


def read_filters(scope: Mapping[str, Any] | None, as_of: str | None = None) -> Filters:
    """Filters of a `scope` object and an `as_of` beside it; None and "" count as not given.

    Raises UsageError on an unknown key, a bad date or a value of the wrong kind.
    """
    given = {key: value for key, value in {"as_of": as_of, **(scope or {})}.items() if value not in (None, "")}
    unknown = sorted(set(given) - set(KEYS))
    if unknown:
        raise UsageError(f"Unknown key {unknown[0]!r}.", hint=f"Known keys: {', '.join(KEYS)}.")
    return Filters(
        as_of=_day(given["as_of"]) if "as_of" in given else None,
        known_at=_instant(given["known_at"]) if "known_at" in given else None,
        all_editions=_flag(given.get("all_editions", False)),
        **{key: _text(key, given[key]) for key in KEYS[3:] if key in given},
    )


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise UsageError(f"as_of {value!r} is not a date.", hint="Write it as YYYY-MM-DD.") from error


def _instant(value: Any) -> datetime:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise UsageError(f"known_at {value!r} is not a date and time.", hint="Write it as 2026-01-31T12:00.") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise UsageError(f"all_editions must be true or false, not {value!r}.")
    return value


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{key} must be a text, not {value!r}.")
    return value
