"""What is derived may be lost or damaged at any time: the next question is answered rightly, and says what happened."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from kb import Filters, answer, open_library
from kb.maintenance import reindex
from kb.settings import load_settings
from kb.store.chroma import sync_index
from kb.versions import change
from tests.doors import copy_library, gkb

ASPIRIN = "aspirin dose for stable angina"
URATE = "痛风患者的血尿酸控制目标是多少？"
QUESTIONS = (ASPIRIN, URATE, "paediatric asthma inhaler technique")
NEW_EN, OLD_EN = "nics-stable-angina@2024-09-17", "nics-stable-angina@2019-05-14"


@pytest.fixture
def home(fast_library: Path, tmp_path: Path, hash_encoder: None) -> Path:
    """A copy of the samples' library to damage."""
    return copy_library(fast_library, tmp_path / "store")


def _answers(home: Path, questions: Sequence[str] = QUESTIONS) -> list[Any]:
    """What each question is answered, without times and notes of repairs."""
    given = []
    for question in questions:
        ran = gkb("ask", question, "--home", home, "--json")
        assert ran.code == 0, ran.out + ran.err
        found = gkb("search", question, "--home", home, "--json").json["hits"]
        asked = ran.json
        given.append((asked["statements"], asked["citations"], asked["refusal"] and asked["refusal"]["code"], found))
    return given


def _degraded(home: Path) -> str:
    """What an answer says of the library's own health."""
    warnings = gkb("ask", ASPIRIN, "--home", home, "--json").json["warnings"]
    return " ".join(each["message"] for each in warnings if each["code"] == "degraded")


def _snapshot(home: Path) -> Path:
    (found,) = home.glob("derived/*/snapshot-*")
    return found


def _findings(home: Path, *arguments: str) -> tuple[int, dict[str, dict[str, Any]]]:
    ran = gkb("doctor", *arguments, "--home", home, "--json")
    return ran.code, {each["name"]: each for each in ran.json["findings"]}


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _change_one_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 0xFF
    path.write_bytes(content)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


