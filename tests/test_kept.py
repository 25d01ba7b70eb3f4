"""Findings that were kept: decisions, re-checks when an edition is published, removal for good."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from kb.errors import UsageError
from kb.practice import Verdict, check
from kb.practice.kept import DecisionKind, affected, decide, keep, list_kept, purge, recheck
from kb.settings import load_settings
from kb.store.library import Library, open_library
from kb.store.registry import ActKind
from tests.doors import gkb
from tests.small_library import Book, Text, _publish, _relate, make_library

DOC = (
    "Offer allopurinol 100 mg once daily to adults with gout. Keep LDL cholesterol below 1.8 mmol/L in adults at very "
    "high risk. Patient Jane Roe, seen today."
)
OLD = "Keep LDL cholesterol below 1.8 mmol/L in adults at very high risk."
NEW = Book("lipids@2024-01-01", [Text(OLD.replace("1.8", "1.4"), number="1")], title="Lipids", issued_on="2024-01-01",
           replaces=(("lipids@2018-01-01", ()),))  # fmt: skip


@pytest.fixture
def library(tmp_path: Path, hash_encoder: None) -> Iterator[Library]:
    gout = "Offer allopurinol 100 mg once daily to adults with gout."
    books = [
        Book("gout@2020-01-01", [Text(gout, number="1")], title="Gout", issued_on="2020-01-01"),
        Book("lipids@2018-01-01", [Text(OLD, number="1")], title="Lipids", issued_on="2018-01-01"),
    ]
    with make_library(tmp_path / "home", books) as opened:
        yield opened


def kept(library: Library) -> str:
    return keep(library, check(library, DOC), name="Ward protocol", by="quality")


def by_claim(library: Library, word: str) -> str:
    return next(each.id for each in list_kept(library) if word in each.claim)


def test_nothing_is_kept_unless_asked(library: Library) -> None:
    check(library, DOC)
    assert list_kept(library) == []


def test_what_is_kept_carries_verdict_evidence_and_the_versions_it_was_made_with(library: Library) -> None:
    identity = kept(library)
    found = {each.claim: each for each in list_kept(library, document=identity)}
    gout = next(each for claim, each in found.items() if "allopurinol" in claim)
    assert (gout.verdict, gout.document, gout.round) == (Verdict.CURRENT, "Ward protocol", 1)
    assert gout.evidence["current"]["edition_id"] == "gout@2020-01-01"
    assert gout.evidence["current"]["quote"].startswith("Offer allopurinol")
    assert gout.engine
    assert gout.revision > 0


def test_a_new_edition_flags_exactly_what_rests_on_it_and_a_recheck_says_what_changed(library: Library) -> None:
    kept(library)
    assert affected(library) == []
    _publish(library, NEW)
    _relate(library, NEW)
    assert [each.id for each in affected(library)] == [by_claim(library, "LDL")]
    done = recheck(library, by="quality")
    assert done.looked_at == 1
    assert [(each.before, each.verdict) for each in done.changed] == [(Verdict.CURRENT, Verdict.OUTDATED)]
    assert affected(library) == []
    assert [each.is_open(date.today()) for each in list_kept(library)].count(True) == 1


def test_decisions_close_or_postpone_a_finding_until_it_changes_again(library: Library) -> None:
    _publish(library, NEW)
    _relate(library, NEW)
    kept(library)
    finding = by_claim(library, "LDL")
    assert decide(library, finding, DecisionKind.ASSIGN, by="quality", to="Dr B").is_open(date.today())
    accepted = decide(library, finding, DecisionKind.ACCEPT, by="lead", why="stock", until="2099-01-31")
    assert not accepted.is_open(date.today())
    assert accepted.is_open(date(2099, 2, 1))
    assert not decide(library, finding, DecisionKind.DISMISS, by="lead", why="other patients").is_open(date(2099, 2, 1))


@pytest.mark.parametrize("kind", [DecisionKind.DISMISS, DecisionKind.ACCEPT, DecisionKind.ASSIGN])
def test_a_decision_without_reason_date_or_name_is_refused(library: Library, kind: DecisionKind) -> None:
    kept(library)
    with pytest.raises(UsageError):
        decide(library, by_claim(library, "LDL"), kind, by="quality")


def test_the_history_holds_who_did_what_and_no_word_of_the_document(library: Library) -> None:
    identity = kept(library)
    decide(library, by_claim(library, "LDL"), DecisionKind.NOTE, by="quality", why="Jane Roe again")
    written = [act for act in library.acts() if act.kind in (ActKind.KEEP, ActKind.DECIDE)]
    assert [act.by for act in written] == ["quality", "quality"]
    assert all("Jane" not in str(act) and "allopurinol" not in str(act) for act in written)
    assert identity in str(written[0].payload)


def test_purge_leaves_no_byte_of_a_document_and_an_act_without_content(library: Library) -> None:
    claim = "Offer allopurinol 100 mg once daily to adults with gout, also to Xylographus."
    identity = keep(library, check(library, claim), name="Xylographus ward", by="quality")
    files = list(library.home.glob("registry.sqlite*"))
    assert any(b"Xylographus" in path.read_bytes() for path in files)
    assert purge(library, identity, by="quality") == 1
    assert list_kept(library) == []
    assert not any(b"Xylographus" in path.read_bytes() for path in library.home.glob("registry.sqlite*"))
    assert library.acts()[-1].kind == ActKind.PURGE


def test_a_library_of_the_earlier_schema_is_read_as_it_is_and_upgraded_when_something_is_kept(
    library: Library, tmp_path: Path
) -> None:
    import sqlite3

    library.close()
    home = tmp_path / "older"
    shutil.copytree(library.home, home)
    with sqlite3.connect(home / "registry.sqlite") as raw:
        for table in ("findings", "decisions", "documents"):
            raw.execute(f"DROP TABLE {table}")
        raw.execute("UPDATE alembic_version SET version_num = '0001'")
    with open_library(settings=load_settings(home=home)) as older:
        assert list_kept(older) == []
        keep(older, check(older, DOC), name="x", by="quality")
        assert len(list_kept(older)) == 2


def test_the_worklist_on_the_command_line(library: Library, tmp_path: Path) -> None:
    _publish(library, NEW)
    _relate(library, NEW)
    home = ("--home", library.home)
    ran = gkb("check", DOC, "--keep", "Ward protocol", "--json", *home)
    identity = ran.json["document_id"]
    listed = gkb("findings", "--document", identity, "--json", *home).json["findings"]
    assert [each["verdict"] for each in listed] == ["outdated"]
    finding = listed[0]["id"]
    assert gkb("decide", finding, "dismiss", *home).code == 2
    assert gkb("decide", finding, "done", "--why", "changed", *home).code == 0
    assert gkb("findings", "--json", *home).json["findings"] == []
    assert gkb("recheck", "--json", *home).json["looked_at"] == 0
    assert gkb("findings", "--all", "--out", tmp_path / "w.csv", *home).code == 0
    assert "Ward protocol" in (tmp_path / "w.csv").read_text(encoding="utf-8-sig")
    assert gkb("purge", identity, *home).code == 0
    assert gkb("purge", identity, *home).code == 2
