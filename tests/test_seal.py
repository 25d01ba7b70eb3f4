"""Acts cannot be changed, moved, added or removed unnoticed: not even the newest, not even with every hash made new."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from data.benchmarks.tamper import KINDS, make_library, tamper
from tests.doors import gkb

TAMPERED = 200


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with forty acts and no PDF."""
    return make_library(tmp_path_factory.mktemp("acts") / "home")


def _history(home: Path, *arguments: str) -> dict[str, object]:
    findings = gkb("doctor", *arguments, "--home", home, "--json").json["findings"]
    return next(each for each in findings if each["name"] == "history")


def test_two_hundred_tampered_histories_are_all_found(home: Path, tmp_path: Path) -> None:
    chance = random.Random(20_260_101)
    from data.benchmarks.tamper import problems_of

    assert problems_of(home) == []
    for number in range(TAMPERED):
        copied = tmp_path / str(number)
        shutil.copytree(home, copied)
        kind = KINDS[number % len(KINDS)]
        what = tamper(copied, kind, chance)
        assert problems_of(copied), what
        shutil.rmtree(copied)


@pytest.mark.parametrize("kind", KINDS)
def test_doctor_says_that_the_history_was_tampered_with_and_repairs_nothing(
    kind: str, home: Path, tmp_path: Path, hash_encoder: None
) -> None:
    copied = tmp_path / "home"
    shutil.copytree(home, copied)
    assert _history(copied)["is_sound"]
    tamper(copied, kind, random.Random(3))
    for arguments in ((), ("--repair",)):
        assert not _history(copied, *arguments)["is_sound"], kind


def test_a_missing_seal_is_said_until_a_person_seals_anew(home: Path, tmp_path: Path, hash_encoder: None) -> None:
    copied = tmp_path / "home"
    shutil.copytree(home, copied)
    (copied / "seal.json").unlink()
    assert "missing" in str(_history(copied)["message"])
    assert _history(copied, "--repair")["repaired"]
    assert _history(copied)["is_sound"]


def test_an_old_copy_of_the_registry_put_back_is_noticed(home: Path, tmp_path: Path, hash_encoder: None) -> None:
    from data.benchmarks.tamper import add_acts

    copied = tmp_path / "home"
    shutil.copytree(home, copied)
    old = (copied / "registry.sqlite").read_bytes()
    add_acts(copied, 2)
    assert _history(copied)["is_sound"]
    for left in copied.glob("registry.sqlite*"):
        left.unlink()
    (copied / "registry.sqlite").write_bytes(old)
    assert "Acts 41 to 42 are missing" in str(_history(copied)["message"])
