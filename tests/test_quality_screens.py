"""The screens Compare and Practice as a visitor meets them, without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doors import copy_library
from tests.test_screens import press, visit, words

pytestmark = pytest.mark.usefixtures("hash_encoder")
CLAIM = "别嘌醇起始剂量为100 mg/d"


def test_two_editions_stand_beside_each_other_critical_first_and_can_be_taken_away(
    monkeypatch: pytest.MonkeyPatch, fast_library: Path
) -> None:
    app = visit(monkeypatch, fast_library, "compare")
    shown = words(app)
    assert "起始剂量为100 mg/d" in shown
    assert "起始剂量为50 mg/d" in shown
    assert "dose changed" in shown
    assert shown.index("Critical") < shown.index("Major")
    assert {each.label for each in app.get("download_button")} == {"XLSX", "CSV", "HTML"}


def test_a_pasted_statement_shows_verdict_reason_and_both_sides(
    monkeypatch: pytest.MonkeyPatch, fast_library: Path
) -> None:
    app = visit(monkeypatch, fast_library, "practice")
    app.text_area(key="practice_text").set_value(CLAIM).run()
    shown = words(press(app, "Check it"))
    for part in ("Outdated", CLAIM, "起始剂量为50 mg/d", "起始剂量为100 mg/d", "Superseded", "In force", "As of"):
        assert part in shown


def test_nothing_is_kept_until_the_visitor_keeps_it_and_then_it_stands_in_the_worklist(
    monkeypatch: pytest.MonkeyPatch, fast_library: Path, tmp_path: Path
) -> None:
    home = copy_library(fast_library, tmp_path / "home")
    app = visit(monkeypatch, home, "practice")
    app.text_area(key="practice_text").set_value(CLAIM).run()
    app = press(app, "Check it")
    assert "Nothing is waiting for a person." in words(app)
    app.text_input(key="practice_name").set_value("病区规程").run()
    app = press(app, "Keep")
    assert "病区规程" in words(app.run())
    app = press(app, "Record")  # the first decision is to confirm: it stays open, the document has to change
    assert "病区规程" in words(app)
