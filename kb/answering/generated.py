"""An answer written by the language model: each sentence is judged as it arrives, and only what passes is shown.

The quotes that the answer would otherwise consist of are made first; they stand whenever the model fails, is stopped,
or what is left of its answer would mislead.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from kb.answering.answer import Quoted, cite, compose
from kb.answering.asking import Mode, Stage, Step
from kb.answering.errata import erratum_quotes
from kb.answering.exhibits import Exhibit
from kb.answering.gate import Carried, Verdict, judge
from kb.answering.gate_markers import without_markers
from kb.answering.gate_reading import read
from kb.answering.generated_exhibits import choose_exhibits, tokens_of
from kb.answering.generated_prompt import NOT_COVERED, make_prompt, rules_for
from kb.answering.generated_sentences import SentenceStream
from kb.answering.messages import say
from kb.domain import Answer, Citation, Hit, Notice, Statement
from kb.models import load_llm
from kb.models.everyday import english_vector
from kb.models.llm import LanguageModel, ModelFailed
from kb.models.llm_breaker import note_failure, note_success, seconds_to_wait
from kb.models.llm_text import RESTART
from kb.store.library import Library
from kb.text import content_words, fold

MOST_CITATIONS = 5
MOST_SENTENCES = 12  # a model that writes on is not listened to any longer
NEAR = 160  # characters between two stretches of one passage that are quoted as one
BOTH_SIDES = ("conflict", "conflict_of_currency", "date_imprecise")  # warnings that call for both texts to be shown
_MARGIN = 150  # tokens for what servers add to a prompt


@dataclass(slots=True)
class _Draft:
    """What has been written so far."""

    exhibits: Sequence[Exhibit]
    hits: Sequence[Hit]
    quotes: list[tuple[int, int, int]] = field(default_factory=list)  # (exhibit index, start, end in its passage)
    statements: list[Statement] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    removed: int = 0
    surplus: int = 0
    is_misleading: bool = False  # what was removed forbids or limits something

    def clear(self) -> None:
        self.quotes.clear()
        self.statements.clear()
        self.remarks.clear()
        self.missing.clear()
        self.removed = self.surplus = 0
        self.is_misleading = False


def write_answer(
    library: Library, quoted: Quoted, listen: Callable[[Step], None], is_stopped: Callable[[], bool]
) -> Answer:
    """Let the configured model write; the quotes, with a notice why, where it cannot. Never raises for the model."""
    started = time.perf_counter()
    language = library.settings.language or quoted.found.question.language
    model = load_llm(library.settings)
    if model is None:
        return quoted.answer
    if is_stopped():
        return _fall_back(quoted, "model_stopped", say("model_stopped", language), listen)
    waiting = seconds_to_wait(library.home, model.address)
    if waiting:
        return _fall_back(quoted, "model_resting", say("model_resting", language, seconds=f"{waiting:.0f}"), listen)
    question, spoken = quoted.found.question.text, quoted.found.question.language
    room = library.settings.llm_context - library.settings.llm_max_tokens - tokens_of(rules_for(spoken))
    exhibits, hits = choose_exhibits(quoted, room - tokens_of(question) - _MARGIN)
    if not exhibits:
        return _fall_back(quoted, "model_failed", say("model_no_room", language), listen)
    draft = _Draft(exhibits, hits)
    listen(Step(Stage.FOUND, number=len(exhibits)))
    try:
        _write(model, draft, question, spoken, listen, is_stopped)
    except ModelFailed as failure:
        note_failure(library.home, model.address, failure.reason)
        return _fall_back(quoted, "model_failed", say("model_failed", language, why=failure.message), listen)
    if is_stopped():
        return _fall_back(quoted, "model_stopped", say("model_stopped", language), listen)
    note_success(library.home, model.address)
    return _finish(library, quoted, draft, model, language, started, listen)


def _write(
    model: LanguageModel, draft: _Draft, question: str, language: str, listen: Callable[[Step], None],
    is_stopped: Callable[[], bool],
) -> None:  # fmt: skip
    begun = time.perf_counter()
    stream = SentenceStream()
    has_said = False
    for piece in model.write(make_prompt(question, language, draft.exhibits), is_stopped=is_stopped):
        if piece == RESTART:
            stream.clear()
            draft.clear()
            listen(Step(Stage.RESTARTED))
        elif piece:
            has_said = has_said or bool(piece.strip())
            for sentence in stream.feed(piece):
                _take(draft, sentence, question, listen)
        else:
            listen(Step(Stage.WAITING, seconds=time.perf_counter() - begun))
        if len(draft.statements) + draft.removed > MOST_SENTENCES:
            break
    if is_stopped():
        return
    for sentence in stream.close():
        _take(draft, sentence, question, listen)
    if not has_said:
        raise ModelFailed("empty", "The language model said nothing.")


def _take(draft: _Draft, sentence: str, question: str, listen: Callable[[Step], None]) -> None:
    """Judge one sentence and keep it, count it, or note what it says is missing."""
    topic = _missing_topic(sentence, question)
    if topic is not None:
        draft.missing += [topic] if topic else []
        return
    verdict = judge(sentence, draft.exhibits, question, encode=english_vector)
    if verdict.fault is not None:
        draft.removed += 1
        draft.is_misleading = draft.is_misleading or _forbids(sentence)
        listen(Step(Stage.REMOVED, verdict.fault.value, number=draft.removed))
        return
    markers = _place(draft, verdict)
    if markers is None:
        draft.surplus += 1
        return
    statement = Statement(without_markers(sentence), markers)
    draft.statements.append(statement)
    draft.remarks += [each for each in verdict.remarks if each not in draft.remarks]
    listen(Step(Stage.SENTENCE, statement.text, markers))


def _missing_topic(sentence: str, question: str) -> str | None:
    """What a line says that the evidence lacks, in words of the question; "" if in others; None for any other line."""
    for mark in NOT_COVERED.values():
        if fold(sentence).startswith(fold(mark).rstrip(": ")):
            topic = sentence[len(mark) :].strip(" :：.。")
            asked = set(content_words(question))
            words = content_words(without_markers(topic))
            return without_markers(topic) if words and all(word in asked for word in words) else ""
    return None


def _forbids(sentence: str) -> bool:
    """Whether a sentence forbids, limits or warns: an answer without it could mislead."""
    said = read(without_markers(sentence))
    limits = any(word.group == "condition" for word in said.words)
    return bool(said.negations) or limits or any(word in said.text for word in ("caution", "warn", "警惕", "注意"))


def _place(draft: _Draft, verdict: Verdict) -> tuple[int, ...] | None:
    """Markers of the stretches that carry a sentence, new ones where need be; None when there are too many."""
    quotes = list(draft.quotes)
    markers = [_add(draft, quotes, each) for each in verdict.carried]
    if len(quotes) > MOST_CITATIONS:
        return None
    draft.quotes = quotes
    return tuple(dict.fromkeys(markers))


def _add(draft: _Draft, quotes: list[tuple[int, int, int]], carried: Carried) -> int:
    index = next(place for place, exhibit in enumerate(draft.exhibits) if exhibit.number == carried.exhibit)
    exhibit = draft.exhibits[index]
    words = exhibit.text[carried.start : carried.end]
    start = exhibit.offset + carried.start + len(words) - len(words.lstrip())
    end = exhibit.offset + carried.start + len(words.rstrip())
    for marker, (theirs, first, last) in enumerate(quotes, start=1):
        if theirs == index and start <= last + NEAR and first <= end + NEAR:
            quotes[marker - 1] = (index, min(first, start), max(last, end))
            return marker
    quotes.append((index, start, end))
    return len(quotes)


def _finish(
    library: Library, quoted: Quoted, draft: _Draft, model: LanguageModel, language: str, started: float,
    listen: Callable[[Step], None],
) -> Answer:  # fmt: skip
    if not draft.statements or draft.removed > len(draft.statements):
        code = "nothing_supported" if not draft.statements else "most_removed"
        return _fall_back(quoted, code, say(code, language, count=str(draft.removed)), listen)
    if draft.is_misleading:
        return _fall_back(quoted, "warning_removed", say("warning_removed", language), listen)
    chosen = [(draft.hits[index], start, end) for index, start, end in draft.quotes]
    chosen += erratum_quotes(library, quoted.found, [hit for hit, _, _ in chosen])
    citations = cite(library, quoted.found, chosen)
    given = compose(
        library, quoted.found, quoted.hits, citations, draft.statements, language, started, mode=Mode.GENERATED,
        model=model.name,
    )  # fmt: skip
    if _hides_a_side(quoted.answer, given):
        return _fall_back(quoted, "both_sides", say("both_sides", language), listen)
    notices = (*given.warnings, *_own_notices(draft, citations, language))
    milliseconds = quoted.answer.milliseconds + (time.perf_counter() - started) * 1000
    return replace(given, understood=quoted.answer.understood, warnings=notices, milliseconds=milliseconds)


def _hides_a_side(quotes: Answer, written: Answer) -> bool:
    """Whether the quotes show two texts that disagree, and the written answer only one of them."""
    wanted = {each.code for each in quotes.warnings if each.code in BOTH_SIDES}
    return not wanted <= {each.code for each in written.warnings}


def _own_notices(draft: _Draft, citations: Sequence[Citation], language: str) -> list[Notice]:
    everything = tuple(citation.marker for citation in citations)
    notices = [Notice("generated", say("generated", language), everything)]
    if draft.removed:
        code = "removed_one" if draft.removed == 1 else "removed"
        notices.append(Notice("removed", say(code, language, count=str(draft.removed))))
    if draft.surplus:
        notices.append(Notice("shortened", say("shortened", language)))
    if draft.missing:
        notices.append(Notice("not_stated", say("not_stated", language, words="; ".join(dict.fromkeys(draft.missing)))))
    if draft.remarks:
        notices.append(Notice("read_as", say("read_as", language, what="; ".join(draft.remarks))))
    return notices


def _fall_back(quoted: Quoted, code: str, why: str, listen: Callable[[Step], None]) -> Answer:
    """The quotes, saying why no written answer stands here."""
    listen(Step(Stage.FELL_BACK, why))
    answer = quoted.answer
    return replace(answer, warnings=(*answer.warnings, Notice(code, why)))
