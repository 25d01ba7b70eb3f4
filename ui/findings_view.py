"""Drawing changes and findings: both sides beside each other, every source text literal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import streamlit as st

from kb.domain import Citation
from kb.practice.nouns import Check, DocumentFinding, Finding, Verdict
from kb.versions.changes import Severity
from kb.versions.diff import Change
from kb.versions.lines import Line
from ui.components import edition_html, pages_text
from ui.exports import WRITERS, Table, sheet_types
from ui.i18n import t
from ui.markup import joined, label, literal, notice, quote
from ui.page_view import Place, open_place

VERDICTS = {
    Verdict.CURRENT: ("Current", "good"), Verdict.OUTDATED: ("Outdated", "bad"),
    Verdict.PARTIALLY_OUTDATED: ("Partly outdated", "care"),
    Verdict.CURRENT_STRENGTH_CHANGED: ("Current, other strength", "care"),
    Verdict.NO_LONGER_COVERED: ("No longer covered", "care"), Verdict.DEVIATES: ("Deviates", "bad"),
    Verdict.CONFLICT: ("Bodies differ", "care"), Verdict.DRAFT_ONLY: ("Draft only", "care"),
    Verdict.NOT_COVERED: ("Not covered", "calm"), Verdict.NEEDS_REVIEW: ("Needs review", "care"),
}  # fmt: skip
SEVERITIES = {
    Severity.CRITICAL: ("Critical", "bad"), Severity.MAJOR: ("Major", "care"), Severity.MINOR: ("Minor", "calm"),
    Severity.NONE: ("Unchanged", "good"),
}  # fmt: skip
KINDS = {
    "cites_superseded_edition": "Cites a superseded edition", "cites_draft": "Cites a draft",
    "identifier_mismatch": "The number belongs to another guideline", "expired_source": "Cites an expired source",
}  # fmt: skip


def pill(shown: tuple[str, str]) -> str:
    """A coloured word."""
    return f'<span class="gkb-badge gkb-{shown[1]}">{literal(t(shown[0]))}</span>'


def draw_change(change: Change) -> None:
    """A change: what happened, the slots, the older text beside the newer."""
    types = ", ".join(t(each.value.replace("_", " ")) for each in change.types)
    slots = "; ".join(f"{t(each.slot)}: {each.old or '—'} → {each.new or '—'}" for each in change.changed)
    st.html(f"{pill(SEVERITIES[change.severity])} <b>{literal(types)}</b> {literal(slots)}")
    old, new = st.columns(2, gap="medium")
    for column, lines in ((old, change.old), (new, change.new)):
        with column:
            draw_lines(lines)


def draw_lines(lines: Sequence[Line]) -> None:
    """Lines of one edition."""
    if not lines:
        st.html(f'<div class="gkb-meta">{literal(t("Nothing in this edition"))}</div>')
    for line in lines:
        st.html(f'<div class="gkb-meta">{joined([line.number, pages_text(line.page_first, line.page_first)])}</div>')
        st.html(quote(line.text))


def draw_finding(finding: Finding) -> None:
    """A claim with its verdict and the evidence on both sides."""
    sure = t("confidence {percent}", percent=f"{finding.confidence:.0%}")
    meta = joined([finding.location, t(finding.subtype) if finding.subtype else "", sure])
    st.html(f'{pill(VERDICTS[finding.verdict])} <span class="gkb-meta">{meta}</span>')
    st.html(f"<b>{literal(finding.claim)}</b><br>{literal(finding.why)}")
    if finding.verdict == Verdict.NOT_COVERED:
        return
    now, before = st.columns(2, gap="medium")
    with now:
        _draw_side(t("In force"), finding.current, f"now_{finding.id}")
    with before:
        _draw_side(t("Earlier edition"), finding.superseded, f"old_{finding.id}")
    for place, citation in enumerate(finding.other_bodies):
        _draw_side(t("Also"), citation, f"also_{finding.id}_{place}")


def _draw_side(title: str, citation: Citation | None, key: str) -> None:
    if citation is None:
        st.html(f'<div class="gkb-meta">{literal(title)}: {literal(t("nothing on this"))}</div>')
        return
    hit = citation.hit
    name = edition_html(hit.edition, hit.passage_status)
    st.html(f'<div class="gkb-source"><span class="gkb-meta">{literal(title)}</span><br>{name}</div>')
    st.html(quote(citation.quote))
    place = Place(hit.edition, citation.page_first, citation.boxes, hit.passage_status, key)
    shown = pages_text(citation.page_first, citation.page_last, citation.page_label)
    st.button(label(shown), key=f"open_{key}", on_click=open_place, args=(place,))


def draw_sources(found: Iterable[DocumentFinding]) -> None:
    """What is wrong with the sources that a document cites."""
    for each in found:
        instead = t("in force: {edition}", edition=each.current_edition_id) if each.current_edition_id else ""
        parts = [t(KINDS[each.kind]), each.edition_id, each.location, instead, f"“{each.text}”"]
        st.html(notice(" · ".join(part for part in parts if part), "care"))


def draw_coverage(found: Check) -> None:
    """What a check was made against."""
    text = t(
        "As of {day}: {guidelines} guidelines in force, the newest of {newest}. Outdated means: relative to this "
        "library.",
        day=found.as_of.isoformat(),
        guidelines=found.coverage.guidelines,
        newest=found.coverage.newest_issued_on or "—",
    )
    st.html(f'<div class="gkb-meta">{literal(text)}</div>')


def draw_downloads(table: Table, name: str) -> None:
    """Buttons for the table as XLSX, CSV and a page to print."""
    for column, (ending, kind) in zip(st.columns(6), sheet_types(), strict=False):
        column.download_button(
            ending[1:].upper(),
            WRITERS[ending](table),
            f"{name}{ending}",
            kind,
            key=f"{name}{ending}",
            on_click="ignore",
        )
