"""The editions of a library as a table, by guideline, oldest first."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from kb.store.library import Library
from kb.versions.listing import EditionRow, list_editions
from ui.components import KINDS
from ui.i18n import t
from ui.markup import badge, literal, table

SHOWN = 200  # rows; more are reached by the search box


def draw_editions(library: Library) -> None:
    """A search box and the table."""
    rows = list_editions(library)
    if not rows:
        return
    title, box = st.columns([2, 1], vertical_alignment="bottom")
    title.subheader(t("Editions"))
    wanted = box.text_input(t("Find an edition"), key="find_edition", placeholder=t("Title, publisher, year, file"))
    found = [row for row in rows if _matches(row, wanted or "")]
    if len(found) > SHOWN:
        st.caption(t("The first {shown} of {all}; narrow them down.", shown=SHOWN, all=len(found)))
    heads = [t("Edition"), t("Publisher"), t("Issued"), t("In force"), t("Status"), t("Pages"), t("Recommendations")]
    lines = []
    for _, family in groupby(found[:SHOWN], key=lambda row: row.edition.guideline_id):
        lines += _family_rows(list(family), len(heads))
    st.html(table(heads, lines) if found else f"<div>{literal(t('Nothing found.'))}</div>")


def _matches(row: EditionRow, wanted: str) -> bool:
    edition = row.edition
    named = (edition.id, edition.title, edition.publisher, edition.label, edition.issued_on, edition.file)
    text = " ".join([*named, *edition.identifiers]).casefold()
    return all(word in text for word in wanted.casefold().split())


def _family_rows(family: list[EditionRow], width: int) -> list[str]:
    edition = family[-1].edition
    name = edition.title or edition.file
    head = f'<tr class="gkb-family"><td colspan="{width}">{literal(name)}</td></tr>'
    return [head, *(_edition_row(row) for row in family)]


def _edition_row(row: EditionRow) -> str:
    edition = row.edition
    kind = t(KINDS[edition.kind]) if edition.kind in KINDS else ""
    details = " · ".join(literal(each) for each in (edition.id, kind, edition.language, edition.jurisdiction) if each)
    cells = [
        f"{literal(edition.label or edition.issued_on or edition.file)}<div class='gkb-meta'>{details}</div>",
        literal(edition.publisher),
        f"<span class='gkb-nowrap'>{literal(edition.issued_on)}</span>",
        _interval(row),
        badge(row.status or edition.state) + _successor(row),
        str(row.pages),
        str(row.recommendations or ""),
    ]
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _interval(row: EditionRow) -> str:
    if row.status is None or row.in_force_from is None:
        return ""
    until = t("to {day}", day=row.in_force_to) if row.in_force_to else ""
    days = (row.in_force_from, until)
    return "<br>".join(f"<span class='gkb-nowrap'>{literal(each)}</span>" for each in days if each)


def _successor(row: EditionRow) -> str:
    if not row.superseded_by:
        return ""
    return f"<div class='gkb-meta'>{literal(t('by {edition}', edition=row.superseded_by))}</div>"
