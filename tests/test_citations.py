"""What a citation owes to a reader who opens the page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kb.answering.citations import faults, make_citation, pages_of
from kb.domain import Box, Edition, Hit, LineSpan, PageText, Passage, State, Status

LINES = ["First-line treatment is a thia-", "zide. The target is ≥130 mmHg", "in adults."]
TEXT = "First-line treatment is a thiazide. The target is ≥130 mmHg in adults."
SPANS = (
    LineSpan(0, 30, Box(7, 0.1, 0.80, 0.9, 0.82)),
    LineSpan(30, 59, Box(8, 0.1, 0.10, 0.9, 0.12)),
    LineSpan(60, 70, Box(8, 0.1, 0.12, 0.4, 0.14)),
)
PAGES = {
    7: PageText(7, "vii", 595, 842, "Heading\n" + LINES[0]),
    8: PageText(8, "viii", 595, 842, "\n".join(LINES[1:])),
}


@pytest.fixture
def hit() -> Hit:
    passage = Passage(3, TEXT, "Drugs", "text", "en", ("Drugs",), 7, 8, SPANS)
    edition = Edition("a@2024", "a", "0" * 64, "x-1", "a.pdf", State.PUBLISHED)
    return Hit(1, 1.0, "a@2024#0003", passage, edition, Status.IN_FORCE, Status.IN_FORCE, None)


def test_a_quote_is_the_passages_own_words_with_the_boxes_of_its_lines(hit: Hit) -> None:
    citation = make_citation(1, hit, 36, 70, page_label="viii", superseded_by=None)
    assert citation.quote == "The target is ≥130 mmHg in adults."
    assert citation.quote in hit.passage.text
    assert (citation.page_first, citation.page_last) == (8, 8)
    assert citation.boxes == (SPANS[1].box, SPANS[2].box)
    assert faults(citation, PAGES.get) == []


def test_a_quote_across_two_pages_names_both(hit: Hit) -> None:
    citation = make_citation(1, hit, 0, len(TEXT), page_label="vii", superseded_by=None)
    assert (citation.page_first, citation.page_last) == (7, 8)
    assert pages_of(hit.passage, 0, 10) == (7, 7)
    assert faults(citation, PAGES.get) == []


def test_characters_outside_the_passage_cannot_be_cited(hit: Hit) -> None:
    with pytest.raises(ValueError, match="not inside"):
        make_citation(1, hit, 60, 71, page_label="", superseded_by=None)
    with pytest.raises(ValueError, match="not inside"):
        make_citation(1, hit, 5, 5, page_label="", superseded_by=None)


def test_a_changed_quote_is_found_out(hit: Hit) -> None:
    citation = make_citation(1, hit, 36, 70, page_label="", superseded_by=None)
    changed = replace(citation, quote=citation.quote.replace("130", "180"))
    assert "the quote is not a literal part of the passage" in faults(changed, PAGES.get)
    assert "the page does not hold the quote" in faults(changed, PAGES.get)


def test_a_quote_with_the_wrong_page_is_found_out(hit: Hit) -> None:
    citation = make_citation(1, hit, 36, 70, page_label="", superseded_by=None)
    assert "the page does not hold the quote" in faults(
        replace(citation, page_first=7, page_last=7, boxes=()), PAGES.get
    )
    assert "the pages are not those of the passage" in faults(replace(citation, page_first=9, page_last=9), PAGES.get)
