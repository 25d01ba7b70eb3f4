"""A librarian's manifest: one CSV row per PDF, checked in full before anything is ingested."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ingest.identity import edition_id, guideline_slug
from kb.dates import first_day, parse_date
from kb.domain import Kind, RelationType
from kb.errors import UsageError

__all__ = ["Manifest", "ManifestRow", "RelationRef", "edition_id", "guideline_slug", "read_manifest"]

DATE_COLUMNS = ("issued_on", "effective_on", "valid_until", "last_updated_on", "next_review_on", "withdrawn_on")
RELATION_COLUMNS = {kind.value.replace("-", "_"): kind for kind in RelationType}
TEXT_COLUMNS = ("guideline_id", "edition_id", "title", "publisher", "edition_label", "licence", "source_url")
COLUMNS = (
    *("file", "guideline_id", "edition_id", "title", "publisher", "edition_label"),
    *("issued_on", "effective_on", "valid_until", "last_updated_on", "next_review_on"),
    *("kind", "language", "jurisdiction", "identifiers"),
    *RELATION_COLUMNS,
    *("withdrawn_on", "licence", "source_url", "publish"),
)
LANGUAGES = ("en", "zh")
PUBLISH = {"yes": True, "no": False, "": None}
MOST_SHOWN = 20  # faults named in one message


@dataclass(frozen=True, slots=True)
class RelationRef:
    """What a relation names: an edition id, an identifier or a file, and which part of it (empty: the whole)."""

    target: str
    scope: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One PDF and a librarian's word about it; "" or an empty tuple where the manifest says nothing."""

    number: int  # as a spreadsheet counts: the header is row 1
    path: Path
    guideline_id: str = ""
    edition_id: str = ""
    title: str = ""
    publisher: str = ""
    edition_label: str = ""
    issued_on: str = ""
    effective_on: str = ""
    valid_until: str = ""
    last_updated_on: str = ""
    next_review_on: str = ""
    kind: Kind | None = None
    language: str = ""
    jurisdiction: str = ""
    identifiers: tuple[str, ...] = ()
    relations: tuple[tuple[RelationType, RelationRef], ...] = ()
    withdrawn_on: str = ""
    licence: str = ""
    source_url: str = ""
    publish: bool | None = None  # None: publish when all that is required is known


@dataclass(frozen=True, slots=True)
class Manifest:
    """All rows of a manifest and what a person should know about how it was read."""

    rows: tuple[ManifestRow, ...]
    notices: tuple[str, ...] = ()


