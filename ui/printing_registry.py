"""Currency and coverage in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from kb.versions.currency import CoverageRow, CurrencyRow
from ui.tables_editions import CHECKS, NOTE, coverage_cells


def print_currency(rows: Sequence[CurrencyRow], as_of: date) -> None:
    """Editions that should be checked, red first; then how many need no check."""
    for row in rows:
        if not row.level:
            continue
        edition = row.edition
        age = "" if row.years is None else f", {row.years:.1f} years"
        since = f" since {row.since}" if row.since else ""
        print(f"{row.level.upper():<6} {edition.id}  {edition.publisher}, {edition.label or edition.issued_on}{age}")
        print(f"       {CHECKS[row.check]}{since}" + (f" ({row.rule})" if row.rule else ""))
    fine = sum(not row.level for row in rows)
    print(f"{fine} of {len(rows)} editions in force on {as_of.isoformat()} need no check. {NOTE}")


def print_coverage(rows: Sequence[CoverageRow]) -> None:
    """Topics, gaps first."""
    for row in rows:
        topic, topic_zh, counted, publishers, newest, lost = coverage_cells(row)
        name = " ".join(filter(None, (topic, topic_zh))) or "(no topic in the title)"
        gap = f"  {lost} without an edition in force" if lost else ""
        print(f"{name}: {counted}" + (f"  newest {newest}  {publishers}" if newest else "") + gap)
