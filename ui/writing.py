"""The writing of an answer on the screen: what has passed so far, what is waited for, and a button that stops it."""

from __future__ import annotations

import streamlit as st

from kb.answering.asking import Stage, Step
from ui.i18n import t
from ui.markup import literal

STOPPED = "stopped"  # session key: the question whose writing the reader stopped


class Writing:
    """Draws the steps of one answer; every word of the model passes through `literal`."""

    def __init__(self, key: object) -> None:
        self._place = st.empty()
        with self._place.container():
            status, button = st.columns([4, 1], vertical_alignment="center")
            self._status = status.empty()
            self._sentences = st.empty()
            button.button(t("Stop"), key="stop_writing", on_click=_stop, args=(key,), width="stretch")
        self._shown: list[str] = []
        self._removed = 0
        self._say(t("Looking in the editions in force …"))

    def show(self, step: Step) -> None:
        """Draw one step. Streamlit ends the run inside this call when the reader stops it."""
        if step.stage is Stage.SENTENCE:
            markers = "".join(f"[{marker}]" for marker in step.citations)
            self._shown.append(f'<div class="gkb-quote">{literal(step.text)} <b>{markers}</b></div>')
        elif step.stage is Stage.REMOVED:
            self._removed = step.number
        elif step.stage is Stage.RESTARTED:
            self._shown.clear()
            self._removed = 0
        self._sentences.html("".join(self._shown) or "<div></div>")
        self._say(self._words(step))

    def clear(self) -> None:
        """Make room for the finished answer."""
        self._place.empty()

    def _say(self, words: str) -> None:
        self._status.html(f'<div class="gkb-meta" role="status">{literal(words)}</div>')

    def _words(self, step: Step) -> str:
        if step.stage is Stage.FOUND:
            return t("{number} passages found; the language model is asked …", number=step.number)
        if step.stage is Stage.WAITING:
            return t("The language model is writing, {seconds} s …", seconds=round(step.seconds))
        if step.stage is Stage.FELL_BACK:
            return step.text
        written = t("Checked sentences: {count}; removed: {removed}", count=len(self._shown), removed=self._removed)
        return f"{written} …"


def _stop(key: object) -> None:
    st.session_state[STOPPED] = key
