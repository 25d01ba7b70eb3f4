"""Commands that read: search, ask, list, show, evaluate. Imports of verbs stand inside, so that --help is instant."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from kb.errors import UsageError
from ui.cli_frame import Filtered, json_lines, opened, print_json, write_json
from ui.cli_options import (
    All,
    AsOf,
    Batch,
    FileName,
    FollowUpOf,
    GuidelineId,
    Home,
    Json,
    Jurisdiction,
    KnownAt,
    Language,
    ModeName,
    PublisherName,
)


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
    plain = filters.read()
    with opened(home) as library:
        if batch:
            json_lines(
                batch, filters, lambda question, chosen: search_json(find(library, question, k=k, filters=chosen))
            )
            return
        result = find(library, query or "", k=k, filters=plain)
    print_json(search_json(result)) if as_json else print_hits(result)


def ask(
    question: Annotated[str | None, typer.Argument(help="Question, English or Chinese.")] = None, batch: Batch = None,
    as_of: AsOf = None, known_at: KnownAt = None, all_editions: All = False, guideline: GuidelineId = None,
    publisher: PublisherName = None, jurisdiction: Jurisdiction = None, language: Language = None,
    file: FileName = None, mode: ModeName = None, follow_up_of: FollowUpOf = "",
    home: Home = None, as_json: Json = False,
    history: Annotated[bool, typer.Option("--history", help="Show what the other editions say as well.")] = False,
) -> None:  # fmt: skip
    """Answer with literal quotes, each with edition, status and page; or say that the library does not cover it."""
    from kb.answering import answer, with_history
    from ui.cli_writing import read_mode, steps_shown
    from ui.printing import print_answer
    from ui.shapes import answer_json

    filters = Filtered(as_of, known_at, all_editions, guideline, publisher, jurisdiction, language, file)
    plain, how = filters.read(), read_mode(mode)
    with opened(home) as library:
        if batch:
            json_lines(
                batch, filters, lambda text, chosen: answer_json(answer(library, text, filters=chosen, mode=how))
            )
            return
        with steps_shown(quiet=as_json) as show:
            given = answer(library, question or "", filters=plain, mode=how, follow_up_of=follow_up_of, listen=show)
        given = with_history(library, given, plain) if history else given
    print_json(answer_json(given)) if as_json else print_answer(given)


def guidelines(as_of: AsOf = None, home: Home = None, as_json: Json = False) -> None:
    """List guidelines and what of each is in force."""
    from kb.versions.listing import list_guidelines
    from ui.printing import print_guidelines
    from ui.shapes import guideline_json

    with opened(home) as library:
        rows = list_guidelines(library, as_of=Filtered(as_of).read().as_of)
    print_json({"guidelines": [guideline_json(row) for row in rows]}) if as_json else print_guidelines(rows)


def editions(
    guideline: GuidelineId = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write a table here: .csv, .xlsx or .html.")] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """List editions with state, status on a date, and relations."""
    from kb.versions.listing import list_editions
    from ui.exports import check_ending, write_table
    from ui.printing import print_editions
    from ui.shapes import edition_json
    from ui.tables_editions import editions_table

    chosen = Filtered(as_of, known_at).read()
    if out:
        check_ending(out)
    with opened(home) as library:
        rows = list_editions(library, guideline=guideline, as_of=chosen.as_of, known_at=chosen.known_at)
    if out:
        write_table(out, editions_table(rows, chosen.as_of or date.today()))
    print_json({"editions": [edition_json(row) for row in rows]}) if as_json else print_editions(rows)


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


def evaluate_claims(claims: Path, home: Path | None, *, as_json: bool) -> None:
    """Score the practice check, beside two naive rules."""
    from kb.practice.measure import load_claims, measure
    from ui.printing_quality import print_scores
    from ui.shapes_quality import scores_json

    gold = load_claims(claims)
    with opened(home) as library:
        result = measure(library, gold)
    print_json({"claims": scores_json(result)}) if as_json else print_scores(result)


def evaluate(
    questions: Annotated[Path | None, typer.Argument(help="Question file, JSON lines.")] = None,
    claims: Annotated[Path | None, typer.Option("--claims", help="Claims with verdicts, JSON lines.")] = None,
    k: Annotated[int, typer.Option("--k")] = 10,
    save: Annotated[Path | None, typer.Option("--save", help="Keep the run here, as JSON.")] = None,
    check: Annotated[Path | None, typer.Option("--check", help="A kept run; exit 1 when this one is worse.")] = None,
    mode: ModeName = None, home: Home = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Score retrieval, answers and refusals on a question file; with --claims the practice check."""
    if claims is not None:
        evaluate_claims(claims, home, as_json=as_json)
    if questions is None:
        if claims is None:
            raise UsageError("Give a question file, or --claims FILE.")
        return
    from kb.comparison import compare_runs, read_baseline
    from kb.evaluation import evaluate as score
    from kb.evaluation import load_questions
    from ui.cli_writing import read_mode
    from ui.printing import print_evaluation
    from ui.shapes_maintenance import evaluation_json

    asked, baseline = load_questions(questions), read_baseline(check) if check else None
    with opened(home) as library:
        scored = score(library, asked, k=k, mode=read_mode(mode or "extractive"))
    changes = compare_runs(baseline, scored) if baseline is not None else None
    result = evaluation_json(scored, changes)
    if save:
        write_json(save, result)
    print_json(result) if as_json else print_evaluation(result)
    if any(change.verdict == "worse" for change in changes or ()):
        raise typer.Exit(1)
