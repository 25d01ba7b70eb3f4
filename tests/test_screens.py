"""The screens as a visitor meets them, without a browser."""

from __future__ import annotations

import time
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from kb.errors import UsageError
from ui.i18n import CATALOGUES, translate
from ui.markup import label, quote
from ui.uploads import current_work, file_name

APP = Path(__file__).resolve().parent.parent / "ui" / "app.py"
DOSE = "nicorandil: what do I start with?"
OLD, NEW = "10 mg twice daily", "5 mg twice daily"  # the starting dose in the superseded and in the current sample


def visit(monkeypatch: pytest.MonkeyPatch, home: Path, screen: str = "ask") -> AppTest:
    """Open the app over a library."""
    monkeypatch.setenv("GKB_HOME", str(home))
    app = AppTest.from_file(str(APP), default_timeout=120).run()
    return app if screen == "ask" else app.switch_page(f"screens/{screen}.py").run()


def words(app: AppTest) -> str:
    """All that is written on the screen by us."""
    assert not app.exception, app.exception[0].message
    return unescape("\n".join(each.proto.body for each in app.get("html")))


def ask(app: AppTest, question: str) -> AppTest:
    """Type a question."""
    return app.text_input(key="question").set_value(question).run()


def press(app: AppTest, name: str) -> AppTest:
    """Click the button with these words on it."""
    return next(each for each in app.button if each.label == name).click().run()


