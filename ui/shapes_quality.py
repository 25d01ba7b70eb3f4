"""The JSON of comparing editions and checking practice."""

from __future__ import annotations

from typing import Any

from kb.versions.diff import Change, Diff
from kb.versions.lines import Line


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
