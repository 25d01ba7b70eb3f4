"""What searching promises a reader."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from kb.domain import Filters, Status
from kb.errors import UsageError
from kb.retrieval import search
from kb.retrieval.filters import read_filters
from kb.store.library import Library
from tests.small_library import Book, Text, make_library

TARGET_2018 = "In adults with kidney disease the systolic blood pressure target is below 140 mmHg."
TARGET_2023 = "In adults with kidney disease the systolic blood pressure target is below 130 mmHg."

BOOKS = [
    Book(
        "kidney@2018",
        [Text(TARGET_2018, number="1"), Text("Repeat potassium after two weeks.", number="2")],
        guideline="kidney",
        title="Blood pressure in kidney disease",
        issued_on="2018-05-01",
        label="2018",
    ),
    Book(
        "kidney@2023",
        [Text(TARGET_2023, 3, number="1"), Text("Repeat potassium within one week of starting an ACE inhibitor.", 4)],
        guideline="kidney",
        title="Blood pressure in kidney disease",
        issued_on="2023-06-01",
        label="2023",
        replaces=(("kidney@2018", ()),),
    ),
    Book(
        "kidney@2025-draft",
        [Text("In adults with kidney disease the systolic blood pressure target is below 120 mmHg.")],
        guideline="kidney",
        title="Blood pressure in kidney disease",
        issued_on="2025-01-10",
        label="2025 draft",
        kind="draft",
    ),
    Book(
        "gout@2022",
        [
            Text("Contents\nColchicine for gout flares ... 4\nAllopurinol ... 9", 1, kind="contents"),
            Text("Colchicine for gout flares is given early, within 12 hours of onset.", 4),
            Text("Colchicine for gout flares is given early, within 12 hours of onset.", 9),
            Text("The committee met in Geneva and was funded by the ministry.", 2, kind="front_matter"),
        ],
        title="Management of gout",
        publisher="World Health Organization",
        jurisdiction="INT",
        issued_on="2022",
    ),
    Book(
        "高血压@2024",
        [Text("高血压患者每日食盐摄入量应低于5克。"), Text("血压应至少每三个月测量一次。", 2)],
        title="中国高血压防治指南",
        publisher="国家心血管病中心",
        jurisdiction="CN",
        issued_on="2024",
    ),
    Book(
        "statin@2020",
        [
            Text("Start a statin at age 40 in diabetes.", number="3.1"),
            Text("Check lipids after three months.", number="3.2"),
        ],
        guideline="statin",
        title="Lipid lowering",
        issued_on="2020-01-01",
    ),
    Book(
        "statin@2024-update",
        [Text("Start a statin at age 30 in diabetes.", number="3.1")],
        guideline="statin",
        title="Lipid lowering: update",
        kind="partial_update",
        issued_on="2024-01-01",
        replaces=(("statin@2020", ("3.1",)),),
    ),
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with make_library(tmp_path_factory.mktemp("retrieval"), BOOKS) as opened:
        yield opened


def editions(library: Library, query: str, **filters: object) -> list[str]:
    return [hit.edition.id for hit in search(library, query, filters=Filters(**filters)).hits]  # type: ignore[arg-type]


def test_only_the_edition_in_force_is_found(library: Library) -> None:
    found = editions(library, "blood pressure target in kidney disease")
    assert found[0] == "kidney@2023"
    assert not {"kidney@2018", "kidney@2025-draft"} & set(found)


def test_an_earlier_date_finds_what_was_in_force_then(library: Library) -> None:
    found = editions(library, "blood pressure target in kidney disease", as_of=date(2020, 1, 1))
    assert found[0] == "kidney@2018"
    assert "kidney@2023" not in found


def test_the_history_lane_finds_every_edition_with_its_status(library: Library) -> None:
    hits = search(library, "blood pressure target kidney", filters=Filters(all_editions=True)).hits
    assert {hit.edition.id: hit.status for hit in hits[:3]} == {
        "kidney@2018": Status.SUPERSEDED,
        "kidney@2023": Status.IN_FORCE,
        "kidney@2025-draft": Status.DRAFT,
    }


def test_a_question_that_names_a_year_is_also_asked_of_that_edition_and_says_so(library: Library) -> None:
    found = search(library, "kidney disease blood pressure target in the 2018 edition")
    assert found.hits[0].edition.id == "kidney@2018"
    assert found.hits[0].status == Status.SUPERSEDED
    assert found.understood.edition == "kidney@2018"
    assert any("2018" in note for note in found.understood.notes)


def test_a_question_that_says_draft_is_also_asked_of_the_draft(library: Library) -> None:
    assert editions(library, "kidney blood pressure target in the draft")[0] == "kidney@2025-draft"


def test_a_replaced_recommendation_of_an_edition_that_stays_in_force_is_not_found(library: Library) -> None:
    hits = search(library, "age to start a statin in diabetes").hits
    assert hits[0].edition.id == "statin@2024-update"
    assert not any(hit.edition.id == "statin@2020" and "40" in hit.passage.text for hit in hits)


def test_the_rest_of_a_partly_replaced_edition_is_found_and_in_force(library: Library) -> None:
    hit = search(library, "when to check lipids").hits[0]
    assert hit.edition.id == "statin@2020"
    assert (hit.status, hit.passage_status) == (Status.PARTIALLY_SUPERSEDED, Status.IN_FORCE)


def test_the_history_lane_marks_the_replaced_part(library: Library) -> None:
    hits = search(library, "start a statin at age 40", filters=Filters(all_editions=True)).hits
    old = next(hit for hit in hits if "age 40" in hit.passage.text)
    assert old.passage_status == Status.SUPERSEDED


@pytest.mark.parametrize(
    "filters",
    [
        {"guideline": "unknown"},
        {"publisher": "Nobody"},
        {"jurisdiction": "FR", "publisher": "Board of Examples"},
        {"language": "zh", "guideline": "gout"},
        {"file": "none.pdf"},
        {"as_of": date(1990, 1, 1)},
    ],
)
def test_a_filter_that_matches_nothing_gives_nothing(library: Library, filters: dict[str, object]) -> None:
    assert editions(library, "blood pressure gout statin", **filters) == []


def test_a_jurisdiction_means_that_one_and_international(library: Library) -> None:
    found = set(editions(library, "blood pressure colchicine 高血压", jurisdiction="CN"))
    assert found == {"高血压@2024", "gout@2022"}


def test_a_publisher_is_known_by_its_other_names(library: Library) -> None:
    assert set(editions(library, "colchicine", publisher="WHO")) == {"gout@2022"}


def test_a_chinese_question_finds_the_chinese_sentence_whatever_the_script(library: Library) -> None:
    for question in ("高血压每天吃多少盐", "高血壓每天吃多少鹽"):
        hit = search(library, question).hits[0]
        assert "5克" in hit.passage.text


def test_a_passage_printed_twice_is_shown_once_and_notes_the_other(library: Library) -> None:
    hits = search(library, "colchicine for gout flares within 12 hours").hits
    alike = [hit for hit in hits if hit.passage.text.startswith("Colchicine")]
    assert len(alike) == 1
    assert len(alike[0].also) == 1


def test_a_table_of_contents_ranks_behind_the_text_it_points_to(library: Library) -> None:
    hits = search(library, "colchicine for gout flares").hits
    kinds = [hit.passage.kind for hit in hits if hit.edition.id == "gout@2022"]
    assert kinds.index("text") < kinds.index("contents")


def test_front_matter_answers_who_paid(library: Library) -> None:
    assert search(library, "who funded the gout guideline").hits[0].passage.kind == "front_matter"


def test_a_slip_of_the_pen_is_read_as_the_word_meant(library: Library) -> None:
    found = search(library, "colchicnie flares")
    assert found.hits[0].edition.id == "gout@2022"
    assert found.understood.expanded


def test_nothing_in_common_finds_nothing_by_words(library: Library) -> None:
    for hit in search(library, "zzyzx", k=10).hits:
        assert hit.score > 0  # the encoder may still offer something; never a zero score


def test_hits_are_ranked_and_no_more_than_asked_for(library: Library) -> None:
    hits = search(library, "blood pressure", k=2).hits
    assert [hit.rank for hit in hits] == [1, 2]
    assert hits[0].score >= hits[1].score


def test_an_empty_question_is_refused(library: Library) -> None:
    with pytest.raises(UsageError):
        search(library, "   ")


def test_an_unknown_filter_key_is_refused() -> None:
    with pytest.raises(UsageError, match="jurisdction"):
        read_filters({"jurisdction": "US"})


def test_filters_of_a_batch_line_are_read() -> None:
    filters = read_filters({"all_editions": True, "file": "a.pdf"}, "2024-02-01")
    assert filters == Filters(as_of=date(2024, 2, 1), all_editions=True, file="a.pdf")
    with pytest.raises(UsageError):
        read_filters(None, "2024-02-31")


def test_the_same_question_gives_the_same_ranking(library: Library, tmp_path: Path) -> None:
    with make_library(tmp_path / "again", list(reversed(BOOKS))) as other:
        for question in ("blood pressure target kidney disease", "高血压 食盐"):
            one = [(hit.passage_id, hit.score) for hit in search(library, question).hits]
            two = [(hit.passage_id, hit.score) for hit in search(other, question).hits]
            assert one == two


def test_who_published_or_paid_is_answered_by_the_front_matter_of_the_guideline_named(tmp_path: Path) -> None:
    texts = [
        Text("Report of the Kidney Board. Financially supported by the Harbour Foundation.", 2, kind="front_matter"),
        *(Text(f"Kidney disease and blood pressure: dialysis patients at visit {n}.", 2 + n) for n in range(1, 9)),
    ]
    books = [
        Book("kidney@2023", texts, title="Blood pressure in kidney disease", issued_on="2023-06-01", label="2023"),
        Book("gout@2022", [Text("Supported by nobody.", kind="front_matter")], title="Gout", issued_on="2022-01-01"),
    ]
    with make_library(tmp_path, books) as library:
        found = search(library, "who paid for the 2023 kidney disease blood pressure guideline")
    assert "Harbour Foundation" in found.hits[0].passage.text


def test_a_question_in_full_width_letters_is_the_same_question(library: Library) -> None:
    plain = search(library, "ACE inhibitor potassium").hits
    wide = search(library, "ＡＣＥ　ｉｎｈｉｂｉｔｏｒ　ｐｏｔａｓｓｉｕｍ").hits
    assert [(hit.passage_id, hit.score) for hit in wide] == [(hit.passage_id, hit.score) for hit in plain]
