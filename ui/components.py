"""Drawing an answer: quotes with their sources, refusals with what was nearest. Every source text is literal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby

import streamlit as st

from kb.domain import Answer, Citation, Edition, Hit, Kind, Passage, Recommendation, Status
from ui.i18n import t
from ui.markup import badge, joined, label, literal, notice, quote
from ui.page_view import Place, open_place, opened_place, place_of_hit

SNIPPET = 260  # characters of a passage in a list
KINDS = {
    Kind.PARTIAL_UPDATE: "Partial update",
    Kind.ADDENDUM: "Addendum",
    Kind.ERRATUM: "Erratum",
    Kind.DRAFT: "Draft",
    Kind.DERIVATIVE: "Derived version",
    Kind.TRANSLATION: "Translation",
    Kind.SUMMARY: "Summary",
    Kind.COMMENTARY: "Commentary",
}


def draw_answer(answer: Answer) -> None:
    """How the question was read, then the quotes or the refusal, then what else to know."""
    st.html(f'<div class="gkb-meta">{literal(_as_of(answer.understood.as_of))}</div>')
    for note in answer.understood.notes:
        st.html(notice(note, "calm"))
    if answer.refusal is not None:
        st.html(notice(answer.refusal.message, "care"))
        unsaid = [each for each in answer.refusal.missing if each not in answer.refusal.message]
        if unsaid:
            st.html(notice(t("Missing: {what}", what="; ".join(unsaid)), "calm"))
    for warning in answer.warnings:
        markers = "".join(f"[{marker}]" for marker in warning.citations)
        st.html(notice(f"{warning.message} {markers}".rstrip(), "care"))
    if any(statement.text != _only_quote(answer, statement.citations) for statement in answer.statements):
        _draw_statements(answer)
    for _, group in groupby(answer.citations, key=lambda each: each.hit.edition.id):
        _draw_source(answer, list(group))
    _draw_related(answer)


def first_place(answer: Answer) -> Place | None:
    """The page that is opened beside a new answer."""
    if answer.citations:
        return cited_place(answer, answer.citations[0])
    if answer.related:
        hit = answer.related[0]
        return place_of_hit(hit)
    return None


def cited_place(answer: Answer, citation: Citation) -> Place:
    """The page of a citation; what else the answer cites from the same edition is marked too."""
    edition = citation.hit.edition
    boxes = tuple(box for each in answer.citations if each.hit.edition.id == edition.id for box in each.boxes)
    return Place(edition, citation.page_first, boxes, citation.hit.passage_status, f"cited_{citation.marker}")


def _as_of(day: date) -> str:
    if day == date.today():
        return t("As of today, {day}", day=day.isoformat())
    return t("As of {day}", day=day.isoformat())


def _only_quote(answer: Answer, markers: Sequence[int]) -> str | None:
    quotes = [each.quote for each in answer.citations if each.marker in markers]
    return quotes[0] if len(quotes) == 1 else None


def _draw_statements(answer: Answer) -> None:
    for statement in answer.statements:
        markers = "".join(f"[{marker}]" for marker in statement.citations)
        st.html(f'<div class="gkb-quote">{literal(statement.text)} <b>{markers}</b></div>')


def _draw_source(answer: Answer, citations: Sequence[Citation]) -> None:
    """One edition and what is quoted from it."""
    first = citations[0]
    name = edition_html(first.hit.edition, first.hit.status)
    st.html(f'<div class="gkb-source">{name}{_standing(answer, first)}</div>')
    for citation in citations:
        passage = citation.hit.passage
        words = f"[{citation.marker}] {where_html(passage, citation.hit.recommendation)}"
        if citation.hit.passage_status != citation.hit.status:
            words += f" {badge(citation.hit.passage_status)}"
        shown = pages_text(citation.page_first, citation.page_last, citation.page_label)
        with st.container(gap="xsmall"):
            st.html(quote(citation.quote, passage.context if passage.kind == "table" else ""))
            _draw_opener(cited_place(answer, citation), words, shown)


def _draw_opener(place: Place, words: str, pages: str) -> None:
    text, button = st.columns([3, 1.15], vertical_alignment="center")
    text.html(f'<div class="gkb-meta">{words}</div>')
    opened = opened_place()
    is_open = opened is not None and (opened.origin, opened.page) == (place.origin, place.page)
    button.button(
        label(pages),
        key=f"open_{place.origin}",
        type="primary" if is_open else "secondary",
        on_click=open_place,
        args=(place,),
        width="stretch",
    )


def _standing(answer: Answer, citation: Citation) -> str:
    """What the badge rests on."""
    day = answer.understood.as_of.isoformat()
    text = citation.hit.standing
    if citation.hit.status == Status.IN_FORCE:
        text += " · " + t("in force as far as this library knows, checked on {day}", day=day)
    return f'<div class="gkb-meta">{literal(text)}</div>' if text else ""


def edition_html(edition: Edition, status: Status | None) -> str:
    """Title, publisher, label, dates, kind and badge of an edition."""
    issued = t("issued {day}", day=edition.issued_on) if edition.issued_on else ""
    since = edition.effective_on if edition.effective_on != edition.issued_on else ""
    effective = t("effective {day}", day=since) if since else ""
    kind = t(KINDS[edition.kind]) if edition.kind in KINDS else ""
    mark = f" {badge(status)}" if status else ""
    details = joined([edition.publisher, edition.label, issued, effective, kind, edition.jurisdiction])
    return f'<b>{literal(edition.title or edition.file)}</b>{mark}<div class="gkb-meta">{details}</div>'


def where_html(passage: Passage, recommendation: Recommendation | None) -> str:
    """Section path, recommendation number and grades."""
    return joined([" › ".join(passage.section), recommendation_text(recommendation)])


def recommendation_text(found: Recommendation | None) -> str:
    """Number and grades as the edition prints them."""
    if found is None:
        return ""
    names_itself = found.number and not found.number[0].isascii()  # 推荐意见4
    number = found.number if names_itself else t("Recommendation {number}", number=found.number).strip()
    grades = [found.strength_verbatim or found.strength, found.certainty_verbatim or found.certainty]
    graded = "; ".join(dict.fromkeys(each for each in grades if each))
    return f"{number} ({graded})" if graded else number


def pages_text(first: int, last: int, label: str = "") -> str:
    """Pages as a PDF viewer counts them, and as printed."""
    shown = t("Page {number}", number=first) if first == last else t("Pages {first}–{last}", first=first, last=last)
    return f"{shown} " + t("(printed {label})", label=label) if label not in ("", str(first)) else shown


def _draw_related(answer: Answer) -> None:
    if not answer.related:
        return
    if answer.refusal is not None:
        st.html(f"<b>{literal(t('Nearest in the library (not an answer)'))}</b>")
        draw_hits(answer.related)
        return
    newer = [hit for hit in answer.related if any(hit.edition.id == by for by in _successors(answer))]
    if newer:
        st.html(f"<b>{literal(t('What replaced it says'))}</b>")
        draw_hits(newer)
    rest = [hit for hit in answer.related if hit not in newer]
    if rest:
        with st.expander(t("More passages that may matter ({count})", count=len(rest))):
            draw_hits(rest)


def _successors(answer: Answer) -> set[str]:
    """Editions that are beside the answer because they replaced what is quoted."""
    quoted = {each.hit.edition.guideline_id for each in answer.citations if each.hit.status == Status.SUPERSEDED}
    cited = {each.hit.edition.id for each in answer.citations}
    return {hit.edition.id for hit in answer.related if hit.edition.guideline_id in quoted} - cited


def draw_history(answer: Answer) -> None:
    """What other editions of the guidelines cited say, oldest first, each with the days on which it was in force."""
    st.html(f"<b>{literal(t('Other editions on the same question'))}</b>")
    for hit in answer.history:
        st.html(f'<div class="gkb-meta">{literal(hit.standing)}</div>')
        draw_hits([hit])
    if not answer.history:
        st.caption(t("No other edition of it is in this library."))


def draw_hits(hits: Iterable[Hit]) -> None:
    """Passages with their sources, shortened; the page shows the rest."""
    for hit in hits:
        passage = hit.passage
        place = place_of_hit(hit)
        shown = pages_text(passage.page_first, passage.page_last)
        with st.container(gap="xsmall"):
            st.html(f'<div class="gkb-source">{edition_html(hit.edition, hit.passage_status)}</div>')
            st.html(quote(shortened(passage.text), passage.context if passage.kind == "table" else ""))
            _draw_opener(place, where_html(passage, hit.recommendation), shown)


def shortened(text: str) -> str:
    """The beginning of a text, with the mark of omission where it goes on."""
    return text if len(text) <= SNIPPET else text[:SNIPPET].rstrip() + " …"
