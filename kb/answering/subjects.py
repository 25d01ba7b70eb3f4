"""What a question is about (drugs, conditions, vaccines of the clinical lexicon), and whether passages speak of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from kb.domain import Hit
from kb.lexicon.lookup import Lexicon, Mention
from kb.sentences import split_sentences
from kb.text import tokens

SPECIFIC = ("drugs", "conditions", "vaccines")  # groups of the lexicon whose members an answer must name
SUBJECTS = (*SPECIFIC, "drug_classes")
_LEAVES_OUT = re.compile(
    r"\b(?:it|this|guidelines?|document|standards?|statement)\s+(?:does|do)\s+not\s+(?:cover|apply|address|include)\b"
    r"|\b(?:outside|beyond) the scope\b|本(?:指南|共识|规范|方案|标准)不(?:适用|涉及|包括|包含)",
    re.IGNORECASE,
)
CARRYING = frozenset({"pregnancy", "pregnant-woman", "breastfeeding-woman"})  # what holds for others does not hold here
BROADER = 0.5  # a passage that speaks of the class of what was asked ("statins" for "atorvastatin")


@dataclass(frozen=True, slots=True)
class Subjects:
    """How far passages speak of what a question names."""

    together: float  # most of the subjects that one of the best passages names, 0..1; 1 when none is known
    strangers: tuple[str, ...]  # the question's words for a drug or illness that no passage names


def find_subjects(lexicon: Lexicon, question: str, hits: Sequence[Hit], best: int) -> Subjects:
    """Subjects of the question in the passages, their headings and the titles of their guidelines, in either language.

    `together` looks at the `best` first hits, `strangers` at all of them. Classes and broad terms ("antibiotics",
    "chronic disease") are no strangers: what stands below them may go by names that the lexicon does not know.
    """
    asked = [mention for mention in lexicon.find(question) if _is_subject(lexicon, mention)]
    if not asked:
        return Subjects(1.0, ())
    shares = [_shares(lexicon, question, asked, hit) for hit in hits]
    together = max((sum(each) / len(asked) for each in shares[:best]), default=0.0)
    unnamed = [mention for at, mention in enumerate(asked) if not any(each[at] for each in shares)]
    strangers = [question[each.start : each.end] for each in unnamed if _is_specific(lexicon, each)]
    return Subjects(together, tuple(strangers))


def _is_subject(lexicon: Lexicon, mention: Mention) -> bool:
    return _is_carrying(mention) or any(lexicon.concept(each).group in SUBJECTS for each in mention.concept_ids)


def _is_carrying(mention: Mention) -> bool:
    return not CARRYING.isdisjoint(mention.concept_ids)


def _is_specific(lexicon: Lexicon, mention: Mention) -> bool:
    return _is_carrying(mention) or all(
        lexicon.concept(each).group in SPECIFIC and not lexicon.is_broad(each) for each in mention.concept_ids
    )


def _shares(lexicon: Lexicon, question: str, asked: Sequence[Mention], hit: Hit) -> list[float]:
    """For each subject how far a passage speaks of it; one that stands there in the question's own words is named."""
    spoken, words = _spoken(lexicon, "\n".join((hit.edition.title, hit.passage.context, hit.passage.text)))
    return [
        1.0 if words.issuperset(tokens(question[each.start : each.end])) else _speaks_of(lexicon, each, spoken)
        for each in asked
    ]


@lru_cache(maxsize=2048)  # the same passages answer many questions
def _spoken(lexicon: Lexicon, text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Concepts that a text names, and its tokens; but not where it says what the guideline leaves out."""
    text = "".join(text[start:end] for start, end in split_sentences(text) if not _LEAVES_OUT.search(text[start:end]))
    return (
        frozenset(identity for mention in lexicon.find(text) for identity in mention.concept_ids),
        frozenset(tokens(text)),
    )


def _speaks_of(lexicon: Lexicon, mention: Mention, spoken: frozenset[str]) -> float:
    if any(lexicon.is_a(found, wanted) for found in spoken for wanted in mention.concept_ids):
        return 1.0
    is_broader = any(lexicon.is_a(wanted, found) for found in spoken for wanted in mention.concept_ids)
    return BROADER if is_broader else 0.0
