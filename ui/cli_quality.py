"""Commands of the quality team: compare editions, check practice, work through what was found.

Imports of verbs stand inside, so that --help is instant.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ui.cli_frame import opened, print_json
from ui.cli_options import Home, Json

Out = Annotated[Path | None, typer.Option("--out", help="Write a table here: .csv, .xlsx or .html.")]


def diff(
    old: Annotated[str, typer.Argument(help="Edition id of the older edition.")],
    new: Annotated[str, typer.Argument(help="Edition id of the newer edition.")],
    out: Out = None, home: Home = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Show what changed between two editions, the gravest first."""
    from kb.versions.diff import diff as compare
    from ui.exports import check_ending, write_table
    from ui.printing_quality import print_diff
    from ui.shapes_quality import diff_json
    from ui.tables import diff_table

    if out:
        check_ending(out)
    with opened(home) as library:
        found = compare(library, old, new)
    if out:
        write_table(out, diff_table(found))
    print_json(diff_json(found)) if as_json else print_diff(found)
