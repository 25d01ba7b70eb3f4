"""What an encoder is to the rest of the program: windows that fit, vectors of passages, the vector of a question."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

CONTEXT_SHARE = 6  # the part of a window that its context may take
BATCH = 32  # texts given to a LlamaIndex model at once
Vectors = npt.NDArray[np.float32]


class Encoder(Protocol):
    """An embedding model; vectors are float32 of unit length."""

    @property
    def name(self) -> str:
        """Identity of the model and its weights; vectors of different names are never mixed."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def count_tokens(self, text: str) -> int:
        """Model tokens of `text`, special tokens not counted."""

    def token_ends(self, text: str) -> list[int]:
        """Character offset at which each model token of `text` ends."""

    @property
    def window(self) -> int:
        """Most model tokens of one text, special tokens not counted."""

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Vectors (n, dimension) of texts that fit the window; `progress` is told how many are done."""

    def encode_query(self, text: str) -> Vectors:
        """Vector (dimension,) of a question; cut at the window."""

    def unknown_share(self, text: str) -> float:
        """Share of the tokens of `text` that the model does not know, 0..1."""


@dataclass(frozen=True, slots=True)
class Window:
    """One text to embed: a stretch of a passage under its context."""

    ordinal: int  # of the passage
    text: str


def split_windows(encoder: Encoder, ordinal: int, context: str, text: str) -> list[Window]:
    """Cut a passage into texts that together hold all of it and each fit the encoder's window.

    The context is repeated before each stretch; it gives way (from its outer end) where it would take more than a
    sixth of the window. Stretches end at a sentence end or white space where there is one in their last third.
    """
    context = _shorten_context(encoder, context)
    room = encoder.window - encoder.count_tokens(context) - 4
    windows = []
    rest = text.strip()
    while rest:
        cut = _cut_at(rest, encoder.token_ends(rest), room)
        piece, rest = rest[:cut].strip(), rest[cut:].strip()
        if piece:
            windows.append(Window(ordinal, f"{context}\n{piece}" if context else piece))
    return windows


def _shorten_context(encoder: Encoder, context: str) -> str:
    limit = encoder.window // CONTEXT_SHARE
    while context and encoder.count_tokens(context) > limit:
        _, separator, inner = context.partition(" > ")
        context = inner if separator else context[: _cut_at(context, encoder.token_ends(context), limit)]
        if not separator:
            break
    return context


def _cut_at(text: str, ends: list[int], room: int) -> int:
    if len(ends) <= room:
        return len(text)
    limit = ends[room - 1]
    start = limit * 2 // 3
    for marks in ("\n", "。！？；.!?;", " ，、,"):
        found = max((text.rfind(mark, start, limit) for mark in marks), default=-1)
        if found > 0:
            return found + 1
    return limit


def encode_in_batches(
    embedding: Any, texts: Sequence[str], dimension: int, progress: Callable[[int], None] | None
) -> Vectors:
    """Unit vectors of texts in their order by a LlamaIndex BaseEmbedding; sorted by length: little is padding."""
    order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
    vectors = np.empty((len(texts), dimension), dtype=np.float32)
    for batch in range(math.ceil(len(order) / BATCH)):
        chosen = order[batch * BATCH : (batch + 1) * BATCH]
        vectors[chosen] = embedding.get_text_embedding_batch([texts[index] for index in chosen])
        if progress:
            progress(len(chosen))
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-12), dtype=np.float32)
