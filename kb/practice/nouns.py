"""The nouns of the practice check: claims, verdicts, findings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kb.domain import Citation
from kb.versions.changes import Severity


class Verdict(StrEnum):
    """How a claim stands to what is in force."""

    CURRENT = "current"  # every slot that it asserts stands in the edition in force
    OUTDATED = "outdated"  # agrees with an earlier edition where the edition in force differs
    PARTIALLY_OUTDATED = "partially_outdated"  # still true for a part of the people that it names
    CURRENT_STRENGTH_CHANGED = "current_strength_changed"  # same content, recommended more or less firmly
    NO_LONGER_COVERED = "no_longer_covered"  # matches only a recommendation that was dropped
    DEVIATES = "deviates"  # the topic is covered, the claim agrees with no edition
    CONFLICT = "conflict"  # current for one body in force, contradicted by another
    DRAFT_ONLY = "draft_only"  # agrees only with a draft
    NOT_COVERED = "not_covered"  # nothing here speaks of it; not the same as "wrong"
    NEEDS_REVIEW = "needs_review"  # a person has to read both texts


# The gravest first: what a compound claim is judged by, and how findings are listed.
GRAVITY = (
    Verdict.OUTDATED, Verdict.DEVIATES, Verdict.CONFLICT, Verdict.NO_LONGER_COVERED, Verdict.DRAFT_ONLY,
    Verdict.PARTIALLY_OUTDATED, Verdict.NEEDS_REVIEW, Verdict.CURRENT_STRENGTH_CHANGED, Verdict.NOT_COVERED,
    Verdict.CURRENT,
)  # fmt: skip
NO_CONCERN = (Verdict.CURRENT, Verdict.NOT_COVERED)


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A piece of a local document and where it stands, as its reader would find it ("page 3", "row 12")."""

    text: str
    location: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement that can be checked; its parts where it says several things."""

    text: str
    location: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SlotCheck:
    """One slot that a claim asserts, and what the editions say on it; "" where one is silent."""

    slot: str
    claim: str
    superseded: str
    current: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A claim, its verdict, and the evidence on both sides."""

    id: str
    claim: str
    location: str
    verdict: Verdict
    subtype: str  # reversed | threshold | dose | agent | population | procedure | timing | …, or ""
    severity: Severity
    confidence: float  # 0..1
    current: Citation | None
    superseded: Citation | None
    other_bodies: tuple[Citation, ...]
    changed: tuple[SlotCheck, ...]
    why: str  # one plain sentence in the claim's language
    parts: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentFinding:
    """What is wrong with a source that a document cites."""

    kind: str  # cites_superseded_edition | cites_draft | identifier_mismatch | expired_source
    text: str
    location: str
    edition_id: str
    current_edition_id: str | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the check was made against."""

    guidelines: int
    editions: int
    newest_issued_on: str


@dataclass(frozen=True, slots=True)
class Check:
    """Everything that a check found; the gravest findings first within a document's order is left to the reader."""

    as_of: date
    coverage: Coverage
    document_findings: tuple[DocumentFinding, ...]
    findings: tuple[Finding, ...]