def test_without_a_library_the_reader_is_sent_to_the_upload(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = tmp_path / "none"
    assert "There is nothing in this library yet" in words(visit(monkeypatch, home))
    assert "The first upload creates it" in words(visit(monkeypatch, home, "library"))
    assert not home.exists()  # looking creates nothing


def test_an_answer_shows_quote_publisher_edition_status_and_page(
    monkeypatch: pytest.MonkeyPatch, sample_library: Path
) -> None:
    app = ask(visit(monkeypatch, sample_library), "aspirin dose for stable angina")
    shown = words(app)
    for part in ("aspirin 75 mg", "Northfield Institute for Clinical Standards", "Second edition (2024)", "In force"):
        assert part in shown
    assert "in force as far as this library knows, checked on" in shown
    assert "Page 6, lines marked" in shown  # the picture beside it
    assert "data:image/png;base64," in shown
    assert "Reference tool, not a medical device" in shown
    assert "2 guidelines in 4 published editions; the newest was issued 2025-06-18" in shown


def test_the_page_can_be_turned_without_asking_again(monkeypatch: pytest.MonkeyPatch, sample_library: Path) -> None:
    app = ask(visit(monkeypatch, sample_library), "aspirin dose for stable angina")
    answered = app.session_state["answer"][1]
    app.button(key="page_on").click().run()
    assert "Page 7 of 8" in words(app)
    assert app.session_state["answer"][1] is answered


def test_what_the_library_does_not_cover_is_refused_with_what_was_nearest(
    monkeypatch: pytest.MonkeyPatch, sample_library: Path
) -> None:
    shown = words(ask(visit(monkeypatch, sample_library), "paediatric asthma inhaler technique"))
    assert "does not cover this question" in shown
    assert "Nearest in the library (not an answer)" in shown


def test_an_earlier_date_quotes_the_edition_of_that_day(monkeypatch: pytest.MonkeyPatch, sample_library: Path) -> None:
    app = ask(visit(monkeypatch, sample_library), DOSE)
    assert NEW in words(app)
    assert "First edition (2019)" not in words(app)
    app.date_input(key="as_of").set_value(date(2021, 6, 1)).run()
    shown = words(app)
    assert "As of 2021-06-01" in shown
    assert "First edition (2019)" in shown
    assert OLD in shown
    assert shown.count("Second edition (2024)") == 1  # in the warning only
    assert "since then it was superseded by" in shown


def test_a_superseded_edition_is_shown_only_on_request_and_marked(
    monkeypatch: pytest.MonkeyPatch, sample_library: Path
) -> None:
    app = ask(visit(monkeypatch, sample_library), DOSE)
    assert "Superseded" not in words(app)
    app.checkbox(key="filter_all_editions").check().run()
    assert "Superseded" in words(app)


def test_a_filter_that_matches_nothing_gives_nothing(monkeypatch: pytest.MonkeyPatch, sample_library: Path) -> None:
    app = visit(monkeypatch, sample_library)
    app.selectbox(key="filter_language").set_value("zh").run()
    app.selectbox(key="filter_jurisdiction").set_value("GB").run()
    assert "No published guideline matches the filters" in words(ask(app, DOSE))


def test_source_text_reaches_the_eye_character_by_character() -> None:
    text = "> 6.5 mmol/L; 5*10^9/L; 5~10 mg … 2~3 次 <b>&amp;</b> # 1. $x$"
    assert unescape(quote(text)).count(text) == 1
    assert "<b>" not in quote(text)
    assert label("5*10^9 ~2~ [x](y)") == r"5\*10^9 \~2\~ \[x\]\(y\)"


def test_table_rows_keep_every_cell_apart() -> None:
    drawn = quote("Drug A\t5 mg\t> 10 mg\nDrug B\t7 mg\t", context="Drug | Start | Most")
    assert drawn.count("<tr>") == 2
    assert "<td>&gt; 10 mg</td>" in drawn
    assert "Drug | Start | Most" in drawn


def test_the_library_screen_lists_editions_with_their_status(
    monkeypatch: pytest.MonkeyPatch, sample_library: Path
) -> None:
    app = visit(monkeypatch, sample_library, "library")
    shown = words(app)
    assert shown.count(">Superseded</span>") == 2
    assert shown.count(">In force</span>") == 2
    app.text_input(key="find_edition").set_value("痛风 2021").run()
    assert "2021版" in words(app)
    assert "nics-stable-angina@" not in words(app)


def test_an_upload_names_what_failed_and_leads_the_rest_through_review(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, samples: Path, hash_encoder: None
) -> None:
    home, pdf = tmp_path / "store", samples / "nics_stable_angina_2024.pdf"
    app = visit(monkeypatch, home, "library")
    files = [("login page.pdf", b"<html>please log in</html>", "application/pdf")]
    app.file_uploader[0].set_value([*files, (pdf.name, pdf.read_bytes(), "application/pdf")]).run()
    press(app, "Take in")
    until = time.monotonic() + 90
    while not (work := current_work(home)) or not work.is_done:
        assert time.monotonic() < until
        time.sleep(0.2)
    shown = words(app.run())
    assert "Rejected" in shown
    assert "a web page, not a PDF" in shown
    assert "Management of Stable Angina in Adults" in [each.value for each in app.text_input]
    assert "% sure, page 1" in shown
    assert "nothing in this library yet" in words(visit(monkeypatch, home))  # not published: not asked
    issued = next(each for each in app.text_input if each.label.startswith("Issued on"))
    issued.set_value("someday").run()
    assert "Published: " not in words(press(app, "Publish"))
    issued = next(each for each in app.text_input if each.label.startswith("Issued on"))
    issued.set_value("2024-09-17").run()
    assert "Published: Management of Stable Angina in Adults" in words(press(app, "Publish"))
    assert "nothing in this library yet" not in words(visit(monkeypatch, home))
    assert not any(home.glob("uploads/*"))


def test_a_rejected_edition_leaves_the_review_and_is_not_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, samples: Path, hash_encoder: None
) -> None:
    from tests.doors import gkb

    home = tmp_path / "store"
    gkb("ingest", samples / "nics_stable_angina_2024.pdf", "--home", home, "--json")
    app = press(visit(monkeypatch, home, "library"), "Reject")
    assert "Rejected: Management of Stable Angina in Adults" in words(app)
    assert "To review" not in " ".join(each.value for each in app.subheader)


def test_upload_names_are_fit_for_a_disk() -> None:
    assert file_name("../../etc/passwd.pdf") == "passwd.pdf"
    assert file_name("..") == "unnamed.pdf"
    long = file_name("指" * 400 + ".pdf")
    assert long.endswith(".pdf")
    assert len(long.encode()) < 255


def test_the_screens_speak_chinese(monkeypatch: pytest.MonkeyPatch, sample_library: Path) -> None:
    monkeypatch.setenv("GKB_LANGUAGE", "zh")
    app = ask(visit(monkeypatch, sample_library), "痛风急性期秋水仙碱剂量")
    shown = words(app)
    assert "现行有效" in shown
    assert "本工具仅供查阅" in shown
    assert app.text_input(key="question").label == "问题"


def test_translations_name_the_same_values_as_the_english() -> None:
    import string

    for texts in CATALOGUES.values():
        for english, other in texts.items():
            fields = [
                sorted(name for _, name, _, _ in string.Formatter().parse(text) if name) for text in (english, other)
            ]
            assert fields[0] == fields[1], english
    assert translate("no such text", "zh") == "no such text"


def test_a_taken_port_is_refused_with_what_to_do() -> None:
    import socket

    from ui.serving import check_port

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UsageError) as refused:
            check_port("127.0.0.1", taken.getsockname()[1])
    assert "--port" in refused.value.hint
