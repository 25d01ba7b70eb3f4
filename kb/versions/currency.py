"""Which editions someone should check: past a declared end or review, past their publisher's rule, or old.

Age means "check", never "outdated": half of guidelines hold for about six years (Shekelle 2001), and most
recommendations of an edition stay in the next (Neuman 2014). The publisher's own rule goes before ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

from kb.dates import day_after_last, first_day
from kb.domain import Edition, Kind, Status
from kb.publishers import same_publisher
from kb.store.ledger import Ledger
from kb.store.library import Library
from kb.versions.status import CURRENT, NEVER_ALONE, status, successions
from kb.versions.traits import PARTS, traits_of

DAYS_A_YEAR = 365.25
DAYS_A_MONTH = DAYS_A_YEAR / 12


class Check(StrEnum):
    """Why an edition should be checked; the first that applies."""

    EXPIRED = "expired"  # its declared last day has passed and nothing replaced it
    REVIEW_PASSED = "review_passed"  # the review that it announced should have begun
    RULE_PASSED = "rule_passed"  # older than its publisher's own rule allows
    OLD = "old"  # older than the red age of the settings
    AGEING = "ageing"  # older than the amber age of the settings
    NONE = "none"  # nothing calls for a check
    UNDATED = "undated"  # no date is recorded


RED = (Check.EXPIRED, Check.REVIEW_PASSED, Check.OLD)


@dataclass(frozen=True, slots=True)
class PublisherRule:
    """How long a publisher lets an edition stand, in its own words."""

    publisher: str
    months: int
    expires: bool  # else it is only checked
    rule: str


@dataclass(frozen=True, slots=True)
class CurrencyRow:
    """An edition that readers are quoted from, and whether someone should check it."""

    edition: Edition
    status: Status
    check: Check
    level: str  # red | amber | ""
    since: date | None  # from which day it is due
    years: float | None  # age of what it says, since its last update or issue
    rule: str  # the publisher's own rule, "" where none is known


def currency_report(library: Library, *, as_of: date | None = None) -> list[CurrencyRow]:
    """Every edition that may be quoted as current on a day (today), and what expired with no successor; red first."""
    day, ledger = as_of or date.today(), library.ledger()
    amber, red = library.settings.review_years_amber, library.settings.review_years_red
    rows = []
    for edition in ledger.editions.values():
        found = status(ledger, edition.id, day)
        lapsed = found == Status.EXPIRED and not successions(ledger, edition.id)
        if edition.kind not in NEVER_ALONE and (found in CURRENT or lapsed) and found is not None:
            rows.append(check_edition(edition, found, day, amber=amber, red=red))
    order = {"red": 0, "amber": 1, "": 2}
    return sorted(rows, key=lambda row: (order[row.level], -(row.years or 0), row.edition.id))


def check_edition(edition: Edition, found: Status, day: date, *, amber: float, red: float) -> CurrencyRow:
    """Whether someone should check an edition on a day; `amber` and `red` are ages in years."""
    dated = edition.last_updated_on or edition.issued_on
    years = (day - first_day(dated)).days / DAYS_A_YEAR if dated else None
    rule = rule_of(edition.publisher)
    check, since = _check(edition, found, day, years, rule, amber, red)
    level = "red" if check in RED or (check == Check.RULE_PASSED and rule and rule.expires) else ""
    if not level and check in (Check.RULE_PASSED, Check.AGEING, Check.UNDATED):
        level = "amber"
    age = round(years, 1) if years is not None else None
    return CurrencyRow(edition, found, check, level, since, age, rule.rule if rule else "")


def _check(
    edition: Edition,
    found: Status,
    day: date,
    years: float | None,
    rule: PublisherRule | None,
    amber: float,
    red: float,
) -> tuple[Check, date | None]:
    if found == Status.EXPIRED:
        return Check.EXPIRED, day_after_last(edition.valid_until) if edition.valid_until else None
    if edition.next_review_on and first_day(edition.next_review_on) <= day:
        return Check.REVIEW_PASSED, first_day(edition.next_review_on)
    if years is None:
        return Check.UNDATED, None
    begin = first_day(edition.last_updated_on or edition.issued_on)
    if rule is not None:
        due = date.fromordinal(begin.toordinal() + round(rule.months * DAYS_A_MONTH))
        return (Check.RULE_PASSED, due) if due <= day else (Check.NONE, None)
    for check, limit in ((Check.OLD, red), (Check.AGEING, amber)):
        if years >= limit:
            return check, date.fromordinal(begin.toordinal() + round(limit * DAYS_A_YEAR))
    return Check.NONE, None


def rule_of(publisher: str) -> PublisherRule | None:
    """The strictest rule of the bodies that a publisher's name joins, or None."""
    bodies = [publisher, *(part.strip() for part in PARTS.split(publisher))]
    found = [rule for rule in _rules() if any(same_publisher(body, rule.publisher) for body in bodies if body)]
    return min(found, key=lambda rule: rule.months) if found else None


@lru_cache(maxsize=1)
def _rules() -> tuple[PublisherRule, ...]:
    lines = files("kb.lexicon").joinpath("publisher_rules.tsv").read_text(encoding="utf-8").splitlines()[1:]
    cells = (line.split("\t") for line in lines if line)
    return tuple(PublisherRule(name, int(months), passing == "expires", rule) for name, months, passing, rule in cells)


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """What the library holds on one topic."""

    topic: str  # as the lexicon names it in English; "" where titles name none
    topic_zh: str
    in_force: dict[str, int]  # guidelines in force by language
    publishers: tuple[str, ...]
    newest_issued_on: str  # of what is in force
    out_of_force: int  # guidelines on it of which nothing is in force


def coverage_report(library: Library, *, as_of: date | None = None) -> list[CoverageRow]:
    """Topics of the titles of published guidelines, by how many in force speak of each; gaps first."""
    from kb.lexicon.lookup import load_lexicon

    day, ledger, lexicon = as_of or date.today(), library.ledger(), load_lexicon()
    topics: dict[str, list[Edition]] = {}
    for edition in ledger.editions.values():
        if status(ledger, edition.id, day) is not None and edition.kind != Kind.DRAFT:
            named = sorted(traits_of(edition.title, edition.publisher).subjects)
            conditions = [key for key in named if lexicon.concept(key).group == "conditions"] or named
            for key in conditions or [""]:
                topics.setdefault(key, []).append(edition)
    rows = [_coverage(ledger, key, editions, day) for key, editions in topics.items()]
    return sorted(rows, key=lambda row: (bool(row.in_force), not row.topic, row.topic))


def _coverage(ledger: Ledger, topic: str, editions: Sequence[Edition], day: date) -> CoverageRow:
    from kb.lexicon.lookup import load_lexicon

    current = [each for each in editions if status(ledger, each.id, day) in CURRENT]
    names = load_lexicon().concept(topic) if topic else None
    return CoverageRow(
        topic=names.en[0] if names and names.en else topic,
        topic_zh=names.zh[0] if names and names.zh else "",
        in_force=_by_language(current),
        publishers=tuple(sorted({each.publisher for each in current if each.publisher})),
        newest_issued_on=max((each.issued_on for each in current), default=""),
        out_of_force=len({each.guideline_id for each in editions} - {each.guideline_id for each in current}),
    )


def _by_language(editions: Iterable[Edition]) -> dict[str, int]:
    found: dict[str, set[str]] = {}
    for each in editions:
        found.setdefault(each.language or "?", set()).add(each.guideline_id)
    return {language: len(ids) for language, ids in sorted(found.items())}