class _Faults:
    """Gathers what is wrong, so that a librarian corrects a manifest once and not line by line."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[str] = []

    def add(self, row: int, column: str, value: str, reason: str) -> None:
        self.found.append(f"row {row}, {column} “{value}”: {reason}")

    def raise_if_any(self) -> None:
        if not self.found:
            return
        shown = self.found[:MOST_SHOWN]
        if len(self.found) > len(shown):
            shown.append(f"… and {len(self.found) - len(shown)} more")
        raise UsageError("\n".join([f"{self.name} cannot be used:", *shown]), hint="Correct these cells and try again.")


def read_manifest(path: Path) -> Manifest:
    """Read and check a manifest: UTF-8 (or GBK, with a notice), comma separated, header row first.

    Raises UsageError naming every faulty cell by row, column and value, with what is accepted.
    """
    text, notices = _decode(path)
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise UsageError(
            f"{path.name} is not a CSV file: {error}", hint="Save it as CSV, UTF-8, with commas."
        ) from None
    columns = _check_header(path, records[0] if records else [])
    faults = _Faults(path.name)
    cells = dict(_cells(records, columns, faults))
    named = {values["file"] for values in cells.values()}
    rows = tuple(_row(number, values, path.parent, named, faults) for number, values in cells.items())
    _check_duplicates(rows, faults)
    faults.raise_if_any()
    return Manifest(rows, notices)


def _decode(path: Path) -> tuple[str, tuple[str, ...]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"The manifest {path} cannot be read: {error.strerror or error}") from None
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("gb18030"), (f"{path.name} is not UTF-8; it was read as GBK (Chinese Windows).",)
    except UnicodeDecodeError:
        raise UsageError(
            f"{path.name} is neither UTF-8 nor GBK text", hint="Save it from the spreadsheet as “CSV UTF-8”."
        ) from None


def _check_header(path: Path, header: list[str]) -> list[str]:
    columns = [name.strip() for name in header]
    known = f"The columns are: {', '.join(COLUMNS)}. They are separated by commas."
    unknown = [name for name in columns if name not in COLUMNS]
    if unknown:
        named = ", ".join(f"“{name}”" for name in unknown)
        raise UsageError(f"{path.name}, row 1: unknown column {named}. {known}", hint="Rename or remove it.")
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise UsageError(f"{path.name}, row 1: column {', '.join(twice)} is there twice", hint="Remove one of them.")
    if "file" not in columns:
        raise UsageError(f"{path.name}, row 1: the column “file” is missing. {known}", hint="Add a header row.")
    return columns


def _cells(records: list[list[str]], columns: list[str], faults: _Faults) -> Iterator[tuple[int, dict[str, str]]]:
    """Stripped cells of each row that is not blank, keyed by row number."""
    for number, record in enumerate(records[1:], start=2):
        values = [cell.strip() for cell in record]
        if not any(values):
            continue
        if any(values[len(columns) :]):
            faults.add(number, "after the last column", values[len(columns)], "put text that has commas in quotes")
        padded = values + [""] * len(columns)
        yield number, dict(zip(columns, padded, strict=False))


def _row(number: int, cells: dict[str, str], folder: Path, named: set[str], faults: _Faults) -> ManifestRow:
    def refuse(column: str, reason: str) -> None:
        faults.add(number, column, cells.get(column, ""), reason)

    dates = {column: _date(cells.get(column, ""), column, number, faults) for column in DATE_COLUMNS}
    issued, until = dates["issued_on"], dates["valid_until"]
    if issued and until and first_day(until) < first_day(issued):
        refuse("valid_until", f"lies before issued_on {issued}")
    kind, language = cells.get("kind", "").lower(), cells.get("language", "").lower().split("-")[0]
    if kind and kind not in list(Kind):
        refuse("kind", f"use one of {', '.join(Kind)}")
        kind = ""
    if language and language not in LANGUAGES:
        refuse("language", f"use one of {', '.join(LANGUAGES)}")
    jurisdiction = cells.get("jurisdiction", "").upper()
    if jurisdiction and not re.fullmatch(r"[A-Z]{2,3}", jurisdiction):
        refuse("jurisdiction", "use a country code such as CN, GB or US, EU for Europe, or INT for international")
    publish = cells.get("publish", "").lower()
    if publish not in PUBLISH:
        refuse("publish", "use yes, no or nothing")
    return ManifestRow(
        number,
        _find_file(folder, number, cells["file"], faults),
        **{column: cells.get(column, "") for column in TEXT_COLUMNS},
        **dates,
        kind=Kind(kind) if kind else None,
        language=language,
        jurisdiction=jurisdiction,
        identifiers=_list(cells.get("identifiers", "")),
        relations=tuple(_relations(number, cells, named, faults)),
        publish=PUBLISH.get(publish),
    )


def _date(value: str, column: str, number: int, faults: _Faults) -> str:
    try:
        return parse_date(value) if value else ""
    except UsageError as error:
        faults.add(number, column, value, error.message.partition(": ")[2])
        return ""


def _find_file(folder: Path, number: int, name: str, faults: _Faults) -> Path:
    """The file as the disk spells it: other separators and Unicode forms of the same name are accepted."""
    if not name:
        faults.add(number, "file", name, "each row names a PDF, relative to the manifest")
        return folder
    spellings = (name, name.replace("\\", "/"))
    forms = [spelling for each in spellings for spelling in (each, *_normal_forms(each))]
    for form in forms:
        path = folder / form
        if path.is_file():
            return path
    reason = f"there is no such file in {folder.resolve()}"
    if (folder / name).is_dir():
        reason = "is a folder; name one PDF"
    faults.add(number, "file", name, reason)
    return folder / name


def _normal_forms(text: str) -> tuple[str, str]:
    return unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)


def _list(text: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in text.replace("；", ";").split(";") if item.strip())


def _relations(
    number: int, cells: dict[str, str], named: set[str], faults: _Faults
) -> Iterator[tuple[RelationType, RelationRef]]:
    for column, kind in RELATION_COLUMNS.items():
        for item in _list(cells.get(column, "")):
            target, mark, listed = _split_scope(item, named)
            scope = tuple(part.strip() for part in listed.split(",") if part.strip())
            if not target:
                faults.add(number, column, item, "name an edition id, an identifier or a file before “#”")
            elif mark and not scope:
                faults.add(number, column, item, "name the replaced parts after “#”, or leave “#” out for the whole")
            else:
                yield kind, RelationRef(target, scope)


def _split_scope(reference: str, named: set[str]) -> tuple[str, str, str]:
    """Target, "#" if there is a scope, scope. A file of the manifest may itself have "#" in its name."""
    for name in sorted(named, key=len, reverse=True):
        if name and (reference == name or reference.startswith(f"{name}#")):
            return name, reference[len(name) : len(name) + 1], reference[len(name) + 1 :]
    target, mark, listed = reference.partition("#")
    return target.strip(), mark, listed


def _check_duplicates(rows: tuple[ManifestRow, ...], faults: _Faults) -> None:
    files: dict[Path, int] = {}
    editions: dict[str, int] = {}
    for row in rows:
        first = files.setdefault(row.path.resolve(), row.number)
        if first != row.number and row.path.is_file():
            faults.add(row.number, "file", row.path.name, f"is in row {first} already; keep one row per PDF")
        first = editions.setdefault(row.edition_id, row.number) if row.edition_id else row.number
        if first != row.number:
            faults.add(row.number, "edition_id", row.edition_id, f"is in row {first} already; an edition has one PDF")


def row_to_json(row: ManifestRow) -> dict[str, Any]:
    """A row as a job keeps it."""
    return {**asdict(row), "path": str(row.path)}


def row_from_json(fields: dict[str, Any]) -> ManifestRow:
    """A row from what a job kept."""
    relations = tuple(
        (RelationType(kind), RelationRef(reference["target"], tuple(reference["scope"])))
        for kind, reference in fields["relations"]
    )
    return ManifestRow(
        **{
            **fields,
            "path": Path(fields["path"]),
            "kind": Kind(fields["kind"]) if fields["kind"] else None,
            "identifiers": tuple(fields["identifiers"]),
            "relations": relations,
        }
    )
