"""From what a question says about time to the editions that it is asked of; what was assumed is said.

Filters that are given win over the question's words. An edition that a question names hides the other editions of its
own guideline only: what other guidelines say is still found, with its own status.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from kb.domain import Edition, Filters, Kind
from kb.retrieval.scope import Scope, hide_replaced_parts, rows_of
from kb.retrieval.when import TimeAsked, When, edition_numbers
from kb.store.ledger import Ledger
from kb.store.library import Library, View
from kb.text import fold, language_of, tokens
from kb.versions.status import CURRENT, VISIBLE, begins_on, in_force_interval, status, superseded_by

SAYINGS = {
    "as_of": ("Asked as of {day}: the question says “{words}”.", "按{day}当日查询：问题中提到“{words}”。"),
    "given": ("Asked as of {day}, as chosen, not by “{words}”.", "按所选日期{day}查询，未采用“{words}”。"),
    "changed": (
        "Within “{words}” {old} gave way to {new} on {day}; both are searched.",
        "在“{words}”期间，{old}于{day}被{new}取代；两版均检索。",
    ),
    "edition": (
        "Of this guideline only {names} is searched: the question names it.",
        "问题指明版本，该指南仅检索：{names}。",
    ),
    "before": ("Read as before {names}: asked as of {day}.", "理解为{names}之前：按{day}当日查询。"),
    "previous": ("Read as the edition before the present one: {names}.", "理解为现行版之前的版本：{names}。"),
    "absent": (
        "No edition that fits “{words}” is in this library; it holds {names}.",
        "本知识库没有与“{words}”相符的版本；现有：{names}。",
    ),
    "newest": ("Only what is in force on {day} is searched.", "仅检索{day}现行有效的版本。"),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """What a question's words about time come to."""

    filters: Filters
    asked: TimeAsked | None
    language: str
    notes: tuple[str, ...] = ()
    is_read: bool = False  # the day comes from the question's words

    @property
    def needs_guideline(self) -> bool:
        """Whether the editions meant depend on what the question is about."""
        asked = self.asked
        names = asked is not None and (
            asked.when in (When.EDITION, When.PREVIOUS) or (asked.when == When.BEFORE and asked.first is None)
        )
        return names or self.spans_days

    @property
    def is_dated(self) -> bool:
        """Whether the day comes from the question's own words: then a year in it names that day, not an edition."""
        asked = self.asked
        return asked is not None and asked.when in (When.ON, When.BEFORE) and self.is_read

    @property
    def naming(self) -> frozenset[str]:
        """Tokens of the question that only say when, or which edition."""
        return frozenset(tokens(self.asked.words)) if self.asked else frozenset()

    @property
    def spans_days(self) -> bool:
        """Whether the question asks of more than one day, and no day was given beside it."""
        asked = self.asked
        return asked is not None and asked.when == When.ON and asked.first != asked.last == self.filters.as_of


def place_in_time(asked: TimeAsked | None, filters: Filters, question: str) -> Moment:
    """The day that a question is asked of, by its own words unless one is given."""
    language = language_of(question)
    if asked is None:
        return Moment(filters, None, language)
    if asked.when == When.NEWEST:
        day = (filters.as_of or date.today()).isoformat()
        return Moment(filters, asked, language, (_say("newest", language, day=day),))
    if asked.last is None:
        return Moment(filters, asked, language)
    if filters.as_of is not None:
        said = (
            _say("given", language, day=filters.as_of.isoformat(), words=asked.words)
            if _differs(asked, filters)
            else ""
        )
        return Moment(
            filters, replace(asked, first=filters.as_of, last=filters.as_of), language, (said,) if said else ()
        )
    said = _say("as_of", language, day=asked.last.isoformat(), words=asked.words)
    return Moment(replace(filters, as_of=asked.last), asked, language, (said,), is_read=True)


def _differs(asked: TimeAsked, filters: Filters) -> bool:
    if asked.first is None or asked.last is None or filters.as_of is None:
        return False
    return not asked.first <= filters.as_of <= asked.last


def choose_guideline(moment: Moment, ledger: Ledger, guidelines: Sequence[str]) -> str:
    """The first of these that has what the question names; else the first; "" where there is none."""
    for guideline in guidelines:
        if moment.asked and _chosen(moment.asked, ledger, _family(ledger, guideline), date.today()):
            return guideline
    return guidelines[0] if guidelines else ""


def _chosen(asked: TimeAsked, ledger: Ledger, family: Sequence[Edition], as_of: date) -> list[Edition]:
    """Editions of a guideline that are named, or came just before the present one."""
    if asked.when == When.PREVIOUS:
        current = {edition.id for edition in family if status(ledger, edition.id, as_of) in CURRENT}
        return [each for each in family if superseded_by(ledger, each.id, as_of) in current]
    return _named(asked, family)


