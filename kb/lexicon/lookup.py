"""Look-ups in the clinical lexicon: concepts a text names, their names in the other language, what kind they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from kb.lexicon.entries import GLOSS_ONLY, Concept, merge_entries, read_entries, read_package
from kb.lexicon.matching import Match, Names, find_names, index_names
from kb.text import has_cjk

DRUGS, DRUG_CLASSES = "drugs", "drug_classes"
_LATIN_OR_NUMBER = re.compile(r"[^\W_\u3400-\u9fff]+(?:[.\-/%'][^\W_\u3400-\u9fff]+)*%?|[<>≤≥=±~]")
_NUMBER = re.compile(r"\d+(?:[.\-/]\d+)*%?|[<>≤≥=±~]")


@dataclass(frozen=True, slots=True)
class Mention:
    """The characters [start, end) of a text name these concepts; more than one where a name is ambiguous."""

    start: int
    end: int
    concept_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Expansion:
    """The names of one mentioned concept in the language asked for, the preferred one first."""

    concept_id: str
    terms: tuple[str, ...]


class Lexicon:
    """Concepts and an index of their names. Immutable; safe to share between threads."""

    def __init__(self, concepts: dict[str, Concept]) -> None:
        self._concepts = concepts

    @cached_property
    def _names(self) -> Names:
        return index_names(self._concepts.values())

    def __len__(self) -> int:
        return sum(concept.group not in GLOSS_ONLY for concept in self._concepts.values())

    def __iter__(self) -> Iterator[Concept]:
        return iter(self._concepts.values())

    def __contains__(self, concept_id: object) -> bool:
        return concept_id in self._concepts

    def concept(self, concept_id: str) -> Concept:
        """The concept of that id; KeyError if there is none."""
        return self._concepts[concept_id]

    def find(self, text: str) -> tuple[Mention, ...]:
        """Concepts named in English or Chinese, longest names first where they overlap, in text order."""
        mentions = []
        for match in find_names(self._names, text):
            ids = tuple(owner for owner in match.concepts if self._concepts[owner].group not in GLOSS_ONLY)
            if ids:
                mentions.append(Mention(match.start, match.end, ids))
        return tuple(mentions)

    def expansions(self, text: str, target: str) -> tuple[Expansion, ...]:
        """Names in `target` ("en" or "zh") of each concept that the text mentions, in the order of mention."""
        ids = dict.fromkeys(owner for mention in self.find(text) for owner in mention.concept_ids)
        found = (Expansion(owner, self._concepts[owner].terms(target)) for owner in ids)
        return tuple(expansion for expansion in found if expansion.terms)

    def gloss(self, text: str, target: str) -> str:
        """A rough word-by-word rendering in `target` ("en" or "zh"); words the lexicon does not know are left out.

        Numbers stay, and so does what is already in the target language.
        """
        pieces: list[str] = []
        place = 0
        for match in find_names(self._names, text):
            pieces.extend(_leftovers(text[place : match.start], target))
            pieces.append(self._render(match, text, target))
            place = match.end
        pieces.extend(_leftovers(text[place:], target))
        return " ".join(piece for piece in pieces if piece)

    def _render(self, match: Match, text: str, target: str) -> str:
        surface = text[match.start : match.end]
        if has_cjk(surface) == (target == "zh"):
            return surface
        for owner in match.concepts:
            terms = self._concepts[owner].terms(target)
            if terms:
                return terms[0]
        return ""

    def drug_class(self, concept_id: str) -> str | None:
        """Id of the class a drug belongs to (its first, where it has several); None for what is not a drug."""
        concept = self._concepts.get(concept_id)
        if concept is None or concept.group not in (DRUGS, DRUG_CLASSES):
            return None
        return next((parent for parent in concept.parents if parent in self._concepts), None)

    def is_broad(self, concept_id: str) -> bool:
        """Whether other concepts stand below it."""
        return concept_id in self._broad

    @cached_property
    def _broad(self) -> frozenset[str]:
        return frozenset(parent for concept in self._concepts.values() for parent in concept.parents)

    def is_a(self, concept_id: str, ancestor: str) -> bool:
        """Whether a concept is that ancestor or stands below it, through any number of parents."""
        waiting, seen = [concept_id], set[str]()
        while waiting:
            current = waiting.pop()
            if current == ancestor:
                return True
            if current not in seen and current in self._concepts:
                seen.add(current)
                waiting.extend(self._concepts[current].parents)
        return False


def _leftovers(text: str, target: str) -> list[str]:
    if target == "en":
        return _LATIN_OR_NUMBER.findall(text)
    return _NUMBER.findall(text) if not has_cjk(text) else [text.strip()]


def load_lexicon(extra: Path | None = None) -> Lexicon:
    """The lexicon that comes with the program, with the entries of a file of the same format added; read once.

    Raises UsageError where the extra file is missing or malformed.
    """
    if extra is None:
        return _load(None, 0)
    return _load(extra, extra.stat().st_mtime_ns if extra.exists() else 0)


@lru_cache(maxsize=4)
def _load(extra: Path | None, changed_at: int) -> Lexicon:
    concepts = read_package()
    if extra is not None:
        concepts = merge_entries(concepts, read_entries(extra))
    lexicon = Lexicon(concepts)
    _ = lexicon._names  # build the index now: a first question should not pay for it
    return lexicon
