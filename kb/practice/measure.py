"""Figures of the practice check on claims with known verdicts, beside two naive rules."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.domain import Filters, Status
from kb.errors import UsageError
from kb.lexicon import load_lexicon
from kb.practice.candidates import Family, Scored, find_families
from kb.practice.check import check_claim
from kb.practice.claims import split_parts
from kb.practice.judge import COVERED, IN_FORCE
from kb.practice.nouns import Claim, Verdict
from kb.retrieval.filters import read_filters
from kb.store.library import Library

WRONG = (Verdict.OUTDATED, Verdict.DEVIATES)
RULES = ("check", "nearest text", "latest year")


@dataclass(frozen=True, slots=True)
class GoldClaim:
    """A claim with the verdict that a person gave it."""

    id: str
    claim: str
    language: str
    verdict: Verdict
    filters: Filters


@dataclass(frozen=True, slots=True)
class Scores:
    """Figures over some claims; rates are None where nothing could be counted."""

    n: int
    accuracy: float
    macro_f1: float
    dangerous: float | None  # outdated or deviating, called current
    false_alarms: float | None  # current, called outdated or deviating
    needs_review: float
    f1: Mapping[str, float]


def load_claims(path: Path) -> list[GoldClaim]:
    """Claims of a file of JSON lines {id, claim, lang, verdict, as_of?, jurisdiction?}; raises UsageError."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read ({error}).") from error
    found = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            found.append(_claim(row))
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(f"{path}, line {number}: not a claim with a verdict ({error!r}).") from error
    return found


def _claim(row: dict[str, Any]) -> GoldClaim:
    scope = {"jurisdiction": row["jurisdiction"]} if row.get("jurisdiction") else {}
    language = row.get("lang") or "en"
    return GoldClaim(row["id"], row["claim"], language, Verdict(row["verdict"]), read_filters(scope, row.get("as_of")))


def measure(library: Library, claims: Sequence[GoldClaim]) -> dict[str, dict[str, Scores]]:
    """Scores by rule and language: of the check, of "nearest text is right", of "latest year is current"."""
    given: dict[str, list[tuple[GoldClaim, Verdict]]] = {rule: [] for rule in RULES}
    for each in claims:
        finding = check_claim(library, Claim(each.claim, "", split_parts(each.claim)), each.filters)
        given["check"].append((each, finding.verdict))
        nearest, latest = naive_verdicts(library, each.claim, each.filters)
        given["nearest text"].append((each, nearest))
        given["latest year"].append((each, latest))
    return {rule: _by_language(rows) for rule, rows in given.items()}


def naive_verdicts(library: Library, claim: str, filters: Filters) -> tuple[Verdict, Verdict]:
    """What "the nearest text tells" and "the latest year is current" say of a claim."""
    found, families = find_families(library, claim, filters, load_lexicon())
    pairs = [(family, line) for family in families for lines in family.lines.values() for line in lines]
    family, line = max(pairs, key=lambda pair: pair[1].topic, default=(None, None))
    if family is None or line is None or line.topic < COVERED:
        return Verdict.NOT_COVERED, Verdict.NOT_COVERED
    editions = found.view.ledger.editions
    newest = max(family.lines, key=lambda key: editions[key].issued_on)
    nearest = Verdict.CURRENT if _is_in_force(family, line) else Verdict.OUTDATED
    return nearest, Verdict.CURRENT if line.line.edition_id == newest else Verdict.OUTDATED


def _is_in_force(family: Family, line: Scored) -> bool:
    status: Status = family.statuses[line.line.edition_id]
    return status in IN_FORCE


def _by_language(rows: Sequence[tuple[GoldClaim, Verdict]]) -> dict[str, Scores]:
    groups = {"all": rows, **{lang: [r for r in rows if r[0].language == lang] for lang in ("en", "zh")}}
    return {name: score([(gold.verdict, said) for gold, said in each]) for name, each in groups.items() if each}


def score(rows: Sequence[tuple[Verdict, Verdict]]) -> Scores:
    """Figures of (gold, said) pairs; macro-F1 over the verdicts that occur in the gold."""
    f1 = {kind.value: _f1(rows, kind) for kind in dict.fromkeys(gold for gold, _ in rows)}
    wrong = [said for gold, said in rows if gold in WRONG]
    right = [said for gold, said in rows if gold == Verdict.CURRENT]
    said_counts = Counter(said for _, said in rows)
    return Scores(
        n=len(rows),
        accuracy=_share(gold == said for gold, said in rows) or 0.0,
        macro_f1=round(sum(f1.values()) / len(f1), 4),
        dangerous=_share(said == Verdict.CURRENT for said in wrong),
        false_alarms=_share(said in WRONG for said in right),
        needs_review=round(said_counts[Verdict.NEEDS_REVIEW] / len(rows), 4),
        f1=f1,
    )


def _f1(rows: Sequence[tuple[Verdict, Verdict]], kind: Verdict) -> float:
    hits = sum(gold == kind == said for gold, said in rows)
    misses = sum((gold == kind) != (said == kind) for gold, said in rows)
    return round(2 * hits / (2 * hits + misses), 4) if hits + misses else 0.0


def _share(flags: Iterable[bool]) -> float | None:
    values = list(flags)
    return round(sum(values) / len(values), 4) if values else None
