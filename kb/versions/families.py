"""Is a new PDF an edition of a guideline that is known here? Candidates with reasons; a person decides.

The same subject for another population, for another purpose (testing against treatment) or from another body is another
guideline. A sentence in which the PDF names what it replaces says most. Nothing here changes a status.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, replace

from rapidfuzz import fuzz

from kb.dates import day_after_last, first_day
from kb.domain import Edition, Kind, RelationType, State
from kb.lexicon.lookup import load_lexicon
from kb.publishers import same_publisher
from kb.store.ledger import Ledger
from kb.text import fold, squeeze
from kb.versions.traits import Traits, rarity, traits_of

PRESELECT = 0.6  # from here a candidate is chosen on the card beforehand; a person still confirms it
LISTED = 0.02  # below this a candidate is not worth a line
MOST = 5
COUNTED = (State.IN_REVIEW, State.PUBLISHED, State.WITHDRAWN)
# These go with a guideline and are never its next edition.
BESIDE = (Kind.SUMMARY, Kind.DERIVATIVE, Kind.TRANSLATION, Kind.COMMENTARY, Kind.ERRATUM)
NAMED_LEAST = 0.9  # where the PDF's own words name what it replaces

# In the order of Comparison, then the intercept: logistic regression on every second arrival of a frozen set of titles,
# measured on the others (docs/log.md).
WEIGHTS = (2.53, 2.1, 2.99, 2.44, -1.6, -0.43, -1.21, 3.23, -1.4, -0.75, -7.85)

_ALONE = ("screening", "testing", "monitoring", "intervention", "primary", "nursing", "rehabilitation", "nutrition")
_TAKES_PLACE = re.compile(
    r"\b(?:replac\w*|supersed\w*|updat\w*|revis\w*|retire\w*|takes\s+the\s+place|consolidat\w*|successor)\b"
    r"|代替|替代|取代|废止|修订|更新|基础上|更名"
)
_DENIED = re.compile(r"\b(?:does|do|did|will)\s+not\s+(?:replace|supersede|update|change)|不(?:代替|替代|取代)")
_YEAR_LABEL = re.compile(r"(?:19|20)\d\d\W*\w{0,8}")


@dataclass(frozen=True, slots=True)
class FamilyCandidate:
    """A known guideline that a PDF may be an edition of."""

    guideline_id: str
    edition_id: str  # of its editions the one that fits best
    score: float  # probability, 0..1
    reasons: tuple[str, ...]
    is_beside: bool  # a summary, translation, commentary or erratum: belongs to it, is no edition that may replace


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a new card and a known edition compare; each 0..1. The order is that of WEIGHTS."""

    shared: float  # weight of the terms that both have, of all that either has
    contained: float  # of all that the poorer title has
    letters: float  # likeness of the titles as strings
    publisher: float  # share of the fewer bodies that are the same
    population: float  # 1 where one is for a group that the other is not for
    purpose: float  # 1 where one is for a purpose that the other has not
    subject: float  # 1 where both name a subject and they share none
    named: float  # 1 where the new one's own words name this edition as what it replaces, or is replaced by
    other: float  # 1 where they name another known one
    language: float  # 1 where the languages differ


def compare(new: Traits, old: Traits, weights: dict[str, float]) -> Comparison:
    """Compare what two titles are about; `weights` of terms by rarity, 1 for a term that is not in it."""

    def weigh(terms: Iterable[str]) -> float:
        return sum(weights.get(term, 1.0) for term in terms)

    near = _near(new.subjects - old.subjects, old.subjects - new.subjects)
    both = weigh(new.terms & old.terms) + 0.6 * weigh(near)
    either = weigh(new.terms | old.terms)
    fewer = min(weigh(new.terms), weigh(old.terms))
    bodies = [
        any(same_publisher(one, other) or _alike(one, other) for other in old.publishers) for one in new.publishers
    ]
    turned = [
        any(same_publisher(one, other) or _alike(one, other) for other in new.publishers) for one in old.publishers
    ]
    rates = [sum(each) / len(each) for each in (bodies, turned) if each]
    return Comparison(
        shared=both / either if either else 0.0,
        contained=min(1.0, both / fewer) if fewer else 0.0,
        letters=fuzz.token_sort_ratio(new.core, old.core) / 100,
        publisher=max(rates, default=0.0),
        population=float(new.populations != old.populations),
        purpose=float(any((act in new.acts) != (act in old.acts) for act in _ALONE)),
        subject=float(bool(new.subjects) and bool(old.subjects) and not (new.subjects & old.subjects or near)),
        named=0.0,
        other=0.0,
        language=0.0,
    )


def _alike(one: str, other: str) -> bool:
    """Whether two names mean one body, or differ in little: a renamed institute keeps most words of its name."""
    return same_publisher(one, other) or fuzz.token_set_ratio(fold(one), fold(other)) >= 85


def _near(new: Iterable[str], old: Iterable[str]) -> set[str]:
    """Subjects of which one is the other's broader or narrower name."""
    lexicon = load_lexicon()
    return {one for one in new for other in old if lexicon.is_a(one, other) or lexicon.is_a(other, one)}


