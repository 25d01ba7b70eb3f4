"""Comparisons and findings as tables for a file."""

from __future__ import annotations

from collections.abc import Sequence

from kb.versions.changes import Changed
from kb.versions.diff import Change, Diff
from kb.versions.lines import Line
from ui.exports import Table

DIFF_HEADER = (
    "severity",
    "types",
    "old number",
    "old text",
    "old page",
    "new number",
    "new text",
    "new page",
    "changed",
)


def diff_table(found: Diff) -> Table:
    """One row for each change, the gravest first."""
    notes = (
        f"{found.old.id} ({found.old.label or found.old.issued_on}) compared with "
        f"{found.new.id} ({found.new.label or found.new.issued_on})",
        *found.notices,
        "Found by rules; a person decides. Reference tool, not a medical device.",
    )
    rows = tuple(_change_row(each) for each in found.changes)
    return Table("What changed", notes, DIFF_HEADER, rows, tuple(each.severity.value for each in found.changes))


def _change_row(change: Change) -> tuple[str, ...]:
    return (
        change.severity.value, ", ".join(change.types), *_side(change.old), *_side(change.new),
        "\n".join(changed_text(each) for each in change.changed),
    )  # fmt: skip


def _side(lines: Sequence[Line]) -> tuple[str, str, str]:
    return (
        "; ".join(line.number for line in lines if line.number),
        "\n".join(line.text for line in lines),
        "; ".join(str(line.page_first) for line in lines),
    )


def changed_text(changed: Changed) -> str:
    """A changed slot in one line."""
    return f"{changed.slot}: {changed.old or '—'} → {changed.new or '—'}"
