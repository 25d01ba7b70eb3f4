"""Near-identical passages: the best one is kept, the others are noted with it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kb.store.snapshot import Snapshot

ALIKE = 0.9  # shared share of distinct tokens from which two passages say the same


def collapse(snapshot: Snapshot, rows: Sequence[int], group: Sequence[str]) -> list[tuple[int, list[int]]]:
    """(row kept, rows it stands for) in rank order; only passages of the same group (guideline) are compared."""
    kept: list[tuple[int, list[int]]] = []
    distinct: list[frozenset[int]] = []
    groups: list[str] = []
    for row, name in zip(rows, group, strict=True):
        words = frozenset(np.unique(snapshot.lexical.sequence(row)).tolist())
        for index, (other, twins) in enumerate(kept):
            same_hash = snapshot.text_hash[row] == snapshot.text_hash[other]
            if groups[index] == name and (same_hash or _alike(words, distinct[index])):
                twins.append(row)
                break
        else:
            kept.append((row, []))
            distinct.append(words)
            groups.append(name)
    return kept


def _alike(one: frozenset[int], other: frozenset[int]) -> bool:
    smaller, larger = sorted((len(one), len(other)))
    if not larger or smaller / larger < ALIKE:
        return False
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) >= ALIKE
