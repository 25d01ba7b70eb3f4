"""The clinical lexicon, English and Chinese, and its look-ups. Format of the entries: docs/lexicon.md."""

from __future__ import annotations

from kb.lexicon.entries import Concept
from kb.lexicon.lookup import Expansion, Lexicon, Mention, load_lexicon

__all__ = ["Concept", "Expansion", "Lexicon", "Mention", "load_lexicon"]
