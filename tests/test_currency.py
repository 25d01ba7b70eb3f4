"""Currency: what should be checked and why, the publisher's own rule first; coverage; tables to take away."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kb import open_library
from kb.domain import Edition, Kind, State, Status
from kb.versions.currency import Check, check_edition, rule_of
from kb.versions.listing import list_editions, newest_in_force
from tests.doors import gkb
from tests.test_screens import visit, words

DAY = date(2026, 11, 27)
PLAIN = Edition("e", "g", "", "", "", State.PUBLISHED, title="T", publisher="Board of Examples", issued_on="2026-01-01")


@pytest.mark.parametrize(
    ("fields", "status", "check", "level"),
    [
        ({"issued_on": "2024-11-27"}, Status.IN_FORCE, Check.NONE, ""),
        ({"issued_on": "2023-11-01"}, Status.IN_FORCE, Check.AGEING, "amber"),
        ({"issued_on": "2021-11-01"}, Status.IN_FORCE, Check.OLD, "red"),
        ({"issued_on": "2010", "last_updated_on": "2025"}, Status.IN_FORCE, Check.NONE, ""),
        ({"issued_on": ""}, Status.IN_FORCE, Check.UNDATED, "amber"),
        ({"next_review_on": "2026-11"}, Status.IN_FORCE, Check.REVIEW_PASSED, "red"),
        ({"next_review_on": "2026-12"}, Status.IN_FORCE, Check.NONE, ""),
        ({"valid_until": "2026-05-31"}, Status.EXPIRED, Check.EXPIRED, "red"),
        # The publisher's own rule goes before the ages: five years for one, one year for another, an end for a third.
        ({"issued_on": "2022-06", "publisher": "NICE"}, Status.IN_FORCE, Check.NONE, ""),
        ({"issued_on": "2021-06", "publisher": "NICE"}, Status.IN_FORCE, Check.RULE_PASSED, "amber"),
        ({"issued_on": "2025-06", "publisher": "American Diabetes Association"}, Status.IN_FORCE, Check.RULE_PASSED,
         "amber"),
        ({"issued_on": "2021-06", "publisher": "AAP"}, Status.IN_FORCE, Check.RULE_PASSED, "red"),
    ],
)  # fmt: skip
def test_each_edition_is_checked_for_the_first_reason_that_applies(
    fields: dict[str, str], status: Status, check: Check, level: str
) -> None:
    row = check_edition(replace(PLAIN, **fields), status, DAY, amber=3, red=5)  # type: ignore[arg-type]
    assert (row.check, row.level) == (check, level)


def test_of_joint_publishers_the_strictest_rule_counts() -> None:
    rule = rule_of("American Academy of Pediatrics and American Diabetes Association")
    assert rule is not None
    assert rule.months == 12
    assert rule_of("Board of Examples") is None


def test_the_report_lists_what_is_in_force_red_first_and_never_says_outdated(sample_library: Path) -> None:
    rows = gkb("currency", "--as-of", "2032-01-01", "--home", sample_library, "--json").json["editions"]
    assert [row["edition_id"] for row in rows] == ["nics-stable-angina@2024-09-17", "bcma-gout@2025-06-18"]
    assert {row["check"] for row in rows} == {"review_passed"}
    shown = gkb("currency", "--as-of", "2032-01-01", "--home", sample_library).out
    assert "RED" in shown
    assert "the review that it announced should have begun since 2029-09-01" in shown
    assert "never “outdated”" in shown
    early = gkb("currency", "--as-of", "2020-01-01", "--home", sample_library, "--json").json["editions"]
    assert [row["edition_id"] for row in early] == ["nics-stable-angina@2019-05-14"]


def test_coverage_counts_guidelines_in_force_by_topic_and_language(sample_library: Path) -> None:
    rows = gkb("currency", "--coverage", "--home", sample_library, "--json").json["coverage"]
    topics = {row["topic"].lower(): row for row in rows}
    assert topics["gout"]["in_force"] == {"zh": 1}
    assert topics["stable angina"]["in_force"] == {"en": 1}
    then = gkb("currency", "--coverage", "--as-of", "2020-01-01", "--home", sample_library, "--json").json["coverage"]
    gap = next(row for row in then if row["topic"].lower() == "gout")
    assert gap["in_force"] == {}
    assert gap["out_of_force"] == 1


def test_registry_and_report_are_written_as_csv_and_xlsx(sample_library: Path, tmp_path: Path) -> None:
    from ingest.sheets import read_rows

    gkb("editions", "--out", tmp_path / "e.csv", "--home", sample_library)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "e.csv").read_text("utf-8-sig"))))
    old = next(row for row in rows if row["edition"] == "bcma-gout@2021-03-20")
    assert (old["status"], old["in force to"]) == ("superseded", "2025-09-01")
    gkb("currency", "--out", tmp_path / "c.xlsx", "--home", sample_library)
    sheet = [cells for _, _, cells in read_rows(tmp_path / "c.xlsx")]
    assert sheet[0][:2] == ["check", "why"]
    assert len(sheet) == 3
    assert gkb("currency", "--out", tmp_path / "c.doc", "--home", sample_library, "--json").code == 2


def test_the_screen_shows_each_guideline_s_editions_in_time(
    monkeypatch: pytest.MonkeyPatch, sample_library: Path
) -> None:
    app = visit(monkeypatch, sample_library, "guidelines")
    shown = words(app)
    assert "Second edition (2024)" in shown
    assert "2019-07-01 to 2024-11-01 · by nics-stable-angina@2024-09-17" in shown
    assert "never “outdated”" in shown
    app.date_input(key="timeline_as_of").set_value(date(2032, 1, 1)).run()
    assert "the review that it announced should have begun" in words(app)
    app.text_input(key="find_guideline").set_value("痛风").run()
    assert "2019-07-01 to 2024-11-01" not in words(app)


def test_an_answer_warns_by_the_publisher_s_own_rule(tmp_path: Path) -> None:
    from kb.answering import answer
    from tests.small_library import Book, Text, make_library

    book = Book(
        "mumps@2019",
        [Text("Isolate children with mumps for five days after parotitis begins.", number="1")],
        title="Mumps",
        publisher="American Academy of Pediatrics",
        issued_on="2019-01-01",
    )
    with make_library(tmp_path / "store", [book]) as library:
        warnings = answer(library, "how long to isolate children with mumps").warnings
    due = next(each for each in warnings if each.code == "review_due")
    assert "expire after 5 years" in due.message


def test_a_draft_never_gives_a_guideline_its_title(sample_library: Path) -> None:
    with open_library(sample_library) as library:
        row = next(each for each in list_editions(library) if each.status == Status.IN_FORCE)
    later = replace(row.edition, id="draft", title="A draft of something else", kind=Kind.DRAFT)
    family = [row, replace(row, edition=later, status=Status.DRAFT)]
    assert newest_in_force(family).edition.title == row.edition.title
    assert newest_in_force(family[1:]).edition.title == "A draft of something else"
