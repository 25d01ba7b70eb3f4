"""Commands of the quality team: compare editions, check practice, work through what was found.

Imports of verbs stand inside, so that --help is instant.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from kb.errors import UsageError
from ui.cli_frame import Filtered, by_name, json_lines, opened, print_json
from ui.cli_options import All, AsOf, By, GuidelineId, Home, Json, Jurisdiction, KnownAt, Language, PublisherName

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


def check(
    text: Annotated[str | None, typer.Argument(help="A statement or a text.")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="A document: txt, md, pdf, docx, csv or xlsx.")] = None,
    batch: Annotated[Path | None, typer.Option("--batch", help="JSON lines of {id, claim, as_of?, "
        "jurisdiction?}.")] = None,
    keep: Annotated[str | None, typer.Option("--keep", help="Keep the findings under this name, to work on "
        "them.")] = None,
    out: Out = None, by: By = None, as_of: AsOf = None, known_at: KnownAt = None, all_editions: All = False,
    guideline: GuidelineId = None, publisher: PublisherName = None, jurisdiction: Jurisdiction = None,
    language: Language = None, home: Home = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Check what is written here against what is in force: current, outdated, deviating, not covered."""
    from kb.practice import check as examine
    from kb.practice.kept import keep as store
    from ui.exports import check_ending, write_table
    from ui.printing_quality import print_check
    from ui.shapes_quality import check_json
    from ui.tables import check_table

    filters = Filtered(as_of, known_at, all_editions, guideline, publisher, jurisdiction, language)
    plain = filters.read()
    if out:
        check_ending(out)
    with opened(home) as library:
        if batch:
            json_lines(batch, filters, lambda line, chosen: _one_claim(library, line, chosen), key="claim")
            return
        found = examine(library, _read(text, file), filters=plain)
        kept = store(library, found, name=keep, by=by_name(by), jurisdiction=jurisdiction or "") if keep else None
    if out:
        write_table(out, check_table(found))
    if as_json:
        print_json({**check_json(found), **({"document_id": kept} if kept else {})})
        return
    print_check(found)
    if kept:
        print(f"Kept as {kept}; `gkb findings --document {kept}` lists it, `gkb purge {kept}` removes it for good.")


def _read(text: str | None, file: Path | None) -> Any:
    """The text, or the lines of the file."""
    from ingest.documents import read_document

    if file is not None:
        return read_document(file)
    if not text or not text.strip():
        raise UsageError("Give a text, or --file DOCUMENT.", hint='Example: gkb check "Aspirin 150 mg once daily"')
    return text


def _one_claim(library: Any, claim: str, filters: Any) -> dict[str, Any]:
    from kb.practice.check import check_claim
    from kb.practice.claims import split_parts
    from kb.practice.nouns import Claim
    from ui.shapes_quality import finding_json

    return finding_json(check_claim(library, Claim(claim, "", split_parts(claim)), filters))
