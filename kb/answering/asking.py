"""The door to answers: in quotes, or written by the configured language model and checked sentence by sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from kb.answering.answer import quote_answer
from kb.domain import Answer, Filters
from kb.errors import UsageError
from kb.store.library import Library


class Mode(StrEnum):
    """How an answer comes about."""

    EXTRACTIVE = "extractive"  # literal quotes; the default, and what stands when a model fails
    GENERATED = "generated"  # written by the configured language model; only sentences that the cited text carries


class Stage(StrEnum):
    """What a reader sees while an answer is being written."""

    FOUND = "found"  # the passages are chosen; the model is asked
    WAITING = "waiting"  # nothing has arrived for a moment
    SENTENCE = "sentence"  # one sentence has passed
    REMOVED = "removed"  # one sentence has not
    RESTARTED = "restarted"  # what was shown so far was the model thinking aloud: it is withdrawn
    FELL_BACK = "fell_back"  # the quotes stand


@dataclass(frozen=True, slots=True)
class Step:
    """One moment of the writing of an answer."""

    stage: Stage
    text: str = ""  # the sentence, or why
    citations: tuple[int, ...] = ()
    number: int = 0  # passages found, or sentences removed so far
    seconds: float = 0.0  # since the question


def answer(
    library: Library,
    question: str,
    *,
    filters: Filters | None = None,
    mode: Mode | None = None,
    listen: Callable[[Step], None] | None = None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Answer:
    """Answer a question from the library, or refuse; never both.

    `mode` None means: written if a language model is configured (GKB_LLM_BASE_URL), else quoted. `listen` is told each
    step of the writing, at least four times a second; `is_stopped` ends it, and the quotes stand. Raises UsageError on
    an empty question, or when `mode` asks for a model and none is configured.
    """
    quoted = quote_answer(library, question, filters or Filters())
    settings = library.settings
    if mode is Mode.GENERATED and not settings.llm_base_url:
        raise UsageError("No language model is configured.", hint="Set GKB_LLM_BASE_URL and GKB_LLM_MODEL.")
    if mode is Mode.EXTRACTIVE or not settings.llm_base_url or quoted.answer.refusal is not None:
        return quoted.answer
    from kb.answering.generated import write_answer

    return write_answer(library, quoted, listen or (lambda _: None), is_stopped)
