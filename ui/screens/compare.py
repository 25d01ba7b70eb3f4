"""Compare: two editions of a guideline, recommendation by recommendation, the gravest change first."""

from __future__ import annotations

import streamlit as st

from kb.store.library import Library
from kb.versions.changes import Severity
from kb.versions.diff import Diff, diff
from kb.versions.listing import EditionRow, list_editions
from ui import frame
from ui.findings_view import SEVERITIES, draw_change, draw_downloads
from ui.i18n import t
from ui.markup import literal, notice
from ui.tables import diff_table


def draw() -> None:
    """The screen."""
    with frame.errors_shown():
        library = frame.library()
        families = _families(library)
        if not families:
            st.html(notice(t("No guideline here has two editions to compare."), "calm"))
            return
        old, new = _draw_choice(families)
        if old == new:
            st.html(notice(t("Choose two different editions."), "calm"))
            return
        _draw_diff(_diff_once(library, old, new))


def _families(library: Library) -> dict[str, list[EditionRow]]:
    families: dict[str, list[EditionRow]] = {}
    for row in list_editions(library):
        if row.status is not None:
            families.setdefault(row.edition.guideline_id, []).append(row)
    return {name: rows for name, rows in families.items() if len(rows) > 1}


def _draw_choice(families: dict[str, list[EditionRow]]) -> tuple[str, str]:
    which, older, newer = st.columns([2, 1.5, 1.5])
    titles = {name: rows[-1].edition.title for name, rows in families.items()}
    chosen = which.selectbox(t("Guideline"), list(families), format_func=titles.__getitem__, key="compare_guideline")
    rows = families[chosen]
    names = {row.edition.id: row.edition.label or row.edition.issued_on or row.edition.id for row in rows}
    ids = list(names)
    old = older.selectbox(
        t("Older edition"), ids, index=len(ids) - 2, format_func=names.__getitem__, key=f"old_{chosen}"
    )
    new = newer.selectbox(
        t("Newer edition"), ids, index=len(ids) - 1, format_func=names.__getitem__, key=f"new_{chosen}"
    )
    return old, new


def _diff_once(library: Library, old: str, new: str) -> Diff:
    key = (old, new, library.ledger().revision)
    known = st.session_state.get("diff")
    if known is None or known[0] != key:
        with st.spinner(t("Comparing …")):
            known = (key, diff(library, old, new))
        st.session_state["diff"] = known
    found: Diff = known[1]
    return found


def _draw_diff(found: Diff) -> None:
    for text in found.notices:
        st.html(notice(text, "care"))
    counts = {each: sum(change.severity == each for change in found.changes) for each in Severity}
    shown = [each for each in Severity if counts[each] and each != Severity.NONE]
    chosen = st.pills(
        t("Show"), shown, default=shown, selection_mode="multi", key="severities",
        format_func=lambda each: f"{t(SEVERITIES[each][0])} ({counts[each]})",
    )  # fmt: skip
    draw_downloads(diff_table(found), "changes")
    for change in found.changes:
        if change.severity in (chosen or []):
            draw_change(change)
            st.divider()
    with st.expander(t("Unchanged or only moved ({count})", count=counts[Severity.NONE])):
        for change in found.changes:
            if change.severity == Severity.NONE:
                draw_change(change)
    st.html(f'<div class="gkb-meta">{literal(t("Found by rules; a person decides."))}</div>')


if __name__ == "__main__":
    draw()
