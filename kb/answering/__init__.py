"""Ranked passages → quoted, cited, warned answer; or a refusal that says what is missing.

Where a language model is configured it may write the answer, of which only what the cited text carries is shown.
"""

from kb.answering.asking import Mode, answer
from kb.answering.history import with_history

__all__ = ["Mode", "answer", "with_history"]
