"""Ask: a question, quoted answers with their editions, the cited page beside them."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from kb.answering import answer, with_history
from kb.domain import Answer, Filters, State
from kb.errors import UsageError
from kb.store.library import Library
from ui import frame
from ui.components import draw_answer, draw_history, first_place
from ui.i18n import t
from ui.page_view import REVIEW, close_place, draw_page_view, open_place, opened_place
from ui.writing import STOPPED, Writing

ALL = ""


def draw() -> None:
    """The screen."""
    with frame.errors_shown():
        library = frame.library()
        if not any(each.state == State.PUBLISHED for each in library.ledger().editions.values()):
            frame.show_empty()
            return
        question, filters = _draw_question(library)
        if not question.strip():
            _draw_invitation()
            return
        _draw_result(library, question.strip(), filters)


def _draw_question(library: Library) -> tuple[str, Filters]:
    asked, day, narrowed, go = st.columns([6, 1.7, 1.3, 0.9], vertical_alignment="bottom")
    question = asked.text_input(
        t("Question"),
        key="question",
        placeholder=t("Ask in English or Chinese, for example a drug and a dose"),
        max_chars=2000,
        persist_state="session",
    )
    as_of = day.date_input(
        t("As of (empty: today)"),
        value=None,
        key="as_of",
        persist_state="session",
        min_value=date(1950, 1, 1),
        max_value=date(2100, 1, 1),
    )
    filters = _draw_filters(library, narrowed, as_of if isinstance(as_of, date) else None)
    go.button(t("Ask"), type="primary", width="stretch")
    return question or "", filters


def _draw_filters(library: Library, place: DeltaGenerator, as_of: date | None) -> Filters:
    editions = [each for each in library.ledger().editions.values() if each.state in (State.PUBLISHED, State.WITHDRAWN)]
    titles = {each.guideline_id: each.title for each in sorted(editions, key=lambda each: each.issued_on)}
    count = sum(bool(st.session_state.get(f"filter_{name}")) for name in (*_CHOICES, "all_editions"))
    label = t("Filters ({count})", count=count) if count else t("Filters")
    with place.popover(label, width="stretch", type="primary" if count else "secondary"):
        chosen = {
            name: _choose(t(shown), name, sorted({getattr(each, key) for each in editions} - {""}), titles)
            for name, (shown, key) in _CHOICES.items()
        }
        history = st.checkbox(
            t("All editions, superseded ones too"),
            key="filter_all_editions",
            persist_state="session",
            help=t("Every published edition is searched and shown with its status."),
        )
        st.button(t("Clear filters"), on_click=_clear_filters, disabled=not count)
    return Filters(as_of=as_of, all_editions=history, **chosen)


_CHOICES = {
    "guideline": ("Guideline", "guideline_id"),
    "publisher": ("Publisher", "publisher"),
    "jurisdiction": ("Jurisdiction (and international)", "jurisdiction"),
    "language": ("Language of the guideline", "language"),
}
_LANGUAGES = {"en": "English", "zh": "中文"}


def _choose(label: str, name: str, options: list[str], titles: dict[str, str]) -> str | None:
    names = {**titles, **_LANGUAGES}
    chosen = st.selectbox(
        label,
        [ALL, *options],
        format_func=lambda each: t("All") if each == ALL else names.get(each, each),
        key=f"filter_{name}",
        persist_state="session",
    )
    return chosen or None


def _clear_filters() -> None:
    for name in _CHOICES:
        st.session_state[f"filter_{name}"] = ALL
    st.session_state["filter_all_editions"] = False


def _draw_invitation() -> None:
    st.caption(
        t(
            "Answers are quoted from the editions in force on the date you choose, each with its page. "
            "What the library does not cover is said so."
        )
    )


def _draw_result(library: Library, question: str, filters: Filters) -> None:
    try:
        given = _answer_once(library, question, filters)
    except UsageError as error:
        close_place()
        raise error
    place = opened_place()
    if place is None or place.origin == REVIEW:  # the other screen has had the page view
        place = first_place(given)
    words, page = st.columns([1.1, 1], gap="medium")
    with words:
        draw_answer(given)
        if st.toggle(t("Show what other editions say"), key="history"):
            draw_history(with_history(library, given, filters))
    if place is not None:
        with page:
            draw_page_view(library, place)


def _answer_once(library: Library, question: str, filters: Filters) -> Answer:
    """The answer of this visit: turning a page asks nothing again, another date, filter or revision does."""
    chosen = tuple(getattr(filters, each.name) for each in fields(Filters))
    key = (question, chosen, date.today(), library.ledger().revision)
    known = st.session_state.get("answer")
    if known is None or known[0] != key:
        known = (key, _ask(library, question, filters, key))
        st.session_state["answer"] = known
        place = first_place(known[1])
        if place is not None:
            open_place(place)
        else:
            close_place()
    found: Answer = known[1]
    return found


def _ask(library: Library, question: str, filters: Filters, key: object) -> Answer:
    """Ask, as a follow-up of the answer before where the words say so; with a language model its writing is shown."""
    before = st.session_state.get("answer")
    previous = before[1].question if before is not None else ""
    if not library.settings.llm_base_url:
        with st.spinner(t("Looking in the editions in force …")):
            return answer(library, question, filters=filters, follow_up_of=previous)
    is_stopped = st.session_state.pop(STOPPED, None) == key
    writing = Writing(key)
    given = answer(
        library,
        question,
        filters=filters,
        follow_up_of=previous,
        listen=writing.show,
        is_stopped=lambda: is_stopped,
    )
    writing.clear()
    return given


if __name__ == "__main__":
    draw()
