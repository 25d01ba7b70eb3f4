"""The librarian's card: doubtful values first, what it may be an edition of, what publishing would change."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kb.domain import Kind, Proposal, Status
from kb.versions.asking import fields_to_ask
from kb.versions.preview import preview_publishing
from tests.doors import copy_library, gkb
from tests.fast_gkb import use_hash_encoder
from tests.ledgers import History
from tests.test_screens import press, visit, words

OLD, NEW = "nics_stable_angina_2019.pdf", "nics_stable_angina_2024.pdf"
OLD_ID = "nics-stable-angina@2019-05-14"


@pytest.fixture(scope="module")
def _waiting(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The 2019 sample published under its manifest; the 2024 one waits, with nothing but what was read."""
    folder = tmp_path_factory.mktemp("review")
    home = folder / "store"
    lines = (samples / "manifest.csv").read_text("utf-8").splitlines()
    (folder / "manifest.csv").write_text("\n".join(line for line in lines if line.startswith(("file,", OLD))), "utf-8")
    for name in (OLD, NEW):
        shutil.copy(samples / name, folder)
    with pytest.MonkeyPatch.context() as patch:
        use_hash_encoder(patch.setattr)
        gkb("ingest", folder / OLD, "--manifest", folder / "manifest.csv", "--home", home, "--json")
        gkb("ingest", folder / NEW, "--home", home, "--json")
    return home


@pytest.fixture
def home(_waiting: Path, tmp_path: Path) -> Path:
    return copy_library(_waiting, tmp_path / "store")


def editions(home: Path) -> dict[str, dict[str, Any]]:
    return {row["file"]: row for row in gkb("editions", "--home", home, "--json").json["editions"]}


def test_the_card_in_the_terminal_names_the_guideline_it_follows_and_what_would_change(
    home: Path, hash_encoder: None
) -> None:
    card = gkb("review", "--home", home, "--json").json["review"][0]
    best = card["candidates"][0]
    assert (best["edition_id"], best["preselected"]) == (OLD_ID, True)
    assert {"same subject", "same publisher"} <= set(best["reasons"])
    changes = {each["edition_id"]: each for each in card["would_change"]}
    assert (changes[OLD_ID]["before"], changes[OLD_ID]["after"]) == ("in_force", "superseded")
    assert changes[OLD_ID]["in_force_to"] == "2024-11-01"
    shown = gkb("review", "--home", home).out
    assert "replaces nics-stable-angina@2019-05-14" in shown
    assert "in_force → superseded" in shown
    assert editions(home)[OLD]["status"] == "in_force"  # looking changes nothing


def test_the_card_on_the_screen_publishes_the_edition_into_its_family(
    monkeypatch: pytest.MonkeyPatch, home: Path, hash_encoder: None
) -> None:
    app = visit(monkeypatch, home, "library")
    shown = words(app)
    assert "It may be an edition of" in shown
    assert "Publishing would change" in shown
    assert "from 2024-11-01" in shown
    app = press(app, "Publish")
    assert "Published: Management of Stable Angina in Adults" in words(app)
    rows = editions(home)
    assert rows[NEW]["guideline_id"] == rows[OLD]["guideline_id"] == "nics-stable-angina"
    assert (rows[OLD]["status"], rows[OLD]["in_force_to"]) == ("superseded", "2024-11-01")
    acts = gkb("audit", "--home", home, "--json").json["acts"]
    assert {"confirm", "publish"} <= {act["kind"] for act in acts[-4:]}
    assert all(act["by"] and act["at"] for act in acts)


def test_a_person_may_say_that_it_is_a_guideline_of_its_own(
    monkeypatch: pytest.MonkeyPatch, home: Path, hash_encoder: None
) -> None:
    app = visit(monkeypatch, home, "library")
    family = next(each for each in app.selectbox if each.label == "Belongs to")
    own = editions(home)[NEW]["guideline_id"]
    app = family.set_value(own).run()
    older = next(each for each in app.selectbox if each.label == "Replaces as a whole")
    app = press(older.set_value("").run(), "Publish")
    rows = editions(home)
    assert rows[OLD]["status"] == rows[NEW]["status"] == "in_force"
    assert rows[NEW]["guideline_id"] == own


