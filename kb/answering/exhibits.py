"""Exhibits: the numbered texts that a language model is given, and that each of its sentences is checked against."""

from __future__ import annotations

from dataclasses import dataclass

from kb.domain import Status
from kb.text import language_of


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One passage, or whole units of it, under a number that holds for one request only."""

    number: int  # 1-based; what the model writes in brackets
    text: str  # a stretch of the passage's own words
    context: str = ""  # section path, table headers
    title: str = ""  # of the guideline
    edition: str = ""  # publisher, label and date, for the model and for naming an edition in a sentence
    status: Status = Status.IN_FORCE  # of the passage on the date asked for
    grades: tuple[str, ...] = ()  # strength and certainty of its recommendation, verbatim and normalised
    is_recommendation: bool = False
    offset: int = 0  # where `text` begins in the passage
    source: int = 0  # index of the hit it was taken from

    @property
    def language(self) -> str:
        """Language of the text: en or zh."""
        return language_of(self.text)
