"""all-MiniLM-L6-v2 in torch for many texts: BERT's encoder (Devlin et al. 2019) without what embedding does not need.

Against the general implementation of the same weights it is two to three times faster on a processor: one product for
query, key and value, no mask where all texts are of one length, small batches of texts of about the same length.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kb.models.encoder import Vectors
from kb.models.minilm import DIMENSION, HEADS, LAYERS

EPSILON = 1e-12


class BatchEncoder:
    """The model's weights in torch, ready for batches."""

    def __init__(self, weights: dict[str, Any], *, half: bool) -> None:
        import torch

        self._torch = torch
        self._type = torch.bfloat16 if half else torch.float32
        self._weights = {name: torch.from_numpy(value).to(self._type) for name, value in weights.items() if value.ndim}
        for layer in range(LAYERS):
            prefix = f"encoder.layer.{layer}.attention.self."
            for part in ("weight", "bias"):
                parts = [self._weights.pop(f"{prefix}{name}.{part}") for name in ("query", "key", "value")]
                self._weights[f"{prefix}all.{part}"] = torch.cat(parts)

    def encode(self, batch: Sequence[Sequence[int]]) -> Vectors:
        """Unit vectors (len(batch), 384) of token ids with their special tokens; about equal lengths cost least."""
        torch = self._torch
        longest = max(map(len, batch))
        ids = torch.tensor([[*each, *[0] * (longest - len(each))] for each in batch])
        lengths = torch.tensor([len(each) for each in batch])
        is_word = torch.arange(longest)[None, :] < lengths[:, None]
        with torch.inference_mode():
            hidden = self._forward(ids, None if bool(is_word.all()) else is_word).float()
            pooled = (hidden * is_word[..., None]).sum(1) / lengths[:, None]
            vectors = torch.nn.functional.normalize(pooled, dim=-1)
        return np.asarray(vectors.numpy(), dtype=np.float32)

    def _forward(self, ids: Any, is_word: Any) -> Any:
        """Hidden states (texts, tokens, 384) of the last layer."""
        texts, length = ids.shape
        words, places = self._weights["embeddings.word_embeddings.weight"], "embeddings.position_embeddings.weight"
        hidden = (
            words[ids] + self._weights[places][:length] + self._weights["embeddings.token_type_embeddings.weight"][0]
        )
        hidden = self._norm("embeddings.LayerNorm", hidden).view(texts * length, DIMENSION)
        mask = None if is_word is None else is_word[:, None, None, :]
        for layer in range(LAYERS):
            prefix = f"encoder.layer.{layer}."
            attended = self._attention(prefix, hidden, (texts, length), mask)
            attended = self._linear(prefix + "attention.output.dense", attended)
            hidden = self._norm(prefix + "attention.output.LayerNorm", hidden + attended)
            inner = self._torch.nn.functional.gelu(self._linear(prefix + "intermediate.dense", hidden))
            hidden = self._norm(prefix + "output.LayerNorm", hidden + self._linear(prefix + "output.dense", inner))
        return hidden.view(texts, length, DIMENSION)

    def _attention(self, prefix: str, hidden: Any, shape: tuple[int, int], mask: Any) -> Any:
        texts, length = shape
        projected = self._linear(prefix + "attention.self.all", hidden)
        query, key, value = projected.view(texts, length, 3, HEADS, DIMENSION // HEADS).permute(2, 0, 3, 1, 4)
        mixed = self._torch.nn.functional.scaled_dot_product_attention(query, key, value, mask)
        return mixed.permute(0, 2, 1, 3).reshape(texts * length, DIMENSION)

    def _linear(self, name: str, values: Any) -> Any:
        return self._torch.nn.functional.linear(values, self._weights[name + ".weight"], self._weights[name + ".bias"])

    def _norm(self, name: str, values: Any) -> Any:
        return self._torch.nn.functional.layer_norm(
            values, (DIMENSION,), self._weights[name + ".weight"], self._weights[name + ".bias"], EPSILON
        )
