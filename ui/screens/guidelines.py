"""Guidelines: each one's editions on a line of time, what should be checked, what is covered; tables to take away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby

import streamlit as st

from kb.domain import Status
from kb.store.library import Library
from kb.versions.currency import CoverageRow, CurrencyRow, coverage_report, currency_report
from kb.versions.listing import EditionRow, list_editions, newest_in_force
from ui import frame
from ui.exports import WRITERS, Table, sheet_types
from ui.i18n import t, visit_language
from ui.markup import badge, literal, notice, table
from ui.tables_editions import CHECKS, NOTE, coverage_table, currency_table, editions_table

COLOURS = {
    Status.IN_FORCE: "#2e7d5b", Status.PARTIALLY_SUPERSEDED: "#2e7d5b", Status.DRAFT: "#8a6d1b",
    Status.NOT_YET_EFFECTIVE: "#4a6fa5",
}  # fmt: skip
PAST = "#98a2b3"
TONES = {"red": "bad", "amber": "care"}
SHOWN = 100  # families; more are reached by the search box


def draw() -> None:
    """The screen."""
    with frame.errors_shown():
        library = frame.library()
        day = st.date_input(t("As of (empty: today)"), value=None, key="timeline_as_of")
        as_of = day if isinstance(day, date) else date.today()
        rows = [row for row in list_editions(library, as_of=as_of) if row.status is not None]
        if not rows:
            frame.show_empty()
            return
        times, checks, covered = st.tabs([t("Timeline"), t("To check"), t("Coverage")])
        with times:
            _draw_timelines(rows, as_of)
        with checks:
            _draw_currency(library, as_of)
        with covered:
            _draw_coverage(library, as_of)


def _draw_timelines(rows: Sequence[EditionRow], as_of: date) -> None:
    wanted = (st.text_input(t("Find a guideline"), key="find_guideline") or "").casefold().split()
    families = [(key, list(each)) for key, each in groupby(rows, key=lambda row: row.edition.guideline_id)]
    found = [(key, each) for key, each in families if all(word in _names(each) for word in wanted)]
    for _, family in found[:SHOWN]:
        st.html(_timeline(family, as_of))
    if not found:
        st.caption(t("Nothing found."))
    _draw_downloads(editions_table(rows, as_of), "editions")


def _names(family: Sequence[EditionRow]) -> str:
    every = (f"{row.edition.title} {row.edition.publisher} {row.edition.label} {row.edition.id}" for row in family)
    return " ".join(every).casefold()


def _timeline(family: Sequence[EditionRow], as_of: date) -> str:
    """One bar for each edition, from its first to its last day; the days stand in words beside it."""
    begins = [row.in_force_from for row in family if row.in_force_from]
    first = min(begins, default=as_of)
    span = max((as_of - first).days, 1)
    face = newest_in_force(family).edition
    bars = "".join(_bar(row, first, span, as_of) for row in family)
    head = f"<b>{literal(face.title or face.id)}</b> <span class='gkb-meta'>{literal(face.publisher)}</span>"
    return f'<div class="gkb-source">{head}{bars}</div>'


def _bar(row: EditionRow, first: date, span: int, as_of: date) -> str:
    begin = row.in_force_from or as_of
    end = min(row.in_force_to or as_of, as_of)
    left = 100 * max(0, (begin - first).days) / span
    width = max(0.8, 100 * max(0, (end - begin).days) / span)
    colour = COLOURS.get(row.status, PAST) if row.status else PAST
    bar = (
        '<div style="background:#eef2f6;border-radius:3px;height:.6rem;margin:.15rem 0">'
        f'<div style="margin-left:{min(left, 99.2):.1f}%;width:{min(width, 100 - min(left, 99.2)):.1f}%;'
        f'height:100%;border-radius:3px;background:{colour}"></div></div>'
    )
    until = t("to {day}", day=row.in_force_to) if row.in_force_to else ""
    days = f"{row.in_force_from or '—'} {until}"
    by = " · " + t("by {edition}", edition=row.superseded_by) if row.superseded_by else ""
    name = row.edition.label or row.edition.issued_on or row.edition.id
    words = f"{badge(row.status or row.edition.state)} {literal(name)} · {literal(days.strip() + by)}"
    return f"{bar}<div class='gkb-meta'>{words}</div>"


def _draw_currency(library: Library, as_of: date) -> None:
    rows = currency_report(library, as_of=as_of)
    due = [row for row in rows if row.level]
    fine = t("{fine} of {all} editions in force need no check.", fine=len(rows) - len(due), all=len(rows))
    st.html(notice(f"{fine} {t(NOTE)}", "calm"))
    if due:
        heads = [t("Check"), t("Edition"), t("Age in years"), t("Why")]
        st.html(table(heads, [_currency_line(row) for row in due]))
    _draw_downloads(currency_table(rows, as_of), "currency")


def _currency_line(row: CurrencyRow) -> str:
    edition = row.edition
    colour = t("red") if row.level == "red" else t("amber")
    mark = f'<span class="gkb-badge gkb-{TONES[row.level]}">{literal(colour)}</span>'
    name = " · ".join(filter(None, (edition.publisher, edition.label or edition.issued_on)))
    why = t(CHECKS[row.check]) + (f" ({row.rule})" if row.rule else "")
    cells = (
        mark,
        f"{literal(edition.title or edition.id)}<div class='gkb-meta'>{literal(name)}</div>",
        "" if row.years is None else f"{row.years:.1f}",
        literal(why) + (f"<div class='gkb-meta'>{literal(t('from {day}', day=row.since))}</div>" if row.since else ""),
    )
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _draw_coverage(library: Library, as_of: date) -> None:
    rows = coverage_report(library, as_of=as_of)
    heads = [t("Topic"), t("Guidelines in force"), t("Publisher"), t("Newest"), t("Without one in force")]
    st.html(table(heads, [_coverage_line(row) for row in rows]))
    _draw_downloads(coverage_table(rows, as_of), "coverage")


def _coverage_line(row: CoverageRow) -> str:
    chinese = visit_language() == "zh"
    topic = (row.topic_zh or row.topic) if chinese else (row.topic or row.topic_zh)
    counted = ", ".join(f"{language} {count}" for language, count in row.in_force.items()) or "0"
    cells = (
        topic or t("no topic in the title"), counted, "; ".join(row.publishers), row.newest_issued_on,
        str(row.out_of_force or ""),
    )  # fmt: skip
    return "<tr>" + "".join(f"<td>{literal(cell)}</td>" for cell in cells) + "</tr>"


def _draw_downloads(shown: Table, name: str) -> None:
    for (ending, mime), place in zip(sheet_types(), st.columns(6), strict=False):
        place.download_button(
            ending.removeprefix(".").upper(),
            WRITERS[ending](shown),
            f"{name}{ending}",
            mime,
            key=f"take_{name}{ending}",
        )


if __name__ == "__main__":
    draw()
