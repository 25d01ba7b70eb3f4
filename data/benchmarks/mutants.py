"""Damaged PDFs through the real intake and reader: `python data/benchmarks/mutants.py --count 20000`; prints JSON.

Sources are the samples and, where they lie beside the checkout (`../shared`), the first pages of the real guidelines
and the small hard PDFs. Counted: what became of every mutant, the longest time and the most memory of a reader.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

from mutation import mutate  # noqa: E402

from ingest.intake import take_in  # noqa: E402
from ingest.parse import extraction_from_json  # noqa: E402
from ingest.sandbox import Ended, Limits, run_many  # noqa: E402
from kb.errors import UnreadablePdf  # noqa: E402

BATCH = 200
SMALL = 80_000  # bytes of a hard PDF that is taken as it is
FIRST_PAGES = (0, 1)
LOCKED = 2  # PDFs with a password among the sources: most of their mutants end at the password
STATUSES = ("needs_ocr", "encrypted", "rejected", "failed")
NUMBERS = re.compile(r"\d+")


@dataclass(slots=True)
class Count:
    """What became of the mutants."""

    mutants: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    unnamed: list[str] = field(default_factory=list)  # what ended in no named status: must stay empty
    longest_seconds: float = 0.0
    peak_bytes: int = 0
    over_60_seconds: int = 0
    over_1_gib: int = 0

    def see(self, ended: Ended) -> None:
        """A reader ended."""
        self.longest_seconds = max(self.longest_seconds, ended.seconds)
        self.peak_bytes = max(self.peak_bytes, ended.peak_bytes)
        self.over_60_seconds += ended.seconds > 60
        self.over_1_gib += ended.peak_bytes > 1 << 30

    def add(self, outcome: Any, mutant: str) -> None:
        """A mutant came out as JSON that was read, or as an error."""
        self.mutants += 1
        if isinstance(outcome, UnreadablePdf) and outcome.status in STATUSES and outcome.message:
            self.statuses[outcome.status] += 1
            self.reasons[NUMBERS.sub("#", outcome.message)[:110]] += 1
            return
        try:
            passages = extraction_from_json(outcome).passages
            self.statuses["read" if passages else "read, but empty"] += 1
            if not passages:
                self.unnamed.append(f"{mutant}: empty")
        except Exception as error:
            self.statuses["unusable"] += 1
            self.unnamed.append(f"{mutant}: {type(error).__name__} {error}"[:200])

    def as_json(self) -> dict[str, Any]:
        """The figures."""
        return {
            "mutants": self.mutants,
            "statuses": dict(self.statuses.most_common()),
            "unnamed": self.unnamed[:20],
            "longest_seconds": round(self.longest_seconds, 2),
            "peak_mib": self.peak_bytes >> 20,
            "over_60_seconds": self.over_60_seconds,
            "over_1_gib": self.over_1_gib,
            "reasons": dict(self.reasons.most_common(40)),
        }


def find_sources(shared: Path) -> list[tuple[str, bytes]]:
    """Name and bytes of the PDFs to damage, small ones only."""
    own = sorted((ROOT / "data").glob("*/*.pdf")) + sorted((ROOT / "data" / "benchmarks" / "pairs").glob("*.pdf"))
    found = [(path.name, _first_pages(path)) for path in own]
    found += [(path.name, _first_pages(path)) for path in sorted((shared / "guidelines").glob("*.pdf"))]
    hard = [path for path in sorted((shared / "hard_pdfs").rglob("*.pdf")) if path.stat().st_size < SMALL]
    found += [(path.name, path.read_bytes()) for path in hard]
    locked = [source for source in found if b"/Encrypt" in source[1]]
    return [source for source in found if source not in locked[LOCKED:]]


def _first_pages(path: Path) -> bytes:
    from pypdf import PdfReader, PdfWriter

    reader, writer = PdfReader(path), PdfWriter()
    for number in FIRST_PAGES[: len(reader.pages)]:
        writer.add_page(reader.pages[number])
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def run(sources: list[tuple[str, bytes]], count: int, seed: int, workers: int, keep: Path | None = None) -> Count:
    """Make `count` mutants and take them in; those that end in no named status are kept in the folder `keep`."""
    counted = Count()
    others = [data for _, data in sources]
    with tempfile.TemporaryDirectory(prefix="gkb-mutants-") as name:
        folder = Path(name)
        for start in range(0, count, BATCH):
            made = {}
            for number in range(start, min(count, start + BATCH)):
                chance = random.Random(f"{seed}/{number}")
                source, data = chance.choice(sources)
                kinds, mutant = mutate(data, chance, others)
                path = folder / f"{number}.pdf"
                path.write_bytes(mutant)
                made[path] = f"{number} of {source}: {kinds}"
            _take_in_and_read(made, folder / "files", counted, workers, keep)
            print(f"{counted.mutants} mutants, {dict(counted.statuses)}", file=sys.stderr, flush=True)
    return counted


def _take_in_and_read(made: dict[Path, str], files: Path, counted: Count, workers: int, keep: Path | None) -> None:
    calls, names = [], []
    for path, mutant in made.items():
        try:
            source = take_in(path, files)
        except UnreadablePdf as error:
            counted.add(error, mutant)
            continue
        target = str(files / f"{source.sha256}.pdf")
        calls.append({"path": target, "name": source.name, "sha256": source.sha256})
        names.append(mutant)
    for index, outcome in run_many(
        "ingest.parse:parse_to_json", calls, limits=Limits(), workers=workers, on_end=counted.see
    ):
        before = len(counted.unnamed)
        counted.add(outcome, names[index])
        odd = len(counted.unnamed) > before or "crash" in getattr(outcome, "message", "")
        if keep is not None and odd:
            data = Path(calls[index]["path"]).read_bytes()
            (keep / f"{hashlib.sha256(data).hexdigest()[:12]}.pdf").write_bytes(data)
    for path in [*made, *(Path(call["path"]) for call in calls)]:
        path.unlink(missing_ok=True)


def main() -> None:
    """Parse the command line, run, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=20_261_127)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--keep", type=Path, help="folder for mutants that crash the reader or end in no named status")
    given = parser.parse_args()
    if given.keep is not None:
        given.keep.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    sources = find_sources(given.shared)
    counted = run(sources, given.count, given.seed, given.workers, given.keep)
    print(
        json.dumps({"sources": len(sources), **counted.as_json(), "seconds": round(time.monotonic() - begun)}, indent=1)
    )


if __name__ == "__main__":
    main()
