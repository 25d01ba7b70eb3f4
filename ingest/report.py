"""What an ingest reports: progress while it runs, one result per file at the end, in the contract's shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from kb.domain import Proposal

# Outcomes that count as done; the others need a person and make the exit code 1.
DONE = ("published", "in_review", "updated", "duplicate", "unchanged")
REPORTED = (
    "title", "publisher", "edition_label", "issued_on", "effective_on", "last_updated_on", "kind", "language",
    "jurisdiction", "identifiers", "replaces",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of a running ingest."""

    file: str
    stage: str  # waiting | intake | reading | embedding | publishing | a final status
    done: int = 0
    total: int = 0


OnProgress = Callable[[Progress], None]


@dataclass(slots=True)
class FileResult:
    """What became of one file."""

    file: str
    sha256: str = ""
    status: str = ""
    edition_id: str | None = None
    guideline_id: str | None = None
    pages: int = 0
    passages: int = 0
    recommendations: int = 0
    coverage: float = 0.0
    doubtful_pages: list[int] = field(default_factory=list)
    hidden_text_pages: list[int] = field(default_factory=list)
    seconds: float = 0.0
    metadata: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    error: str | None = None

    @property
    def is_done(self) -> bool:
        """Whether nothing is left for a person to mend."""
        return self.status in DONE


@dataclass(slots=True)
class Report:
    """The result of one ingest."""

    files: list[FileResult] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)  # of the manifest as a whole
    seconds: float = 0.0
    stages: dict[str, float] = field(default_factory=dict)  # seconds by stage
    tokens_embedded: int = 0
    tokens_truncated: int = 0

    def as_json(self) -> dict[str, Any]:
        """The contract's shape."""
        return {
            "files": [asdict(each) for each in self.files],
            "notices": self.notices,
            "seconds": round(self.seconds, 2),
            "pages": sum(each.pages for each in self.files),
            "passages": sum(each.passages for each in self.files),
            "stages": {name: round(value, 2) for name, value in self.stages.items()},
            "tokens_embedded": self.tokens_embedded,
            "tokens_truncated": self.tokens_truncated,
        }


def merge_reports(reports: Sequence[Report]) -> Report:
    """One report of several runs: files in order, seconds, stages and tokens summed."""
    whole = Report()
    for each in reports:
        whole.files += each.files
        whole.notices += each.notices
        whole.seconds += each.seconds
        whole.tokens_embedded += each.tokens_embedded
        whole.tokens_truncated += each.tokens_truncated
        for name, spent in each.stages.items():
            whole.stages[name] = whole.stages.get(name, 0.0) + spent
    return whole


def metadata_json(proposals: Mapping[str, Proposal]) -> dict[str, Any]:
    """Proposals by field in the contract's shape; a field that was not found is null."""
    return {name: _proposal_json(proposals.get(name)) for name in REPORTED}


def _proposal_json(proposal: Proposal | None) -> dict[str, Any] | None:
    if proposal is None:
        return None
    value = list(proposal.value) if isinstance(proposal.value, tuple) else proposal.value
    return {
        "value": value,
        "confidence": round(proposal.confidence, 3),
        "page": proposal.page,
        "snippet": proposal.snippet,
        "source": proposal.source,
    }
