"""Case review: what was in force on a day, and what would have been shown on a day, are two questions."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.doors import copy_library, gkb

OLD, NEW = "nics-stable-angina@2019-05-14", "nics-stable-angina@2024-09-17"
ASPIRIN = "aspirin dose for stable angina"


@pytest.fixture
def home(sample_library: Path, tmp_path: Path) -> Path:
    return copy_library(sample_library, tmp_path / "store")


def moment() -> str:
    """Now, with a little time on both sides."""
    time.sleep(0.02)
    now = datetime.now(UTC).isoformat()
    time.sleep(0.02)
    return now


def rows(home: Path, *arguments: object) -> dict[str, dict[str, Any]]:
    found = gkb("editions", *arguments, "--home", home, "--json").json["editions"]
    return {row["edition_id"]: row for row in found}


def cited(home: Path, *arguments: object) -> set[str]:
    given = gkb("ask", ASPIRIN, *arguments, "--home", home, "--json").json
    return {each["edition_id"] for each in given["citations"]}


def test_a_back_dated_correction_changes_the_past_as_known_now_and_not_as_it_was_shown_then(home: Path) -> None:
    day = ("--as-of", "2024-10-15")  # between the two dates of effect
    assert cited(home, *day) == {OLD}
    report = moment()
    done = gkb(
        "edit", NEW, "--set", "effective_on=2024-10-01", "--why", "erratum on the date", "--home", home, "--json"
    )
    assert done.code == 0
    # In force on that day, as is known now: the corrected date counts.
    assert cited(home, *day) == {NEW}
    assert rows(home)[OLD]["in_force_to"] == "2024-10-01"
    # What the report of then showed: the date as it was recorded.
    assert cited(home, *day, "--known-at", report) == {OLD}
    assert rows(home, "--known-at", report)[OLD]["in_force_to"] == "2024-11-01"
    act = gkb("audit", "--edition", NEW, "--home", home, "--json").json["acts"][-1]
    assert (act["kind"], act["why"]) == ("set", "erratum on the date")


def test_taking_the_correction_back_gives_the_first_answer_and_keeps_what_was_shown_between(
    home: Path,
) -> None:
    day = ("--as-of", "2024-10-15")
    act = gkb("edit", NEW, "--set", "effective_on=2024-10-01", "--home", home, "--json").json["recorded"]
    between = moment()
    gkb("undo", act, "--home", home, "--json")
    assert cited(home, *day) == {OLD}
    assert cited(home, *day, "--known-at", between) == {NEW}


def test_an_old_edition_loaded_late_is_in_force_for_its_own_days_but_was_not_known_before(
    home: Path, samples: Path, tmp_path: Path
) -> None:
    """Known to the registry from now on, valid from its own date: a report from before does not show it."""
    from tests.odd_pdfs import write_guideline

    before = moment()
    pdf = tmp_path / "angina_2012.pdf"
    write_guideline(pdf, "Management of Stable Angina in Adults", words=("Offer aspirin 300 mg once daily in angina.",))
    manifest = tmp_path / "m.csv"
    manifest.write_text(
        "file,guideline_id,title,publisher,edition_label,issued_on,kind,language,jurisdiction\n"
        "angina_2012.pdf,nics-stable-angina,Management of Stable Angina in Adults,"
        "Northfield Institute for Clinical Standards,2012,2012-01-01,full,en,GB\n",
        "utf-8",
    )
    done = gkb("ingest", pdf, "--manifest", manifest, "--home", home, "--json")
    assert done.code == 0, done.out + done.err
    late = done.json["files"][0]["edition_id"]
    gkb("relate", OLD, "replaces", late, "--home", home, "--json")
    assert rows(home)[late]["status"] == "superseded"
    assert rows(home)[NEW]["status"] == "in_force"
    then = rows(home, "--as-of", "2015-01-01")
    assert then[late]["status"] == "in_force"
    assert then[late]["in_force_to"] == "2019-07-01"
    assert late not in rows(home, "--as-of", "2015-01-01", "--known-at", before)
    assert cited(home, "--as-of", "2015-01-01", "--known-at", before) == set()
