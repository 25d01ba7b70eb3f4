"""The registry, its currency and its coverage as tables for a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from kb.versions.currency import Check, CoverageRow, CurrencyRow
from kb.versions.listing import EditionRow
from ui.exports import Table

CHECKS = {
    Check.EXPIRED: "its last valid day has passed and nothing replaced it",
    Check.REVIEW_PASSED: "the review that it announced should have begun",
    Check.RULE_PASSED: "older than its publisher's own rule",
    Check.OLD: "old: check for a newer edition",
    Check.AGEING: "ageing: check soon",
    Check.UNDATED: "no date is recorded",
    Check.NONE: "",
}
NOTE = "Age means “check”, never “outdated”. Only what this library holds is known here."


def editions_table(rows: Sequence[EditionRow], as_of: date) -> Table:
    """Every edition with its dates, status and what replaced it."""
    header = (
        "guideline", "edition", "title", "publisher", "label", "kind", "language", "jurisdiction", "identifiers",
        "issued on", "effective on", "valid until", "last updated on", "next review on", "state", "status",
        "in force from", "in force to", "superseded by", "file", "sha256",
    )  # fmt: skip
    return Table("Editions", (f"As of {as_of.isoformat()}.",), header, tuple(_edition_row(row) for row in rows))


def _edition_row(row: EditionRow) -> tuple[str, ...]:
    edition = row.edition
    return (
        edition.guideline_id, edition.id, edition.title, edition.publisher, edition.label, str(edition.kind),
        edition.language, edition.jurisdiction, "; ".join(edition.identifiers), edition.issued_on,
        edition.effective_on, edition.valid_until, edition.last_updated_on, edition.next_review_on,
        str(edition.state), str(row.status or ""), _day(row.in_force_from), _day(row.in_force_to),
        row.superseded_by or "", edition.file, edition.sha256,
    )  # fmt: skip


def currency_table(rows: Sequence[CurrencyRow], as_of: date) -> Table:
    """Editions in force and whether someone should check them, red first."""
    header = (
        "check", "why", "since", "guideline", "edition", "title", "publisher", "label", "issued on",
        "last updated on", "next review on", "valid until", "age in years", "publisher's rule",
    )  # fmt: skip
    return Table("Currency", (f"As of {as_of.isoformat()}.", NOTE), header, tuple(map(_currency_row, rows)))


def _currency_row(row: CurrencyRow) -> tuple[str, ...]:
    edition = row.edition
    return (
        row.level, CHECKS[row.check], _day(row.since), edition.guideline_id, edition.id, edition.title,
        edition.publisher, edition.label, edition.issued_on, edition.last_updated_on, edition.next_review_on,
        edition.valid_until, "" if row.years is None else f"{row.years:.1f}", row.rule,
    )  # fmt: skip


def coverage_table(rows: Sequence[CoverageRow], as_of: date) -> Table:
    """Topics by guidelines in force, gaps first."""
    header = ("topic", "主题", "guidelines in force", "publishers", "newest issued on", "without one in force")
    return Table("Coverage", (f"As of {as_of.isoformat()}.", NOTE), header, tuple(map(coverage_cells, rows)))


def coverage_cells(row: CoverageRow) -> tuple[str, ...]:
    """One topic as cells."""
    counted = ", ".join(f"{language} {count}" for language, count in row.in_force.items())
    return (
        row.topic, row.topic_zh, counted or "0", "; ".join(row.publishers), row.newest_issued_on,
        str(row.out_of_force or ""),
    )  # fmt: skip


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
