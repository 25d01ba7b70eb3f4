"""Rows and PDFs in any order, in any split into several ingests, make the same library."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kb import Filters, open_library, search
from kb.versions.listing import list_editions
from tests import odd_pdfs
from tests.doors import gkb
from tests.fast_gkb import use_hash_encoder
from ui.shapes import edition_json

DATES = (date(2016, 1, 1), date(2018, 7, 1), date(2021, 1, 1), date(2024, 6, 1), date(2026, 1, 1))
QUESTIONS = ("ibuprofen dose in ankle sprain", "when to refer to orthopaedics", "splint for wrist fracture")


def _row(file: str, issued_on: str, **more: str) -> dict[str, str]:
    guideline = "ankle" if file.startswith("a") else "wrist"
    return {"file": file, "guideline_id": guideline, "issued_on": issued_on, **more}


ROWS = (
    _row("a1.pdf", "2015-01-01", identifiers="JB-7:2015"),
    _row("a2.pdf", "2017-03", identifiers="JB-7:2017", replaces="a1.pdf"),
    _row("a3.pdf", "2023-05", identifiers="JB-7:2023", replaces="JB-7:2017"),
    _row("a4.pdf", "2025-01-01", kind="draft", replaces="ankle@2023-05"),
    _row("a5.pdf", "2023-06-01", kind="erratum", corrects="a3.pdf"),
    _row("a6.pdf", "2024-02-01", kind="partial_update", amends="ankle@2023-05#2"),
    _row("w1.pdf", "2019-01-01", valid_until="2022-12-31"),
    _row("w2.pdf", "2016-01-01", replaces="w1.pdf"),  # the older the newer: stays proposed
    _row("w3.pdf", "2020-01-01", replaces="wrist@2019-01-01#99.9"),  # names nothing: stays proposed
    _row("w4.pdf", "2018-01-01", withdrawn_on="2020-01-01"),
    _row("w5.pdf", "2021-01-01", publish="no", replaces="nowhere@1999"),
)
FILES = [row["file"] for row in ROWS]
COLUMNS = (
    "file", "guideline_id", "title", "publisher", "issued_on", "valid_until", "kind", "language", "jurisdiction",
    "identifiers", "replaces", "amends", "corrects", "withdrawn_on", "publish",
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """How the files come in."""

    rows: list[str]  # order of the manifest's rows
    files: list[str]  # order of the PDFs
    cuts: list[int]  # after how many PDFs an ingest ends


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Any order and up to four ingests."""
    cuts = draw(st.lists(st.integers(1, len(FILES) - 1), max_size=3, unique=True))
    return Plan(draw(st.permutations(FILES)), draw(st.permutations(FILES)), sorted(cuts))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The PDFs."""
    made = tmp_path_factory.mktemp("order")
    for number, row in enumerate(ROWS):
        place = row["guideline_id"]
        words = (
            f"Offer ibuprofen {number + 1}00 mg daily in {place} sprain.",
            f"Refer to orthopaedics after {number + 3} days.",
            f"Use a splint for {place} fracture over {number + 2} weeks.",
        )
        odd_pdfs.write_guideline(made / row["file"], f"{place.title()} Injuries", words=words)
    return made


@pytest.fixture(scope="module", autouse=True)
def _read_once(folder: Path) -> Iterator[None]:
    """Every PDF is read by the real reader once; later ingests of this module take what was found then."""
    import ingest.pipeline
    from ingest.parse import parse_to_json

    known = {}

    def run_many(_: str, calls: list[dict[str, Any]], **__: object) -> Iterator[tuple[int, Any]]:
        for index, call in enumerate(calls):
            key = call["sha256"], call["name"]
            if key not in known:
                known[key] = parse_to_json(**call)
            yield index, known[key]

    with pytest.MonkeyPatch.context() as patch:
        use_hash_encoder(patch.setattr)
        patch.setattr(ingest.pipeline, "run_many", run_many)
        yield


def _take_in(folder: Path, home: Path, plan: Plan) -> None:
    by_file = {row["file"]: row for row in ROWS}
    common = {"publisher": "Joint Board", "kind": "full", "language": "en", "jurisdiction": "GB"}
    manifest = folder / f"{home.parent.name}.csv"
    with manifest.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, restval="")
        writer.writeheader()
        for name in plan.rows:
            title = f"{by_file[name]['guideline_id'].title()} Injuries"
            writer.writerow({**common, "title": title, **by_file[name]})
    for first, last in zip([0, *plan.cuts], [*plan.cuts, len(FILES)], strict=True):
        part = [folder / name for name in plan.files[first:last]]
        ran = gkb("ingest", *part, "--manifest", manifest, "--home", home, "--json")
        assert ran.code == 0, ran.out + ran.err


def _library(home: Path) -> dict[str, Any]:
    """Everything a reader can see of a library, without the times at which it was recorded."""
    with open_library(home) as library:
        seen: dict[str, Any] = {}
        for day in DATES:
            rows = [edition_json(row) for row in list_editions(library, as_of=day)]
            for row in rows:
                row["relations"] = sorted((each["id"], each["type"], each["state"]) for each in row["relations"])
            seen[f"editions on {day}"] = rows
            for question in QUESTIONS:
                found = search(library, question, k=20, filters=Filters(as_of=day)).hits
                seen[f"{question} on {day}"] = [
                    (hit.passage_id, hit.score, str(hit.status), str(hit.passage_status)) for hit in found
                ]
    return seen


class Expected(dict[str, Any]):
    """What is seen of a library; too long to print."""

    def __repr__(self) -> str:
        return "Expected(…)"


@pytest.fixture(scope="module")
def expected(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Expected:
    """What one ingest of everything in the order of the rows makes."""
    home = tmp_path_factory.mktemp("expected") / "store"
    _take_in(folder, home, Plan(FILES, FILES, []))
    seen = _library(home)
    states = {row["edition_id"]: (row["state"], row["status"]) for row in seen[f"editions on {DATES[-1]}"]}
    assert states == {
        "ankle@2015-01-01": ("published", "superseded"),
        "ankle@2017-03": ("published", "superseded"),
        "ankle@2023-05": ("published", "partially_superseded"),
        "ankle@2025-01-01-draft": ("published", "draft"),
        "ankle@2023-06-01-erratum": ("published", "in_force"),
        "ankle@2024-02-01-partial-update": ("published", "in_force"),
        "wrist@2019-01-01": ("published", "expired"),
        "wrist@2016-01-01": ("published", "in_force"),
        "wrist@2020-01-01": ("published", "in_force"),
        "wrist@2018-01-01": ("withdrawn", "withdrawn"),
        "wrist@2021-01-01": ("in_review", None),
    }
    assert all(seen[f"{question} on {DATES[-1]}"] for question in QUESTIONS)
    return Expected(seen)


@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # a plan says enough as it is; shrinking takes minutes
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
@given(plan=plans())
def test_any_order_and_any_split_make_the_same_library(folder: Path, expected: Expected, plan: Plan) -> None:
    with tempfile.TemporaryDirectory(prefix="order-") as place:
        home = Path(place) / "store"
        _take_in(folder, home, plan)
        seen = _library(home)
    for name, value in expected.items():
        assert seen[name] == value, name
