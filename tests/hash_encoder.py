"""A fast, deterministic encoder for tests of everything but meaning: words hashed to directions and added up."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
TOKEN = re.compile(r"[\u2e80-\uffdc]|\w+|[^\w\s]")


class HashEncoder:
    """64 dimensions, a window of 120 tokens; GKB_TEST_PAUSE makes it slow (seconds per text)."""

    name = "hash-for-tests:1"
    dimension = 64
    window = 120

    def count_tokens(self, text: str) -> int:
        return len(TOKEN.findall(text))

    def token_ends(self, text: str) -> list[int]:
        return [found.end() for found in TOKEN.finditer(text)]

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        pause = float(os.environ.get("GKB_TEST_PAUSE", "0"))
        vectors = []
        for text in texts:
            time.sleep(pause)
            vectors.append(self.encode_query(text))
            if progress:
                progress(1)
        return np.asarray(vectors, dtype=np.float32).reshape(-1, self.dimension)

    def encode_query(self, text: str) -> Vectors:
        total = np.zeros(self.dimension, dtype=np.float32)
        for token in TOKEN.findall(text.casefold()):
            digest = hashlib.sha256(token.encode()).digest() * 2
            total += np.frombuffer(digest, dtype=np.uint8).astype(np.float32) - 127.5
        return total / np.float32(max(float(np.linalg.norm(total)), 1e-6))

    def unknown_share(self, text: str) -> float:
        return 0.0