Damage = Callable[[Path], object]
DAMAGES: dict[str, Damage] = {
    "everything derived is gone": lambda home: shutil.rmtree(home / "derived"),
    "the search index is gone": lambda home: shutil.rmtree(_snapshot(home)),
    "the search index is an empty folder": lambda home: (shutil.rmtree(path := _snapshot(home)), path.mkdir()),
    "the words are cut off": lambda home: _truncate(_snapshot(home) / "lexical" / "words.json"),
    "the frequencies are cut off": lambda home: _truncate(_snapshot(home) / "lexical" / "text.values.npy"),
    "the vectors are gone": lambda home: (_snapshot(home) / "vectors.npy").unlink(),
    "a byte of the vectors is changed": lambda home: _change_one_byte(_snapshot(home) / "vectors.npy"),
    "the passage map is empty": lambda home: _empty(_snapshot(home) / "rows.npz"),
    "the list of contents is cut off": lambda home: _truncate(_snapshot(home) / "meta.json"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_after_damage_the_next_question_is_answered_as_before(damage: Damage, home: Path) -> None:
    before = _answers(home)
    assert [each[2] for each in before] == [None, None, "not_covered"]
    damage(home)
    assert _answers(home) == before
    _, findings = _findings(home)
    assert findings["search index"]["is_sound"], findings


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_doctor_names_damage_and_repairs_it(damage: Damage, home: Path) -> None:
    before = _answers(home)
    damage(home)
    code, findings = _findings(home)
    assert code == 1
    assert not findings["search index"]["is_sound"]
    assert "--repair" in findings["search index"]["message"]
    assert _findings(home) == (code, findings), "looking changed something"
    _, findings = _findings(home, "--repair")
    assert findings["search index"]["repaired"]
    _, findings = _findings(home)
    assert findings["search index"]["is_sound"]
    assert _answers(home) == before


def test_the_first_answer_after_damage_says_that_the_index_was_rebuilt_and_later_ones_do_not(home: Path) -> None:
    _change_one_byte(_snapshot(home) / "vectors.npy")
    assert "rebuilt" in _degraded(home)
    assert _degraded(home) == ""


def test_a_program_that_goes_on_running_tells_of_a_repair_for_ten_minutes(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _change_one_byte(_snapshot(home) / "vectors.npy")
    begun = time.monotonic()
    with open_library(home) as library:
        for later, told in ((0, True), (300, True), (700, False)):
            monkeypatch.setattr("kb.store.library.time.monotonic", lambda now=begun + later: now)
            warnings = answer(library, ASPIRIN).warnings
            assert any("rebuilt" in each.message for each in warnings) == told, later


def test_a_panic_of_the_dense_index_is_said_while_it_lasts_and_exact_search_answers(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Panic(BaseException):
        """What native code raises: no Exception."""

    def fail(*_: object) -> None:
        raise Panic

    with open_library(home) as library:
        before = answer(library, ASPIRIN)
        monkeypatch.setattr("kb.store.dense.serves", lambda *_: True)
        with monkeypatch.context() as broken:
            broken.setattr("kb.store.dense._from_index", fail)
            during = answer(library, ASPIRIN)
        monkeypatch.setattr("kb.store.dense._from_index", lambda *_: None)
        after = answer(library, ASPIRIN)
    assert during.citations == before.citations == after.citations
    assert any("Panic" in each.message and "doctor --repair" in each.message for each in during.warnings)
    assert not any(each.code == "degraded" for each in after.warnings)


def test_a_reader_that_has_the_index_open_goes_on_when_it_is_taken_away(home: Path) -> None:
    with open_library(home) as library:
        before = [answer(library, question).citations for question in QUESTIONS]
        shutil.rmtree(home / "derived")
        assert [answer(library, question).citations for question in QUESTIONS] == before


def test_where_nothing_can_be_written_questions_are_answered_from_memory(home: Path) -> None:
    before = _answers(home)
    shutil.rmtree(home / "derived")
    (home / "derived").write_text("a file stands in the way", encoding="utf-8")
    assert _answers(home) == before
    assert "in memory" in _degraded(home)


def _vectors_of(folder: Path) -> Path:
    """The largest file of vectors of a dense index."""
    return max(folder.rglob("data_level0.bin"), key=lambda path: path.stat().st_size)


def _garble(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for place in range(0, len(content), 97):
        content[place] ^= 0xFF
    path.write_bytes(content)


DENSE_DAMAGES: dict[str, Damage] = {
    "its database is cut off": lambda folder: _truncate(folder / "chroma.sqlite3"),
    "its vectors are garbled": lambda folder: _garble(_vectors_of(folder)),
    "its vectors are gone": lambda folder: shutil.rmtree(_vectors_of(folder).parent),
    "its header is garbled": lambda folder: _garble(_vectors_of(folder).parent / "header.bin"),
}


@pytest.fixture(scope="module")
def dense_library(sample_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples' library with its dense index built."""
    home = copy_library(sample_library, tmp_path_factory.mktemp("dense") / "store")
    with open_library(settings=load_settings(home=home, dense="chroma")) as library:
        reindex(library)
    return home


@pytest.mark.parametrize("damage", DENSE_DAMAGES.values(), ids=DENSE_DAMAGES.keys())
def test_a_damaged_dense_index_changes_no_answer_and_is_set_aside_where_it_cannot_mend_itself(
    damage: Damage, dense_library: Path, tmp_path: Path
) -> None:
    home = shutil.copytree(dense_library, tmp_path / "store")
    settings = load_settings(home=home, dense="chroma")
    with open_library(settings=settings) as library:
        sound = answer(library, ASPIRIN)
        assert not library.notices
    (folder,) = home.glob("derived/*/chroma")
    damage(folder)
    with open_library(settings=settings) as library:
        given = answer(library, ASPIRIN)
        assert given.citations == sound.citations
        said = " ".join(each.message for each in given.warnings if each.code == "degraded")
        if damage is DENSE_DAMAGES["its database is cut off"] or said:  # files of vectors it may mend by itself
            assert "damaged" in said
            assert "exact search" in said
        assert sync_index(library) > 100
        after = answer(library, ASPIRIN)
    assert after.citations == sound.citations
    assert not after.warnings or all(each.code != "degraded" for each in after.warnings)


def test_doctor_says_what_is_wrong_with_the_dense_index_and_repairs_it(
    dense_library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GKB_DENSE", "chroma")
    home = shutil.copytree(dense_library, tmp_path / "store")
    (folder,) = home.glob("derived/*/chroma")
    before = _answers(home, [ASPIRIN])
    _truncate(folder / "chroma.sqlite3")
    code, findings = _findings(home)
    assert code == 1
    assert not findings["dense index"]["is_sound"]
    assert _findings(home, "--repair")[1]["dense index"]["repaired"]
    assert _findings(home)[0] == 0
    shutil.rmtree(folder)
    assert _answers(home, [ASPIRIN]) == before
    assert not _findings(home)[1]["dense index"]["is_sound"]


def test_reindex_rebuilds_everything_without_embedding_again(home: Path) -> None:
    before = _answers(home)
    shutil.rmtree(home / "derived")
    done = gkb("reindex", "--home", home, "--json").json
    assert done["embedded_editions"] == 0
    assert done["passages"] > 50
    assert _answers(home) == before


def test_what_a_killed_builder_left_is_removed_and_what_is_being_built_is_not(home: Path) -> None:
    folder = _snapshot(home).parent
    left, alive = folder / ".building-left", folder / ".building-alive"
    for path in (left, alive):
        path.mkdir()
        (path / "vectors.npy").write_bytes(b"half")
    os.utime(left, (time.time() - 7200,) * 2)
    assert gkb("reindex", "--home", home).code == 0
    assert (left.exists(), alive.exists()) == (False, True)


def test_an_edition_without_vectors_is_refused_with_the_command_that_makes_them(home: Path) -> None:
    from sqlalchemy import delete

    from kb.store import schema
    from kb.store.registry import writing

    before = _answers(home)
    with open_library(home) as library, writing(library.engine) as connection:
        connection.execute(delete(schema.windows))
        connection.execute(delete(schema.vectors))
    shutil.rmtree(home / "derived")
    refused = gkb("ask", ASPIRIN, "--home", home, "--json")
    assert refused.code == 3
    assert "gkb reindex" in refused.json["error"]["message"] + refused.json["error"]["hint"]
    for repair in ((), ("--repair",)):
        code, findings = _findings(home, *repair)
        assert code == 1
        assert "gkb reindex" in findings["vectors"]["message"]
        assert not findings["search index"]["is_sound"]
    assert gkb("reindex", "--home", home).code == 0
    assert _answers(home) == before


def test_a_damaged_registry_is_refused_with_what_to_do(home: Path) -> None:
    (home / "registry.sqlite-wal").unlink(missing_ok=True)
    (home / "registry.sqlite").write_bytes(b"not a database" * 1000)
    for command in (("ask", ASPIRIN), ("editions",), ("doctor",), ("reindex",)):
        refused = gkb(*command, "--home", home, "--json")
        assert refused.code == 3, command
        assert refused.json["error"]["code"] == "library_corrupt"
        assert "backup" in refused.json["error"]["hint"]


def test_a_missing_pdf_is_named_and_questions_are_answered_without_it(home: Path) -> None:
    before = _answers(home)
    for pdf in (home / "files").glob("*.pdf"):
        pdf.unlink()
    assert _answers(home) == before
    code, findings = _findings(home)
    assert code == 1
    assert "4 of 4 PDFs are missing" in findings["files"]["message"]


def test_what_was_known_before_a_publication_was_taken_back_can_still_be_quoted(home: Path) -> None:
    with open_library(home) as library:
        acts = library.acts()
        published = next(act for act in acts if act.kind == "publish" and act.edition_id == NEW_EN)
        change.undo(library, published.seq, by="Librarian")
        then = answer(library, ASPIRIN, filters=Filters(known_at=acts[-1].at))
        now = answer(library, ASPIRIN)
    assert {citation.hit.edition.id for citation in then.citations} == {NEW_EN}
    assert {citation.hit.edition.id for citation in now.citations} == {OLD_EN}
