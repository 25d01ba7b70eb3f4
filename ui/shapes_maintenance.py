"""Findings, evaluations, backups and restores → JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kb.backup import Backup
from kb.comparison import Change
from kb.evaluation import Evaluation, as_json
from kb.maintenance import Finding
from kb.restore import Restored


def finding_json(finding: Finding) -> dict[str, Any]:
    """One thing that `gkb doctor` looked at."""
    return asdict(finding)


def report_json(report: Backup | Restored) -> dict[str, Any]:
    """A backup that was written, or a library that was put back."""
    values = {name: str(value) if isinstance(value, Path) else value for name, value in asdict(report).items()}
    return {"done": True, **values}


def evaluation_json(evaluation: Evaluation, changes: Sequence[Change] | None = None) -> dict[str, Any]:
    """All figures, every question's outcome, and what changed against a baseline if there was one."""
    compared = {} if changes is None else {"changes": [asdict(change) for change in changes]}
    return as_json(evaluation) | compared
