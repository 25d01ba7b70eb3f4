"""The JSON of comparing editions and checking practice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from kb.practice.kept import KeptFinding
from kb.practice.measure import Scores
from kb.practice.nouns import Check, DocumentFinding, Finding
from kb.versions.diff import Change, Diff
from kb.versions.lines import Line
from ui.shapes import citation_json


def diff_json(found: Diff) -> dict[str, Any]:
    """Two editions and what changed, the gravest first."""
    return {
        "old": found.old.id,
        "new": found.new.id,
        "changes": [change_json(each) for each in found.changes],
        "summary": found.summary,
        "notices": list(found.notices),
    }


def change_json(change: Change) -> dict[str, Any]:
    """One change; further lines of a split or merge stand under `old_parts` and `new_parts`."""
    shown: dict[str, Any] = {
        "types": list(change.types),
        "severity": change.severity,
        "old": side_json(change.old[0]) if change.old else None,
        "new": side_json(change.new[0]) if change.new else None,
        "changed": [{"slot": each.slot, "old": each.old, "new": each.new} for each in change.changed],
        "score": change.score,
    }
    for name, lines in (("old_parts", change.old), ("new_parts", change.new)):
        if len(lines) > 1:
            shown[name] = [side_json(each) for each in lines]
    return shown


def side_json(line: Line) -> dict[str, Any]:
    """A recommendation (or line of running text) of one edition."""
    graded = line.recommendation
    return {
        "edition_id": line.edition_id,
        "number": line.number,
        "text": line.text,
        "page": line.page_first,
        "strength": graded.strength if graded else "",
        "certainty": graded.certainty if graded else "",
        "section": list(line.section),
    }


def check_json(found: Check) -> dict[str, Any]:
    """What a check found."""
    return {
        "as_of": found.as_of.isoformat(),
        "coverage": {
            "guidelines": found.coverage.guidelines,
            "editions": found.coverage.editions,
            "newest_issued_on": found.coverage.newest_issued_on or None,
        },
        "document_findings": [document_finding_json(each) for each in found.document_findings],
        "findings": [finding_json(each) for each in found.findings],
    }


def document_finding_json(found: DocumentFinding) -> dict[str, Any]:
    """What is wrong with a source that a document cites."""
    return {
        "kind": found.kind,
        "text": found.text,
        "location": found.location,
        "edition_id": found.edition_id,
        "current_edition_id": found.current_edition_id,
    }


def finding_json(found: Finding) -> dict[str, Any]:
    """A claim with its verdict and the evidence on both sides; the parts of a compound claim under `parts`."""
    shown: dict[str, Any] = {
        "id": found.id,
        "claim": found.claim,
        "location": found.location,
        "verdict": found.verdict,
        "subtype": found.subtype or None,
        "severity": found.severity,
        "confidence": found.confidence,
        "current": citation_json(found.current) if found.current else None,
        "superseded": citation_json(found.superseded) if found.superseded else None,
        "other_bodies": [citation_json(each) for each in found.other_bodies],
        "changed": [
            {"slot": each.slot, "claim": each.claim, "superseded": each.superseded, "current": each.current}
            for each in found.changed
        ],
        "why": found.why,
    }
    if found.parts:
        shown["parts"] = [finding_json(each) for each in found.parts]
    return shown


def scores_json(found: Mapping[str, Mapping[str, Scores]]) -> dict[str, Any]:
    """Figures of the practice check by rule and language."""
    return {rule: {name: asdict(scores) for name, scores in groups.items()} for rule, groups in found.items()}


def kept_json(kept: KeptFinding) -> dict[str, Any]:
    """A kept finding with its evidence and decisions."""
    return {
        "document_id": kept.document_id,
        "document": kept.document,
        "id": kept.id,
        "round": kept.round,
        "at": kept.at,
        "claim": kept.claim,
        "location": kept.location,
        "verdict": kept.verdict,
        "before": kept.before,
        "subtype": kept.subtype or None,
        "severity": kept.severity,
        "why": kept.why,
        "evidence": kept.evidence,
        "engine": kept.engine,
        "revision": kept.revision,
        "decisions": [asdict(each) for each in kept.decisions],
    }
