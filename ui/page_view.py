"""The page picture: the cited lines marked and in sight, pages turned, the PDF itself at hand."""

from __future__ import annotations

import base64
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from ingest.pdf import render_page
from kb.domain import Box, Edition, Hit, PageText, Status
from kb.errors import KBError
from kb.store.extractions import load_summary
from kb.store.library import Library
from kb.store.registry import reading
from ui.i18n import t
from ui.markup import badge, joined, literal, notice

LONGEST_SIDE = 1500  # pixels: sharp at reading width, whatever size the page claims to be
SCALE = 1.6  # pixels a point
ABOVE = 0.06  # share of the page left above the first marked line when it is scrolled into sight

REVIEW = "review"  # origin of a place that a review card opened

_one_at_a_time = threading.Lock()  # pdfium is not safe to call from two threads


@dataclass(frozen=True, slots=True)
class Place:
    """A page of an edition with what is marked on it."""

    edition: Edition
    page: int  # 1-based
    boxes: tuple[Box, ...] = ()
    status: Status | None = None
    origin: str = ""  # which citation or hit led here


def open_place(place: Place) -> None:
    """Show this place in the page view."""
    st.session_state["place"] = place


def opened_place() -> Place | None:
    """What the page view shows."""
    found: Place | None = st.session_state.get("place")
    return found


def close_place() -> None:
    """Show nothing in the page view."""
    st.session_state.pop("place", None)


def place_of_hit(hit: Hit) -> Place:
    """The first page of a hit's passage, its lines marked."""
    boxes = tuple(span.box for span in hit.passage.lines)
    return Place(hit.edition, hit.passage.page_first, boxes, hit.passage_status, hit.passage_id)


def draw_page_view(library: Library, place: Place) -> None:
    """Title, page turning, picture and download of a place."""
    with reading(library.engine) as connection:
        pages = load_summary(connection, place.edition.extraction_id)["pages"]
    number = min(max(place.page, 1), pages)
    text = library.page(place.edition.extraction_id, number)
    with st.container(key="page_view", gap="small"):
        _draw_title(place)
        path = library.file_path(place.edition.sha256)
        _draw_turning(place, number, pages, text, path)
        if not path.is_file():
            st.html(notice(t("The PDF of this edition is missing from the library. Run “gkb doctor”."), "bad"))
            return
        boxes = tuple(box for box in place.boxes if box.page == number)
        _draw_picture(path, number, boxes, text)
        for doubt in text.doubts if text else ():
            st.html(notice(t("Compare with the picture: {doubt}", doubt=doubt)))


def _draw_title(place: Place) -> None:
    shown = f" {badge(place.status)}" if place.status else ""
    name = joined([place.edition.title or place.edition.file, place.edition.label])
    st.html(f'<div class="gkb-meta">{name}{shown}</div>')


def _draw_turning(place: Place, number: int, pages: int, text: PageText | None, path: Path) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _turn(place, number - 1, ":material/chevron_left:", "page_back", disabled=number <= 1, help=t("Page before"))
        _turn(place, number + 1, ":material/chevron_right:", "page_on", disabled=number >= pages, help=t("Next page"))
        printed = text.label if text else ""
        shown = t("Page {number} of {pages}", number=number, pages=pages)
        if printed and printed != str(number):
            shown += " " + t("(printed {label})", label=printed)
        st.html(f'<span class="gkb-nowrap">{literal(shown)}</span>', width="content")
        _draw_download(place, path)


def _turn(place: Place, page: int, icon: str, key: str, *, disabled: bool, help: str) -> None:
    turned = replace(place, page=page)
    st.button("", icon=icon, key=key, disabled=disabled, help=help, on_click=open_place, args=(turned,))


def _draw_download(place: Place, path: Path) -> None:
    if path.is_file():
        st.download_button(
            t("PDF"),
            data=path.read_bytes,
            file_name=place.edition.file or f"{place.edition.id}.pdf",
            mime="application/pdf",
            icon=":material/download:",
            on_click="ignore",
            help=t("Download the whole PDF"),
        )


def _draw_picture(path: Path, number: int, boxes: tuple[Box, ...], text: PageText | None) -> None:
    longest = max(text.width, text.height) if text else 842.0
    try:
        picture = page_picture(str(path), number, boxes, min(SCALE, LONGEST_SIDE / max(longest, 1.0)))
    except KBError as error:
        st.html(notice(error.message, "bad"))
        return
    st.html(picture_html(picture, number, boxes))


@st.cache_data(max_entries=60, show_spinner=False)
def page_picture(path: str, number: int, boxes: Sequence[Box], scale: float) -> bytes:
    """PNG of a page with boxes marked."""
    with _one_at_a_time:
        return render_page(Path(path), number, highlights=boxes, scale=scale)


def picture_html(picture: bytes, number: int, boxes: Sequence[Box]) -> str:
    """The picture in a frame that opens with the first marked line in sight."""
    top = max(0.0, min((box.y0 for box in boxes), default=0.0) - ABOVE)
    words = t("Page {number}, lines marked", number=number) if boxes else t("Page {number}", number=number)
    data = base64.b64encode(picture).decode()
    mark = f'<div class="gkb-mark" style="top: {100 * top:.1f}%"></div>' if boxes else ""
    image = f'<img alt="{literal(words)}" src="data:image/png;base64,{data}">'
    return f'<div class="gkb-page" tabindex="0">{image}{mark}</div>'
