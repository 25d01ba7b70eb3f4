"""Ranked passages → quoted, cited, warned answer; or a refusal that says what is missing."""

from kb.answering.answer import answer

__all__ = ["answer"]
