"""Findings and evaluations → JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from kb.evaluation import Evaluation, as_json
from kb.maintenance import Finding


def finding_json(finding: Finding) -> dict[str, Any]:
    """One thing that `gkb doctor` looked at."""
    return asdict(finding)


def evaluation_json(evaluation: Evaluation) -> dict[str, Any]:
    """All figures, and every question's outcome."""
    return as_json(evaluation)
