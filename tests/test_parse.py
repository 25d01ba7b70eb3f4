"""The whole reading of a PDF as JSON: what goes over the border comes back, and nothing else is let in."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.glyphs import Style
from ingest.parse import READER, extraction_from_json, extraction_to_json, parse_pdf, parse_to_json, read_extraction
from ingest.pdf import number_owners
from ingest.symbols import draw_symbols
from kb.domain import Extraction
from tests.handmade import PROSE, Row, document, heading, page, paragraph


@pytest.fixture(scope="module")
def extraction() -> Extraction:
    return read_extraction(
        document(
            page(
                1,
                heading("Managing stable angina: clinical guideline", 20),
                heading("Recommendations"),
                *paragraph(
                    "1. We recommend an angiotensin-converting enzyme inhibitor (ACEI) for adults "
                    "(strong recommendation, low-certainty evidence)."
                ),
                *paragraph(PROSE),
                furniture=("Angina guideline 2024", "1"),
                label="i",
            ),
            page(
                2,
                heading("Follow-up"),
                *paragraph(PROSE),
                Row("cell", cell=(0, 0, 0)),
                Row("value", x=200, cell=(0, 0, 1)),
            ),
        )
    )


def test_an_extraction_survives_the_way_through_json(extraction: Extraction) -> None:
    assert extraction_from_json(json.loads(json.dumps(extraction_to_json(extraction)))) == extraction


def test_an_extraction_holds_all_that_was_read(extraction: Extraction) -> None:
    assert extraction.reader == READER
    assert [section.title for section in extraction.sections][-1] == "Follow-up"
    assert extraction.recommendations[0].number == "1"
    assert extraction.abbreviations == (("ACEI", "angiotensin-converting enzyme inhibitor"),)
    assert extraction.coverage == 1.0
    holding = [passage for passage in extraction.passages if passage.recommendation == 0]
    assert len(holding) == 1


def test_a_page_keeps_its_running_lines(extraction: Extraction) -> None:
    first = extraction.pages[0]
    assert "Angina guideline 2024" in first.text
    assert first.label == "i"
    assert not any("Angina guideline 2024" in passage.text for passage in extraction.passages)


def spoil(data: dict[str, Any], *path: str | int, value: Any) -> dict[str, Any]:
    spoiled = copy.deepcopy(data)
    place: Any = spoiled
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return spoiled


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("passages", 0, "text"), 5),
        (("passages", 0, "ordinal"), 7),
        (("passages", 0, "page_first"), "1"),
        (("passages", 0, "page_first"), True),
        (("passages", 0, "lines"), [[0, 999_999, 1, 0.1, 0.1, 0.2, 0.2]]),
        (("passages", 0, "lines"), [[0, 1, 1, 0.1]]),
        (("passages", 0, "recommendation"), 99),
        (("passages", 0, "section"), "Follow-up"),
        (("recommendations", 0, "strength"), None),
        (("recommendations", 0, "boxes"), [["a", 0, 0, 0, 0]]),
        (("sections", 0, "parent"), 3),
        (("pages", 0, "width"), "wide"),
        (("proposals",), []),
        (("coverage",), "all"),
        (("abbreviations",), [["ACEI"]]),
        (("reader",), None),
    ],
)
def test_json_that_is_no_extraction_is_refused(extraction: Extraction, path: tuple[str | int, ...], value: Any) -> None:
    data = json.loads(json.dumps(extraction_to_json(extraction)))
    with pytest.raises((KeyError, TypeError, ValueError)):
        extraction_from_json(spoil(data, *path, value=value))


def test_a_missing_part_is_refused(extraction: Extraction) -> None:
    data = extraction_to_json(extraction)
    del data["passages"]
    with pytest.raises(KeyError):
        extraction_from_json(data)


def test_a_page_of_pictures_is_named() -> None:
    from dataclasses import replace

    scan = replace(page(2), image_share=1.0)
    read = read_extraction(document(page(1, heading("Title"), *paragraph(PROSE)), scan))
    assert any("2" in warning and "pictures" in warning for warning in read.warnings)


def sample_pdfs(samples: Path) -> list[Path]:
    found = sorted(samples.glob("*.pdf"))
    if not found:
        pytest.skip("needs the sample PDFs in data/samples")
    return found


def test_a_sample_is_read_the_same_way_twice_and_in_json(samples: Path) -> None:
    path = sample_pdfs(samples)[0]
    first = parse_to_json(str(path), path.name, "0" * 64)
    second = extraction_to_json(parse_pdf(str(path), path.name, "0" * 64))
    assert json.dumps(first) == json.dumps(second)


def test_every_recommendation_of_the_samples_is_read_with_its_number_and_grade(samples: Path) -> None:
    """Each sample numbers its recommendations without a gap: 2.1, 2.2, … or 推荐意见1, 推荐意见2, …"""
    for path in sample_pdfs(samples):
        read = parse_pdf(str(path), path.name, "0" * 64)
        assert read.coverage >= 0.99
        assert len(read.recommendations) >= 15, path.name
        ungraded = [each.number for each in read.recommendations if not each.strength or not each.certainty]
        assert not ungraded, (path.name, ungraded)
        numbers = [each.number for each in read.recommendations]
        assert len(numbers) == len(set(numbers)), (path.name, numbers)


def test_a_title_property_with_swapped_bytes_is_read() -> None:
    from ingest.properties import _swapped

    assert _swapped("Asthma".encode("utf-16-be").decode("utf-16-le")) == "Asthma"
    assert _swapped("高血压防治指南") == "高血压防治指南"


@given(st.lists(st.integers(0, 6), max_size=30), st.permutations(range(1, 7)))
def test_reading_does_not_depend_on_where_in_memory_a_text_object_lies(objects: list[int], places: list[int]) -> None:
    addresses = np.array([places[each - 1] * 4096 if each else 0 for each in objects], dtype=np.uint64)
    styles, starts = number_owners(addresses)
    usual, usual_starts = number_owners(np.array(objects, dtype=np.uint64))
    assert styles.tolist() == usual.tolist()
    assert starts == usual_starts == [objects.index(each) for each in dict.fromkeys(objects) if each]
    assert [style < 0 for style in styles] == [not each for each in objects]


@pytest.mark.parametrize(
    ("font", "stored", "seen"),
    [
        ("Wingdings-Regular", "y", "•"),
        ("Wingdings-Regular", "ü", "✓"),
        ("Wingdings2", "P", "✓"),
        ("ZapfDingbats", "8", "✗"),
        ("MyriadPro-Bold", "y", "y"),
        ("Wingdings-Regular", "●", "●"),
    ],
)
def test_a_letter_of_a_symbol_font_is_read_as_the_sign_on_the_page(font: str, stored: str, seen: str) -> None:
    codes = np.array([ord(stored), ord(stored)], dtype=np.int64)
    draw_symbols(codes, np.array([0, 1], dtype=np.int32), [Style(font), Style("Arial")])
    assert [chr(code) for code in codes] == [seen, stored]
