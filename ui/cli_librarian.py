"""Commands of the librarian: ingest, review, publish, relate, undo, audit.

Imports of verbs stand inside, so that --help is instant.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ui.cli_frame import by_name, opened, print_json, progress_shown
from ui.cli_options import By, Home, Json, Sets, Why


def ingest(
    paths: Annotated[list[Path] | None, typer.Argument(help="PDFs or folders; none: finish what is queued.")] = None,
    manifest: Annotated[Path | None, typer.Option("--manifest", help="CSV with a librarian's metadata.")] = None,
    publish: Annotated[bool, typer.Option("--publish", help="Accept what was read where it is complete.")] = False,
    by: By = None, why: Why = "", home: Home = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Take in guideline PDFs: read, check, embed, publish."""
    from ingest.queue import ingest as take_in
    from ingest.queue import resume
    from ingest.report import merge_reports
    from ui.printing import print_report

    with opened(home, create=True) as library, progress_shown(as_json) as shown:
        if paths:
            report = take_in(
                library, paths, manifest=manifest, publish=publish, by=by_name(by), why=why, on_progress=shown
            )
            reports = [report]
        else:
            reports = resume(library, shown)
    whole = merge_reports(reports)
    print_json(whole.as_json()) if as_json else print_report(whole)
    if not all(result.is_done for result in whole.files):
        raise typer.Exit(1)


def review(
    edition: Annotated[str | None, typer.Argument(help="One edition: its card.")] = None,
    accept: Annotated[bool, typer.Option("--accept", help="Publish what has nothing doubtful on its card.")] = False,
    by: By = None, why: Why = "", home: Home = None, as_json: Json = False,
) -> None:  # fmt: skip
    """List what waits for a person, or the card of one edition: each value with the place it was read from."""
    from kb.versions.asking import accept_sure
    from ui.printing import print_cards
    from ui.showing import review_cards

    with opened(home) as library:
        done, failed = accept_sure(library, by=by_name(by), why=why) if accept else ([], {})
        cards = review_cards(library, edition)
    if as_json:
        print_json({"review": cards, **({"published": done, "failed": failed} if accept else {})})
        return
    if accept:
        typer.echo(f"Published {len(done)}: {', '.join(done) or 'none'}.")
    print_cards(cards)


def _acted(home: Path | None, as_json: bool, verb: Any, **arguments: Any) -> None:
    """Run a verb that changes something and say under which act it is recorded."""
    from kb.practice.kept import affected

    with opened(home) as library:
        recorded = verb(library, **arguments)
        due = affected(library)
    if as_json:
        print_json({"done": True, "recorded": recorded, "to_recheck": [each.id for each in due]})
        return
    typer.echo(f"Done, recorded as {recorded}.")
    if due:
        documents = ", ".join(dict.fromkeys(each.document for each in due))
        typer.echo(f"{len(due)} kept findings rest on what changed ({documents}); `gkb recheck` checks them again.")


def publish(
    edition: str, sets: Sets = None, by: By = None, why: Why = "", home: Home = None, as_json: Json = False
) -> None:
    """Make an edition visible to readers."""
    from kb.versions import change
    from ui.cli_frame import read_sets

    _acted(home, as_json, change.publish, edition_id=edition, fields=read_sets(sets), by=by_name(by), why=why)


def edit(
    edition: str, sets: Sets = None, by: By = None, why: Why = "", home: Home = None, as_json: Json = False
) -> None:
    """Correct metadata of an edition."""
    from kb.versions import change
    from ui.cli_frame import read_sets

    _acted(home, as_json, change.edit, edition_id=edition, fields=read_sets(sets), by=by_name(by), why=why)


def reject(edition: str, by: By = None, why: Why = "", home: Home = None, as_json: Json = False) -> None:
    """Keep an edition out (in review: rejected; published: entered in error)."""
    from kb.versions import change

    _acted(home, as_json, change.reject, edition_id=edition, by=by_name(by), why=why)


def withdraw(
    edition: str, on: Annotated[str, typer.Option("--on", help="Date of withdrawal.")], by: By = None, why: Why = "",
    home: Home = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Record that the publisher withdrew an edition."""
    from kb.versions import change

    _acted(home, as_json, change.withdraw, edition_id=edition, on=on, by=by_name(by), why=why)


def relate(
    new: Annotated[str | None, typer.Argument(help="The newer edition.")] = None,
    kind: Annotated[str | None, typer.Argument(help="replaces, amends, corrects, retracts, …")] = None,
    old: Annotated[str | None, typer.Argument(help="The older edition.")] = None,
    scope: Annotated[str | None, typer.Option("--scope", help="Numbers, p12-14 or §section, by commas.")] = None,
    on: Annotated[str, typer.Option("--on", help="Date on which it takes effect.")] = "",
    confirm: Annotated[str | None, typer.Option("--confirm", help="Confirm this relation id.")] = None,
    decline: Annotated[str | None, typer.Option("--reject", help="Reject this relation id.")] = None,
    by: By = None, why: Why = "", home: Home = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Relate two editions, or confirm or reject a proposed relation."""
    from ui.cli_frame import relation_verb

    verb, arguments = relation_verb(new, kind, old, scope, on, confirm, decline)
    _acted(home, as_json, verb, **arguments, by=by_name(by), why=why)


def undo(act: int, by: By = None, why: Why = "", home: Home = None, as_json: Json = False) -> None:
    """Take back one act of a person."""
    from kb.versions import change

    _acted(home, as_json, change.undo, act=act, by=by_name(by), why=why)


def audit(
    edition: Annotated[str | None, typer.Option("--edition", help="Only acts on this edition.")] = None,
    home: Home = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Print the history: who did what, when and why."""
    from kb.versions.listing import list_acts
    from ui.printing import print_acts
    from ui.shapes import act_json

    with opened(home) as library:
        acts = list_acts(library, edition=edition)
    print_json({"acts": [act_json(act) for act in acts]}) if as_json else print_acts(acts)
