"""Commands of the work that follows a check: what was kept, decisions, re-checks, removal for good."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kb.errors import UsageError
from ui.cli_frame import by_name, opened, print_json
from ui.cli_options import By, Home, Json, Why

Document = Annotated[str | None, typer.Option("--document", help="Id of a kept document.")]


def findings(
    document: Document = None,
    every: Annotated[bool, typer.Option("--all", help="Closed and current ones too.")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="Write a table here: .csv, .xlsx or .html.")] = None,
    home: Home = None, as_json: Json = False,
) -> None:  # fmt: skip
    """List kept findings that somebody still has to act on, the gravest first."""
    from datetime import date

    from kb.practice.kept import list_kept
    from ui.exports import check_ending, write_table
    from ui.printing_quality import print_kept
    from ui.shapes_quality import kept_json
    from ui.tables import kept_table

    if out:
        check_ending(out)
    with opened(home) as library:
        kept = [each for each in list_kept(library, document=document) if every or each.is_open(date.today())]
    if out:
        write_table(out, kept_table(kept))
    print_json({"findings": [kept_json(each) for each in kept]}) if as_json else print_kept(kept)


def decide(
    finding: Annotated[str, typer.Argument(help="Id of a kept finding.")],
    kind: Annotated[str, typer.Argument(help="confirm, dismiss, accept, assign, note or done.")],
    until: Annotated[str, typer.Option("--until", help="Last day of an accepted deviation.")] = "",
    to: Annotated[str, typer.Option("--to", help="Who works on it.")] = "", document: Document = None,
    by: By = None, why: Why = "", home: Home = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Record a decision about a kept finding."""
    from kb.practice.kept import DecisionKind
    from kb.practice.kept import decide as record
    from ui.printing_quality import print_kept
    from ui.shapes_quality import kept_json

    if kind not in list(DecisionKind):
        raise UsageError(f"Unknown decision {kind!r}.", hint=f"One of: {', '.join(DecisionKind)}.")
    with opened(home) as library:
        kept = record(
            library, finding, DecisionKind(kind), by=by_name(by), why=why, until=until, to=to, document=document
        )
    print_json(kept_json(kept)) if as_json else print_kept([kept])


def recheck(
    every: Annotated[bool, typer.Option("--all", help="Every kept finding, not only those that rest on what "
        "changed.")] = False,
    by: By = None, home: Home = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Check kept findings again whose editions were replaced or joined by others since."""
    from kb.practice.kept import recheck as again
    from ui.printing_quality import print_kept
    from ui.shapes_quality import kept_json

    with opened(home) as library:
        done = again(library, by=by_name(by), every=every)
    if as_json:
        print_json({"looked_at": done.looked_at, "changed": [kept_json(each) for each in done.changed]})
        return
    print(f"{done.looked_at} findings checked again, {len(done.changed)} changed.")
    print_kept(done.changed)


def purge(
    identity: Annotated[str, typer.Argument(help="Id of a kept document or finding.")],
    by: By = None, why: Why = "", home: Home = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Remove a kept document or finding for good; the history keeps only that it happened."""
    from kb.practice.kept import purge as remove

    with opened(home) as library:
        count = remove(library, identity, by=by_name(by), why=why)
    print_json({"purged": identity, "findings": count}) if as_json else print(f"{count} findings removed for good.")
