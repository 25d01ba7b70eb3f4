"""Practice: a statement or a local protocol beside what is in force; findings, evidence, worklist."""

from __future__ import annotations

import hashlib
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import streamlit as st

from ingest.documents import ENDINGS, read_document
from kb.domain import Filters
from kb.errors import UsageError
from kb.practice import Check, Verdict, check
from kb.practice.check import worst_first
from kb.practice.kept import DecisionKind, KeptFinding, decide, keep, list_kept
from kb.practice.nouns import NO_CONCERN
from kb.store.library import Library
from ui import frame
from ui.cli_frame import by_name
from ui.findings_view import VERDICTS, draw_coverage, draw_downloads, draw_finding, draw_sources, pill
from ui.i18n import t
from ui.markup import joined, literal, notice
from ui.page_view import draw_page_view, opened_place
from ui.tables import check_table


def draw() -> None:
    """The screen."""
    with frame.errors_shown():
        library = frame.library()
        given, worklist = st.tabs([t("Check"), t("Worklist")])
        with given:
            _draw_check(library)
        with worklist:
            _draw_worklist(library)


def _draw_check(library: Library) -> None:
    text = st.text_area(t("A statement or a text"), key="practice_text", height=110, max_chars=200_000)
    file, day, country = st.columns([3, 1.3, 1.2], vertical_alignment="bottom")
    upload = file.file_uploader(t("or a document"), type=[each[1:] for each in ENDINGS], key="practice_file")
    as_of = day.date_input(t("As of (empty: today)"), value=None, key="practice_as_of")
    jurisdiction = country.text_input(t("Jurisdiction"), key="practice_jurisdiction", max_chars=3) or None
    st.caption(t("Nothing that you paste or upload is kept unless you say so."))
    if not st.button(t("Check it"), type="primary") and "practice" not in st.session_state:
        return
    found = _check_once(library, text or "", upload, as_of if isinstance(as_of, date) else None, jurisdiction)
    if found is not None:
        _draw_found(library, found)


def _check_once(library: Library, text: str, upload: Any, as_of: date | None, jurisdiction: str | None) -> Check | None:
    data = upload.getvalue() if upload is not None else text.encode()
    if not data.strip():
        st.html(notice(t("Paste a text or choose a document."), "calm"))
        return None
    key = (hashlib.sha256(data).hexdigest(), as_of, jurisdiction, library.ledger().revision)
    known = st.session_state.get("practice")
    if known is None or known[0] != key:
        with st.spinner(t("Checking statement by statement …")):
            document = _read(upload) if upload is not None else text
            known = (key, check(library, document, filters=Filters(as_of=as_of, jurisdiction=jurisdiction)))
        st.session_state["practice"] = known
    found: Check = known[1]
    return found


def _read(upload: Any) -> Any:
    with tempfile.TemporaryDirectory(prefix="gkb-practice-") as folder:
        path = Path(folder) / f"document{Path(upload.name).suffix.lower()}"
        path.write_bytes(upload.getvalue())
        return read_document(path)


def _draw_found(library: Library, found: Check) -> None:
    draw_coverage(found)
    draw_sources(found.document_findings)
    counts = {each: sum(finding.verdict == each for finding in found.findings) for each in Verdict}
    shown = [each for each in Verdict if counts[each]]
    default = [each for each in shown if each not in NO_CONCERN] or shown
    chosen = st.pills(
        t("Show"), shown, default=default, selection_mode="multi", key="verdicts",
        format_func=lambda each: f"{t(VERDICTS[each][0])} ({counts[each]})",
    )  # fmt: skip
    draw_downloads(check_table(found), "findings")
    _draw_keep(library, found)
    place = opened_place()
    words, page = st.columns([1.3, 1], gap="medium") if place is not None else (st.container(), None)
    with words:
        for finding in worst_first(found.findings):
            if finding.verdict in (chosen or []):
                draw_finding(finding)
                st.divider()
    if place is not None and page is not None:
        with page:
            draw_page_view(library, place)


def _draw_keep(library: Library, found: Check) -> None:
    with st.popover(t("Keep the findings")):
        name = st.text_input(t("Name of the document"), key="practice_name")
        if st.button(t("Keep"), disabled=not name.strip()):
            keep(library, found, name=name.strip(), by=by_name(None))
            st.html(notice(t("Kept. It stands in the worklist."), "calm"))


def _draw_worklist(library: Library) -> None:
    waiting = [each for each in list_kept(library) if each.is_open(date.today())]
    if not waiting:
        st.html(notice(t("Nothing is waiting for a person."), "calm"))
    for each in waiting:
        _draw_kept(library, each)


def _draw_kept(library: Library, kept: KeptFinding) -> None:
    st.html(
        f'{pill(VERDICTS[kept.verdict])} <span class="gkb-meta">{joined([kept.document, kept.location])}</span>'
        f"<br><b>{literal(kept.claim)}</b><br>{literal(kept.why)}"
    )
    kind, reason, until, to, go = st.columns([1.2, 2.4, 1.2, 1.2, 0.8], vertical_alignment="bottom")
    key = f"{kept.document_id}_{kept.id}"
    chosen = kind.selectbox(
        t("Decision"), list(DecisionKind), format_func=lambda each: t(each.value), key=f"kind_{key}"
    )
    why = reason.text_input(t("Reason"), key=f"why_{key}")
    day = until.date_input(t("Until"), value=None, key=f"until_{key}")
    name = to.text_input(t("To whom"), key=f"to_{key}")
    if go.button(t("Record"), key=f"go_{key}"):
        try:
            last = day.isoformat() if isinstance(day, date) else ""
            decide(library, kept.id, chosen, by=by_name(None), why=why, until=last, to=name, document=kept.document_id)
        except UsageError as error:
            st.html(notice(error.message, "bad"))
            return
        st.rerun()
    st.divider()


if __name__ == "__main__":
    draw()
