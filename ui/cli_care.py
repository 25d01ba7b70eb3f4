"""Commands that look after a library and serve it. Imports of verbs stand inside, so that --help is instant."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ui.cli_frame import by_name, opened, print_json
from ui.cli_options import By, Home, Json


def reindex(home: Home = None, as_json: Json = False) -> None:
    """Rebuild everything that is derived from the registry."""
    from ingest.embed import embed_stored
    from kb.maintenance import reindex as rebuild

    with opened(home) as library:
        done = rebuild(library, lambda identity: embed_stored(library, identity))
    print_json(done) if as_json else typer.echo(f"Rebuilt: {done['passages']} passages, {done['vectors']} vectors.")


def doctor(
    repair: Annotated[bool, typer.Option("--repair", help="Rebuild what is derived and damaged.")] = False,
    home: Home = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Look at everything that can go wrong with a library."""
    from kb.maintenance import examine
    from ui.printing import print_findings
    from ui.shapes_maintenance import finding_json

    with opened(home) as library:
        findings = examine(library, repair=repair)
    print_json({"findings": [finding_json(each) for each in findings]}) if as_json else print_findings(findings)
    if not all(each.is_sound for each in findings):
        raise typer.Exit(1)


def backup(
    file: Annotated[Path, typer.Argument(help="The backup to write; it must not be there yet.")],
    by: By = None, home: Home = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Write everything that cannot be rebuilt into one file, while others go on reading and writing."""
    from kb.backup import backup as back_up
    from ui.printing_care import print_backup
    from ui.shapes_maintenance import report_json

    with opened(home) as library:
        written = back_up(library, file, by=by_name(by))
    print_json(report_json(written)) if as_json else print_backup(written)
    if written.missing:
        raise typer.Exit(1)


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `gkb backup` wrote.")],
    by: By = None, home: Home = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Put a backup into an empty or missing folder; nothing is embedded again."""
    from kb.restore import restore as put_back
    from kb.settings import load_settings
    from ui.printing_care import print_restored
    from ui.shapes_maintenance import report_json

    restored = put_back(load_settings(home=home), file, by=by_name(by))
    print_json(report_json(restored)) if as_json else print_restored(restored)
    if restored.missing or restored.notices:
        raise typer.Exit(1)


def stats(home: Home = None, as_json: Json = False) -> None:
    """Count what the library holds."""
    from kb.maintenance import collect_stats
    from ui.printing import print_pairs

    with opened(home) as library:
        counted = collect_stats(library)
    print_json(counted) if as_json else print_pairs(counted)


def settings(as_json: Json = False) -> None:
    """Print each setting with its value and where it came from."""
    from kb.settings import describe_settings, load_settings
    from ui.printing import print_settings

    rows = describe_settings(load_settings())
    print_json({"settings": rows}) if as_json else print_settings(rows)


def ui(
    host: Annotated[str, typer.Option("--host")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port")] = 8501,
    home: Home = None,
) -> None:
    """Serve the web pages; ends with Ctrl-C."""
    from ui.serving import serve

    raise typer.Exit(serve(host, port, home))
