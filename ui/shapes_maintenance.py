"""Findings, evaluations, backups and restores → JSON."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from kb.backup import Backup
from kb.evaluation import Evaluation, as_json
from kb.maintenance import Finding
from kb.restore import Restored


def finding_json(finding: Finding) -> dict[str, Any]:
    """One thing that `gkb doctor` looked at."""
    return asdict(finding)


def evaluation_json(evaluation: Evaluation) -> dict[str, Any]:
    """All figures, and every question's outcome."""
    return as_json(evaluation)


def report_json(report: Backup | Restored) -> dict[str, Any]:
    """A backup that was written, or a library that was put back."""
    values = {name: str(value) if isinstance(value, Path) else value for name, value in asdict(report).items()}
    return {"done": True, **values}
