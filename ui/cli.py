"""`gkb`: each command parses, calls one verb, prints. Imports of verbs stand inside, so that --help is instant."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ui.cli_frame import Filtered, by_name, fail, json_lines, opened, print_json, progress_shown

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Clinical guidelines that know their edition. Reference tool, not a medical device.",
)

Home = Annotated[Path | None, typer.Option("--home", help="Folder of the library (default: GKB_HOME).")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
By = Annotated[str | None, typer.Option("--by", help="Who does this (default: login name).")]
Why = Annotated[str, typer.Option("--why", help="Why, for the audit trail.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="As of this date, YYYY-MM-DD (default: today).")]
KnownAt = Annotated[str | None, typer.Option("--known-at", help="As recorded by this moment, ISO 8601.")]
All = Annotated[bool, typer.Option("--all-editions", help="Search every published edition, with its status.")]
GuidelineId = Annotated[str | None, typer.Option("--guideline", help="Only this guideline.")]
PublisherName = Annotated[str | None, typer.Option("--publisher", help="Only this publisher (name or alias).")]
Jurisdiction = Annotated[str | None, typer.Option("--jurisdiction", help="Only this jurisdiction and international.")]
Language = Annotated[str | None, typer.Option("--language", help="Only guidelines in en or zh.")]
FileName = Annotated[str | None, typer.Option("--file", help="Only this PDF (its name).")]
Sets = Annotated[list[str] | None, typer.Option("--set", help="field=value; may be repeated.")]
Batch = Annotated[Path | None, typer.Option("--batch", help="JSON lines of {id, question, as_of?, scope?}.")]


@app.command()
def ingest(
    paths: Annotated[list[Path] | None, typer.Argument(help="PDFs or folders; none: go on with unfinished work.")] = None,
    manifest: Annotated[Path | None, typer.Option("--manifest", help="CSV with a librarian's metadata.")] = None,
    publish: Annotated[bool, typer.Option("--publish", help="Accept what was read where it is complete.")] = False,
    by: By = None, why: Why = "", home: Home = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Take in guideline PDFs: read, check, embed, publish."""
    from ingest.pipeline import ingest as take_in
    from ingest.pipeline import resume
    from ui.printing import print_report

    with opened(home, create=True) as library, progress_shown(as_json) as shown:
        if paths:
            report = take_in(library, paths, manifest=manifest, publish=publish, by=by_name(by), why=why, on_progress=shown)
            reports = [report]
        else:
            reports = resume(library, shown)
    for each in reports:
        print_json(each.as_json()) if as_json else print_report(each)
    if any(not result.is_done for each in reports for result in each.files):
        raise typer.Exit(1)


