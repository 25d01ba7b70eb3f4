"""The door to answers: in quotes, or written by the configured language model and checked sentence by sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from kb.answering.answer import quote_answer
from kb.answering.follow_up import read_follow_up
from kb.answering.messages import say
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
    follow_up_of: str = "",
    listen: Callable[[Step], None] | None = None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Answer:
    """Answer a question from the library, or refuse; never both.

    A question that reads as a follow-up of `follow_up_of` is asked together with it, and says so in `understood`.
    `mode` None means: written if a language model is configured (GKB_LLM_BASE_URL), else quoted. `listen` is told each
    step of the writing, at least four times a second; `is_stopped` ends it, and the quotes stand. Raises UsageError on
    an empty question, or when `mode` asks for a model and none is configured.
    """
    asked = read_follow_up(question, follow_up_of)
    quoted = quote_answer(library, asked.text, filters or Filters())
    if asked.is_one:
        quoted = replace(quoted, answer=_noted(quoted.answer, library.settings.language))
    settings = library.settings
    if mode is Mode.GENERATED and not settings.llm_base_url:
        raise UsageError("No language model is configured.", hint="Set GKB_LLM_BASE_URL and GKB_LLM_MODEL.")
    if mode is Mode.EXTRACTIVE or not settings.llm_base_url or quoted.answer.refusal is not None:
        return quoted.answer
    from kb.answering.generated import write_answer

    return write_answer(library, quoted, listen or (lambda _: None), is_stopped)


def _noted(answer: Answer, language: str) -> Answer:
    """The answer, saying as what a follow-up was read."""
    note = say("follow_up", language or answer.understood.language, question=answer.question)
    return replace(answer, understood=replace(answer.understood, notes=(note, *answer.understood.notes)))
