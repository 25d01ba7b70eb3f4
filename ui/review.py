"""Review: one card for each edition that waits, every value beside the words it was read from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from kb.domain import Edition, Kind, Proposal, Relation, RelationState, State
from kb.errors import KBError
from kb.store.extractions import load_summary
from kb.store.ledger import Ledger
from kb.store.library import Library
from kb.store.registry import reading
from kb.versions import change, relate
from kb.versions.asking import PROPOSAL_NAMES, accept_sure, fields_to_ask, sure_ones
from ui.components import KINDS
from ui.i18n import t
from ui.markup import literal, notice
from ui.page_view import REVIEW, Place, draw_page_view, open_place, opened_place
from ui.review_family import Choice, choose_family, draw_preview

FIELDS = {
    "title": "Title",
    "publisher": "Publisher",
    "label": "Edition",
    "issued_on": "Issued on",
    "effective_on": "Effective on",
    "kind": "Kind",
    "language": "Language",
    "jurisdiction": "Jurisdiction",
    "identifiers": "Identifiers",
    "valid_until": "Valid until",
    "last_updated_on": "Last updated on",
    "next_review_on": "Next review on",
}
SOURCES = {
    "properties": "from the PDF's properties",
    "filename": "from the file name",
    "manifest": "from the manifest",
    "person": "from a person",
}


def draw_review(library: Library, by: str) -> None:
    """The card of the edition chosen among those that wait, or nothing."""
    ledger = library.ledger()
    waiting = {
        each.id: each
        for each in ledger.editions.values()
        if each.state == State.IN_REVIEW or each.id in ledger.pending_files
    }
    if not waiting:
        return
    title, picker = st.columns([1, 1.6], vertical_alignment="bottom")
    title.subheader(t("To review ({count})", count=len(waiting)))
    chosen = picker.selectbox(
        t("PDF"),
        list(waiting),
        format_func=lambda each: waiting[each].file,
        key="reviewed",
        label_visibility="collapsed",
    )
    _draw_bulk(library, by)
    with st.container(border=True):
        _draw_card(library, ledger, waiting[chosen], by)


def _draw_bulk(library: Library, by: str) -> None:
    """One button for all that needs no question."""
    sure = sure_ones(library)
    if sure and st.button(t("Publish the {count} in which nothing is doubtful", count=len(sure)), key="accept_sure"):
        done, failed = accept_sure(library, by=by)
        problems = "; ".join(f"{key}: {message}" for key, message in failed.items())
        st.session_state["flash"] = " ".join(filter(None, (t("Published: {name}", name=", ".join(done)), problems)))
        st.rerun()


def _draw_card(library: Library, ledger: Ledger, edition: Edition, by: str) -> None:
    pending = ledger.pending_files.get(edition.id)
    source = edition
    if pending:
        source = replace(edition, extraction_id=pending.extraction_id, sha256=pending.sha256)
    with reading(library.engine) as connection:
        summary = load_summary(connection, source.extraction_id)
    proposals: dict[str, Proposal] = summary["proposals"]
    values, page = st.columns([1.35, 1], gap="medium")
    with values:
        if pending:
            said = t("Other bytes for this edition: {file}. Publishing takes them as its file.", file=pending.file)
            st.html(notice(said))
        for warning in summary["warnings"]:
            st.html(notice(str(warning)))
        changed = _draw_fields(source, proposals)
        _draw_relations(library, ledger, edition, by)
        choice = choose_family(ledger, edition, changed)
        draw_preview(ledger, edition, changed, choice)
        _draw_verbs(library, edition, changed, choice, by)
    place = opened_place()
    if place is None or place.origin != REVIEW or place.edition.sha256 != source.sha256:
        place = Place(source, 1, origin=REVIEW)
    with page:
        draw_page_view(library, place)


def _draw_fields(edition: Edition, proposals: dict[str, Proposal]) -> dict[str, Any]:
    """Inputs for every field, the doubtful first; returns those that differ from what is recorded."""
    changed = {}
    asked = fields_to_ask(edition, proposals)
    for name in [*asked, *(each for each in FIELDS if each not in asked)]:
        field, evidence = st.columns([1, 1], vertical_alignment="center")
        needed = name in change.REQUIRED
        recorded = _shown(getattr(edition, name))
        with field:
            given = _draw_input(edition, name, t(FIELDS[name]) + (" *" if needed else ""), recorded)
        if given != recorded:
            changed[name] = given
        proposal = proposals.get(PROPOSAL_NAMES.get(name, name))
        if needed and not given:
            evidence.html(notice(t("Needed before publishing."), "bad"))
        _draw_evidence(evidence, edition, name, proposal, is_doubtful=name in asked)
    return changed


def _shown(value: object) -> str:
    return "; ".join(value) if isinstance(value, tuple) else str(value)


def _draw_input(edition: Edition, name: str, label: str, recorded: str) -> str:
    key = f"field_{edition.id}_{name}"
    if name == "kind":
        kinds = [str(each) for each in Kind]
        chosen = st.selectbox(label, kinds, index=kinds.index(recorded), format_func=_kind_name, key=key)
        return str(chosen)
    hint = {"identifiers": t("separated by ;"), "language": "en, zh", "jurisdiction": "US, GB, CN, INT"}.get(name, "")
    dated = name.endswith("_on") or name == "valid_until"
    hint = t("YYYY, YYYY-MM or YYYY-MM-DD") if dated else hint
    given = st.text_input(label, value=recorded, key=key, placeholder=hint)
    return (given or "").strip()


def _kind_name(kind: str) -> str:
    return t(KINDS[Kind(kind)]) if Kind(kind) in KINDS else t("Full guideline")


def _draw_evidence(
    place: DeltaGenerator, edition: Edition, name: str, proposal: Proposal | None, *, is_doubtful: bool
) -> None:
    if proposal is None:
        place.html(f'<div class="gkb-meta">{literal(t("Not found in the PDF."))}</div>')
        return
    sure = t("{sure} sure", sure=f"{proposal.confidence:.0%}")
    mark = f'<span class="gkb-badge gkb-care">{literal(t("look"))}</span> ' if is_doubtful else ""
    source = t("page {page}", page=proposal.page) if proposal.page else t(SOURCES.get(proposal.source, "from the PDF"))
    snippet = f"“{proposal.snippet[:110]}”" if proposal.snippet else ""
    words = f'<div class="gkb-meta">{mark}{literal(sure)}, {literal(source)}<br>{literal(snippet)}</div>'
    text, button = place.columns([4, 1], vertical_alignment="center")
    text.html(words)
    if proposal.page:
        button.button(
            "",
            icon=":material/find_in_page:",
            key=f"see_{edition.id}_{name}",
            help=t("Show page {page}", page=proposal.page),
            on_click=open_place,
            args=(Place(edition, proposal.page, origin=REVIEW),),
        )


def _draw_relations(library: Library, ledger: Ledger, edition: Edition, by: str) -> None:
    for relation in ledger.relations_from(edition.id):
        if relation.state == RelationState.PROPOSED:
            _draw_relation(library, ledger, relation, by)


def _draw_relation(library: Library, ledger: Ledger, relation: Relation, by: str) -> None:
    words, confirm, decline = st.columns([3, 1, 1], vertical_alignment="center")
    target = ledger.resolve(relation.target) or t("{target} (not in this library)", target=relation.target)
    read = f"<br>“{literal(relation.evidence[:160])}”" if relation.evidence else ""
    words.html(f'<div class="gkb-meta"><b>{literal(t(str(relation.type)))}</b> {literal(target)}{read}</div>')
    if confirm.button(t("Confirm"), key=f"confirm_{relation.id}", width="stretch"):
        _act(lambda: relate.confirm_relation(library, relation.id, by=by), t("Confirmed."))
    if decline.button(t("Not so"), key=f"decline_{relation.id}", width="stretch"):
        _act(lambda: relate.decline_relation(library, relation.id, by=by), t("Declined."))


def _publish(library: Library, edition: Edition, changed: dict[str, Any], choice: Choice, by: str) -> int:
    """The relation first: if a rule forbids it, nothing is published; before publishing it has no effect."""
    fields = dict(changed)
    if choice.guideline_id != edition.guideline_id:
        fields["guideline_id"] = choice.guideline_id
    if fields and choice.older:
        change.edit(library, edition.id, by=by, fields=fields)  # the rule looks at the corrected dates
    if choice.older and not relate.is_confirmed(library.ledger(), choice.kind, edition.id, choice.older):
        relate.relate(library, edition.id, choice.kind, choice.older, by=by)
    return change.publish(library, edition.id, by=by, fields=fields)


def _draw_verbs(library: Library, edition: Edition, changed: dict[str, Any], choice: Choice, by: str) -> None:
    publish, save, reject = st.columns(3)
    name = edition.title or edition.file
    if publish.button(t("Publish"), type="primary", key=f"publish_{edition.id}", width="stretch"):
        done = t("Published: {name}", name=changed.get("title") or name)
        _act(lambda: _publish(library, edition, changed, choice, by), done)
    if save.button(t("Save, publish later"), key=f"save_{edition.id}", width="stretch", disabled=not changed):
        _act(lambda: change.edit(library, edition.id, by=by, fields=changed), t("Saved: {name}", name=name))
    if reject.button(t("Reject"), key=f"reject_{edition.id}", width="stretch"):
        _act(lambda: change.reject(library, edition.id, by=by), t("Rejected: {name}", name=name))


def _act(verb: Callable[[], int], done: str) -> None:
    """Run a verb; on success say so on a fresh screen, else show what to do."""
    try:
        verb()
    except KBError as error:
        st.html(notice(error.message + (f" → {error.hint}" if error.hint else ""), "bad"))
        return
    st.session_state["flash"] = done
    st.rerun()
