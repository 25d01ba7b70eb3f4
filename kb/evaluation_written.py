"""How written answers compare with the quotes: written at all, right, facts kept, sentences removed."""

from __future__ import annotations

from kb.answering import Mode, answer
from kb.answering.asking import Stage, Step
from kb.domain import Answer, Filters
from kb.store.library import Library
from kb.text import squeeze


def ask_in_writing(library: Library, question: str, filters: Filters) -> tuple[Answer, list[Step]]:
    """The answer with the language model writing, and the steps of it."""
    steps: list[Step] = []
    return answer(library, question, filters=filters, mode=Mode.GENERATED, listen=steps.append), steps


def written_measures(
    given: Answer, steps: list[Step], must_include: tuple[tuple[str, ...], ...], *, is_right: bool
) -> dict[str, float]:
    """Measures 0..1 of one written answer; "removed" is the share of the model's sentences that the gate took out.

    `written`: the model's words are shown. `written_right`: its quotes are right as the quotes of an extractive answer
    are. `written_facts`: each wanted text stands literally in the sentences shown. Empty for a refusal.
    """
    if given.refusal is not None:
        return {}
    shown = sum(step.stage is Stage.SENTENCE for step in steps)
    removed = sum(step.stage is Stage.REMOVED for step in steps)
    measures = {"written": float(given.mode == Mode.GENERATED), "written_right": float(is_right)}
    if shown + removed:
        measures["removed"] = removed / (shown + removed)
    if given.mode == Mode.GENERATED and must_include:
        said = squeeze(" ".join(statement.text for statement in given.statements))
        measures["written_facts"] = float(all(any(squeeze(text) in said for text in group) for group in must_include))
    return measures
