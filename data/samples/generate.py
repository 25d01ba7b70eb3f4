"""Write the sample guidelines, their manifest and the gold list of changes from `sources/`.

    python data/samples/generate.py [--from DIR] [--out DIR]

`--from` names another folder that holds `sources/` and `fonts/`, such as data/benchmarks/pairs.

The same sources give the same bytes on every run. Fonts come from `fonts/` beside this file (see `make_fonts.py`).
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from guideline_source import Block, Source, read_source
from house_style import register_fonts
from reportlab import rl_config
from typeset import typeset

HERE = Path(__file__).resolve().parent
COLUMNS = [
    "file", "guideline_id", "edition_id", "title", "publisher", "edition_label", "issued_on", "effective_on",
    "valid_until", "last_updated_on", "next_review_on", "kind", "language", "jurisdiction", "identifiers", "replaces",
    "amends", "corrects", "retracts", "derived_from", "transforms", "withdrawn_on", "licence", "source_url", "publish",
]  # fmt: skip
GRADES = {
    "Strong": "strong", "Conditional": "conditional", "强": "strong", "弱": "conditional",
    "high": "high", "moderate": "moderate", "low": "low", "very low": "very_low",
    "高": "high", "中等": "moderate", "低": "low", "A": "high", "B": "moderate", "C": "low", "Weak": "conditional",
}  # fmt: skip


def main() -> None:
    """Read the sources, write everything that is made of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", type=Path, default=HERE, dest="home", help="folder of sources/ and fonts/")
    parser.add_argument("--out", type=Path, help="folder to write to (default: the one that is read)")
    options = parser.parse_args()
    home, out = options.home, options.out or options.home
    out.mkdir(parents=True, exist_ok=True)
    rl_config.useA85 = 0
    register_fonts(home / "fonts")
    sources = [read_source(path) for path in sorted((home / "sources").glob("*.txt"))]
    pages = {source.meta["edition_id"]: write_pdf(source, out) for source in sources}
    (out / "manifest.csv").write_text(manifest(sources), "utf-8")
    gold = tomllib.loads((home / "sources" / "changes.toml").read_text("utf-8"))
    (out / "changes.json").write_text(changes(gold, sources, pages), "utf-8")


def write_pdf(source: Source, out: Path) -> dict[str, int]:
    """Set one guideline; its date of issue is the date in the PDF's properties."""
    issued = datetime.fromisoformat(source.meta["issued_on"]).replace(hour=9, tzinfo=UTC)
    os.environ["SOURCE_DATE_EPOCH"] = str(int(issued.timestamp()))
    return typeset(source, out / source.meta["file"])


def manifest(sources: list[Source]) -> str:
    """The ingest manifest: one row an edition."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n", restval="")
    writer.writeheader()
    for source in sources:
        values = {name: source.meta[name] for name in COLUMNS if name in source.meta}
        lists = {name: ";".join(value) for name, value in values.items() if isinstance(value, list)}
        writer.writerow(values | lists | {"publish": "yes"})
    return text.getvalue()


def changes(gold: dict[str, Any], sources: list[Source], pages: dict[str, dict[str, int]]) -> str:
    """The gold changes in the shape of `gkb diff`, one a line, with text, grade and page taken from the editions."""
    by_edition = {source.meta["edition_id"]: source for source in sources}
    pairs = []
    for pair in gold["pair"]:
        old, new = by_edition[pair["old"]], by_edition[pair["new"]]
        rows = [
            {
                "types": row["types"],
                "severity": row["severity"],
                "old": _side(old, row.get("old"), pages),
                "new": _side(new, row.get("new"), pages),
                "changed": [dict(zip(("slot", "old", "new"), slot, strict=True)) for slot in row.get("changed", [])],
            }
            for row in pair["change"]
        ]
        lines = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows)
        pairs.append(f'{{"old": "{pair["old"]}", "new": "{pair["new"]}", "changes": [\n{lines}\n]}}')
    return '{"pairs": [\n' + ",\n".join(pairs) + "\n]}\n"


def _side(source: Source, number: str | None, pages: dict[str, dict[str, int]]) -> dict[str, Any] | None:
    if number is None:
        return None
    block = source.recommendations[number]
    prefix = source.meta.get("number_prefix", "推荐意见" if source.meta["language"] == "zh" else "")
    is_numbered = source.meta.get("numbering") != "bullets"  # the rest are told apart by their key
    return {
        "number": prefix + number if is_numbered else None,
        **({} if is_numbered else {"key": number}),
        "text": _plain(block, source.meta["language"]),
        "page": pages[source.meta["edition_id"]][number],
        "strength": GRADES[block.strength],
        "certainty": GRADES[block.certainty],
    }


def _plain(block: Block, language: str) -> str:
    text = ("" if language == "zh" else " ").join((block.text, *block.items))
    for tag in ("<sub>", "</sub>", "<super>", "</super>", "<i>", "</i>", "<b>", "</b>"):
        text = text.replace(tag, "")
    return text


if __name__ == "__main__":
    main()
