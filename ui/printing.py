"""What a person reads in the terminal. Source text is printed as it is, never as markup."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Sequence
from typing import Any

from ingest.report import Report
from kb.domain import Answer, Citation, Hit, SearchResult
from kb.maintenance import Finding
from kb.store.registry import Act
from kb.text import is_cjk
from kb.versions.listing import EditionRow, GuidelineRow

NOTICE = "Reference tool, not a medical device. A clinician decides."


def print_report(report: Report) -> None:
    """What became of each file."""
    for notice in report.notices:
        print(f"note: {notice}")
    for each in report.files:
        size = (
            f"{each.pages} pages, {each.passages} passages, {each.recommendations} recommendations"
            if each.pages
            else ""
        )
        print(f"{each.status:<11} {each.file}  {each.edition_id or ''}  {size}".rstrip())
        if each.error:
            print(f"            {each.error}")
        for note in each.notes:
            print(f"            note: {note}")
        if each.doubtful_pages:
            print(f"            look at the picture of pages {', '.join(map(str, each.doubtful_pages[:20]))}")
    done = sum(each.is_done for each in report.files)
    print(f"{done} of {len(report.files)} files done in {report.seconds:.1f} s.")
    if any(each.status == "in_review" for each in report.files):
        print("Waiting for a person: `gkb review` shows the cards, `gkb publish EDITION` publishes.")


def print_hits(result: SearchResult) -> None:
    """Hits in rank order."""
    _print_notes(result.understood.notes)
    if not result.hits:
        print("Nothing found.")
    for hit in result.hits:
        print(f"{hit.rank:>2}. {_source(hit)}")
        print(indented(hit.passage.text))
        print(f"      {hit.passage_id}  score {hit.score}")


def print_answer(answer: Answer) -> None:
    """Quotes with their sources, or the refusal with what was nearest."""
    _print_notes(answer.understood.notes)
    if answer.mode == "generated":
        for statement in answer.statements:
            print(_wrapped(f"{statement.text} {''.join(f'[{marker}]' for marker in statement.citations)}"))
        print()
    for citation in answer.citations:
        print(f"[{citation.marker}] {_cited(citation)}")
        if citation.hit.passage.kind == "table" and citation.hit.passage.context:
            print(indented(f"({citation.hit.passage.context})"))
        print(indented(citation.quote))
        print(f"      ({citation.hit.standing})\n")
    if answer.refusal is not None:
        print(answer.refusal.message)
        for missing in answer.refusal.missing:
            print(f"  missing: {missing}")
        for hit in answer.related[:3]:
            print(f"  nearest: {_source(hit)}")
    if answer.history:
        print("Other editions on the same question:")
        for hit in answer.history:
            print(f"  {hit.standing} · p. {hit.passage.page_first}")
            print(indented(hit.passage.text))
    for warning in answer.warnings:
        markers = "".join(f"[{marker}]" for marker in warning.citations)
        print(f"! {warning.message} {markers}".rstrip())
    print(f"As of {answer.understood.as_of.isoformat()} · {_engine(answer)} · {answer.milliseconds:.0f} ms · {NOTICE}")


def _engine(answer: Answer) -> str:
    return f"{answer.mode} by {answer.model}" if answer.model else answer.mode


def _print_notes(notes: Sequence[str]) -> None:
    for note in notes:
        print(f"· {note}")


def _cited(citation: Citation) -> str:
    pages = f"p. {citation.page_first}"
    if citation.page_last != citation.page_first:
        pages = f"pp. {citation.page_first}-{citation.page_last}"
    label = f" (printed {citation.page_label})" if citation.page_label not in ("", str(citation.page_first)) else ""
    successor = f" · superseded by {citation.superseded_by}" if citation.superseded_by else ""
    return f"{_edition(citation.hit)} · {pages}{label}{_grade(citation.hit)}{successor}"


def _source(hit: Hit) -> str:
    pages = f"p. {hit.passage.page_first}"
    if hit.passage.page_last != hit.passage.page_first:
        pages = f"pp. {hit.passage.page_first}-{hit.passage.page_last}"
    section = f" · {' > '.join(hit.passage.section)}" if hit.passage.section else ""
    return f"{_edition(hit)} · {pages}{_grade(hit)}{section}"


def _edition(hit: Hit) -> str:
    edition = hit.edition
    parts = [edition.publisher, edition.title, edition.label, edition.effective_on or edition.issued_on]
    badge = str(hit.passage_status).upper().replace("_", " ")
    kind = f" ({edition.kind})" if edition.kind != "full" else ""
    return f"{' · '.join(part for part in parts if part)}{kind} · {badge}"


def _grade(hit: Hit) -> str:
    found = hit.recommendation
    if found is None:
        return ""
    grades = ", ".join(part for part in (found.strength_verbatim or found.strength, found.certainty_verbatim) if part)
    number = f" · recommendation {found.number}" if found.number else " · recommendation"
    return number + (f" ({grades})" if grades else "")


def indented(text: str) -> str:
    return textwrap.indent(_wrapped(text), "      ")


def _wrapped(text: str) -> str:
    width = min(shutil.get_terminal_size((100, 24)).columns, 110) - 8
    lines = []
    for line in text.splitlines():
        wide = sum(map(is_cjk, line)) * 3 > len(line)
        lines += textwrap.wrap(line, width // 2 if wide else width, break_on_hyphens=False) or [""]
    return "\n".join(lines)


def print_guidelines(rows: Sequence[GuidelineRow]) -> None:
    """Guidelines, what is in force of each."""
    for row in rows:
        print(f"{row.id}  {row.title}  ({row.publisher}, {row.language})")
        print(f"      in force: {', '.join(row.in_force) or 'none'}; editions: {len(row.editions)}")


def print_editions(rows: Sequence[EditionRow]) -> None:
    """Editions by guideline, oldest first."""
    family = ""
    for row in rows:
        edition = row.edition
        if edition.guideline_id != family:
            family = edition.guideline_id
            print(f"{family}  {edition.title}")
        until = f" to {row.in_force_to}" if row.in_force_to else ""
        since = f"{row.in_force_from}{until}" if row.in_force_from else "no date"
        state = str(row.status or edition.state).upper().replace("_", " ")
        successor = f" by {row.superseded_by}" if row.superseded_by else ""
        print(f"  {edition.id}  {edition.publisher}, {edition.label or edition.issued_on}  {since}  {state}{successor}")
        for relation in row.relations:
            if relation.source == edition.id:
                scope = f" ({', '.join(relation.scope)})" if relation.scope else ""
                print(f"      {relation.type} {relation.target}{scope}: {relation.state} [{relation.id}]")


def print_shown(shown: dict[str, Any]) -> None:
    """An edition or a passage."""
    page = shown.pop("page", None)
    sections = shown.pop("sections", [])
    print_pairs({name: value for name, value in shown.items() if value not in (None, "", [])})
    for section in sections:
        print(f"{'  ' * section['level']}{section['title']}  p. {section['page']}")
    if page:
        print(f"--- page {page['number']} ---\n{page['text']}")


def print_cards(cards: Sequence[dict[str, Any]]) -> None:
    """Cards of what waits for a person."""
    if not cards:
        print("Nothing waits for a person.")
    for card in cards:
        print(f"{card['edition_id']}  {card['file']}  ({card['state']})")
        for name, proposal in card["read"].items():
            value = card["values"].get(name) or "—"
            where = (
                f"p. {proposal['page']}"
                if proposal and proposal["page"]
                else (proposal or {}).get("source", "not found")
            )
            sure = f"{proposal['confidence']:.0%}" if proposal else ""
            snippet = f"  “{proposal['snippet'][:80]}”" if proposal else ""
            look = "?" if name.replace("edition_label", "label") in card["asked"] else " "
            print(f"  {look} {name:<16} {value[:80]}  {sure} {where}{snippet}")
        for relation in card["proposed_relations"]:
            print(
                f"    proposed: {relation['type']} {relation['target']}  [{relation['id']}]  "
                f"“{relation['evidence'][:90]}”"
            )
        _print_family(card)
        if card["missing"]:
            print(f"    needed before publishing: {', '.join(card['missing'])}")
        print(f"    gkb publish {card['edition_id']}")


def _print_family(card: dict[str, Any]) -> None:
    """Guidelines that it may be an edition of, and what publishing would change."""
    for each in card["candidates"][:3]:
        mark = "→" if each["preselected"] else " "
        print(f"  {mark} edition of {each['guideline_id']}?  {each['score']:.0%}  {', '.join(each['reasons'])}")
    chosen = next((each for each in card["candidates"] if each["preselected"]), None)
    if chosen:
        replaced = [each["edition_id"] for each in card["would_change"] if each["after"] == "superseded"]
        print(f"    if so: gkb edit {card['edition_id']} --set guideline_id={chosen['guideline_id']}")
        for edition_id in replaced or [chosen["edition_id"]]:
            print(f"           gkb relate {card['edition_id']} replaces {edition_id}")
    for each in card["would_change"]:
        until = f" to {each['in_force_to']}" if each["in_force_to"] else ""
        days = f"{each['in_force_from'] or 'no date'}{until}"
        print(
            f"    would change: {each['edition_id']}  {each['before'] or 'not published'} → {each['after']}  ({days})"
        )


def print_acts(acts: Sequence[Act]) -> None:
    """The history, oldest first."""
    for act in acts:
        reverses = f" of act {act.reverses}" if act.reverses else ""
        why = f"  ({act.why})" if act.why else ""
        about = act.relation_id or act.edition_id or ""
        print(f"{act.seq:>5}  {act.at.isoformat(timespec='seconds')}  {act.by}  {act.kind}{reverses}  {about}{why}")


def print_findings(findings: Sequence[Finding]) -> None:
    """What `gkb doctor` saw."""
    for each in findings:
        print(f"{'ok ' if each.is_sound else 'BAD'} {each.name:<13} {each.message}")


def print_pairs(values: dict[str, Any]) -> None:
    """Names and values."""
    for name, value in values.items():
        print(f"{name:<18} {value}")


def print_settings(rows: Sequence[dict[str, str]]) -> None:
    """Settings with their origin."""
    for row in rows:
        print(f"{row['name']:<18} {row['value']:<40} {row['source']:<14} {row['description']}")


def print_evaluation(result: dict[str, Any]) -> None:
    """Figures by group, in percent with 95 % intervals."""
    for group, figures in result["groups"].items():
        parts = [
            f"{name} {100 * each['value']:.1f} [{100 * each['low']:.0f}-{100 * each['high']:.0f}]"
            if name != "quoted"
            else f"quoted {each['value']:.0f} characters"
            for name, each in figures.items()
        ]
        number = max((each["n"] for each in figures.values()), default=0)
        print(f"{group} (n={number}): " + "  ".join(parts))
    print(
        f"median quoted characters {result['quoted_median']}; "
        f"search ms {result['search_ms']}; answer ms {result['answer_ms']}"
    )
    for change in result.get("changes", ()):
        moved = f"{100 * change['before']:.1f} -> {100 * change['after']:.1f}"
        verdict = "" if change["verdict"] == "same" else f"  {change['verdict'].upper()}"
        print(f"{change['group']} {change['measure']} (n={change['n']}): {moved}, p {change['p']:.3f}{verdict}")
