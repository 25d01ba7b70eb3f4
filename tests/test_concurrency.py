"""Several at once: readers beside an ingest, publishers beside each other. Nobody sees a half, nobody is late."""

from __future__ import annotations

import csv
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kb import Filters, answer, open_library, search
from kb.errors import KBError, UsageError
from kb.store.library import Library
from kb.store.registry import ActKind
from kb.versions import change, relate
from tests import odd_pdfs
from tests.doors import copy_library, finish, gkb, start_fast_gkb

pytestmark = pytest.mark.usefixtures("hash_encoder")

OLD_EN, NEW_EN = "nics-stable-angina@2019-05-14", "nics-stable-angina@2024-09-17"
ASPIRIN = "aspirin dose for stable angina"
IBUPROFEN = "ibuprofen dose in ankle sprain"
YEARS = range(2015, 2020)


@pytest.fixture
def home(fast_library: Path, tmp_path: Path) -> Path:
    """A copy of the samples' library to write in."""
    return copy_library(fast_library, tmp_path / "store")


@pytest.fixture
def chain(tmp_path: Path) -> Path:
    """A manifest of five editions, each of which replaces the one before and changes the dose."""
    rows = []
    for year in YEARS:
        words = (f"Offer ibuprofen {year} mg three times daily in ankle sprain.", f"Rest for {year % 100} days.")
        odd_pdfs.write_guideline(tmp_path / f"{year}.pdf", words=words)
        row = {"file": f"{year}.pdf", "guideline_id": "ankle", "title": "Ankle Sprain in Adults", "kind": "full"}
        replaces = f"ankle@{year - 1}-01-01" if year > YEARS[0] else ""
        rows.append({**row, "publisher": "Joint Board", "issued_on": f"{year}-01-01", "replaces": replaces})
    with (tmp_path / "chain.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return tmp_path / "chain.csv"


def _cited(library: Library, question: str) -> set[str]:
    return {citation.hit.edition.id for citation in answer(library, question).citations}


def _publish_act(library: Library, edition_id: str) -> int:
    acts = [act.seq for act in library.acts() if act.kind == ActKind.PUBLISH and act.edition_id == edition_id]
    return acts[-1]


@pytest.mark.parametrize("moment", range(1, 6))
def test_a_question_asked_while_its_answer_is_published_is_answered_from_before_or_after(
    moment: int, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_library(home) as reader, open_library(home) as publisher:
        change.undo(publisher, _publish_act(publisher, NEW_EN), by="Librarian")
        assert _cited(reader, ASPIRIN) == {OLD_EN}
        looks = Counter[str]()
        look = reader.acts

        def look_and_be_overtaken() -> Any:
            seen = look()
            looks["at the registry"] += 1
            if looks["at the registry"] == moment:
                change.publish(publisher, NEW_EN, by="Librarian")
            return seen

        monkeypatch.setattr(reader, "acts", look_and_be_overtaken)
        assert _cited(reader, ASPIRIN) in ({OLD_EN}, {NEW_EN})
        monkeypatch.undo()


def test_a_reader_in_the_process_of_an_ingest_sees_each_edition_whole_and_none_late(
    chain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hash_encoder: None
) -> None:
    from tests.fast_gkb import appear_one_by_one

    appear_one_by_one(monkeypatch.setattr)
    home = tmp_path / "store"
    first = tmp_path / f"{YEARS[0]}.pdf"
    assert gkb("ingest", first, "--manifest", chain, "--home", home).code == 0
    done = threading.Event()
    faults: list[str] = []
    seen: Counter[str] = Counter()
    with open_library(home) as shared:

        def read() -> None:
            while not done.is_set():
                given = answer(shared, IBUPROFEN)
                quoted = {citation.hit.edition.id[6:10] for citation in given.citations}
                said = {
                    year
                    for year in map(str, YEARS)
                    if any(f"ibuprofen {year} mg" in each.text for each in given.statements)
                }
                if len(quoted) != 1 or said != quoted:
                    faults.append(f"{quoted} quoted, {said} said")
                seen.update(quoted)

        readers = [threading.Thread(target=_noting, args=(read, faults)) for _ in range(3)]
        for each in readers:
            each.start()
        ran = gkb("ingest", tmp_path, "--manifest", chain, "--home", home)
        newest = _cited(shared, IBUPROFEN)
        done.set()
        for each in readers:
            each.join(20)
    assert ran.code == 0, ran.out + ran.err
    assert faults == []
    assert newest == {f"ankle@{YEARS[-1]}-01-01"}
    assert str(YEARS[0]) in seen


def test_a_reader_opened_before_an_ingest_of_another_process_finds_every_edition_whole_at_once(
    chain: Path, tmp_path: Path
) -> None:
    home = tmp_path / "store"
    with open_library(home, create=True) as reader:
        assert search(reader, IBUPROFEN).hits == ()
        running = start_fast_gkb("ingest", tmp_path, "--manifest", chain, "--home", home, GKB_TEST_PAUSE="0.05")
        looks: Counter[int] = Counter()
        while running.poll() is None:
            looks[_assert_all_is_found(home, reader)] += 1
            time.sleep(0.02)
        ran = finish(running)
        assert ran.code == 0, ran.err
        assert _cited(reader, IBUPROFEN) == {f"ankle@{YEARS[-1]}-01-01"}
        assert _assert_all_is_found(home, reader) == len(YEARS)
    assert len(looks) >= 3, "nobody looked in between"


def _assert_all_is_found(home: Path, reader: Library) -> int:
    """Every passage of every edition that is listed is found; returns how many editions those are."""
    editions = gkb("editions", "--home", home, "--json").json["editions"]
    for row in editions:
        only = Filters(all_editions=True, file=row["file"])
        hits = search(reader, "ibuprofen rest adults record pain days", k=50, filters=only).hits
        assert len(hits) == row["passages"], row["edition_id"]
        assert {hit.edition.id for hit in hits} == {row["edition_id"]}
    return len(editions)


def _noting(run: Callable[[], object], faults: list[str]) -> None:
    try:
        run()
    except Exception as error:
        faults.append(f"{type(error).__name__}: {error}")


def _at_once(*verbs: Callable[[], object]) -> list[object]:
    """Run verbs in threads that start together; what each gave or raised."""
    ended: list[object] = [None] * len(verbs)
    gate = threading.Barrier(len(verbs))

    def run(index: int) -> None:
        gate.wait(10)
        try:
            ended[index] = verbs[index]()
        except KBError as error:
            ended[index] = error

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(verbs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return ended


@pytest.mark.parametrize("same_library", [True, False], ids=["one library", "two libraries"])
def test_of_two_who_publish_an_edition_at_once_one_does_and_the_other_is_told(home: Path, same_library: bool) -> None:
    with open_library(home) as one, open_library(home) as other:
        two = one if same_library else other
        for _ in range(4):
            change.undo(one, _publish_act(one, NEW_EN), by="Librarian")
            before = one.acts()[-1].seq
            ended = _at_once(
                lambda: change.publish(one, NEW_EN, by="Ann"), lambda: change.publish(two, NEW_EN, by="Bob")
            )
            refused = [each for each in ended if isinstance(each, UsageError)]
            assert len(refused) == 1, ended
            assert refused[0].message == f"{NEW_EN} is published already."
            assert [act.kind for act in one.acts() if act.seq > before] == [ActKind.PUBLISH]
            assert _cited(one, ASPIRIN) == _cited(other, ASPIRIN) == {NEW_EN}


def test_of_two_who_relate_editions_at_once_one_does_and_the_other_is_told(home: Path) -> None:
    with open_library(home) as one, open_library(home) as two:
        before = one.acts()[-1].seq

        def amend(library: Library, by: str) -> Callable[[], object]:
            return lambda: relate.relate(library, NEW_EN, relate.RelationType.AMENDS, OLD_EN, by=by)

        ended = _at_once(amend(one, "Ann"), amend(two, "Bob"))
        assert (
            len([each for each in ended if isinstance(each, UsageError) and "confirmed already" in each.message]) == 1
        )
        assert [act.kind for act in one.acts() if act.seq > before] == [ActKind.PROPOSE, ActKind.CONFIRM]


def test_the_same_pdf_sent_twice_at_once_becomes_one_edition(tmp_path: Path) -> None:
    from ingest.queue import ingest

    home = tmp_path / "store"
    pdfs = [odd_pdfs.write_guideline(tmp_path / name) for name in ("a.pdf", "b.pdf")]
    with open_library(home, create=True) as one, open_library(home) as two:
        ended = _at_once(
            lambda: ingest(one, pdfs[:1], by="Ann").files[0].status,
            lambda: ingest(two, pdfs[1:], by="Bob").files[0].status,
        )
        assert sorted(map(str, ended)) == ["duplicate", "in_review"]
        assert len(one.ledger().editions) == 1
