"""What a quality team reads in the terminal: what changed, and what a check found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kb.domain import Citation
from kb.practice.kept import KeptFinding
from kb.practice.measure import Scores
from kb.practice.nouns import Check, Finding, Verdict
from kb.versions.changes import Severity
from kb.versions.diff import Change, Diff
from kb.versions.lines import Line
from ui.printing import NOTICE, indented
from ui.tables import changed_text, source_text


def print_diff(found: Diff) -> None:
    """Changes, the gravest first; what did not change is counted."""
    print(f"{found.old.id}  →  {found.new.id}")
    for notice in found.notices:
        print(f"! {notice}")
    for change in found.changes:
        if change.severity != Severity.NONE:
            _print_change(change)
    kept = sum(change.severity == Severity.NONE for change in found.changes)
    counts = ", ".join(f"{name} {count}" for name, count in sorted(found.summary.items()))
    print(f"{kept} unchanged or only moved. {counts}.")
    print(f"Found by rules; a person decides. {NOTICE}")


def _print_change(change: Change) -> None:
    print(f"\n{change.severity.upper():<9} {', '.join(change.types)}")
    for changed in change.changed:
        print(f"      {changed_text(changed)}")
    for mark, lines in (("-", change.old), ("+", change.new)):
        for line in lines:
            print(f"  {mark} {_place(line)}")
            print(indented(line.text))


def _place(line: Line) -> str:
    number = f"{line.number} · " if line.number else ""
    return f"{number}p. {line.page_first} · {line.edition_id}"


def print_check(found: Check) -> None:
    """Findings in document order, with both sides' evidence; what is current is counted."""
    for each in found.document_findings:
        print(f"! {source_text(each)}")
        print(indented(each.text))
    for finding in found.findings:
        if len(found.findings) == 1 or finding.verdict != Verdict.CURRENT:
            _print_finding(finding)
    counts: dict[str, int] = {}
    for finding in found.findings:
        counts[finding.verdict.value] = counts.get(finding.verdict.value, 0) + 1
    print(", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "Nothing here can be checked.")
    coverage = found.coverage
    print(
        f"As of {found.as_of.isoformat()} against {coverage.guidelines} guidelines in force, the newest of "
        f"{coverage.newest_issued_on or 'an unknown day'}. Found by rules; a person decides. {NOTICE}"
    )


def _print_finding(finding: Finding) -> None:
    place = f" · {finding.location}" if finding.location else ""
    subtype = f".{finding.subtype}" if finding.subtype else ""
    print(f"\n{finding.verdict.upper()}{subtype}{place} · {finding.confidence:.0%} · {finding.id}")
    print(indented(finding.claim))
    print(f"    {finding.why}")
    for mark, citation in (("in force", finding.current), ("earlier", finding.superseded)):
        if citation is not None:
            print(f"    {mark}: {_quoted_place(citation)}")
            print(indented(citation.quote))
    for citation in finding.other_bodies:
        print(f"    also: {_quoted_place(citation)}")
        print(indented(citation.quote))


def _quoted_place(citation: Citation) -> str:
    edition = citation.hit.edition
    named = " · ".join(part for part in (edition.publisher, edition.title, edition.label, edition.issued_on) if part)
    return f"{named} · p. {citation.page_first} · {str(citation.hit.passage_status).upper().replace('_', ' ')}"


def print_scores(found: Mapping[str, Mapping[str, Scores]]) -> None:
    """Figures of the practice check by rule and language."""
    for rule, groups in found.items():
        for name, scores in groups.items():
            print(
                f"{rule:<13} {name:<4} n={scores.n:<4} right {scores.accuracy:.1%}  macro-F1 {scores.macro_f1:.3f}  "
                f"dangerous misses {_rate(scores.dangerous)}  false alarms {_rate(scores.false_alarms)}  "
                f"needs review {scores.needs_review:.1%}"
            )


def _rate(value: float | None) -> str:
    return "none to count" if value is None else f"{value:.1%}"


def print_kept(kept: Sequence[KeptFinding]) -> None:
    """Kept findings by document, with what was decided."""
    if not kept:
        print("Nothing that somebody has to act on.")
    document = ""
    for each in kept:
        if each.document_id != document:
            document = each.document_id
            print(f"{each.document_id}  {each.document}")
        was = f" (was {each.before})" if each.before and each.before != each.verdict else ""
        print(f"  {each.id}  {each.verdict.upper()}{'.' + each.subtype if each.subtype else ''}{was} · {each.location}")
        print(indented(each.claim))
        print(f"      {each.why}")
        for made in each.decisions:
            detail = ", ".join(
                part for part in (made.until and f"until {made.until}", made.assignee, made.reason) if part
            )
            print(f"      {made.at[:10]} {made.by}: {made.kind}{f' ({detail})' if detail else ''}")
