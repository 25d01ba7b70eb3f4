"""Pieces of HTML. Words of a source always pass through `literal`, never through Markdown, which would damage
"> 6.5 mmol/L", "5*10^9/L" and "5~10 mg … 2~3 times"."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from kb.domain import State, Status
from ui.i18n import t

STYLE = """<style>
[data-testid="stMainBlockContainer"] { padding-top: 4rem; padding-bottom: 1rem; max-width: 1500px; }
.gkb-source { border-left: 3px solid #0b6b74; padding-left: .7rem; margin: .2rem 0 .1rem; line-height: 1.35; }
.gkb-source b { font-size: 1.02rem; }
.gkb-meta { color: color-mix(in srgb, currentColor 68%, transparent); font-size: .86rem; line-height: 1.4; }
.gkb-quote { white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.5; padding: .45rem .7rem;
  border-radius: 4px; background: rgba(11, 107, 116, .08); margin: .15rem 0; }
.gkb-context { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .82rem; padding: 0 .7rem;
  color: color-mix(in srgb, currentColor 62%, transparent); }
.gkb-badge { display: inline-block; border-radius: 999px; padding: 0 .55rem; font-size: .8rem; font-weight: 600;
  white-space: nowrap; border: 1px solid; }
.gkb-good { color: #0a6b3a; background: #e3f4ea; } .gkb-bad { color: #9a1c1c; background: #fbe7e6; }
.gkb-care { color: #7a4b00; background: #fdf1d8; } .gkb-calm { color: #44505c; background: #eceff2; }
.gkb-notice { padding: .45rem .7rem; border-radius: 4px; border-left: 3px solid; margin: .1rem 0;
  overflow-wrap: anywhere; }
.gkb-table { width: 100%; border-collapse: collapse; font-size: .88rem; }
.gkb-table th { text-align: left; font-weight: 600; padding: .3rem .5rem;
  border-bottom: 1px solid rgba(128,128,128,.5); }
.gkb-table td { padding: .35rem .5rem; border-bottom: 1px solid rgba(128,128,128,.22); vertical-align: top;
  overflow-wrap: anywhere; }
.gkb-table .gkb-family td { font-weight: 600; padding-top: .8rem; }
.gkb-nowrap { white-space: nowrap; }
.gkb-footer { font-size: .84rem; color: color-mix(in srgb, currentColor 68%, transparent); }
.gkb-page { position: relative; overflow: auto; max-height: calc(100vh - 13.5rem); min-height: 20rem;
  border: 1px solid rgba(128,128,128,.35); background: #fff; }
.gkb-page img { display: block; width: 100%; }
.gkb-mark { position: absolute; left: 0; height: 1px; width: 1px; scroll-initial-target: nearest; }
[data-testid="stColumn"]:has(.st-key-page_view) { position: sticky; top: 3.6rem; align-self: flex-start; }
</style>"""

TONES: dict[str, str] = {
    Status.IN_FORCE: "good",
    Status.PARTIALLY_SUPERSEDED: "care",
    Status.NOT_YET_EFFECTIVE: "care",
    Status.DRAFT: "care",
    Status.SUPERSEDED: "bad",
    Status.EXPIRED: "bad",
    Status.WITHDRAWN: "bad",
    State.IN_REVIEW: "care",
    State.REJECTED: "calm",
    State.ENTERED_IN_ERROR: "bad",
}
NAMES: dict[str, str] = {
    Status.IN_FORCE: "In force",
    Status.PARTIALLY_SUPERSEDED: "Partly superseded",
    Status.NOT_YET_EFFECTIVE: "Not yet in force",
    Status.DRAFT: "Draft",
    Status.SUPERSEDED: "Superseded",
    Status.EXPIRED: "Expired",
    Status.WITHDRAWN: "Withdrawn",
    State.IN_REVIEW: "In review",
    State.REJECTED: "Rejected",
    State.ENTERED_IN_ERROR: "Entered in error",
    "published": "Published",
    "updated": "Updated",
    "unchanged": "Unchanged",
    "duplicate": "Duplicate",
    "needs_ocr": "Needs OCR",
    "encrypted": "Locked with a password",
    "failed": "Failed",
}
FILE_TONES = {"published": "good", "updated": "good", "unchanged": "calm", "duplicate": "calm", "in_review": "care"}


def literal(text: object) -> str:
    """Words as they are, safe inside HTML."""
    return escape(str(text))


def badge(status: str) -> str:
    """A status or state as a coloured word; the colour is never alone."""
    return f'<span class="gkb-badge gkb-{TONES.get(status, "calm")}">{literal(t(NAMES.get(status, status)))}</span>'


def file_badge(status: str) -> str:
    """The outcome of a file as a coloured word."""
    return f'<span class="gkb-badge gkb-{FILE_TONES.get(status, "bad")}">{literal(t(NAMES.get(status, status)))}</span>'


def notice(text: str, tone: str = "care") -> str:
    """A message box; tone is good, care, bad or calm."""
    return f'<div class="gkb-notice gkb-{tone}" role="note">{literal(text)}</div>'


def quote(text: str, context: str = "") -> str:
    """Source text, every character as it stands, with the table headers or path that it needs above it."""
    above = f'<div class="gkb-context">{literal(context)}</div>' if context else ""
    words = _cells(text) if "\t" in text else literal(text)
    return f'{above}<div class="gkb-quote">{words}</div>'


def _cells(text: str) -> str:
    """Table rows, whose cells a tab separates, with their cells in line; the characters stay as they are."""
    rows = (line.split("\t") for line in text.split("\n"))
    drawn = ("<tr>" + "".join(f"<td>{literal(cell)}</td>" for cell in cells) + "</tr>" for cells in rows)
    return f'<table class="gkb-table"><tbody>{"".join(drawn)}</tbody></table>'


def joined(parts: Iterable[object]) -> str:
    """Non-empty parts, separated by dots, escaped."""
    return " · ".join(literal(part) for part in parts if part)


def table(heads: Iterable[str], rows: Iterable[str]) -> str:
    """A table of ready rows."""
    head = "".join(f"<th>{literal(each)}</th>" for each in heads)
    return f'<table class="gkb-table"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def label(text: str) -> str:
    """Words for a button or box title, which Streamlit reads as Markdown: every mark of it escaped."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]()<>#+-.!|~:$" else char for char in text)
