"""The benchmark measures both ways in one run and says what a reader needs to compare them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
LIMIT_SECONDS = 240  # it takes about 60 seconds of processor time; on busy cores that is a multiple of it


@pytest.fixture(scope="module")
def bench(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """What a short run over two samples prints, and its raw figures."""
    folder = tmp_path_factory.mktemp("bench")
    pdfs = folder / "pdfs"
    pdfs.mkdir()
    for name in ("nics_stable_angina_2019.pdf", "nics_stable_angina_2024.pdf"):
        shutil.copy(samples / name, pdfs)
    scratch, figures = folder / "scratch", folder / "figures.json"
    scratch.mkdir()
    done = subprocess.run(
        [
            *(sys.executable, ROOT / "data" / "benchmarks" / "bench.py", "--quick", "--sizes", "500"),
            *("--pdfs", pdfs, "--questions", samples / "questions.jsonl", "--json", figures),
        ],
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
        env={"TMPDIR": str(scratch), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
    )
    assert done.returncode == 0, done.stderr
    assert list(scratch.iterdir()) == [], "everything it wrote is gone"
    return done.stdout, json.loads(figures.read_text(encoding="utf-8"))


def test_it_names_both_ways_and_the_stages_of_each(bench: tuple[str, dict[str, Any]]) -> None:
    printed, figures = bench
    assert "our way" in printed
    assert "plain LlamaIndex" in printed
    for side in ("ours", "plain"):
        assert {"reading", "embedding", "index"} <= {name.split(" (")[0] for name in figures[side]["stages"]}
        assert all(name in printed for name in figures[side]["stages"])


def test_both_ways_are_given_the_same_pages(bench: tuple[str, dict[str, Any]]) -> None:
    _, figures = bench
    assert figures["ours"]["pages"] == figures["plain"]["pages"] > 0
    assert figures["ours"]["not_taken_in"] == []


def test_it_says_how_much_text_each_way_never_embeds(bench: tuple[str, dict[str, Any]]) -> None:
    printed, figures = bench
    assert re.search(r"^tokens truncated, never embedded +0 +[\d,]+$", printed, re.M)
    assert figures["ours"]["tokens_truncated"] == 0
    assert figures["plain"]["tokens_truncated"] > 0


def test_questions_are_timed_at_p50_and_p95(bench: tuple[str, dict[str, Any]]) -> None:
    printed, figures = bench
    assert "p50 / p95" in printed
    assert {figures[side]["search"]["count"] for side in ("ours", "plain")} == {10}
    assert figures["ours"]["ask"]["count"] == 10


def test_recall_of_chroma_is_measured_against_exact_search(bench: tuple[str, dict[str, Any]]) -> None:
    printed, figures = bench
    assert "recall@10" in printed
    (run,) = figures["dense"]
    assert run["exact"]["recall"] == 1.0
    assert run["in_force"] == run["size"] // 10


def test_its_last_lines_answer_both_goals(bench: tuple[str, dict[str, Any]]) -> None:
    twice, unchanged = bench[0].splitlines()[-2:]
    assert re.fullmatch(r"at least twice as fast to ingest: (yes|no) \(\d+\.\d\d\)", twice)
    assert re.fullmatch(r"unchanged re-ingest <= 1 %: (yes|no) \(\d+\.\d\d%\)", unchanged)
