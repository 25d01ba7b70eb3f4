"""Commands on the library's currency: what should be checked, what is covered. Imports of verbs stand inside."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from ui.cli_frame import Filtered, opened, print_json
from ui.cli_options import AsOf, Home, Json

Out = Annotated[Path | None, typer.Option("--out", help="Write a table here: .csv, .xlsx or .html.")]


def currency(
    as_of: AsOf = None,
    coverage: Annotated[bool, typer.Option("--coverage", help="Topics and languages instead of ages.")] = False,
    out: Out = None, home: Home = None, as_json: Json = False,
) -> None:  # fmt: skip
    """List editions in force that should be checked for a newer one; or, with --coverage, the topics covered."""
    from kb.versions.currency import coverage_report, currency_report
    from ui.exports import check_ending, write_table
    from ui.printing_registry import print_coverage, print_currency
    from ui.shapes_registry import coverage_json, currency_json
    from ui.tables_editions import coverage_table, currency_table

    day = Filtered(as_of).read().as_of or date.today()
    if out:
        check_ending(out)
    with opened(home) as library:
        topics = coverage_report(library, as_of=day) if coverage else []
        rows = [] if coverage else currency_report(library, as_of=day)
    if out:
        write_table(out, coverage_table(topics, day) if coverage else currency_table(rows, day))
    if as_json:
        found = [coverage_json(row) for row in topics] if coverage else [currency_json(row) for row in rows]
        print_json({"as_of": day.isoformat(), "coverage" if coverage else "editions": found})
    elif coverage:
        print_coverage(topics)
    else:
        print_currency(rows, day)
