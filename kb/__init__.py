"""A knowledge base of clinical guidelines that knows which edition it quotes and whether that edition is in force.

`from kb import open_library, search, answer, check, diff` is the door for other programs; verbs are imported when first
used, so that `import kb` costs nothing.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "open_library": "kb.store.library",
    "search": "kb.retrieval.search",
    "answer": "kb.answering.asking",
    "check": "kb.practice.check",
    "diff": "kb.versions.diff",
    "Filters": "kb.domain",
}
__all__ = ["Filters", "answer", "check", "diff", "open_library", "search"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'kb' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
