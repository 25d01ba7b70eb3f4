"""The practice check: what a hospital writes, claim by claim, beside what is in force."""

from __future__ import annotations

from kb.practice.check import check
from kb.practice.nouns import Check, Claim, DocumentFinding, Finding, SourceLine, Verdict

__all__ = ["Check", "Claim", "DocumentFinding", "Finding", "SourceLine", "Verdict", "check"]