def day_before_edition(moment: Moment, ledger: Ledger, guideline: str) -> Moment:
    """For "before the second edition": the day before that edition, or before the year named where it is not here."""
    asked = moment.asked
    if asked is None or asked.when != When.BEFORE or moment.filters.as_of is not None:
        return moment
    named = _named(asked, _family(ledger, guideline))
    begins = [day for edition in named if (day := begins_on(edition)) is not None]
    if begins:
        day = min(begins) - timedelta(days=1)
    elif asked.years:
        day = date(int(min(asked.years)), 1, 1) - timedelta(days=1)
    else:
        return replace(moment, notes=(*moment.notes, _absent(moment, ledger, guideline)))
    names = ", ".join(map(name_of, named)) or ", ".join(sorted(asked.years))
    said = _say("before", moment.language, names=names, day=day.isoformat())
    return replace(moment, filters=replace(moment.filters, as_of=day), notes=(*moment.notes, said), is_read=True)


def narrow(library: Library, view: View, scope: Scope, moment: Moment, guideline: str) -> Scope:
    """The scope with, of one guideline, only the editions that the question names; or those of a whole period."""
    asked, ledger, language = moment.asked, view.ledger, moment.language
    if asked is None:
        return scope
    family = _family(ledger, guideline)
    if moment.spans_days:
        return _with_earlier(library, view, scope, moment, family)
    if asked.when not in (When.EDITION, When.PREVIOUS):
        return scope
    chosen = _chosen(asked, ledger, family, scope.as_of)
    if not chosen:
        others = [key for key, mention in scope.mentions.items() if mention.is_specific]
        if not asked.is_sure or not family or others:
            return scope
        return replace(scope, absent=_absent(moment, ledger, guideline))
    code = "edition" if asked.when == When.EDITION else "previous"
    shown = [each.id for each in chosen]
    hidden = {each.id for each in family} - set(shown)
    said = _say(code, language, names="; ".join(map(name_of, chosen)))
    changed = _changed(library, view, scope, hide=hidden, show=shown, said=said if hidden else "")
    return replace(changed, named=tuple(shown))


def _with_earlier(library: Library, view: View, scope: Scope, moment: Moment, family: Iterable[Edition]) -> Scope:
    """The scope with the editions that were in force earlier in the period that is asked of."""
    asked = moment.asked
    if asked is None or asked.first is None:
        return scope
    for edition in family:
        begin, end = in_force_interval(view.ledger, edition.id)
        by = superseded_by(view.ledger, edition.id, scope.as_of)
        if (
            edition.id in scope.statuses
            or end is None
            or by is None
            or end <= asked.first
            or edition.kind == Kind.DRAFT
        ):
            continue
        if begin is not None and begin > scope.as_of:
            continue
        said = _say(
            "changed", moment.language, words=asked.words, old=name_of(edition), new=name_of(view.ledger.editions[by]),
            day=end.isoformat(),
        )  # fmt: skip
        scope = _changed(library, view, scope, hide=(), show=[edition.id], said=said)
    return scope


def _changed(
    library: Library, view: View, scope: Scope, *, hide: Collection[str], show: Collection[str], said: str
) -> Scope:
    statuses = {key: found for key, found in scope.statuses.items() if key not in hide}
    added = {key: found for key in show if (found := status(view.ledger, key, scope.as_of)) is not None}
    rows = rows_of(view.snapshot, [view.ledger.editions[key] for key in {**statuses, **added}])
    rest = {key: found for key, found in statuses.items() if key not in show}
    hide_replaced_parts(library, view, rest, scope.as_of, rows)
    spoken_of = {*hide, *show}
    kept = [(key, note) for key, note in zip(scope.widened, scope.notes, strict=False) if key not in spoken_of]
    return replace(
        scope,
        statuses={**statuses, **added},
        rows=rows,
        widened=(*(key for key, _ in kept), *(key for key in added if key not in scope.statuses)),
        notes=(*(note for _, note in kept), *([said] if said else [])),
    )


def _named(asked: TimeAsked, family: Iterable[Edition]) -> list[Edition]:
    """Editions of a guideline that have the number, or else the year, that was named."""
    editions = list(family)
    if asked.numbers:
        numbered = [
            each for each in editions if asked.numbers & set(edition_numbers(fold(f"{each.label} {each.title}")))
        ]
        if numbered or not asked.years:
            return numbered
    labelled = [each for each in editions if any(year in f"{each.label} {each.title}" for year in asked.years)]
    return labelled or [each for each in editions if asked.years & {each.issued_on[:4], each.last_updated_on[:4]}]


def _family(ledger: Ledger, guideline: str) -> list[Edition]:
    """The published editions of a guideline."""
    return [each for each in ledger.editions.values() if each.guideline_id == guideline and each.state in VISIBLE]


def _absent(moment: Moment, ledger: Ledger, guideline: str) -> str:
    names = "; ".join(map(name_of, _family(ledger, guideline)))
    return _say("absent", moment.language, words=moment.asked.words if moment.asked else "", names=names)


def name_of(edition: Edition) -> str:
    """Publisher and label (or date), as a reader tells editions apart."""
    return f"{edition.publisher} {edition.label or edition.issued_on or edition.id}".strip()


def _say(code: str, language: str, **values: str) -> str:
    english, chinese = SAYINGS[code]
    return (chinese if language == "zh" else english).format(**values)
