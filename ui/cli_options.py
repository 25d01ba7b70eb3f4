"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
FollowUpOf = Annotated[str, typer.Option("--follow-up-of", help="The question before, which this one goes on from.")]
ModeName = Annotated[str | None, typer.Option("--mode", help="extractive (quotes) or generated (language model).")]
Sets = Annotated[list[str] | None, typer.Option("--set", help="field=value; may be repeated.")]
Batch = Annotated[Path | None, typer.Option("--batch", help="JSON lines of {id, question, as_of?, scope?}.")]
