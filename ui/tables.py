"""Comparisons and findings as tables for a file."""

from __future__ import annotations

from collections.abc import Sequence

from kb.domain import Citation
from kb.practice.kept import KeptFinding
from kb.practice.nouns import Check, DocumentFinding, Finding
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


CHECK_HEADER = (
    "verdict", "severity", "subtype", "claim", "place", "why", "current text", "current edition", "current page",
    "superseded text", "superseded edition", "superseded page", "differs in", "confidence", "id",
)  # fmt: skip


def check_table(found: Check) -> Table:
    """One row for each finding; what is wrong with cited sources stands above."""
    coverage = found.coverage
    newest = coverage.newest_issued_on or "on an unknown day"
    notes = (
        f"As of {found.as_of.isoformat()}, against {coverage.guidelines} guidelines in force "
        f"({coverage.editions} editions held; the newest was issued {newest}).",
        *(source_text(each) for each in found.document_findings),
        "Found by rules; a person decides. Outdated means: relative to this library. Reference tool, not a medical "
        "device.",
    )
    rows = tuple(_finding_row(each) for each in found.findings)
    return Table("Practice check", notes, CHECK_HEADER, rows, tuple(each.verdict.value for each in found.findings))


def source_text(found: DocumentFinding) -> str:
    """A document finding in one line."""
    instead = f"; in force: {found.current_edition_id}" if found.current_edition_id else ""
    place = f" ({found.location})" if found.location else ""
    return f"{found.kind}: {found.edition_id}{place}{instead}"


def _finding_row(found: Finding) -> tuple[str, ...]:
    differs = "\n".join(
        f"{each.slot}: {each.claim or '—'} | {each.superseded or '—'} | {each.current or '—'}" for each in found.changed
    )
    return (
        found.verdict.value, found.severity.value, found.subtype, found.claim, found.location, found.why,
        *_cited(found.current), *_cited(found.superseded), differs, f"{found.confidence:.2f}", found.id,
    )  # fmt: skip


def _cited(citation: Citation | None) -> tuple[str, str, str]:
    if citation is None:
        return "", "", ""
    edition = citation.hit.edition
    dated = ", ".join(part for part in (edition.label, edition.issued_on) if part)
    return citation.quote, f"{edition.publisher}: {edition.title} ({dated})", str(citation.page_first)


KEPT_HEADER = (
    "document", "id", "verdict", "was", "severity", "claim", "place", "why", "current text", "current edition",
    "superseded text", "superseded edition", "decisions",
)  # fmt: skip


def kept_table(kept: Sequence[KeptFinding]) -> Table:
    """One row for each kept finding, with its decisions."""
    notes = ("Found by rules; a person decides. Reference tool, not a medical device.",)
    return Table(
        "Worklist", notes, KEPT_HEADER, tuple(_kept_row(each) for each in kept), tuple(e.verdict.value for e in kept)
    )


def _kept_row(kept: KeptFinding) -> tuple[str, ...]:
    sides = [kept.evidence.get(role, {}) for role in ("current", "superseded")]
    cited = [str(side.get(name, "")) for side in sides for name in ("quote", "edition_id")]
    decisions = "\n".join(
        " ".join(
            part for part in (made.at[:10], made.by, made.kind.value, made.until, made.assignee, made.reason) if part
        )
        for made in kept.decisions
    )
    return (
        kept.document, kept.id, kept.verdict.value, str(kept.before or ""), kept.severity, kept.claim, kept.location,
        kept.why, *cited, decisions,
    )  # fmt: skip