def test_what_would_touch_another_edition_is_not_accepted_in_bulk(home: Path, hash_encoder: None) -> None:
    ran = gkb("review", "--accept", "--home", home, "--json").json
    assert ran["published"] == []
    assert len(ran["review"]) == 1


def test_what_has_nothing_doubtful_is_accepted_in_bulk_with_who_and_why(
    samples: Path, tmp_path: Path, hash_encoder: None
) -> None:
    home = tmp_path / "store"
    gkb("ingest", samples / NEW, "--home", home, "--json")
    card = gkb("review", "--home", home, "--json").json["review"][0]
    ran = gkb("review", "--accept", "--by", "Ann", "--home", home, "--json").json
    assert bool(ran["published"]) is (not card["asked"])
    if ran["published"]:
        act = gkb("audit", "--home", home, "--json").json["acts"][-1]
        assert (act["by"], act["kind"]) == ("Ann", "publish")
        assert "nothing doubtful" in act["why"]


def test_an_edition_joins_a_guideline_and_leaves_it_when_that_is_undone(home: Path, hash_encoder: None) -> None:
    row = editions(home)[NEW]
    joined = gkb("edit", row["edition_id"], "--set", "guideline_id=nics-stable-angina", "--home", home, "--json")
    assert editions(home)[NEW]["guideline_id"] == "nics-stable-angina"
    assert editions(home)[NEW]["edition_id"] == row["edition_id"]
    gkb("undo", joined.json["recorded"], "--home", home, "--json")
    assert editions(home)[NEW]["guideline_id"] == row["guideline_id"]
    assert gkb("edit", row["edition_id"], "--set", "guideline_id=two words", "--home", home, "--json").code == 2


def proposal(value: str, confidence: float) -> Proposal:
    return Proposal(value, confidence, 1, value, "body")


def test_doubtful_values_come_first_and_a_person_s_word_is_not_asked_again() -> None:
    history = History()
    history.stage("a", "2020", title="Gout", publisher="", kind="full", label="2nd")
    edition = history.ledger().editions["a"]
    read = {
        "title": proposal("Gout", 0.6),
        "issued_on": proposal("2020", 0.4),
        "kind": proposal("full", 0.9),
        "edition_label": proposal("first", 0.1),  # a person wrote another
    }
    assert fields_to_ask(edition, read) == ["publisher", "issued_on", "title"]
    draft = replace(edition, kind=Kind.DRAFT, publisher="P")
    assert "kind" in fields_to_ask(draft, {**read, "kind": proposal("draft", 0.95)})


def test_a_preview_says_what_changes_and_from_when_and_writes_nothing() -> None:
    history = History()
    history.publish("old", "2019-05-14")
    history.stage("new", "2024-09-17", effective_on="2024-11-01")
    ledger = history.ledger()
    found = preview_publishing(ledger, "new", older="old", as_of=date(2026, 1, 1))
    changes = {each.edition_id: each for each in found.changes}
    assert (changes["old"].before, changes["old"].after) == (Status.IN_FORCE, Status.SUPERSEDED)
    assert changes["old"].ends == changes["new"].begins == date(2024, 11, 1)
    assert not found.conflicts
    assert ledger == history.ledger()
    alone = preview_publishing(ledger, "new", as_of=date(2026, 1, 1))
    assert alone.conflicts == (("new", "old"),)
    early = preview_publishing(ledger, "new", older="old", as_of=date(2024, 10, 1))
    assert {each.edition_id: each.after for each in early.changes}["new"] == Status.NOT_YET_EFFECTIVE
