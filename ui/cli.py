"""`gkb`: parse, call one verb, print. The commands stand in cli_librarian, cli_reading, cli_quality and cli_care."""

from __future__ import annotations

import gc
import sys

gc.set_threshold(50_000, 20, 20)  # imports make many objects that stay; counting them again costs a tenth of a start

import typer  # noqa: E402

from ui import cli_care, cli_findings, cli_librarian, cli_quality, cli_reading, cli_registry  # noqa: E402
from ui.cli_frame import INTERRUPTED, fail, interrupted  # noqa: E402

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Clinical guidelines that know their edition. Reference tool, not a medical device.",
)

COMMANDS = (
    cli_librarian.ingest,
    cli_reading.search,
    cli_reading.ask,
    cli_reading.guidelines,
    cli_reading.editions,
    cli_reading.show,
    cli_librarian.review,
    cli_librarian.publish,
    cli_librarian.edit,
    cli_librarian.reject,
    cli_librarian.withdraw,
    cli_librarian.relate,
    cli_librarian.undo,
    cli_librarian.audit,
    cli_registry.currency,
    cli_quality.diff,
    cli_quality.check,
    cli_findings.findings,
    cli_findings.decide,
    cli_findings.recheck,
    cli_findings.purge,
    cli_care.reindex,
    cli_care.doctor,
    cli_care.backup,
    cli_care.restore,
    cli_care.stats,
    cli_care.settings,
    cli_reading.evaluate,
    cli_care.ui,
)

for command in COMMANDS:
    app.command()(command)


def main() -> None:
    """Entry point: errors are shown, not thrown; with --json they are JSON."""
    from kb.settings import silence

    silence()
    try:
        code = app(standalone_mode=False)  # a command's typer.Exit comes back as its number
    except Exception as error:
        sys.exit(fail(error, as_json="--json" in sys.argv))
    if code == INTERRUPTED:
        interrupted()
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
