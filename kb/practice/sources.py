"""What a local document says it follows: citations of editions, resolved and judged by their status on the day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from kb.domain import Edition, Kind, Status
from kb.practice.nouns import DocumentFinding, SourceLine
from kb.retrieval.names import Mention, find_mentions
from kb.store.ledger import Ledger
from kb.text import squeeze, tokens
from kb.versions.status import CURRENT, status, superseded_by

_CITING = re.compile(
    r"\b(?:per|see|according to|based on|as in|proposed in|draft|consultation|following|source|adapted from|"
    r"in line with|guideline|edition|"
    r"reference|cf|"
    r"taken from|follows?)\b|征求意见|草案|依据|根据|参照|参考|按照|遵循|来源|引自|指南|共识|规范|《",
    re.IGNORECASE,
)
_TITLE = re.compile(r"《([^》]{4,60})》\s*(?:[（(]?([^（）()《》，。,;；]{2,14}?版)[)）]?)?")
LEAST_WORDS = 2  # that an identifier must have beside it before its title can be wrong
MEANT = 0.6  # share of a title's words that must stand in the citation


def find_sources(ledger: Ledger, lines: Iterable[SourceLine], as_of: date) -> Iterator[DocumentFinding]:
    """One finding for each edition that a document cites and that is not what it should follow on the day."""
    editions = {key: edition for key, edition in ledger.editions.items() if status(ledger, key, as_of) is not None}
    reported: set[tuple[str, str]] = set()
    for line in lines:
        for piece in _citing_pieces(line.text):
            for finding in _in_piece(ledger, list(editions.values()), piece, line.location, as_of):
                if (finding.kind, finding.edition_id) not in reported:
                    reported.add((finding.kind, finding.edition_id))
                    yield finding


def _citing_pieces(text: str) -> Iterator[str]:
    for piece in re.split(r"(?<=[.。;；\n])\s*", text):
        if _CITING.search(piece):
            yield piece.strip()


def _in_piece(
    ledger: Ledger, editions: Sequence[Edition], piece: str, location: str, as_of: date
) -> Iterator[DocumentFinding]:
    mentions = find_mentions(piece, editions)
    named = [each for each in editions if each.id in mentions and _is_named(each, mentions[each.id], piece)]
    best = max((_weight(mentions[each.id], each, piece) for each in named), default=0.0)
    for edition in named:
        if _weight(mentions[edition.id], edition, piece) < best:
            continue
        kind = _kind(ledger, edition, as_of)
        if _is_mismatched(edition, piece, mentions[edition.id]):
            kind = "identifier_mismatch"
        if kind is not None:
            yield DocumentFinding(kind, piece, location, edition.id, _current(ledger, edition, as_of))


def _is_named(edition: Edition, mention: Mention, piece: str) -> bool:
    """Whether this edition is cited: by identifier, or by year or label beside its title or publisher."""
    if _has_identifier(edition, piece):
        return True
    if edition.kind == Kind.DRAFT and not mention.draft:
        return False
    told_apart = mention.year or _has_label(edition, piece) or mention.draft
    return bool(
        told_apart
        and (mention.title >= MEANT or (mention.publisher and mention.title > 0) or _has_title(edition, piece))
    )


def _weight(mention: Mention, edition: Edition, piece: str) -> float:
    exact = _has_label(edition, piece) + _has_title(edition, piece) + 2 * _has_identifier(edition, piece)
    return mention.strength + mention.title + exact


def _has_identifier(edition: Edition, piece: str) -> bool:
    flat = squeeze(piece)
    return any(len(each) >= 4 and squeeze(each) in flat for each in edition.identifiers)


def _has_label(edition: Edition, piece: str) -> bool:
    return len(edition.label) >= 4 and squeeze(edition.label) in squeeze(piece)


def _has_title(edition: Edition, piece: str) -> bool:
    return bool(edition.title) and squeeze(edition.title) in squeeze(piece)


def _is_mismatched(edition: Edition, piece: str, mention: Mention) -> bool:
    """An identifier beside a title that is not its own."""
    if not _has_identifier(edition, piece) or mention.title > 0 or _has_title(edition, piece):
        return False
    rest = piece
    for each in edition.identifiers:
        rest = re.sub(r"\s*".join(re.escape(part) for part in each.split()), " ", rest, flags=re.IGNORECASE)
    return len(tokens(_CITING.sub(" ", rest))) >= LEAST_WORDS


def _kind(ledger: Ledger, edition: Edition, as_of: date) -> str | None:
    found = status(ledger, edition.id, as_of)
    if found in CURRENT or found is None:
        return None
    return {
        Status.DRAFT: "cites_draft", Status.NOT_YET_EFFECTIVE: "cites_draft", Status.EXPIRED: "expired_source",
        Status.WITHDRAWN: "expired_source",
    }.get(found, "cites_superseded_edition")  # fmt: skip


def _current(ledger: Ledger, edition: Edition, as_of: date) -> str | None:
    """What should be cited instead: the last successor, else another edition of the guideline in force."""
    current, seen = edition.id, {edition.id}
    while (newer := superseded_by(ledger, current, as_of)) is not None and newer not in seen:
        seen.add(newer)
        current = newer
    if current != edition.id:
        return current
    siblings = (
        key
        for key, each in ledger.editions.items()
        if each.guideline_id == edition.guideline_id
        and status(ledger, key, as_of) in CURRENT
        and each.kind == Kind.FULL
    )
    return next(siblings, None)
