"""What every screen shares: the opened library, errors as sentences, the footer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from kb.domain import State
from kb.errors import KBError, LibraryMissing
from kb.settings import load_settings
from kb.store.library import Library, open_library
from kb.store.registry import registry_path
from ui.i18n import LANGUAGES, t, visit_language
from ui.markup import literal, notice


def _is_there(library: Library) -> bool:
    return library.settings.database_url is not None or registry_path(library.home).is_file()


@st.cache_resource(show_spinner=False, validate=_is_there)
def _opened(home: str) -> Library:
    return open_library(home)


def library() -> Library:
    """The library of the settings, opened once for all visits; raises LibraryMissing."""
    return _opened(str(load_settings().home.resolve()))


@contextmanager
def errors_shown() -> Iterator[None]:
    """Errors meant for a person become a message with what to do next."""
    try:
        yield
    except LibraryMissing:
        show_empty()
    except KBError as error:
        st.html(notice(error.message + (f" → {error.hint}" if error.hint else ""), "bad"))


def show_empty() -> None:
    """What a reader sees before anything is published."""
    st.html(notice(t("There is nothing in this library yet. Add guideline PDFs in “Library”; then ask here."), "calm"))
    st.page_link("screens/library.py", label=t("Go to the library"), icon=":material/upload_file:")


def draw_footer() -> None:
    """What the library covers, what this is, and the language of the screens."""
    st.divider()
    words, choice = st.columns([4, 1.2], vertical_alignment="center")
    coverage = ""
    try:
        coverage = _coverage(library())
    except KBError:
        coverage = t("No library yet.")
    warning = t("Reference tool, not a medical device. A clinician decides.")
    words.html(f'<div class="gkb-footer">{literal(coverage)}<br>{literal(warning)}</div>')
    options = list(LANGUAGES)
    choice.selectbox(
        t("Language of the screens"),
        options,
        index=options.index(visit_language()),
        format_func=LANGUAGES.__getitem__,
        key="interface_language",
        label_visibility="collapsed",
    )


def _coverage(opened: Library) -> str:
    published = [each for each in opened.ledger().editions.values() if each.state == State.PUBLISHED]
    if not published:
        return t("Nothing is published yet.")
    return t(
        "This library: {guidelines} guidelines in {editions} published editions; the newest was issued {newest}.",
        guidelines=len({each.guideline_id for each in published}),
        editions=len(published),
        newest=max((each.issued_on for each in published), default="") or "—",
    )
