"""The JSON of currency and coverage."""

from __future__ import annotations

from typing import Any

from kb.versions.currency import CoverageRow, CurrencyRow
from ui.shapes import edition_head


def currency_json(row: CurrencyRow) -> dict[str, Any]:
    """An edition in force and whether someone should check it."""
    edition = row.edition
    return {
        **edition_head(edition),
        "last_updated_on": edition.last_updated_on or None,
        "next_review_on": edition.next_review_on or None,
        "valid_until": edition.valid_until or None,
        "status": row.status,
        "check": row.check,
        "level": row.level or None,
        "since": row.since.isoformat() if row.since else None,
        "years": row.years,
        "publisher_rule": row.rule or None,
    }


def coverage_json(row: CoverageRow) -> dict[str, Any]:
    """A topic and what is in force on it."""
    return {
        "topic": row.topic,
        "topic_zh": row.topic_zh,
        "in_force": row.in_force,
        "publishers": list(row.publishers),
        "newest_issued_on": row.newest_issued_on or None,
        "out_of_force": row.out_of_force,
    }
