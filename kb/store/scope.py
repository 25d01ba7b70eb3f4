"""What the scope of a relation names: recommendation numbers, pages, a section path, a recommendation id."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from kb.domain import Passage, Recommendation
from kb.store.extractions import load_passages, load_recommendations
from kb.text import squeeze

PAGES = re.compile(r"p(\d+)(?:-(\d+))?$", re.IGNORECASE)
BY_ID = re.compile(r"(?:.*#)?r(\d+)$")


@dataclass(frozen=True, slots=True)
class Scope:
    """Passages that a scope names, and the items that name nothing."""

    ordinals: frozenset[int]
    unresolved: tuple[str, ...]


def resolve_scope(connection: Connection, extraction_id: str, scope: Sequence[str]) -> Scope:
    """Find the passages that a scope names; what cannot be found is listed, never widened."""
    passages = load_passages(connection, extraction_id)
    recommendations = load_recommendations(connection, extraction_id)
    ordinals: set[int] = set()
    unresolved = []
    for item in scope:
        found = _find(item.strip(), passages, recommendations)
        ordinals |= found
        if not found:
            unresolved.append(item)
    return Scope(frozenset(ordinals), tuple(unresolved))


def _find(item: str, passages: Sequence[Passage], recommendations: Sequence[Recommendation]) -> set[int]:
    if pages := PAGES.match(item):
        first, last = int(pages[1]), int(pages[2] or pages[1])
        return {each.ordinal for each in passages if first <= each.page_first and each.page_last <= last}
    if item.startswith("§"):
        wanted = squeeze(item[1:])
        return {each.ordinal for each in passages if squeeze(">".join(each.section)).startswith(wanted)}
    numbers = {each.ordinal for each in recommendations if each.number and squeeze(each.number) == squeeze(item)}
    if not numbers and (by_id := BY_ID.match(item)):
        numbers = {int(by_id[1])}
    return {each.ordinal for each in passages if each.recommendation is not None and each.recommendation in numbers}
