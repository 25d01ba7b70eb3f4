"""Entries of the lexicon: tab-separated files, one group of concepts a file, read into Concepts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from kb.errors import UsageError

COLUMNS = ("id", "en", "en_syn", "zh", "zh_syn", "class")
GROUPS = (
    "conditions",
    "anatomy_symptoms",
    "drugs",
    "drug_classes",
    "vaccines",
    "tests",
    "procedures",
    "populations",
    "guideline_terms",
    "organisms",
    "traditional_medicine",
    "units",
    "question_words",
)
GLOSS_ONLY = ("question_words", "units")  # words of asking and counting: they help a gloss and are no clinical concepts


@dataclass(frozen=True, slots=True)
class Concept:
    """One clinical idea and its names; the first name of a language is the preferred one."""

    id: str  # kebab-case English, stable
    en: tuple[str, ...]
    zh: tuple[str, ...]
    parents: tuple[str, ...]  # ids: classes of a drug, broader condition, ...
    group: str  # name of the file without its ending

    def terms(self, language: str) -> tuple[str, ...]:
        """Names in "en" or "zh", the preferred one first."""
        return self.zh if language == "zh" else self.en


def read_package() -> dict[str, Concept]:
    """All entries that come with the program, by id."""
    concepts: dict[str, Concept] = {}
    for group in GROUPS:
        for concept in read_entries(Path(__file__).with_name(f"{group}.tsv")):
            concepts[concept.id] = concept
    return concepts


def read_entries(path: Path) -> Iterator[Concept]:
    """Concepts of one file, in its order. Raises UsageError naming the line where the format is broken."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The lexicon file {path} cannot be read: {error}.", hint="Save it as UTF-8 text.") from error
    group = path.stem
    if not lines or tuple(lines[0].split("\t")) != COLUMNS:
        raise UsageError(f"{path}: the first line must name the columns {', '.join(COLUMNS)}, separated by tabs.")
    for number, line in enumerate(lines[1:], start=2):
        if line and not line.startswith("#"):
            yield _parse_line(line, path, number, group)


def _parse_line(line: str, path: Path, number: int, group: str) -> Concept:
    fields = line.split("\t")
    if len(fields) != len(COLUMNS) or not fields[0].strip() or not (fields[1] or fields[3]):
        raise UsageError(
            f"{path}, line {number}: {len(COLUMNS)} fields separated by tabs are needed, with an id and a name.",
            hint="Leave a field empty rather than out; separate synonyms by |.",
        )
    identifier, en, en_syn, zh, zh_syn, parents = fields
    return Concept(identifier, _names(en, en_syn), _names(zh, zh_syn), _names("", parents), group)


def _names(preferred: str, others: str) -> tuple[str, ...]:
    if not others:
        return (preferred,) if preferred else ()
    return (preferred, *others.split("|")) if preferred else tuple(others.split("|"))


def merge_entries(concepts: dict[str, Concept], additions: Iterator[Concept]) -> dict[str, Concept]:
    """Concepts with additions: a new id adds a concept, a known id adds names and parents to it."""
    merged = dict(concepts)
    for addition in additions:
        known = merged.get(addition.id)
        merged[addition.id] = addition if known is None else _join(known, addition)
    return merged


def _join(known: Concept, addition: Concept) -> Concept:
    return replace(
        known,
        en=tuple(dict.fromkeys(known.en + addition.en)),
        zh=tuple(dict.fromkeys(known.zh + addition.zh)),
        parents=tuple(dict.fromkeys(known.parents + addition.parents)),
    )
