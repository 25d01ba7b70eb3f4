"""The part of a review card on other editions: which guideline it belongs to, what it replaces, what that changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from kb.domain import Edition, Kind, RelationType, State, Status
from kb.errors import UsageError
from kb.store.ledger import Ledger
from kb.versions.change import clean_fields
from kb.versions.families import FamilyCandidate, is_preselected, predecessor, propose_families, spoken_of
from kb.versions.preview import preview_publishing
from ui.i18n import t
from ui.markup import badge, literal, notice

REPLACEABLE = (State.IN_REVIEW, State.PUBLISHED, State.WITHDRAWN)
RELATION_OF = {
    Kind.TRANSLATION: RelationType.TRANSFORMS,
    Kind.ERRATUM: RelationType.CORRECTS,
    Kind.SUMMARY: RelationType.DERIVED_FROM,
    Kind.DERIVATIVE: RelationType.DERIVED_FROM,
}
WHOLE = (Kind.FULL, *RELATION_OF)  # the kinds that may be related as a whole to one older edition


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose on the card."""

    guideline_id: str
    older: str  # edition id, "" for none
    kind: RelationType


def choose_family(ledger: Ledger, edition: Edition, changed: Mapping[str, Any]) -> Choice:
    """Draw the choosers, best candidates first; returns what is chosen."""
    found = propose_families(ledger, edition, spoken_of(ledger, edition))
    _draw_candidates(ledger, found)
    guideline = _choose_guideline(ledger, edition, found)
    kind = Kind(changed.get("kind") or edition.kind)
    relation = RELATION_OF.get(kind, RelationType.REPLACES)
    older = _choose_older(ledger, edition, guideline, found, relation) if kind in WHOLE else ""
    return Choice(guideline, older, relation)


def _draw_candidates(ledger: Ledger, found: list[FamilyCandidate]) -> None:
    if not found:
        st.html(f'<div class="gkb-meta">{literal(t("No guideline of this library resembles it."))}</div>')
        return
    lines = []
    for each in found[:3]:
        other = ledger.editions[each.edition_id]
        reasons = ", ".join(t(reason) for reason in each.reasons)
        name = " · ".join(filter(None, (other.title, other.publisher, other.label or other.issued_on)))
        lines.append(f"<li>{literal(name)} — {each.score:.0%}: {literal(reasons)}</li>")
    heading = literal(t("It may be an edition of"))
    st.html(f'<div class="gkb-meta"><b>{heading}</b><ul>{"".join(lines)}</ul></div>')


def _choose_guideline(ledger: Ledger, edition: Edition, found: list[FamilyCandidate]) -> str:
    others = (each for each in ledger.editions.values() if each.id != edition.id and each.title)
    titles = {each.guideline_id: each.title for each in others}
    likely = [each.guideline_id for each in found]
    options = list(dict.fromkeys([edition.guideline_id, *likely, *sorted(titles)]))
    chosen = found[0].guideline_id if found and is_preselected(found[0]) else edition.guideline_id
    own = t("a guideline of its own")
    return (
        st.selectbox(
            t("Belongs to"),
            options,
            index=options.index(chosen),
            format_func=lambda key: f"{titles[key]} ({key})" if key in titles else f"{own} ({key})",
            key=f"family_{edition.id}",
        )
        or edition.guideline_id
    )


def _choose_older(
    ledger: Ledger, edition: Edition, guideline: str, found: list[FamilyCandidate], relation: RelationType
) -> str:
    """The edition that a person says this one replaces (translates, corrects, is made from), "" for none."""
    others = [each for each in ledger.editions.values() if each.id != edition.id and each.state in REPLACEABLE]
    likely = sorted(
        others, key=lambda each: (each.guideline_id != guideline, each.publisher != edition.publisher, each.id)
    )
    names = {each.id: " · ".join(filter(None, (each.title, each.label, each.issued_on, each.file))) for each in likely}
    options = ["", *names]
    sure = any(each.guideline_id == guideline and is_preselected(each) for each in found)
    before = predecessor(ledger, edition, guideline) if sure and relation == RelationType.REPLACES else None
    labels = {
        RelationType.REPLACES: t("Replaces as a whole"),
        RelationType.TRANSFORMS: t("Is a translation of"),
        RelationType.CORRECTS: t("Corrects"),
        RelationType.DERIVED_FROM: t("Is made from"),
    }
    chosen = st.selectbox(
        labels[relation],
        options,
        index=options.index(before) if before in options else 0,
        format_func=lambda each: names.get(each) or t("no edition of this library"),
        key=f"replaces_{edition.id}_{guideline}_{relation}",
        help=t("From the new edition's effective date the older one counts as superseded."),
    )
    return chosen or ""


def draw_preview(ledger: Ledger, edition: Edition, changed: Mapping[str, Any], choice: Choice) -> None:
    """What publishing would change, in a sentence for each edition."""
    fields = dict(changed)
    if choice.guideline_id != edition.guideline_id:
        fields["guideline_id"] = choice.guideline_id
    try:
        found = preview_publishing(
            ledger, edition.id, fields=clean_fields(fields), kind=choice.kind, older=choice.older
        )
    except UsageError as error:
        st.html(notice(error.message, "bad"))
        return
    lines = []
    for each in found.changes:
        other = ledger.editions[each.edition_id]
        name = " · ".join(filter(None, (other.title or other.file, other.label or other.issued_on)))
        day = each.ends if each.edition_id != edition.id else each.begins
        since = t("from {day}", day=day) if day else ""
        lines.append(f"<li>{literal(name)}: {_mark(each.before)} → {_mark(each.after)} {literal(since)}</li>")
    st.html(f'<div class="gkb-meta"><b>{literal(t("Publishing would change"))}</b><ul>{"".join(lines)}</ul></div>')
    for group in found.conflicts:
        st.html(notice(t("In force side by side, nothing replaced: {editions}", editions=", ".join(group)), "care"))


def _mark(status: Status | None) -> str:
    return badge(status) if status else literal(t("not published"))
