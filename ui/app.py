"""The web door: a few screens in one frame. Started by `gkb ui`."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from kb.settings import silence
from ui.faults import run_without_words
from ui.frame import draw_footer
from ui.i18n import t
from ui.markup import STYLE

ICON = Path(__file__).resolve().parent / "icon.png"  # a name of a symbol would be fetched from an outside address


def main() -> None:
    """Draw the chosen screen inside the frame."""
    silence()
    st.set_page_config(page_title=t("Guideline library"), page_icon=str(ICON), layout="wide")
    st.html(STYLE)
    screens = [
        st.Page("screens/ask.py", title=t("Ask"), icon=":material/search:", url_path="ask", default=True),
        st.Page("screens/guidelines.py", title=t("Guidelines"), icon=":material/timeline:", url_path="guidelines"),
        st.Page("screens/compare.py", title=t("Compare"), icon=":material/difference:", url_path="compare"),
        st.Page("screens/practice.py", title=t("Practice"), icon=":material/fact_check:", url_path="practice"),
        st.Page("screens/library.py", title=t("Library"), icon=":material/menu_book:", url_path="library"),
    ]
    st.navigation(screens, position="top").run()
    draw_footer()


run_without_words(main)
