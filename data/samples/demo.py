"""`make demo`: the main job end to end on the samples, in a library of its own that is thrown away afterwards."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

SAMPLES = Path(__file__).resolve().parent
GKB = Path(sys.executable).with_name("gkb")
QUESTIONS = (
    "What blood pressure should I aim for in stable angina?",
    "痛风患者的血尿酸控制目标是多少？",
    "How is acute appendicitis treated in children?",
)


def run(home: str, *arguments: str) -> None:
    """Show a command, run it, stop when it fails."""
    shown = " ".join(f'"{part}"' if " " in part else part for part in arguments)
    print(f"\n$ gkb {shown}", flush=True)
    subprocess.run([str(GKB), *arguments, "--home", home], check=True)


def main() -> None:
    """Ingest, list, ask three questions, ask as of an earlier date, check a statement, compare editions."""
    with tempfile.TemporaryDirectory(prefix="gkb-demo-") as home:
        run(home, "ingest", str(SAMPLES), "--manifest", str(SAMPLES / "manifest.csv"))
        run(home, "editions")
        for question in QUESTIONS:
            run(home, "ask", question)
        print("\nThe same question as of a day on which the earlier edition was in force:")
        run(home, "ask", QUESTIONS[1], "--as-of", "2023-01-01")
        print("\nA statement of a local protocol, beside what is in force:")
        run(home, "check", "别嘌醇起始剂量为100 mg/d")
        print("\nWhat changed between two editions, the gravest first:")
        run(home, "diff", "bcma-gout@2021-03-20", "bcma-gout@2025-06-18")
    print("\nThe web pages: put PDFs in with `gkb ingest FOLDER --publish`, then `make ui` (http://127.0.0.1:8501).")


if __name__ == "__main__":
    main()
