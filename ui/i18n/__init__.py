"""The words of the screens, in the reader's language. English is the key; what has no translation stays English."""

from __future__ import annotations

from ui.i18n.zh import TEXTS as CHINESE

LANGUAGES = {"en": "English", "zh": "简体中文"}
CATALOGUES = {"zh": CHINESE}


def translate(text: str, language: str, **values: object) -> str:
    """A text of the screens in a language, with its {values} put in."""
    found = CATALOGUES.get(language, {}).get(text, text)
    return found.format(**values) if values else found


def t(text: str, **values: object) -> str:
    """A text of the screens in the language of this visit: chosen, else the setting's, else the browser's."""
    return translate(text, visit_language(), **values)


def visit_language() -> str:
    """en or zh."""
    import streamlit as st

    from kb.settings import load_settings

    chosen = st.session_state.get("interface_language")
    if chosen in LANGUAGES:
        return str(chosen)
    preferred = load_settings().language or st.context.locale or "en"
    return "zh" if preferred.lower().startswith("zh") else "en"
