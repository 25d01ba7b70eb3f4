"""The web door in a real browser; skips where no chromium is installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="module")
def address(sample_library: Path) -> Iterator[str]:
    """A server over the sample library."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "ui.cli", "ui", "--port", str(port), "--home", str(sample_library)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    server = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert server.poll() is None, "the server ended"
        try:
            with urlopen(url, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.3)
    raise AssertionError("the server did not answer within a minute")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium as the system installed it."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("needs chromium (Debian: apt-get install chromium)")
    sync = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    with sync.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    """A page on the server; any request to another address fails the test."""
    opened = browser.new_page(viewport={"width": 1280, "height": 720})
    opened.set_default_timeout(60_000)
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(address)
    yield opened
    opened.close()
    outside = [url for url in asked if not url.startswith((address, "data:", "blob:"))]
    assert not outside, outside


def test_a_question_gives_a_literal_quote_and_the_cited_page(page: Any) -> None:
    page.get_by_label("Question").fill("aspirin dose for stable angina")
    page.keyboard.press("Enter")
    page.locator(".gkb-quote", has_text="aspirin 75 mg").first.wait_for()
    picture = page.locator(".gkb-page img")
    picture.wait_for()
    assert picture.get_attribute("alt") == "Page 6, lines marked"
    assert picture.evaluate("image => image.complete && image.naturalWidth > 500")
    with page.expect_download() as download:
        page.get_by_role("button", name="PDF").click()
    assert download.value.suggested_filename == "nics_stable_angina_2024.pdf"


def test_nothing_is_cut_off_at_a_common_screen_size(page: Any) -> None:
    page.get_by_label("Question").fill("nicorandil: what do I start with?")
    page.keyboard.press("Enter")
    page.locator(".gkb-page img").wait_for()
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    for cell in page.locator(".gkb-quote td").all():
        assert cell.evaluate("cell => cell.scrollWidth <= cell.clientWidth + 1")


def test_signs_and_marks_of_markdown_stand_as_in_the_source(page: Any) -> None:
    page.get_by_label("Question").fill("eGFR 25, is ranolazine ok?")
    page.keyboard.press("Enter")
    quoted = page.locator(".gkb-quote").filter(has_text="eGFR < 30 mL/min/1.73 m²").first
    quoted.wait_for()
    assert quoted.locator("em, del, strong, code").count() == 0


def test_the_question_is_still_there_after_a_look_at_the_library(page: Any) -> None:
    page.get_by_label("Question").fill("aspirin dose for stable angina")
    page.keyboard.press("Enter")
    page.locator(".gkb-quote").first.wait_for()
    page.get_by_role("link", name="Library").click()
    page.locator(".gkb-table").first.wait_for()
    page.get_by_role("link", name="Ask").click()
    page.locator(".gkb-quote", has_text="aspirin 75 mg").first.wait_for()
    assert "aspirin" not in page.url  # questions may name patients: they never enter the address
