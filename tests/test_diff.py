"""Two editions compared: what changed, how grave it is, and what never may be called unchanged."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from kb.store.library import open_library
from kb.versions.changes import ChangeType, Severity, compare_texts
from kb.versions.diff import Change, Diff, diff
from tests.doors import gkb
from tests.fast_gkb import use_hash_encoder
from tests.small_library import Book, Text, make_library

T, S = ChangeType, Severity


def number(line_number: str) -> str:
    return line_number.replace("推荐意见", "").replace(" ", "")


@pytest.fixture(scope="module")
def found(fast_library: Path) -> list[Diff]:
    """Our two sample guidelines, compared."""
    with pytest.MonkeyPatch.context() as patch, open_library(fast_library) as library:
        use_hash_encoder(patch.setattr)
        return [
            diff(library, "nics-stable-angina@2019-05-14", "nics-stable-angina@2024-09-17"),
            diff(library, "bcma-gout@2021-03-20", "bcma-gout@2025-06-18"),
        ]


def sides(change: Change) -> set[tuple[str | None, str | None]]:
    old = [number(line.number) for line in change.old] or [None]
    new = [number(line.number) for line in change.new] or [None]
    return {(one, other) for one in old for other in new}


def gold_rows(samples: Path) -> list[list[tuple[tuple[str | None, str | None], set[str], str]]]:
    pairs = json.loads((samples / "changes.json").read_text(encoding="utf-8"))["pairs"]
    return [[(numbers(row), set(row["types"]), row["severity"]) for row in pair["changes"]] for pair in pairs]


def numbers(row: dict[str, Any]) -> tuple[str | None, str | None]:
    old, new = (number(row[side]["number"]) if row[side] else None for side in ("old", "new"))
    return old, new


def test_every_counterpart_in_the_samples_is_found_in_spite_of_moves_splits_and_merges(
    found: list[Diff], samples: Path
) -> None:
    for result, rows in zip(found, gold_rows(samples), strict=True):
        links = {pair for change in result.changes for pair in sides(change)}
        assert [pair for pair, _, _ in rows if None not in pair and pair not in links] == []


def test_what_changed_in_the_samples_is_named_as_the_gold_names_it(found: list[Diff], samples: Path) -> None:
    for result, rows in zip(found, gold_rows(samples), strict=True):
        by_pair = {pair: change for change in result.changes for pair in sides(change)}
        right = sum(set(by_pair[pair].types) == types for pair, types, _ in rows if pair in by_pair)
        assert right >= 0.95 * len(rows)


def test_every_critical_change_of_the_samples_is_critical_and_none_is_called_unchanged(
    found: list[Diff], samples: Path
) -> None:
    for result, rows in zip(found, gold_rows(samples), strict=True):
        by_pair = {pair: change for change in result.changes for pair in sides(change)}
        for pair, _, severity in rows:
            if severity == "critical":
                assert by_pair[pair].severity == S.CRITICAL, pair
            if severity in ("critical", "major"):
                assert T.UNCHANGED not in by_pair[pair].types, pair


def test_the_gravest_changes_come_first(found: list[Diff]) -> None:
    order = [S.CRITICAL, S.MAJOR, S.MINOR, S.NONE]
    for result in found:
        ranks = [order.index(change.severity) for change in result.changes]
        assert ranks == sorted(ranks)


@pytest.mark.parametrize(
    ("old", "new", "kind", "severity"),
    [
        ("Offer aspirin 150 mg daily.", "Offer aspirin 75 mg daily.", T.DOSE_CHANGED, S.CRITICAL),
        ("Keep LDL-C below 1.8 mmol/L.", "Keep LDL-C below 1.4 mmol/L.", T.THRESHOLD_CHANGED, S.CRITICAL),
        ("LDL-C≥1.8 mmol/L时加药", "LDL-C>1.8 mmol/L时加药", T.THRESHOLD_CHANGED, S.CRITICAL),
        ("Offer omega-3 capsules.", "Do not offer omega-3 capsules.", T.DIRECTION_REVERSED, S.CRITICAL),
        ("推荐首选非布司他", "推荐首选非布司他或别嘌醇", T.AGENT_ADDED, S.CRITICAL),
        ("Consider a statin.", "Offer a statin.", T.STRENGTH_UP, S.MAJOR),
        ("推荐行代谢手术", "建议行代谢手术", T.STRENGTH_DOWN, S.MAJOR),
        ("Review after 4 weeks.", "Review after 2 weeks.", T.TIMING_CHANGED, S.MAJOR),
        ("Screen adults aged 45 or older.", "Screen adults aged 35 or older.", T.POPULATION_CHANGED, S.MAJOR),
        ("Do not offer echocardiography.", "Do not routinely offer echocardiography.", T.QUALIFIER_CHANGED, S.MAJOR),
        ("采用CHA2DS2-VASc评分评估风险。", "采用CHA2DS2-VA评分评估风险。", T.PROCEDURE_CHANGED, S.MAJOR),
        ("If a drug by itself fails, add another.", "Add another if a drug itself fails.", T.REWORDED, S.MINOR),
        ("Keep HbA1c below 7.0%.", "Keep HbA1c below 53 mmol/mol.", T.REWORDED, S.MINOR),
        ("推荐 戒烟。", "推荐戒烟", T.UNCHANGED, S.NONE),
    ],
)  # fmt: skip
def test_one_change_is_named_and_weighed(old: str, new: str, kind: ChangeType, severity: Severity) -> None:
    verdict = compare_texts(old, new)
    assert verdict.types == (kind,)
    assert verdict.severity == severity


def test_only_equal_slots_are_unchanged_however_alike_the_words_are() -> None:
    old = "In adults with sepsis give at least 30 mL/kg of crystalloid within the first 3 hours of recognition."
    for change in ("20 mL/kg", "within the first 6 hours"):
        new = old.replace("30 mL/kg" if "mL" in change else "within the first 3 hours", change)
        assert T.UNCHANGED not in compare_texts(old, new).types


def test_most_recommendations_without_counterpart_raise_an_alarm(tmp_path: Path, hash_encoder: None) -> None:
    given = {"aspirin": "angina", "metformin": "gout", "insulin": "sepsis", "warfarin": "asthma", "heparin": "migraine"}
    old = [
        Text(f"Offer {drug} to adults with {illness}.", number=str(place))
        for place, (drug, illness) in enumerate(given.items(), start=1)
    ]
    new = [Text(f"Staff wash hands before step {n} of procedure {n}.", number=str(n)) for n in range(1, 6)]
    with make_library(tmp_path, [Book("g@2019", old), Book("g@2024", new, replaces=(("g@2019", ()),))]) as library:
        assert "fault in reading" in diff(library, "g@2019", "g@2024").notices[0]


def test_what_another_guideline_in_force_has_taken_over_is_moved_there_and_not_removed(
    tmp_path: Path, hash_encoder: None
) -> None:
    kept = [Text(f"Offer {drug} to adults with {drug}-sensitive disease.", number=str(n)) for n, drug in
            enumerate(("allopurinol", "warfarin", "insulin"), start=1)]  # fmt: skip
    pressure = "Keep clinic blood pressure below 140/90 mmHg in adults with type 2 diabetes."
    books = [
        Book("diabetes@2015", [*kept, Text(pressure, number="4")], issued_on="2015-01-01"),
        Book("diabetes@2022", kept, issued_on="2022-01-01", replaces=(("diabetes@2015", ()),)),
        Book("pressure@2019", [Text(pressure.replace("140/90", "130/80"), number="1")], issued_on="2019-01-01"),
    ]
    with make_library(tmp_path, books) as library:
        found = next(each for each in diff(library, "diabetes@2015", "diabetes@2022").changes if T.MOVED in each.types)
    assert found.new[0].edition_id == "pressure@2019"
    assert T.THRESHOLD_CHANGED in found.types
    assert found.severity == S.CRITICAL


def test_editions_without_recommendations_are_compared_by_their_text_and_it_says_so(
    tmp_path: Path, hash_encoder: None
) -> None:
    old = [Text("Give adults 2 doses of hepatitis A vaccine 6 months apart."), Text("Wash hands for 20 seconds.")]
    new = [Text("Give adults 3 doses of hepatitis A vaccine 6 months apart."), Text("Wash hands for 20 seconds.")]
    with make_library(tmp_path, [Book("v@2023", old), Book("v@2025", new)]) as library:
        result = diff(library, "v@2023", "v@2025")
    assert "running text" in result.notices[0]
    assert result.changes[0].types == (T.DOSE_CHANGED,)


def test_the_command_prints_the_contract_and_names_unknown_editions(fast_library: Path, hash_encoder: None) -> None:
    ran = gkb("diff", "bcma-gout@2021-03-20", "bcma-gout@2025-06-18", "--home", fast_library, "--json")
    assert ran.code == 0
    assert set(ran.json) >= {"old", "new", "changes", "summary"}
    first = ran.json["changes"][0]
    assert set(first) >= {"types", "severity", "old", "new", "changed", "score"}
    assert set(first["new"]) >= {"number", "text", "page", "strength", "certainty"}
    assert sum(ran.json["summary"].values()) == sum(len(each["types"]) for each in ran.json["changes"])
    assert gkb("diff", "bcma-gout@2021-03-20", "nothing@2020", "--home", fast_library, "--json").code == 2


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".html"])
def test_a_comparison_can_be_kept_as_a_file(
    fast_library: Path, hash_encoder: None, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"diff{ending}"
    ran = gkb("diff", "bcma-gout@2021-03-20", "bcma-gout@2025-06-18", "--home", fast_library, "--out", path)
    assert ran.code == 0
    if ending == ".csv":
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
        assert rows[0][0] == "severity"
        assert any("100 mg/d" in cell for row in rows for cell in row)
    elif ending == ".xlsx":
        assert "xl/worksheets/sheet1.xml" in zipfile.ZipFile(path).namelist()
    else:
        assert "100 mg/d" in path.read_text(encoding="utf-8")


def test_an_unknown_ending_is_refused_before_anything_is_compared(fast_library: Path, tmp_path: Path) -> None:
    ran = gkb("diff", "a", "b", "--home", fast_library, "--out", tmp_path / "x.pdf")
    assert (ran.code, "chooses the format" in ran.err) == (2, True)
