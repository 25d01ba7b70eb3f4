"""Question → ranked passages: in force first, then lexical and dense, fused, looked at twice."""

from kb.retrieval.search import search

__all__ = ["search"]
