"""What a quality team reads in the terminal: what changed, and what a check found."""

from __future__ import annotations

from kb.versions.changes import Severity
from kb.versions.diff import Change, Diff
from kb.versions.lines import Line
from ui.printing import NOTICE, indented
from ui.tables import changed_text


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
