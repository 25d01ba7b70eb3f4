"""Library: PDFs come in with progress, what was read is checked, editions stand with their status."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ingest.report import FileResult
from kb.errors import KBError, LibraryMissing
from kb.settings import load_settings
from kb.store.jobs import unfinished_jobs
from kb.store.library import Library
from kb.store.lock import try_own
from ui import frame
from ui.cli_frame import by_name
from ui.edition_table import draw_editions
from ui.i18n import t
from ui.markup import file_badge, literal, notice, table
from ui.review import draw_review
from ui.uploads import Work, current_work, start_resume, start_upload

STAGES = {
    "waiting": "Waiting",
    "intake": "Looking at the file",
    "reading": "Reading the pages",
    "embedding": "Preparing for search",
}


def draw() -> None:
    """The screen."""
    home = load_settings().home
    with frame.errors_shown():
        _draw_flash()
        _draw_upload(home)
        _draw_work(home)
        try:
            library = frame.library()
        except LibraryMissing:
            st.html(notice(t("There is no library yet. The first upload creates it in {home}.", home=home), "calm"))
            return
        _draw_unfinished(library, home)
        draw_review(library, str(st.session_state.get("by") or by_name(None)))
        draw_editions(library)


def _draw_flash() -> None:
    message = st.session_state.pop("flash", None)
    if message:
        st.html(notice(message, "good"))


def _draw_upload(home: Path) -> None:
    work = current_work(home)
    busy = work is not None and not work.is_done
    files, options = st.columns([2, 1], gap="medium")
    round_ = st.session_state.setdefault("upload_round", 0)
    chosen = files.file_uploader(
        t("Guideline PDFs"), type="pdf", accept_multiple_files=True, key=f"upload_{round_}", disabled=busy
    )
    with options:
        st.text_input(
            t("Your name, for the record"), value=by_name(None), key="by", max_chars=80, persist_state="session"
        )
        publish = st.checkbox(
            t("Publish at once what is complete"),
            key="publish_at_once",
            help=t("Where title, publisher, kind and issue date were found. Otherwise each PDF waits for your review."),
        )
        if st.button(t("Take in"), type="primary", disabled=busy or not chosen, width="stretch"):
            with frame.errors_shown():
                start_upload(home, chosen or [], publish=publish, by=st.session_state["by"] or by_name(None))
                st.session_state["upload_round"] = round_ + 1
                st.rerun()


def _draw_work(home: Path) -> None:
    work = current_work(home)
    if work is None:
        return
    if work.is_done:
        _draw_results(work)
        return
    _draw_progress(str(home))


@st.fragment(run_every=1.0)
def _draw_progress(home: str) -> None:
    """Stage by stage, once a second; any visit sees the same."""
    work = current_work(Path(home))
    if work is None or work.is_done:
        st.rerun()
        return
    st.html(f"<b>{literal(t('Taking in …'))}</b>")
    if work.note:
        st.html(notice(work.note, "calm"))
    names = list(dict.fromkeys([*work.names, *work.stages]))
    st.html(table([t("File"), t("Stage")], [_progress_row(work, name) for name in names]))


def _progress_row(work: Work, name: str) -> str:
    step = work.stages.get(name)
    stage = step.stage if step else "waiting"
    counted = f" {step.done}/{step.total}" if step and step.total else ""
    shown = literal(t(STAGES[stage])) + counted if stage in STAGES else file_badge(stage)
    return f"<tr><td>{literal(name)}</td><td class='gkb-nowrap'>{shown}</td></tr>"


def _draw_results(work: Work) -> None:
    if work.error is not None:
        st.html(notice(work.error.message + (f" → {work.error.hint}" if work.error.hint else ""), "bad"))
        return
    done = sum(each.is_done for each in work.results)
    counts = {"done": done, "all": len(work.results), "seconds": round(work.seconds)}
    title = t("Last upload: {done} of {all} files done in {seconds} s", **counts)
    with st.expander(title, expanded=True):
        heads = [t("File"), t("Result"), t("Edition"), t("Pages"), t("What to know")]
        st.html(table(heads, [_result_row(each) for each in work.results]))


def _result_row(result: FileResult) -> str:
    notes = [result.error or "", *result.notes]
    if result.doubtful_pages:
        shown = ", ".join(map(str, result.doubtful_pages[:20]))
        notes.append(t("Compare with the picture: pages {pages}.", pages=shown))
    cells = [
        literal(result.file),
        file_badge(result.status),
        literal(result.edition_id or ""),
        str(result.pages or ""),
        "<br>".join(literal(note) for note in notes if note),
    ]
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _draw_unfinished(library: Library, home: Path) -> None:
    work = current_work(home)
    if work is not None and not work.is_done:
        return
    waiting = unfinished_jobs(library.engine)
    if not waiting:
        return
    with try_own(library.home, "screens") as free:
        mine = free
    count = sum(len(job.request["files"]) for job in waiting)
    if not mine:
        st.html(notice(t("Another process is taking in {count} files.", count=count), "calm"))
        return
    st.html(notice(t("An earlier ingest of {count} files was not finished.", count=count)))
    if st.button(t("Go on with it")):
        try:
            start_resume(home)
        except KBError as error:
            st.html(notice(error.message, "bad"))
        st.rerun()


if __name__ == "__main__":
    draw()