@app.command()
def search(
    query: Annotated[str | None, typer.Argument(help="Question or words.")] = None,
    k: Annotated[int, typer.Option("--k", help="Number of hits.")] = 10, batch: Batch = None,
    as_of: AsOf = None, known_at: KnownAt = None, all_editions: All = False, guideline: GuidelineId = None,
    publisher: PublisherName = None, jurisdiction: Jurisdiction = None, language: Language = None,
    file: FileName = None, home: Home = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Find passages that may be shown on the date asked for."""
    from kb.retrieval import search as find
    from ui.printing import print_hits
    from ui.shapes import search_json

    filters = Filtered(as_of, known_at, all_editions, guideline, publisher, jurisdiction, language, file)
    with opened(home) as library:
        if batch:
            json_lines(batch, filters, lambda question, chosen: search_json(find(library, question, k=k, filters=chosen)))
            return
        result = find(library, query or "", k=k, filters=filters.read())
    print_json(search_json(result)) if as_json else print_hits(result)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="Question, English or Chinese.")] = None, batch: Batch = None,
    as_of: AsOf = None, known_at: KnownAt = None, all_editions: All = False, guideline: GuidelineId = None,
    publisher: PublisherName = None, jurisdiction: Jurisdiction = None, language: Language = None,
    file: FileName = None, home: Home = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Answer with literal quotes, each with edition, status and page; or say that the library does not cover it."""
    from kb.answering import answer
    from ui.printing import print_answer
    from ui.shapes import answer_json

    filters = Filtered(as_of, known_at, all_editions, guideline, publisher, jurisdiction, language, file)
    with opened(home) as library:
        if batch:
            json_lines(batch, filters, lambda text, chosen: answer_json(answer(library, text, filters=chosen)))
            return
        given = answer(library, question or "", filters=filters.read())
    print_json(answer_json(given)) if as_json else print_answer(given)


@app.command()
def guidelines(as_of: AsOf = None, home: Home = None, as_json: Json = False) -> None:
    """List guidelines and what of each is in force."""
    from kb.versions.listing import list_guidelines
    from ui.printing import print_guidelines
    from ui.shapes import guideline_json

    with opened(home) as library:
        rows = list_guidelines(library, as_of=Filtered(as_of).read().as_of)
    print_json({"guidelines": [guideline_json(row) for row in rows]}) if as_json else print_guidelines(rows)


@app.command()
def editions(
    guideline: GuidelineId = None, as_of: AsOf = None, known_at: KnownAt = None, home: Home = None, as_json: Json = False
) -> None:
    """List editions with state, status on a date, and relations."""
    from kb.versions.listing import list_editions
    from ui.printing import print_editions
    from ui.shapes import edition_json

    chosen = Filtered(as_of, known_at).read()
    with opened(home) as library:
        rows = list_editions(library, guideline=guideline, as_of=chosen.as_of, known_at=chosen.known_at)
    print_json({"editions": [edition_json(row) for row in rows]}) if as_json else print_editions(rows)


@app.command()
def show(
    what: Annotated[str, typer.Argument(help="Edition id or passage id.")],
    png: Annotated[Path | None, typer.Option("--png", help="Write the page picture here.")] = None,
    page: Annotated[int, typer.Option("--page", help="Page of an edition for --png and --text.")] = 1,
    text: Annotated[bool, typer.Option("--text", help="Print what was read on the page.")] = False,
    home: Home = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Show an edition or a passage; with --png its page, the passage marked."""
    from ui.printing import print_shown
    from ui.showing import show_thing

    with opened(home) as library:
        shown = show_thing(library, what, png=png, page=page, text=text)
    print_json(shown) if as_json else print_shown(shown)


@app.command()
def review(
    edition: Annotated[str | None, typer.Argument(help="One edition: its card.")] = None, home: Home = None, as_json: Json = False
) -> None:
    """List what waits for a person, or the card of one edition: each value with the place it was read from."""
    from ui.printing import print_cards
    from ui.showing import review_cards

    with opened(home) as library:
        cards = review_cards(library, edition)
    print_json({"review": cards}) if as_json else print_cards(cards)


def _acted(home: Path | None, as_json: bool, verb: Any, **arguments: Any) -> None:
    """Run a verb that changes something and say under which act it is recorded."""
    with opened(home) as library:
        recorded = verb(library, **arguments)
    print_json({"done": True, "recorded": recorded}) if as_json else typer.echo(f"Done, recorded as {recorded}.")


@app.command()
def publish(edition: str, sets: Sets = None, by: By = None, why: Why = "", home: Home = None, as_json: Json = False) -> None:
    """Make an edition visible to readers."""
    from kb.versions import change
    from ui.cli_frame import read_sets

    _acted(home, as_json, change.publish, edition_id=edition, fields=read_sets(sets), by=by_name(by), why=why)


@app.command()
def edit(edition: str, sets: Sets = None, by: By = None, why: Why = "", home: Home = None, as_json: Json = False) -> None:
    """Correct metadata of an edition."""
    from kb.versions import change
    from ui.cli_frame import read_sets

    _acted(home, as_json, change.edit, edition_id=edition, fields=read_sets(sets), by=by_name(by), why=why)


@app.command()
def reject(edition: str, by: By = None, why: Why = "", home: Home = None, as_json: Json = False) -> None:
    """Keep an edition out (in review: rejected; published: entered in error)."""
    from kb.versions import change

    _acted(home, as_json, change.reject, edition_id=edition, by=by_name(by), why=why)


@app.command()
def withdraw(
    edition: str, on: Annotated[str, typer.Option("--on", help="Date of withdrawal.")], by: By = None, why: Why = "",
    home: Home = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Record that the publisher withdrew an edition."""
    from kb.versions import change

    _acted(home, as_json, change.withdraw, edition_id=edition, on=on, by=by_name(by), why=why)


@app.command()
def relate(
    new: Annotated[str | None, typer.Argument(help="The newer edition.")] = None,
    kind: Annotated[str | None, typer.Argument(help="replaces|amends|corrects|retracts|derived-from|transforms")] = None,
    old: Annotated[str | None, typer.Argument(help="The older edition.")] = None,
    scope: Annotated[str | None, typer.Option("--scope", help="Numbers, p12-14, §section; separated by commas.")] = None,
    on: Annotated[str, typer.Option("--on", help="Date on which it takes effect.")] = "",
    confirm: Annotated[str | None, typer.Option("--confirm", help="Confirm this relation id.")] = None,
    decline: Annotated[str | None, typer.Option("--reject", help="Reject this relation id.")] = None,
    by: By = None, why: Why = "", home: Home = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Relate two editions, or confirm or reject a proposed relation."""
    from ui.cli_frame import relation_verb

    verb, arguments = relation_verb(new, kind, old, scope, on, confirm, decline)
    _acted(home, as_json, verb, **arguments, by=by_name(by), why=why)


@app.command()
def undo(act: int, by: By = None, why: Why = "", home: Home = None, as_json: Json = False) -> None:
    """Take back one act of a person."""
    from kb.versions import change

    _acted(home, as_json, change.undo, act=act, by=by_name(by), why=why)


@app.command()
def audit(
    edition: Annotated[str | None, typer.Option("--edition", help="Only acts on this edition.")] = None,
    home: Home = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Print the history: who did what, when and why."""
    from ui.printing import print_acts
    from ui.shapes import act_json

    with opened(home) as library:
        acts = [act for act in library.acts() if edition in (None, act.edition_id)]
    print_json({"acts": [act_json(act) for act in acts]}) if as_json else print_acts(acts)


@app.command()
def reindex(home: Home = None, as_json: Json = False) -> None:
    """Rebuild everything that is derived from the registry."""
    from ingest.embed import embed_stored
    from kb.maintenance import reindex as rebuild

    with opened(home) as library:
        done = rebuild(library, lambda identity: embed_stored(library, identity))
    print_json(done) if as_json else typer.echo(f"Rebuilt: {done['passages']} passages, {done['vectors']} vectors.")


@app.command()
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


@app.command()
def stats(home: Home = None, as_json: Json = False) -> None:
    """Count what the library holds."""
    from kb.maintenance import collect_stats
    from ui.printing import print_pairs

    with opened(home) as library:
        counted = collect_stats(library)
    print_json(counted) if as_json else print_pairs(counted)


@app.command()
def settings(as_json: Json = False) -> None:
    """Print each setting with its value and where it came from."""
    from kb.settings import describe_settings, load_settings
    from ui.printing import print_settings

    rows = describe_settings(load_settings())
    print_json({"settings": rows}) if as_json else print_settings(rows)


@app.command()
def evaluate(
    questions: Annotated[Path, typer.Argument(help="Question file, JSON lines.")],
    k: Annotated[int, typer.Option("--k")] = 10, home: Home = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Score retrieval, answers and refusals on a question file."""
    from kb.evaluation import evaluate as score
    from kb.evaluation import load_questions
    from ui.printing import print_evaluation
    from ui.shapes_maintenance import evaluation_json

    asked = load_questions(questions)
    with opened(home) as library:
        result = evaluation_json(score(library, asked, k=k))
    print_json(result) if as_json else print_evaluation(result)


@app.command()
def ui(
    host: Annotated[str, typer.Option("--host")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port")] = 8501,
    home: Home = None,
) -> None:
    """Serve the web pages; ends with Ctrl-C."""
    from ui.serving import serve

    raise typer.Exit(serve(host, port, home))


def main() -> None:
    """Entry point: errors are shown, not thrown; --json errors are JSON."""
    from kb.settings import silence

    silence()
    try:
        app(standalone_mode=False)
    except Exception as error:
        sys.exit(fail(error, as_json="--json" in sys.argv))


if __name__ == "__main__":
    main()
