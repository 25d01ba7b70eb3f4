"""Warnings beside an answer: what a reader must know about the editions that are quoted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from kb.answering.messages import say
from kb.domain import Citation, Edition, Notice, Status
from kb.retrieval.search import Retrieval
from kb.store.ledger import Ledger
from kb.store.library import Library
from kb.versions.currency import Check, check_edition
from kb.versions.status import conflicts_of_currency, corrections, imprecise_pairs, superseded_by


def edition_name(edition: Edition) -> str:
    """Publisher, title and label, as a reader knows it."""
    publisher = "" if edition.title.startswith(edition.publisher) else edition.publisher
    return " ".join(part for part in (publisher, edition.title, edition.label) if part) or edition.id


def notices(library: Library, found: Retrieval, citations: Sequence[Citation], language: str) -> list[Notice]:
    """Every warning that the quoted editions call for, one for each matter."""
    ledger, as_of = found.view.ledger, found.scope.as_of
    markers: dict[str, list[int]] = {}
    statuses: dict[str, Status] = {}
    for citation in citations:
        markers.setdefault(citation.hit.edition.id, []).append(citation.marker)
        statuses[citation.hit.edition.id] = citation.hit.status
    result: list[Notice] = []
    for edition_id, cited in markers.items():
        edition = ledger.editions[edition_id]
        for code, text in _of_edition(library, ledger, edition, statuses[edition_id], as_of, language):
            result.append(Notice(code, text, tuple(cited)))
    result += _replaced_parts(citations, language)
    result += _of_dates(ledger, markers, as_of, language)
    return result + degraded(library, language)


def degraded(library: Library, language: str) -> list[Notice]:
    """What works less well than it should, whatever was asked."""
    return [Notice("degraded", say("degraded", language, notice=text)) for text in library.notices]


def _of_edition(
    library: Library, ledger: Ledger, edition: Edition, status: Status, as_of: date, language: str
) -> Iterator[tuple[str, str]]:
    name = edition_name(edition)
    if status == Status.SUPERSEDED:
        yield "superseded", say("superseded", language, name=name, by=_successor(ledger, edition, as_of, language))
    elif status in (
        Status.EXPIRED,
        Status.WITHDRAWN,
        Status.DRAFT,
        Status.PARTIALLY_SUPERSEDED,
        Status.NOT_YET_EFFECTIVE,
    ):
        yield status.value, say(status.value, language, name=name)
    for relation in corrections(ledger, edition.id, as_of):
        erratum = ledger.editions.get(relation.source)
        yield "corrected", say("corrected", language, name=name, title=erratum.title if erratum else relation.source)
    if status == Status.IN_FORCE and as_of < date.today() and superseded_by(ledger, edition.id, date.today()):
        newer = _successor(ledger, edition, date.today(), language)
        yield "superseded", say("superseded_since", language, name=name, date=as_of.isoformat(), by=newer)
    if edition.archived:
        yield "archived", say("archived", language, name=name, stamp=edition.archived)
    if status in (Status.IN_FORCE, Status.PARTIALLY_SUPERSEDED):
        yield from _review(library, edition, name, as_of, language)


def _successor(ledger: Ledger, edition: Edition, as_of: date, language: str) -> str:
    by = superseded_by(ledger, edition.id, as_of)
    joint = {"zh": "（{}）"}.get(language, " by {}")
    return joint.format(edition_name(ledger.editions[by])) if by in ledger.editions else ""


def _review(library: Library, edition: Edition, name: str, as_of: date, language: str) -> Iterator[tuple[str, str]]:
    settings = library.settings
    row = check_edition(
        edition, Status.IN_FORCE, as_of, amber=settings.review_years_amber, red=settings.review_years_red
    )
    dated = edition.last_updated_on or edition.issued_on
    if row.check == Check.REVIEW_PASSED:
        yield "review_due", say("review_passed", language, name=name, date=edition.next_review_on)
    elif row.check == Check.RULE_PASSED:
        yield "review_due", say("review_rule", language, name=name, date=dated, rule=row.rule)
    elif row.check == Check.OLD:
        yield "review_due", say("review_due", language, name=name, date=dated)


def _replaced_parts(citations: Iterable[Citation], language: str) -> list[Notice]:
    return [
        Notice("superseded", say("replaced_part", language, name=edition_name(each.hit.edition)), (each.marker,))
        for each in citations
        if each.hit.passage_status == Status.SUPERSEDED and each.hit.status != Status.SUPERSEDED
    ]


def _of_dates(ledger: Ledger, markers: dict[str, list[int]], as_of: date, language: str) -> Iterator[Notice]:
    for older, newer in imprecise_pairs(ledger, as_of):
        cited = markers.get(older, []) + markers.get(newer, [])
        if cited:
            successor = ledger.editions[newer]
            values = {"older": edition_name(ledger.editions[older]), "newer": edition_name(successor)}
            stated = successor.effective_on or successor.issued_on
            yield Notice("date_imprecise", say("date_imprecise", language, date=stated, **values), tuple(sorted(cited)))
    for group in conflicts_of_currency(ledger, as_of):
        cited = [marker for key in group for marker in markers.get(key, [])]
        if cited:
            names = "; ".join(edition_name(ledger.editions[key]) for key in group)
            yield Notice(
                "conflict_of_currency", say("conflict_of_currency", language, names=names), tuple(sorted(cited))
            )
