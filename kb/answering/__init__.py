"""Ranked passages → quoted, cited, warned answer; or a refusal that says what is missing."""

from kb.answering.answer import answer
from kb.answering.history import with_history

__all__ = ["answer", "with_history"]
