"""A local protocol or audit list (txt, md, pdf, docx, csv, xlsx) → lines with their places, read in the sandbox.

The one home of python-docx. What is read is handed back and kept nowhere.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.sandbox import Limits, run_limited
from kb.errors import UnreadablePdf, UsageError
from kb.practice.nouns import SourceLine

ENDINGS = (".txt", ".md", ".pdf", ".docx", ".csv", ".xlsx")
MOST_BYTES = 50 << 20
MOST_UNPACKED = 400 << 20  # bytes that an archive may unpack to
LIMITS = Limits(seconds=60, cpu_seconds=60)
_MARKUP = re.compile(r"^\s{0,3}(?:#{1,6}\s+|>\s?)|(?<!\w)[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}(?!\w)")
_RULE = re.compile(r"^[\s|:\-=_]*$")


def read_document(path: Path) -> list[SourceLine]:
    """The lines of a document with their places ("page 3", "row 12", "paragraph 7").

    Raises UsageError for another kind of file, UnreadablePdf (with a named status) where it cannot be read.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise UsageError(f"{path.name} is none of {', '.join(ENDINGS)}.", hint="Save it in one of these formats.")
    if not path.is_file():
        raise UsageError(f"There is no file {path}.")
    if path.stat().st_size > MOST_BYTES:
        raise UnreadablePdf(f"{path.name} is larger than {MOST_BYTES >> 20} MiB.", status="rejected")
    found = run_limited("ingest.documents:lines_as_json", {"path": str(path)}, limits=LIMITS)
    lines = [SourceLine(str(each["text"]), str(each["location"])) for each in found]
    if not lines:
        raise UnreadablePdf(
            f"No text could be read from {path.name}.", status="needs_ocr" if ending == ".pdf" else "rejected",
            hint="A scan needs OCR first.",
        )  # fmt: skip
    return lines


def lines_as_json(path: str) -> list[dict[str, Any]]:
    """The lines of a document as JSON values; runs in the child process."""
    source = Path(path)
    reader = {".pdf": _pdf, ".docx": _docx, ".csv": _csv, ".xlsx": _xlsx}.get(source.suffix.lower(), _text)
    return [{"text": text, "location": place} for text, place in reader(source) if text.strip()]


def _text(path: Path) -> Iterator[tuple[str, str]]:
    paragraph: list[str] = []
    begun = 1
    for number, line in enumerate([*decode(path.read_bytes()).splitlines(), ""], start=1):
        bare = _MARKUP.sub("", line).strip()
        is_item = bool(re.match(r"^\s*(?:[-*+•]\s|\d{1,3}[.)、]\s?|[(（]\d)", line))
        if paragraph and (not bare or is_item or line.startswith("#") or _ends(paragraph[-1])):
            yield " ".join(paragraph), f"line {begun}"
            paragraph = []
        if bare and not _RULE.match(line):
            begun = begun if paragraph else number
            paragraph.append(bare.strip("|").replace("|", " ; ") if "|" in bare else bare)


def _ends(line: str) -> bool:
    return line.rstrip()[-1:] in "。.;；:：!！?？"


def decode(data: bytes) -> str:
    """Text of bytes: UTF-8, UTF-16 with its mark, else the Chinese national standard, else Latin-1."""
    for encoding in ("utf-8-sig", "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _pdf(path: Path) -> Iterator[tuple[str, str]]:
    from ingest.parse import parse_pdf

    extraction = parse_pdf(str(path), path.name, "0" * 64)
    for passage in extraction.passages:
        place = f"page {passage.page_first}"
        rows = passage.text.split("\n")
        titles = {_bare(title) for title in passage.section}
        while len(rows) > 1 and _bare(rows[0]) in titles:
            yield rows.pop(0), place
        for row in rows if passage.kind in ("table", "list") else [" ".join(rows)]:
            yield row.replace("\t", " ; "), place


def _bare(title: str) -> str:
    return re.sub(r"[\s\d.、]+", "", title)


def _docx(path: Path) -> Iterator[tuple[str, str]]:
    import docx
    from docx.table import Table

    _check_archive(path)
    document = docx.Document(str(path))
    paragraphs = tables = 0
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            tables += 1
            for number, row in enumerate(block.rows, start=1):
                cells = list(dict.fromkeys(cell.text.strip() for cell in row.cells if cell.text.strip()))
                yield " ; ".join(cells), f"table {tables}, row {number}"
        elif block.text.strip():
            paragraphs += 1
            yield block.text, f"paragraph {paragraphs}"


def _xlsx(path: Path) -> Iterator[tuple[str, str]]:
    from ingest.sheets import read_rows

    _check_archive(path)
    for sheet, number, cells in read_rows(path):
        yield _row(cells), f"{sheet}, row {number}"


def _csv(path: Path) -> Iterator[tuple[str, str]]:
    text = decode(path.read_bytes())
    try:
        dialect: Any = csv.Sniffer().sniff(text[:8192], delimiters=",;\t")
    except csv.Error:
        dialect = csv.excel
    for number, cells in enumerate(csv.reader(io.StringIO(text), dialect), start=1):
        yield _row(cells), f"row {number}"


def _row(cells: list[str]) -> str:
    """The cells that say something, in order; numbers of items and empty cells are left out."""
    said = [cell.strip() for cell in cells if cell.strip() and not re.fullmatch(r"[\d.\-/]+", cell.strip())]
    return "; ".join(said)


def _check_archive(path: Path) -> None:
    """Raise UnreadablePdf for a file that is no archive, or one that unpacks to far more than a document needs."""
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(each.file_size for each in archive.infolist())
    except zipfile.BadZipFile as error:
        raise UnreadablePdf(f"{path.name} is damaged or not what its name says.", status="rejected") from error
    if size > MOST_UNPACKED:
        raise UnreadablePdf(f"{path.name} unpacks to more than {MOST_UNPACKED >> 20} MiB.", status="rejected")
