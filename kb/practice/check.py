"""`check(library, lines)`: a local document, claim by claim, beside what is in force on a day."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from kb.dates import first_day
from kb.domain import Citation, Edition, Filters, State
from kb.lexicon import load_lexicon
from kb.practice.candidates import Family, find_families
from kb.practice.claims import read_claims, split_parts
from kb.practice.combine import Combined, combine
from kb.practice.evidence import cite_line
from kb.practice.judge import Judgement, judge
from kb.practice.links import Links
from kb.practice.nouns import GRAVITY, Check, Claim, Coverage, Finding, SourceLine, Verdict
from kb.practice.reasons import explain
from kb.practice.sources import find_sources
from kb.retrieval.search import Retrieval
from kb.slots import read_slots
from kb.store.ledger import Ledger
from kb.store.library import Library
from kb.text import language_of
from kb.versions.changes import Severity
from kb.versions.status import lane

GRAVE = frozenset({"reversed", "dose", "threshold", "agent"})
MOST_OTHERS = 3
SURE_OF_WHOLE = 0.85  # confidence from which a compound claim is current as one line has it


def check(library: Library, document: str | Iterable[SourceLine], *, filters: Filters | None = None) -> Check:
    """Check a text, or the lines of a document with their places, against what is in force on the day.

    Nothing of the document is kept or logged. Findings stand in document order.
    """
    filters = filters or Filters()
    lines = [SourceLine(document, "")] if isinstance(document, str) else list(document)
    ledger = library.ledger(filters.known_at)
    as_of = filters.as_of or date.today()
    claims = list(read_claims(lines))
    if not claims and isinstance(document, str) and document.strip():
        claims = [Claim(document.strip(), "", split_parts(document.strip()))]  # one statement, however it is worded
    return Check(
        as_of=as_of,
        coverage=coverage_of(ledger, as_of),
        document_findings=tuple(find_sources(ledger, lines, as_of)),
        findings=tuple(check_claim(library, each, filters) for each in claims),
    )


def coverage_of(ledger: Ledger, as_of: date) -> Coverage:
    """What a check on a day is made against."""
    shown = [ledger.editions[key] for key in lane(ledger, as_of)]
    published = [each for each in ledger.editions.values() if each.state in (State.PUBLISHED, State.WITHDRAWN)]
    newest = max((each.issued_on for each in shown if each.issued_on), default="")
    return Coverage(len({each.guideline_id for each in shown}), len(published), newest)


def check_claim(library: Library, claim: Claim, filters: Filters) -> Finding:
    """The finding on one claim; of a compound one the worst of its parts, which stand under `parts`."""
    whole = _check_part(library, claim.text, claim.location, filters)
    if len(claim.parts) == 1 or (whole.verdict == Verdict.CURRENT and whole.confidence >= SURE_OF_WHOLE):
        return whole
    findings = [_check_part(library, part, claim.location, filters) for part in claim.parts]
    worst = min(findings, key=lambda each: GRAVITY.index(each.verdict))
    return replace(worst, claim=claim.text, id=finding_id(claim.text, claim.location), parts=tuple(findings))


def finding_id(claim: str, location: str) -> str:
    """Stable id of a claim at its place."""
    return "f-" + hashlib.sha256(f"{location}|{claim}".encode()).hexdigest()[:10]


def _check_part(library: Library, text: str, location: str, filters: Filters) -> Finding:
    lexicon = load_lexicon(library.settings.lexicon) if hasattr(library.settings, "lexicon") else load_lexicon()
    found, families = find_families(library, text, filters, lexicon)
    slots = read_slots(text, lexicon)
    lexical = found.view.snapshot.lexical
    rarity = {word: 1.0 / (1.0 + lexical.frequency(word)) ** 0.25 for word in slots.terms}
    judged: list[tuple[Edition, Judgement]] = []
    for family in families:
        links = Links(library, _in_order(found, family))
        judgement = judge(slots, family, links.successors, links.predecessors, lexicon, rarity)
        if judgement is not None:
            judged.append((_edition_of(found, judgement), judgement))
    home = filters.jurisdiction or library.settings.jurisdiction
    return _finding(library, found, text, location, combine(judged, home))


def _in_order(found: Retrieval, family: Family) -> list[str]:
    """Editions of a family that were ever in force by the day, oldest first."""
    editions = found.view.ledger.editions
    kept = [each for each in family.lines if family.statuses[each] not in ("draft", "not_yet_effective")]
    return sorted(kept, key=lambda each: (editions[each].effective_on or editions[each].issued_on, each))


def _edition_of(found: Retrieval, judgement: Judgement) -> Edition:
    line = judgement.pair.new or judgement.pair.old or judgement.draft
    assert line is not None
    return found.view.ledger.editions[line.line.edition_id]


def _finding(library: Library, found: Retrieval, text: str, location: str, combined: Combined | None) -> Finding:
    language = language_of(text)
    if combined is None:
        why = explain(Verdict.NOT_COVERED, language, (), new=None, old=None, draft=None, others=())
        return Finding(
            finding_id(text, location),
            text,
            location,
            Verdict.NOT_COVERED,
            "",
            Severity.NONE,
            0.6,
            None,
            None,
            (),
            (),
            why,
        )
    editions = found.view.ledger.editions
    judgement = combined.judgement
    pair = judgement.pair
    newest = pair.new or judgement.draft
    current = _cite(library, found, pair.new, 1)
    superseded = _cite(library, found, pair.old, 2)
    others = [
        cite
        for place, each in enumerate(combined.others[:MOST_OTHERS], start=3)
        if (cite := _cite(library, found, each.pair.new, place)) is not None
    ]
    if judgement.draft is not None and (draft := _cite(library, found, judgement.draft, 9)):
        others.append(draft)
    why = explain(
        combined.verdict,
        language,
        judgement.checks,
        new=editions[pair.new.line.edition_id] if pair.new else None,
        old=editions[pair.old.line.edition_id] if pair.old else None,
        draft=editions[newest.line.edition_id] if newest and judgement.draft else None,
        others=[each.hit.edition for each in others],
    )
    return Finding(
        id=finding_id(text, location),
        claim=text,
        location=location,
        verdict=combined.verdict,
        subtype=combined.subtype,
        severity=severity_of(combined.verdict, combined.subtype),
        confidence=confidence_of(judgement),
        current=current,
        superseded=superseded,
        other_bodies=tuple(others),
        changed=judgement.checks,
        why=why,
    )


def _cite(library: Library, found: Retrieval, scored: object, marker: int) -> Citation | None:
    from kb.practice.candidates import Scored

    if not isinstance(scored, Scored):
        return None
    return cite_line(library, found, scored.line, marker=marker, score=scored.topic)


def severity_of(verdict: Verdict, subtype: str) -> Severity:
    """How much a finding matters to what is done."""
    if verdict in (Verdict.OUTDATED, Verdict.DEVIATES):
        return Severity.CRITICAL if subtype in GRAVE else Severity.MAJOR
    if verdict in (Verdict.CURRENT, Verdict.NOT_COVERED):
        return Severity.NONE
    if verdict in (Verdict.CURRENT_STRENGTH_CHANGED, Verdict.NEEDS_REVIEW):
        return Severity.MINOR
    return Severity.MAJOR


def confidence_of(judgement: Judgement) -> float:
    """How sure the rules are, 0..1: by how near the lines are, and whether what is asserted could be compared."""
    says = judgement.pair.new_says or judgement.pair.old_says
    compared = bool(says and says.ballots)
    sure = min(1.0, judgement.topic) * (1.0 if compared else 0.7)
    if judgement.verdict == Verdict.NEEDS_REVIEW:
        sure *= 0.5
    return round(min(0.97, 0.3 + 0.7 * sure), 2)


def worst_first(findings: Sequence[Finding]) -> list[Finding]:
    """Findings in the order in which they should be worked through."""
    return sorted(findings, key=lambda each: GRAVITY.index(each.verdict))


__all__ = ["check", "check_claim", "coverage_of", "first_day", "worst_first"]
