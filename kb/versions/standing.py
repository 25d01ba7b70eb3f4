"""One sentence on an edition: whose it is, from when to when it is in force, what replaced it."""

from __future__ import annotations

from datetime import date, timedelta

from kb.dates import first_day, is_imprecise
from kb.domain import Edition, Kind, RelationState, RelationType, State, Status
from kb.store.ledger import Ledger
from kb.versions.status import in_force_interval, partial_successions, status, successions

WORDS = {
    "en": {
        "in_force": "in force since {since}",
        "was": "in force {since} to {last}",
        "until": "in force since {since}, to {last}",
        "from": "in force from {since}",
        "draft": "draft of {since}, never in force",
        "by": "superseded by {names}",
        "parts": "parts replaced by {names}",
        "withdrawn": "withdrawn by its publisher on {day}",
        "withdrawn_undated": "withdrawn by its publisher",
        "expired": "valid until {day}",
        "undated": "no date of effect recorded",
        "joint": "; ",
        "comma": ", ",
    },
    "zh": {
        "in_force": "自{since}起有效",
        "was": "{since}至{last}有效",
        "until": "自{since}起有效，至{last}止",
        "from": "自{since}起生效",
        "draft": "{since}征求意见稿，不具效力",
        "by": "已被{names}替代",
        "parts": "部分内容已被{names}替代",
        "withdrawn": "{day}被发布机构撤回",
        "withdrawn_undated": "已被发布机构撤回",
        "expired": "有效期至{day}",
        "undated": "未记录生效日期",
        "joint": "；",
        "comma": "，",
    },
}


def short_name(edition: Edition) -> str:
    """Publisher and label, or the day of issue where no label is printed."""
    return f"{edition.publisher} {edition.label or edition.issued_on}".strip() or edition.id


def standing(ledger: Ledger, edition_id: str, as_of: date, language: str = "en") -> str:
    """ "CDC, 2016, in force 2016-03-18 to 2022-11-03; superseded by CDC 2022": the edition as it stands on a day."""
    edition = ledger.editions[edition_id]
    words = WORDS.get(language, WORDS["en"])
    parts = [_period(ledger, edition, as_of, words), *_ends(ledger, edition, as_of, words)]
    name = words["comma"].join(part for part in (edition.publisher, edition.label) if part) or edition.id
    return name + words["comma"] + words["joint"].join(part for part in parts if part)


def _period(ledger: Ledger, edition: Edition, as_of: date, words: dict[str, str]) -> str:
    begin, end = in_force_interval(ledger, edition.id)
    since = _printed(edition, begin)
    if not since:
        return words["undated"]
    if edition.kind == Kind.DRAFT:
        return words["draft"].format(since=since)
    if begin is not None and as_of < begin:
        return words["from"].format(since=since)
    if end is None:
        return words["in_force"].format(since=since)
    last = (end - timedelta(days=1)).isoformat()
    return words["was" if end <= as_of else "until"].format(since=since, last=last)


def _printed(edition: Edition, begin: date | None) -> str:
    """The first day as the source prints it: a year stays a year."""
    stated = edition.effective_on or edition.issued_on
    if stated and is_imprecise(stated):
        return stated
    return begin.isoformat() if begin else ""


def _ends(ledger: Ledger, edition: Edition, as_of: date, words: dict[str, str]) -> list[str]:
    """What has ended it by that day."""
    found = []
    done = [each.relation.source for each in successions(ledger, edition.id) if each.certain <= as_of]
    if done:
        found.append(words["by"].format(names=_names(ledger, done)))
    parts = [each.relation.source for each in partial_successions(ledger, edition.id) if each.certain <= as_of]
    if parts and not done:
        found.append(words["parts"].format(names=_names(ledger, parts)))
    if status(ledger, edition.id, as_of) == Status.WITHDRAWN:
        day = edition.withdrawn_on if edition.state == State.WITHDRAWN else _retracted_on(ledger, edition)
        found.append(words["withdrawn"].format(day=day) if day else words["withdrawn_undated"])
    if edition.valid_until and first_day(edition.valid_until) < as_of and not done:
        found.append(words["expired"].format(day=edition.valid_until))
    return found


def _retracted_on(ledger: Ledger, edition: Edition) -> str:
    for relation in ledger.relations_to(edition.id):
        if relation.type == RelationType.RETRACTS and relation.state == RelationState.CONFIRMED:
            source = ledger.editions.get(relation.source)
            return relation.on or (source.effective_on or source.issued_on if source else "")
    return ""


def _names(ledger: Ledger, ids: list[str]) -> str:
    return ", ".join(dict.fromkeys(short_name(ledger.editions[key]) for key in ids if key in ledger.editions))
