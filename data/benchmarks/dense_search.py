"""Dense search over synthetic vectors of which a tenth is in force: `dense_search.py SIZE FOLDER`; prints JSON.

The vectors have topics, as passages have: 384 dimensions, of which few vary freely. On vectors without structure an
approximate index finds less.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from kb.settings import silence
from kb.store.chroma import DenseIndex, search_collection
from kb.store.dense import exact_windows

DIMENSION, FREE, TOPICS = 384, 48, 200
IN_FORCE = 0.1
QUERIES, WARM_UP, NEAREST = 100, 5, 10
BATCH = 5_000  # Chroma refuses more than 5,461
SEED = 20261127

Search = Callable[[Any], Any]  # a vector to the numbers of the ten nearest


def compare(size: int, folder: Path) -> dict[str, Any]:
    """p50 of a search by each way and its recall against exact search."""
    vectors, queries, keep = synthetic(size)
    silence()
    import chromadb
    from chromadb.config import Settings

    client = chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False))
    begun = time.perf_counter()
    everything = fill_with_metadata(client, vectors, keep)
    filled = time.perf_counter()
    in_force = DenseIndex(client).fill("in-force", vectors, np.arange(size), keep)
    seconds = {"everything_s": filled - begun, "in_force_s": time.perf_counter() - filled}
    ways: dict[str, Search] = {
        "exact": lambda query: exact_nearest(vectors, query, keep),
        "chroma_where": lambda query: filtered(everything, query),
        "chroma_in_force": lambda query: search_collection(in_force, query, NEAREST)[0],
    }
    truth = [set(exact_nearest(vectors, query, keep).tolist()) for query in queries]
    return {"size": size, "in_force": int(keep.sum()), "fill": seconds} | {
        name: timed(search, queries, truth) for name, search in ways.items()
    }


def synthetic(size: int) -> tuple[Any, Any, Any]:
    """Unit vectors (size, 384) around topics, questions near some of them, and which vectors are in force."""
    random = np.random.default_rng(SEED)
    basis = random.standard_normal((FREE, DIMENSION), dtype=np.float32)
    topics = random.standard_normal((TOPICS, FREE), dtype=np.float32)

    def near(chosen: Any) -> Any:
        free = topics[chosen] + 0.7 * random.standard_normal((len(chosen), FREE), dtype=np.float32)
        values = free @ basis + 1.0 * random.standard_normal((len(chosen), DIMENSION), dtype=np.float32)
        return values / np.linalg.norm(values, axis=1, keepdims=True)

    vectors, queries = near(random.integers(TOPICS, size=size)), near(random.integers(TOPICS, size=QUERIES))
    keep = np.zeros(size, dtype=bool)
    keep[random.permutation(size)[: int(size * IN_FORCE)]] = True
    return vectors, queries, keep


def fill_with_metadata(client: Any, vectors: Any, keep: Any) -> Any:
    """One collection of everything, in which the status is metadata."""
    collection = client.create_collection("everything", embedding_function=None, metadata={"hnsw:space": "cosine"})
    for start in range(0, len(vectors), BATCH):
        part = range(start, min(start + BATCH, len(vectors)))
        collection.add(
            ids=[str(number) for number in part],
            embeddings=vectors[start : part.stop],
            metadatas=[{"status": "in_force" if keep[number] else "superseded"} for number in part],
        )
    return collection


def exact_nearest(vectors: Any, query: Any, keep: Any) -> Any:
    """The ten nearest in force, by the program's own exact search."""
    rows = np.flatnonzero(keep)
    scores = exact_windows(vectors, query, keep)[rows]  # picked among these: partition is slow on equal scores
    return rows[np.argpartition(scores, -NEAREST)[-NEAREST:]]


def filtered(collection: Any, query: Any) -> Any:
    """The ten nearest in force, by Chroma's metadata filter."""
    found = collection.query(
        query_embeddings=[query.tolist()], n_results=NEAREST, where={"status": "in_force"}, include=["distances"]
    )
    return np.asarray([int(identity) for identity in found["ids"][0]])


def timed(search: Search, queries: Any, truth: list[set[int]]) -> dict[str, float]:
    """Milliseconds at p50 and p95, and the share of the true nearest that was found."""
    for query in queries[:WARM_UP]:
        search(query)
    spent, found = [], 0
    for query, wanted in zip(queries, truth, strict=True):
        begun = time.perf_counter()
        nearest = search(query)
        spent.append((time.perf_counter() - begun) * 1000)
        found += len(wanted & {int(number) for number in nearest})
    p50, p95 = np.percentile(spent, [50, 95])
    return {"p50_ms": float(p50), "p95_ms": float(p95), "recall": found / (NEAREST * len(queries))}


if __name__ == "__main__":
    print(json.dumps(compare(int(sys.argv[1]), Path(sys.argv[2]))))