def propose_families(ledger: Ledger, edition: Edition, statement: str = "") -> list[FamilyCandidate]:
    """Known guidelines that an edition may belong to, best first, at most five.

    `statement` is what the PDF itself says of other editions. The edition's own guideline counts only by its other
    editions. Scores are probabilities, 0..1.
    """
    known = [
        each for each in ledger.editions.values() if each.id != edition.id and each.state in COUNTED and each.title
    ]
    traits = {each.id: traits_of(each.title, each.publisher) for each in known}
    weights = rarity({each.guideline_id: traits[each.id] for each in known}.values())
    named = {each.id for each in known if names_as_replaced(statement, each)}
    mine = traits_of(edition.title, edition.publisher)
    best: dict[str, FamilyCandidate] = {}
    for other in known:
        found = _candidate(edition, mine, other, traits[other.id], weights, named)
        if found.score >= LISTED and found.score > getattr(best.get(found.guideline_id), "score", 0.0):
            best[found.guideline_id] = found
    ranked = sorted(best.values(), key=lambda each: (-each.score, each.guideline_id))[:MOST]
    return [_with_predecessor(ledger, edition, each) for each in ranked]


def is_preselected(candidate: FamilyCandidate) -> bool:
    """Whether a card may have this candidate chosen as what the edition follows, for a person to confirm."""
    return candidate.score >= PRESELECT and not candidate.is_beside


def predecessor(ledger: Ledger, edition: Edition, guideline_id: str) -> str | None:
    """Of a guideline the youngest full edition that is older than this one; None where this one is the oldest."""
    if not edition.issued_on:
        return None
    day = first_day(edition.issued_on)
    older = [
        (first_day(each.issued_on), each.id)
        for each in ledger.editions.values()
        if each.guideline_id == guideline_id and each.id != edition.id and each.state in COUNTED
        if each.kind == Kind.FULL and each.issued_on and day_after_last(each.issued_on) <= day
    ]
    return max(older)[1] if older else None


def spoken_of(ledger: Ledger, edition: Edition) -> str:
    """What the PDF of an edition says of other editions: statements read from it, and the stamp on an old copy."""
    read = [each.evidence for each in ledger.relations_from(edition.id) if each.type == RelationType.REPLACES]
    return " ".join([*read, edition.archived]).strip()


def names_as_replaced(statement: str, known: Edition) -> bool:
    """Whether a sentence about replacing names this edition by identifier, label or title."""
    folded = fold(statement)
    if not folded or not _TAKES_PLACE.search(folded) or _DENIED.search(folded):
        return False
    for name in (*known.identifiers, known.label):
        letters = squeeze(name)
        if len(letters) < 3 or not re.search(r"\d", letters) or _YEAR_LABEL.fullmatch(letters) or letters.isdigit():
            continue
        spaced = r"\s*".join(map(re.escape, letters))
        if re.search(rf"(?<![a-z0-9]){spaced}(?!\d)", folded):
            return True
    title, core = squeeze(known.title), squeeze(traits_of(known.title, known.publisher).core)
    inside = squeeze(statement)
    return (len(title) >= 8 and title in inside) or (len(core) >= 10 and core in inside)


def _candidate(
    edition: Edition, mine: Traits, other: Edition, theirs: Traits, weights: dict[str, float], named: set[str]
) -> FamilyCandidate:
    compared = compare(mine, theirs, weights)
    compared = replace(
        compared,
        named=float(other.id in named),
        other=float(bool(named) and other.id not in named),
        language=float(edition.language != other.language),
    )
    score = 1 / (1 + math.exp(-sum(w * value for w, value in zip(WEIGHTS, (*astuple(compared), 1.0), strict=True))))
    if compared.named and not compared.subject:
        score = max(score, NAMED_LEAST + (1 - NAMED_LEAST) * 0.9 * score)
    if set(edition.identifiers) & set(other.identifiers):
        score = max(score, NAMED_LEAST)
    reasons = tuple(_reasons(edition, other, compared))
    return FamilyCandidate(other.guideline_id, other.id, round(score, 3), reasons, edition.kind in BESIDE)


def _reasons(edition: Edition, other: Edition, compared: Comparison) -> Iterator[str]:
    """In favour first; a door translates them."""
    if compared.named:
        yield "its own words name this edition"
    if set(edition.identifiers) & set(other.identifiers):
        yield "same identifier"
    if compared.shared >= 0.99:
        yield "same subject"
    elif compared.contained >= 0.99:
        yield "same subject, one title says more"
    elif compared.shared > 0:
        yield "part of the subject"
    if compared.publisher >= 0.5:
        yield "same publisher"
    else:
        yield "another publisher"
    if compared.population:
        yield "another population"
    if compared.purpose:
        yield "another purpose"
    if compared.subject:
        yield "another subject"
    if compared.language:
        yield "another language"


def _with_predecessor(ledger: Ledger, edition: Edition, candidate: FamilyCandidate) -> FamilyCandidate:
    """The candidate with the edition that the new one would follow; for an older copy, none is replaced."""
    if candidate.is_beside:
        return candidate
    older = predecessor(ledger, edition, candidate.guideline_id)
    if older is not None:
        return replace(candidate, edition_id=older)
    if edition.issued_on:
        return replace(candidate, reasons=(*candidate.reasons, "older than what is here: would replace nothing"))
    return candidate
