"""Four small guidelines to be killed over, and what a reader must see of them whatever was killed when."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb import open_library, search
from kb.domain import Filters
from kb.errors import LibraryMissing
from kb.store.library import Library
from kb.store.registry import reading, verify_chain
from kb.versions.listing import list_editions
from tests import odd_pdfs
from tests.doors import gkb
from ui.shapes import edition_json

OLD, NEW = "ankle@2015-01-01", "ankle@2024-01-01"
OFFER = "We recommend {drug} {dose} mg daily (strong recommendation, moderate-certainty evidence)."
BOOKS = (
    # file, guideline, issued on, replaces, drug, dose
    ("a.pdf", "ankle", "2024-01-01", OLD, "ibuprofen", 400),
    ("b.pdf", "ankle", "2015-01-01", "", "aspirin", 900),
    ("c.pdf", "wrist", "2020-05-01", "", "naproxen", 250),
    ("d.pdf", "elbow", "2021-06-01", "", "diclofenac", 75),
)


@dataclass(frozen=True)
class Seen:
    """What a reader sees of a library: each published edition, its passages and its part of the history."""

    editions: dict[str, dict[str, Any]]
    passages: dict[str, list[str]]


NOTHING = Seen({}, {})


def write_books(folder: Path) -> Path:
    """A folder with four small guidelines, one of which replaces another, and their manifest."""
    rows = []
    for file, guideline, issued_on, replaces, drug, dose in BOOKS:
        words = (OFFER.format(drug=drug, dose=dose), f"Stop {drug} after {dose // 25} days unless pain goes on.")
        odd_pdfs.write_guideline(folder / file, f"{guideline.title()} Sprain in Adults", words=words)
        rows.append(
            {
                "file": file,
                "guideline_id": guideline,
                "title": f"{guideline.title()} Sprain in Adults",
                "publisher": "Joint Board",
                "issued_on": issued_on,
                "kind": "full",
                "language": "en",
                "jurisdiction": "GB",
                "replaces": replaces,
            }
        )
    with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return folder


def ingest_command(books: Path, home: Path) -> tuple[object, ...]:
    return ("ingest", books, "--manifest", books / "manifest.csv", "--home", home)


def seen_by_a_reader(home: Path, before: Seen = NOTHING) -> Seen:
    """Everything published, as another program reads it; passages of what was seen `before` are not read again."""
    try:
        with open_library(home) as library:
            rows = [edition_json(row) for row in list_editions(library) if row.status]
            passages = {row["edition_id"]: before.passages.get(row["edition_id"]) for row in rows}
            for row in rows:
                row["relations"] = sorted(
                    (each["type"], each["edition_id"], each["state"]) for each in row["relations"]
                )
                passages[row["edition_id"]] = passages[row["edition_id"]] or _passages(library, row)
    except LibraryMissing:
        return NOTHING  # killed before there was a library
    return Seen({row["edition_id"]: row for row in rows}, passages)


def _passages(library: Library, edition: dict[str, Any]) -> list[str]:
    """Ids and words of every passage that searching within one edition can find."""
    words = "recommend adults pain record patient follow-up care sprain"
    found = search(library, words, k=50, filters=Filters(file=edition["file"], all_editions=True))
    return sorted(f"{hit.passage_id} {hit.passage.text}" for hit in found.hits)


def assert_whole(seen: Seen, before: Seen, complete: Seen) -> None:
    assert set(seen.editions) >= set(before.editions), "what was visible before is gone"
    assert set(seen.editions) <= set(complete.editions)
    for identity, row in seen.editions.items():
        whole = complete.editions[identity]
        counted = ("state", "file", "sha256", "pages", "passages", "recommendations")
        assert {name: row[name] for name in counted} == {name: whole[name] for name in counted}
        assert seen.passages[identity] == complete.passages[identity]
    if NEW in seen.editions:  # it never appears without what it says of the edition that it replaces
        assert ("replaces", OLD, "confirmed") in seen.editions[NEW]["relations"]
    if {OLD, NEW} <= set(seen.editions):
        assert seen.editions[OLD]["status"] == "superseded"


def assert_history_is_sound(home: Path) -> None:
    with open_library(home) as library, reading(library.engine) as connection:
        assert verify_chain(connection) == []
    assert gkb("stats", "--home", home, "--json").json["unfinished_jobs"] == 0
