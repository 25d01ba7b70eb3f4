"""Read a sample guideline's source: TOML between two `+++` lines, then blocks separated by blank lines.

`# title` and `## title` are headings, `- ` lines a list, `[table 1 | caption | 2 3 2]` a table whose rows follow
(cells apart by ` | `, first row the header; the last part gives relative widths), `[wide table …]` one that spans both
columns at the top of a new page, `[rec 2.1 | strong | low]` a recommendation (its list items may follow it),
`[box Title]` a framed list, `[note]` small print, `[references]` one reference a line, `[page]` a new page.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of the text; which fields matter depends on `kind`."""

    kind: str  # heading | paragraph | list | table | rec | box | note | references | page
    text: str = ""
    items: tuple[str, ...] = ()  # list items, box lines or references
    rows: tuple[tuple[str, ...], ...] = ()
    widths: tuple[float, ...] = ()
    level: int = 0  # of a heading: 1 or 2
    number: str = ""  # of a recommendation or table
    strength: str = ""
    certainty: str = ""
    is_wide: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A sample guideline before it is set."""

    name: str
    meta: dict[str, Any]
    blocks: tuple[Block, ...]

    @property
    def recommendations(self) -> dict[str, Block]:
        """Recommendations by number, in the order of the document."""
        return {block.number: block for block in self.blocks if block.kind == "rec"}


def read_source(path: Path) -> Source:
    """The source in `path`; a malformed directive raises ValueError naming it."""
    _, head, body = path.read_text("utf-8").split("+++\n", 2)
    meta = tomllib.loads(head)
    joiner = "" if meta["language"] == "zh" else " "
    chunks = [chunk.strip("\n").split("\n") for chunk in body.strip().split("\n\n")]
    return Source(path.stem, meta, tuple(_read_block([line for line in c if line], joiner) for c in chunks if any(c)))


def _read_block(lines: list[str], joiner: str) -> Block:
    first = lines[0]
    if first.startswith("#"):
        return Block("heading", first.lstrip("# "), level=len(first) - len(first.lstrip("#")))
    if first.startswith("["):
        return _read_directive(first.strip("[]"), lines[1:], joiner)
    if first.startswith("- "):
        return Block("list", items=_items(lines, joiner))
    return Block("paragraph", joiner.join(lines))


def _read_directive(head: str, lines: list[str], joiner: str) -> Block:
    kind, _, rest = head.removeprefix("wide ").partition(" ")
    parts = [part.strip() for part in rest.split("|")]
    match kind:
        case "rec":
            stem = [line for line in lines if not _is_item(line)]
            items = _items([line for line in lines if _is_item(line)], joiner)
            return Block("rec", joiner.join(stem), items, number=parts[0], strength=parts[1], certainty=parts[2])
        case "table":
            rows = tuple(tuple(cell.strip() for cell in line.split(" | ")) for line in lines)
            widths = tuple(float(width) for width in parts[2].split())
            if any(len(row) != len(widths) for row in rows):
                raise ValueError(f"table {parts[0]}: every row needs {len(widths)} cells")
            return Block("table", parts[1], rows=rows, widths=widths, number=parts[0], is_wide=head.startswith("wide "))
        case "box":
            return Block("box", rest, _items(lines, joiner))
        case "note":
            return Block("note", joiner.join(lines))
        case "references":
            return Block("references", items=tuple(lines))
        case "page":
            return Block("page")
    raise ValueError(f"unknown directive [{head}]")


def _is_item(line: str) -> bool:
    return line.startswith(("- ", "  "))


def _items(lines: list[str], joiner: str) -> tuple[str, ...]:
    """Items begin with `- `; an indented line goes on with the one before."""
    items: list[str] = []
    for line in lines:
        if line.startswith("- "):
            items.append(line[2:])
        else:
            items[-1] += joiner + line.strip()
    return tuple(items)
