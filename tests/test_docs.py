"""The documents say what is there: commands, settings, the tree, nouns, licences."""

from __future__ import annotations

import re
import tomllib
from dataclasses import is_dataclass
from enum import StrEnum
from pathlib import Path

import pytest

from kb import domain
from kb.settings import Settings
from ui.cli import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
GLOSSARY = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "data" / "samples").glob("*.md")])
OWN_NOUNS = [
    each
    for each in vars(domain).values()
    if isinstance(each, type) and each.__module__ == "kb.domain" and (is_dataclass(each) or issubclass(each, StrEnum))
]
ENUMS = [noun for noun in OWN_NOUNS if issubclass(noun, StrEnum)]


def tree_paths() -> list[str]:
    """Paths of the README's tree, each with the folders that it is indented under."""
    block = README.split("## The tree")[1].split("```")[1]
    paths: list[str] = []
    parents: dict[int, str] = {}
    for line in filter(str.strip, block.splitlines()):
        indent = len(line) - len(line.lstrip())
        name = line.split()[0]
        above = "".join(parents[level] for level in sorted(parents) if level < indent)
        parents = {level: path for level, path in parents.items() if level < indent}
        if name.endswith("/"):
            parents[indent] = name
        paths.append(above + name)
    return paths


def words(name: str) -> str:
    """RelationType → relation type."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


@pytest.mark.parametrize("name", [command.__name__ for command in COMMANDS])
def test_the_readme_documents_every_command(name: str) -> None:
    assert re.search(rf"\bgkb {name}\b", README)


def test_the_readme_names_no_command_that_does_not_exist() -> None:
    lines = [line for block in README.split("```")[1::2] for line in block.splitlines()]
    named = {line.split()[1] for line in lines if line.startswith("gkb ")}
    assert named <= {command.__name__ for command in COMMANDS}


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_the_readme_documents_every_setting(name: str) -> None:
    assert f"`GKB_{name.upper()}`" in README


@pytest.mark.parametrize("path", tree_paths())
def test_what_the_tree_of_the_readme_names_is_there(path: str) -> None:
    assert (ROOT / path).is_dir() if path.endswith("/") else (ROOT / path).is_file()


def test_the_tree_of_the_readme_names_every_package() -> None:
    packages = {path.parent for top in ("kb", "ingest", "ui") for path in (ROOT / top).rglob("__init__.py")}
    named = {ROOT / path for path in tree_paths()}
    assert sorted(str(each.relative_to(ROOT)) for each in packages - named if each.parent.name != "migrations") == []


def test_the_readme_says_first_what_the_program_is_not() -> None:
    assert "not a medical device" in README.split("## ")[0]


@pytest.mark.parametrize("noun", OWN_NOUNS, ids=lambda noun: noun.__name__)
def test_the_glossary_explains_every_noun(noun: type) -> None:
    assert re.search(rf"^\*\*{words(noun.__name__)}\*\*[^:]*: \S", GLOSSARY.lower(), re.M)


@pytest.mark.parametrize("noun", ENUMS, ids=lambda noun: noun.__name__)
def test_the_glossary_has_a_sentence_for_every_value(noun: type[StrEnum]) -> None:
    heading = next(line for line in GLOSSARY.splitlines() if line.lower().startswith(f"**{words(noun.__name__)}**"))
    table = GLOSSARY.split(heading)[1].split("\n**")[0]
    explained = set(re.findall(r"^\| `([^`]+)` \| \S", table, re.M))
    assert explained == {str(value) for value in noun}


def test_every_direct_dependency_stands_in_third_party_with_its_licence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(each for extra in project["optional-dependencies"].values() for each in extra),
    ]
    names = {re.match(r"[\w.-]+", each)[0] for each in wanted}  # type: ignore[index]
    third_party = (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8")
    assert names - set(re.findall(r"^\| ([\w.-]+)(?: \([^|]*\))? \| \w", third_party, re.M)) == set()


def test_every_sample_font_stands_in_third_party() -> None:
    third_party = (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8")
    fonts = [path.stem for path in (ROOT / "data" / "samples" / "fonts").glob("*.ttf")]
    assert fonts
    assert [name for name in fonts if name not in third_party] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", document.read_text(encoding="utf-8"))
    inside = [link for link in links if "://" not in link]
    assert [link for link in inside if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_that_a_document_names_are_there(document: Path) -> None:
    named = re.findall(r"`((?:kb|ingest|ui|tests|data)/[\w/]+\.\w+)", document.read_text(encoding="utf-8"))
    assert [path for path in named if not (ROOT / path).exists() and not path.startswith("data/store")] == []


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_licence_is_apache_2_in_full() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
