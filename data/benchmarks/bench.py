"""`make bench`: our way beside the plain LlamaIndex way, on the same PDFs and the same model, in one run."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from measure import BenchError, measure, tell
from sides import PYTHON, Task, measure_ours, measure_plain
from table import lines

from kb.settings import load_settings

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parent / "samples"
SHARED = HERE.parents[2] / "shared"
SIZES = "10000,100000"
QUICK_PDFS, QUICK_QUESTIONS, QUICK_SIZES = 3, 10, "10000"
REPEATS, QUICK_REPEATS = 5, 1
# Read once before anything is timed, so that neither way pays for a cold disk.
WARM_UP = "import torch, sentence_transformers, chromadb, llama_index.core, pypdf, pypdfium2, bm25s, sqlalchemy"


def options() -> argparse.Namespace:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    real = SHARED / "guidelines"
    parser.add_argument("--pdfs", type=Path, default=real if real.is_dir() else SAMPLES, help="folder of PDFs")
    parser.add_argument("--manifest", type=Path, help="CSV of a librarian (default: manifest.csv in that folder)")
    parser.add_argument("--questions", type=Path, nargs="+", help="question files")
    parser.add_argument("--quick", action="store_true", help="3 smallest PDFs, 10 questions, 10k vectors, no repeats")
    parser.add_argument("--sizes", help=f"numbers of synthetic vectors (default: {SIZES})")
    parser.add_argument("--json", type=Path, help="where to write the raw figures")
    return parser.parse_args()


def find_pdfs(folder: Path, quick: bool) -> list[Path]:
    """The PDFs of a folder."""
    pdfs = sorted(path.resolve() for path in folder.rglob("*.pdf"))
    return sorted(pdfs, key=lambda path: path.stat().st_size)[:QUICK_PDFS] if quick else pdfs


def find_manifest(chosen: Path | None, folder: Path) -> Path | None:
    """The manifest to use, if there is one."""
    path = chosen or folder / "manifest.csv"
    return path.resolve() if path.is_file() else None


def find_questions(chosen: list[Path] | None, quick: bool) -> list[dict[str, Any]]:
    """Questions in the shape of `gkb ask --batch`."""
    files = chosen or sorted((SHARED / "benchmarks").glob("questions_*.jsonl")) or [SAMPLES / "questions.jsonl"]
    rows = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    kept = [{key: row[key] for key in ("id", "question", "as_of", "scope") if row.get(key) is not None} for row in rows]
    return kept[:QUICK_QUESTIONS] if quick else kept


def write_questions(path: Path, questions: list[dict[str, Any]]) -> Path:
    """A question file."""
    path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in questions), encoding="utf-8")
    return path


def run(chosen: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """All figures; everything that is written lies below `folder`."""
    questions = find_questions(chosen.questions, chosen.quick)
    task = Task(
        pdfs=find_pdfs(chosen.pdfs, chosen.quick),
        manifest=find_manifest(chosen.manifest, chosen.pdfs),
        questions=write_questions(folder / "questions.jsonl", questions),
        one_question=write_questions(folder / "one.jsonl", questions[:1]),
        question=questions[0]["question"],
        repeats=QUICK_REPEATS if chosen.quick else REPEATS,
        folder=folder,
    )
    machine = {"cpus": os.cpu_count(), "load": os.getloadavg()[0], "precision": precision()}
    if not chosen.quick:
        tell("warming up")
        task.run(PYTHON, "-c", WARM_UP)
    figures: dict[str, Any] = {
        "pdfs": [path.name for path in task.pdfs],
        "questions": len(questions),
        "ours": measure_ours(task),
        "plain": measure_plain(task),
        "dense": [measure_dense(int(size), folder) for size in sizes(chosen).split(",")],
    }
    return figures | {"machine": machine | {"load_at_end": os.getloadavg()[0]}}


def sizes(chosen: argparse.Namespace) -> str:
    """Numbers of synthetic vectors."""
    return str(chosen.sizes or (QUICK_SIZES if chosen.quick else SIZES))


def precision() -> str:
    """In which number format our passages are encoded here."""
    return "float32" if load_settings().precision == "float32" else "eight bits"


def measure_dense(size: int, folder: Path) -> dict[str, Any]:
    """Dense search in a process of its own."""
    tell(f"dense search: {size:,} vectors")
    figures: dict[str, Any] = measure(
        [PYTHON, HERE / "dense_search.py", str(size), folder / f"dense-{size}"], folder
    ).json()
    return figures


def main() -> int:
    """Measure, print, keep nothing."""
    chosen = options()
    if not find_pdfs(chosen.pdfs, chosen.quick):
        tell(f"There are no PDFs in {chosen.pdfs}.")
        return 2
    try:
        with tempfile.TemporaryDirectory(prefix="gkb-bench-") as folder:
            figures = run(chosen, Path(folder))
    except BenchError as error:
        tell(f"bench failed: {error}")
        return 1
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print("\n".join(lines(figures)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
