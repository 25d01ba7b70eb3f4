"""What `gkb show` and `gkb review` show: an edition, a passage, a page picture, a card."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ingest.pdf import render_page
from ingest.report import metadata_json
from kb.domain import Box, Edition, Kind, Passage, State
from kb.errors import UsageError
from kb.store.extractions import load_pages, load_passages, load_sections, load_summary, passage_id, text_hash
from kb.store.ledger import Ledger
from kb.store.library import Library
from kb.store.registry import reading
from kb.versions.asking import fields_to_ask
from kb.versions.change import get_edition, missing_fields
from kb.versions.families import FamilyCandidate, is_preselected, predecessor, propose_families, spoken_of
from kb.versions.listing import list_editions
from kb.versions.preview import preview_publishing
from ui.shapes import edition_json, recommendation_json


def show_thing(library: Library, what: str, *, png: Path | None, page: int, text: bool) -> dict[str, Any]:
    """An edition (by its id) or a passage (by its id), with a page picture or page text if asked for."""
    edition_id, _, place = what.partition("#")
    edition = get_edition(library.ledger(), edition_id)
    if place:
        return _show_passage(library, edition, what, place, png)
    row = next(row for row in list_editions(library) if row.edition.id == edition_id)
    shown = edition_json(row)
    with reading(library.engine) as connection:
        pages = load_pages(connection, edition.extraction_id)
        sections = load_sections(connection, edition.extraction_id)
    shown["sections"] = [{"title": each.title, "level": each.level, "page": each.page} for each in sections]
    shown["doubtful_pages"] = [{"page": each.number, "doubts": list(each.doubts)} for each in pages if each.doubts]
    shown["hidden_text_pages"] = [each.number for each in pages if each.hidden]
    if text or png:
        chosen = next((each for each in pages if each.number == page), None)
        if chosen is None:
            raise UsageError(f"{edition_id} has no page {page}.", hint=f"It has {len(pages)} pages.")
        if text:
            shown["page"] = {"number": page, "label": chosen.label, "text": chosen.text}
    if png:
        write_picture(library, edition, page, [], png)
        shown["png"] = str(png)
    return shown


def _show_passage(library: Library, edition: Edition, what: str, place: str, png: Path | None) -> dict[str, Any]:
    with reading(library.engine) as connection:
        ordinal = place.partition("-")[0]
        found = load_passages(connection, edition.extraction_id, [int(ordinal)]) if ordinal.isdigit() else []
    if not found or passage_id(edition.id, found[0].ordinal, text_hash(found[0].text)) != what:
        raise UsageError(f"There is no passage {what!r}.", hint="`gkb search --json` prints passage ids.")
    passage: Passage = found[0]
    recommendation = (
        None
        if passage.recommendation is None
        else library.recommendation(edition.extraction_id, passage.recommendation)
    )
    if png:
        write_picture(library, edition, passage.page_first, [span.box for span in passage.lines], png)
    return {
        "passage_id": what,
        "edition_id": edition.id,
        "kind": passage.kind,
        "section": list(passage.section),
        "page_first": passage.page_first,
        "page_last": passage.page_last,
        "recommendation": recommendation_json(recommendation),
        "text": passage.text,
        "context": passage.context,
        "png": str(png) if png else None,
    }


def write_picture(library: Library, edition: Edition, page: int, boxes: Sequence[Box], png: Path) -> None:
    """Write the picture of a page, boxes marked."""
    path = library.file_path(edition.sha256)
    if not path.is_file():
        raise UsageError(f"The PDF of {edition.id} is missing from the library.", hint="Run `gkb doctor`.")
    png.write_bytes(render_page(path, page, highlights=[box for box in boxes if box.page == page]))


def review_cards(library: Library, edition_id: str | None) -> list[dict[str, Any]]:
    """Cards of what waits for a person: every value beside the place that it was read from, doubtful ones first."""
    ledger = library.ledger()
    if edition_id is not None:
        chosen = [get_edition(ledger, edition_id)]
    else:
        waiting = (State.IN_REVIEW,)
        chosen = [each for each in ledger.editions.values() if each.state in waiting or each.id in ledger.pending_files]
    return [_card(library, each) for each in chosen]


def _card(library: Library, edition: Edition) -> dict[str, Any]:
    ledger = library.ledger()
    with reading(library.engine) as connection:
        summary = load_summary(connection, edition.extraction_id)
    read = metadata_json(summary["proposals"])
    order = sorted(read, key=lambda name: read[name]["confidence"] if read[name] else -1.0)
    pending = ledger.pending_files.get(edition.id)
    candidates = propose_families(ledger, edition, spoken_of(ledger, edition))
    return {
        "edition_id": edition.id,
        "guideline_id": edition.guideline_id,
        "file": edition.file,
        "state": edition.state,
        "missing": missing_fields(edition),
        "values": {name: str(getattr(edition, "label" if name == "edition_label" else name, "")) for name in order},
        "read": {name: read[name] for name in order},
        "waiting_file": None if pending is None else pending.file,
        "proposed_relations": [
            {"id": each.id, "type": each.type, "target": each.target, "evidence": each.evidence}
            for each in ledger.relations_from(edition.id)
            if each.state == "proposed"
        ],
        "asked": fields_to_ask(edition, summary["proposals"]),
        "candidates": [
            {
                "guideline_id": each.guideline_id,
                "edition_id": each.edition_id,
                "title": ledger.editions[each.edition_id].title,
                "score": each.score,
                "preselected": is_preselected(each),
                "reasons": list(each.reasons),
            }
            for each in candidates
        ],
        "would_change": would_change(ledger, edition, candidates),
        "warnings": list(summary["warnings"]),
    }


def would_change(ledger: Ledger, edition: Edition, candidates: Sequence[FamilyCandidate]) -> list[dict[str, Any]]:
    """What publishing would change if the candidate chosen beforehand is right: a status each, and from which day."""
    chosen = candidates[0] if candidates and is_preselected(candidates[0]) else None
    older = predecessor(ledger, edition, chosen.guideline_id) if chosen and edition.kind == Kind.FULL else None
    found = preview_publishing(ledger, edition.id, older=older or "")
    return [
        {
            "edition_id": each.edition_id,
            "before": each.before,
            "after": each.after,
            "in_force_from": each.begins.isoformat() if each.begins else None,
            "in_force_to": each.ends.isoformat() if each.ends else None,
        }
        for each in found.changes
    ]
