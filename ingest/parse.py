"""A PDF → everything that was read from it, as plain JSON: the last stage that runs in the child process."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

from ingest.layout import MAX_PAGES
from kb.domain import Box, Extraction, LineSpan, PageText, Passage, Proposal, Recommendation, Section

READER = "reader-1"  # name and version of the reading rules; a change of rules is a new version
_UNSEEN = re.compile(r"[\s\-\u00ad\u2010\u2011\ufffe⁃]+")
LEAST_COVERAGE = 0.99  # share of visible characters that must stand in a passage


def parse_pdf(path: str, name: str, sha256: str, max_pages: int = MAX_PAGES) -> Extraction:
    """Read a PDF: pages, sections, recommendations, passages, metadata proposals. Raises UnreadablePdf.

    `name` is the display name; `sha256` identifies the bytes. Pure: same bytes and name, same extraction.
    """
    from ingest.extract import read_document

    return read_extraction(read_document(Path(path), name, sha256=sha256, max_pages=max_pages))


def warm_up() -> None:
    """Import and compute what every file needs, once, before children are forked: each then costs a tenth."""
    from ingest.layout import Document, Line, Page

    for name in ("ingest.extract", "numpy.ma", "pypdf"):
        import_module(name)
    words = ("Guideline 指南", "We recommend rest (strong recommendation, low-certainty evidence). 推荐 NSAIDs (2024).")
    lines = [
        Line(text, Box(1, 0.1, 0.1 + row / 9, 0.9, 0.15 + row / 9), "", 12 - row) for row, text in enumerate(words)
    ]
    read_extraction(Document("", "", (Page(1, "", 600, 800, tuple(lines)),)))


def read_extraction(document: Any) -> Extraction:
    """All that is read from a Document (ingest.layout)."""
    from ingest.abbreviations import find_abbreviations
    from ingest.chunk import make_passages
    from ingest.recommendations import find_recommendations
    from ingest.structure import read_structure

    structure = read_structure(document)
    found = find_recommendations(structure)
    passages = make_passages(structure, found)
    coverage = measure_coverage(document, passages)
    return Extraction(
        sha256=document.sha256,
        reader=READER,
        pages=tuple(_page_text(page) for page in document.pages),
        sections=structure.sections,
        recommendations=tuple(each.recommendation for each in found),
        passages=passages,
        proposals=_proposals(document),
        abbreviations=find_abbreviations(
            passage.text for passage in passages if passage.kind not in ("references", "contents")
        ),
        coverage=coverage,
        warnings=(*document.warnings, *_warnings(document, coverage)),
    )


def measure_coverage(document: Any, passages: Sequence[Passage]) -> float:
    """Share of the visible characters of the body (without headers, footers, white space) that stand in a passage."""
    visible = sum(_count(line.text) for page in document.pages for line in page.lines)
    kept = sum(_count(passage.text) for passage in passages)
    return min(1.0, kept / visible) if visible else 1.0


def _count(text: str) -> int:
    """Characters that a reader sees; hyphens do not count, they go where a word is joined over a line end."""
    return len(_UNSEEN.sub("", text))


def _page_text(page: Any) -> PageText:
    from ingest.order import reading_order

    lines = [*reading_order(page.lines), *page.furniture]
    text = "\n".join(line.text for line in lines)
    return PageText(page.number, page.label, page.width, page.height, text, page.doubts, page.hidden, page.repairs)


def _proposals(document: Any) -> dict[str, Proposal]:
    from ingest.metadata import archive_stamp, propose

    proposals = dict(propose(document))
    stamp = archive_stamp(document)
    if stamp:
        proposals["archived"] = Proposal(stamp, 0.9, None, stamp, "body")
    return proposals


def _warnings(document: Any, coverage: float) -> list[str]:
    warnings = []
    if coverage < LEAST_COVERAGE:
        warnings.append(f"Only {coverage:.1%} of the text could be placed in passages.")
    scans = [page.number for page in document.pages if page.image_share > 0.6 and not page.lines]
    if scans:
        shown = ", ".join(map(str, scans[:12])) + ("…" if len(scans) > 12 else "")
        warnings.append(f"Pages without readable text (pictures only): {shown}.")
    return warnings


def parse_to_json(path: str, name: str, sha256: str, max_pages: int = MAX_PAGES) -> dict[str, Any]:
    """`parse_pdf` as JSON, for the border between the child process and its parent."""
    return extraction_to_json(parse_pdf(path, name, sha256, max_pages))


def extraction_to_json(extraction: Extraction) -> dict[str, Any]:
    """An Extraction as JSON values; boxes and spans are short lists. `extraction_from_json` gives the same back."""
    return {
        "sha256": extraction.sha256,
        "reader": extraction.reader,
        "pages": [asdict(page) for page in extraction.pages],
        "sections": [asdict(section) for section in extraction.sections],
        "recommendations": [
            {**asdict(each), "boxes": [_box_row(box) for box in each.boxes]} for each in extraction.recommendations
        ],
        "passages": [_passage_json(passage) for passage in extraction.passages],
        "proposals": {key: asdict(proposal) for key, proposal in extraction.proposals.items()},
        "abbreviations": [list(pair) for pair in extraction.abbreviations],
        "coverage": extraction.coverage,
        "warnings": list(extraction.warnings),
    }


def _passage_json(passage: Passage) -> dict[str, Any]:
    shown = asdict(passage)
    shown["lines"] = [[span.start, span.end, *_box_row(span.box)] for span in passage.lines]
    return shown


def _box_row(box: Box) -> list[float]:
    return [box.page, box.x0, box.y0, box.x1, box.y1]


def extraction_from_json(data: dict[str, Any]) -> Extraction:
    """The Extraction that `extraction_to_json` wrote; raises KeyError, TypeError or ValueError for anything else.

    The JSON comes from a process that may have been taken over by a hostile file: every value is checked.
    """
    passages = tuple(_passage(each, ordinal) for ordinal, each in enumerate(_list(data["passages"])))
    recommendations = tuple(
        _recommendation(each, ordinal) for ordinal, each in enumerate(_list(data["recommendations"]))
    )
    for passage in passages:
        if passage.recommendation is not None and not 0 <= passage.recommendation < len(recommendations):
            raise ValueError("a passage names a recommendation that is not there")
    return Extraction(
        sha256=_text(data["sha256"]),
        reader=_text(data["reader"]),
        pages=tuple(_page(each) for each in _list(data["pages"])),
        sections=tuple(_section(each, ordinal) for ordinal, each in enumerate(_list(data["sections"]))),
        recommendations=recommendations,
        passages=passages,
        proposals={_text(key): _proposal(each) for key, each in _dict(data["proposals"]).items()},
        abbreviations=tuple((_text(short), _text(long)) for short, long in _list(data["abbreviations"])),
        coverage=_number(data["coverage"]),
        warnings=_texts(data["warnings"]),
    )


def _passage(data: dict[str, Any], ordinal: int) -> Passage:
    text = _text(data["text"])
    spans = tuple(LineSpan(_whole(row[0]), _whole(row[1]), _box(row[2:])) for row in _list(data["lines"]))
    if any(not 0 <= span.start <= span.end <= len(text) for span in spans):
        raise ValueError("a line stands outside of its passage")
    owner = data["recommendation"]
    return Passage(
        _ordinal(data["ordinal"], ordinal),
        text,
        _text(data["context"]),
        _text(data["kind"]),
        _text(data["language"]),
        _texts(data["section"]),
        _whole(data["page_first"]),
        _whole(data["page_last"]),
        spans,
        None if owner is None else _whole(owner),
    )


def _recommendation(data: dict[str, Any], ordinal: int) -> Recommendation:
    words = ("strength", "strength_verbatim", "certainty", "certainty_verbatim", "year_label")
    return Recommendation(
        _ordinal(data["ordinal"], ordinal),
        _text(data["number"]),
        _text(data["text"]),
        _texts(data["section"]),
        _whole(data["page_first"]),
        _whole(data["page_last"]),
        boxes=tuple(_box(row) for row in _list(data["boxes"])),
        **{name: _text(data[name]) for name in words},
    )


def _section(data: dict[str, Any], ordinal: int) -> Section:
    parent = data["parent"]
    if parent is not None and not 0 <= _whole(parent) < ordinal:
        raise ValueError("a section stands before the one around it")
    return Section(
        _ordinal(data["ordinal"], ordinal),
        _text(data["title"]),
        _whole(data["level"]),
        _whole(data["page"]),
        parent,
        _text(data["role"]),
    )


def _page(data: dict[str, Any]) -> PageText:
    return PageText(
        _whole(data["number"]),
        _text(data["label"]),
        _number(data["width"]),
        _number(data["height"]),
        _text(data["text"]),
        _texts(data["doubts"]),
        _texts(data["hidden"]),
        _texts(data["repairs"]),
    )


def _proposal(data: dict[str, Any]) -> Proposal:
    value = data["value"]
    page = data["page"]
    return Proposal(
        _text(value) if isinstance(value, str) else _texts(value),
        _number(data["confidence"]),
        None if page is None else _whole(page),
        _text(data["snippet"]),
        _text(data["source"]),
    )


def _box(row: list[Any]) -> Box:
    page, x0, y0, x1, y1 = row
    return Box(_whole(page), _number(x0), _number(y0), _number(x1), _number(y1))


def _ordinal(value: Any, expected: int) -> int:
    if _whole(value) != expected:
        raise ValueError("ordinals out of order")
    return expected


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"text expected, not {type(value).__name__}")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(_text(each) for each in _list(value))


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"whole number expected, not {type(value).__name__}")
    return value


def _number(value: Any) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise TypeError(f"number expected, not {type(value).__name__}")
    return float(value)


def _list(value: Any) -> list[Any]:
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"list expected, not {type(value).__name__}")
    return list(value)


def _dict(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"object expected, not {type(value).__name__}")
    return value
