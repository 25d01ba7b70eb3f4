"""all-MiniLM-L6-v2 for many texts: BERT's encoder (Devlin et al. 2019) with products in whole numbers, on ONNX Runtime.

The weights are rounded to seven bits for each column, which no processor's saturating arithmetic can overflow; the
activations to eight bits for each text as it comes (dynamic quantisation). Every text is encoded by itself, so its
vector depends on nothing but the text. The cosine with the vector in float32 is .99 on average.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from kb.models.encoder import Vectors

HIGHEST = 63  # of a weight in seven bits
EPSILON = 1e-12
CONTRIB = "com.microsoft"  # ONNX Runtime's own operators


class BatchEncoder:
    """The model in ONNX Runtime: one session, one stream of texts for each core."""

    def __init__(self, weights: dict[str, Any], *, layers: int, heads: int) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        model = _Graph(weights, layers, heads).build()
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._streams = ThreadPoolExecutor(_cores(), thread_name_prefix="encode")

    def encode(self, texts: Sequence[Sequence[int]]) -> Iterator[Vectors]:
        """Unit vectors (384,) of token ids with their special tokens, in their order."""
        return self._streams.map(self._encode, texts)

    def _encode(self, ids: Sequence[int]) -> Vectors:
        pooled = self._session.run(None, {"ids": np.array([ids], dtype=np.int64)})[0][0]
        return np.asarray(pooled / max(float(np.linalg.norm(pooled)), EPSILON), dtype=np.float32)


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Graph:
    """Builds the model as ONNX, node by node, from the package's weights."""

    def __init__(self, weights: dict[str, Any], layers: int, heads: int) -> None:
        self._weights, self._layers, self._heads = weights, layers, heads
        self._constants: list[Any] = []
        self._nodes: list[Any] = []

    def build(self) -> bytes:
        """The serialised model: ids (1, tokens) → mean of the last layer's hidden states (1, 384)."""
        hidden = self._embed()
        for layer in range(self._layers):
            hidden = self._layer(f"encoder.layer.{layer}.", hidden)
        pooled = self._add("ReduceMean", hidden, self._constant("tokens axis", np.array([1])), keepdims=0)
        ids = helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "tokens"])
        out = helper.make_tensor_value_info(pooled, TensorProto.FLOAT, [1, None])
        graph = helper.make_graph(self._nodes, "minilm", [ids], [out], self._constants)
        opsets = [helper.make_opsetid("", 18), helper.make_opsetid(CONTRIB, 1)]
        model: bytes = onnx.ModelProto.SerializeToString(helper.make_model(graph, opset_imports=opsets, ir_version=9))
        return model

    def _embed(self) -> str:
        table = self._weights["embeddings.word_embeddings.weight"]
        kinds = self._weights["embeddings.token_type_embeddings.weight"]
        words = self._add("Gather", self._constant("words", table + kinds[0]), "ids")
        length = self._add("Shape", "ids", start=1)
        places = self._constant("places", self._weights["embeddings.position_embeddings.weight"])
        places = self._add("Slice", places, self._constant("first", np.array([0])), length)
        fill = partial(helper.make_tensor, "value", TensorProto.FLOAT, [1])
        self._ones = self._add("ConstantOfShape", length, value=fill([1.0]))
        self._zeros = self._add("ConstantOfShape", length, value=fill([0.0]))
        return self._norm("embeddings.LayerNorm", words, places)

    def _layer(self, prefix: str, hidden: str) -> str:
        mixed = self._attention(prefix + "attention.self.", hidden)
        attended = self._linear(prefix + "attention.output.dense", mixed)
        hidden = self._norm(prefix + "attention.output.LayerNorm", attended, hidden)
        inner = self._add("Gelu", self._linear(prefix + "intermediate.dense", hidden), domain=CONTRIB)
        return self._norm(prefix + "output.LayerNorm", self._linear(prefix + "output.dense", inner), hidden)

    def _attention(self, prefix: str, hidden: str) -> str:
        """One product for query, key and value of all heads."""
        for part in ("weight", "bias"):
            parts = [self._weights[f"{prefix}{name}.{part}"] for name in ("query", "key", "value")]
            self._weights = {**self._weights, f"{prefix}all.{part}": np.concatenate(parts)}
        projected = self._linear(prefix + "all", hidden)
        query, key, value = (f"{prefix}{name}" for name in ("q", "k", "v"))
        self._nodes.append(helper.make_node("Split", [projected], [query, key, value], axis=2, num_outputs=3))
        return self._add("MultiHeadAttention", query, key, value, domain=CONTRIB, num_heads=self._heads)

    def _linear(self, name: str, values: str) -> str:
        weight = self._weights[name + ".weight"].T
        scale = np.abs(weight).max(axis=0) / HIGHEST
        rounded = np.round(weight / scale).astype(np.int8)
        return self._add(
            "DynamicQuantizeMatMul",
            values,
            self._constant(name + ".weight", rounded),
            self._constant(name + ".scale", scale),
            "",
            self._constant(name + ".bias", self._weights[name + ".bias"]),
            domain=CONTRIB,
        )

    def _norm(self, name: str, values: str, beside: str) -> str:
        """Layer norm of a sum. Each token is a channel of an instance norm, which the runtime computes much faster."""
        total = self._add("Add", values, beside)
        normed = self._add("InstanceNormalization", total, self._ones, self._zeros, epsilon=EPSILON)
        scaled = self._add("Mul", normed, self._constant(name + ".weight", self._weights[name + ".weight"]))
        return self._add("Add", scaled, self._constant(name + ".bias", self._weights[name + ".bias"]))

    def _constant(self, name: str, values: Any) -> str:
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        output = f"out {len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, list(inputs), [output], **attributes))
        return output
