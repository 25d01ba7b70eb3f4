"""The door for other Python programs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.small_library import Book, Text, make_library

BOOK = Book("gout@2024", [Text("Start colchicine within 12 hours of the first sign of a gout flare.", 3)], title="Gout")


def test_a_program_opens_a_library_and_asks_it(tmp_path: Path) -> None:
    from kb import Filters, answer, open_library, search

    make_library(tmp_path, [BOOK]).close()
    with open_library(tmp_path) as library:
        hit = search(library, "colchicine gout flare", k=3).hits[0]
        assert (hit.edition.id, hit.passage.page_first) == ("gout@2024", 3)
        given = answer(library, "When to start colchicine in a gout flare?", filters=Filters())
        assert given.citations[0].quote in BOOK.texts[0].words


def test_importing_the_package_loads_nothing_heavy() -> None:
    script = "import sys, kb; sys.exit(any(name in sys.modules for name in ('torch', 'sqlalchemy', 'numpy')))"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    import kb

    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = kb.nothing
