"""The lexical index: BM25 over passages, from tokens of our own. The one home of bm25s.

bm25s weighs every (token, passage) pair once. What is kept of it is the saturated term frequency, so that a concept
with several spellings ("HTN", "hypertension", "高血压") is scored as one term: the best of its alternatives in a
passage, times the inverse document frequency of all of them together.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kb.text import tokens

LEXICAL_VERSION = 1
FIELDS = ("text", "context")
K1 = {"text": 1.2, "context": 1.2}
B = {"text": 0.6, "context": 0.3}

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to say a term: all of its tokens must stand in the field."""

    tokens: tuple[str, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that is asked for, in every way it may be written."""

    alternatives: tuple[Alternative, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Postings:
    """Where a term stands: passage rows in ascending order and its saturated frequency there, 0..1."""

    rows: Rows
    values: Floats
    idf: float


def plain_terms(words: Iterable[str]) -> list[Term]:
    """One term for each distinct token."""
    return [Term((Alternative((word,)),)) for word in dict.fromkeys(words)]


@dataclass(frozen=True, slots=True)
class _Field:
    """Columns of a sparse matrix token × passage, and the passages' own tokens in order."""

    values: Floats
    rows: Rows
    starts: npt.NDArray[np.int64]  # (tokens + 1,)
    sequence: npt.NDArray[np.int32]  # token ids of all passages, one after the other
    offsets: npt.NDArray[np.int64]  # (passages + 1,)

    def column(self, token: int) -> tuple[Rows, Floats]:
        begin, end = self.starts[token], self.starts[token + 1]
        return self.rows[begin:end], self.values[begin:end]


class LexicalIndex:
    """Saturated term frequencies of N passages in two fields over one vocabulary; read only."""

    def __init__(self, vocabulary: list[str], fields: dict[str, _Field], size: int) -> None:
        self._words = vocabulary  # ascending, so that a prefix is a range
        self._fields = fields
        self.size = size

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self._words)}

    @classmethod
    def build(
        cls,
        texts: Sequence[str],
        contexts: Sequence[str],
        *,
        text_tokens: Sequence[Sequence[str]] | None = None,
        context_tokens: Sequence[Sequence[str]] | None = None,
    ) -> LexicalIndex:
        """Index N passages; tokens are made here unless the caller has them."""
        lists = {
            "text": text_tokens if text_tokens is not None else [tokens(text) for text in texts],
            "context": context_tokens if context_tokens is not None else _tokens_of_repeated(contexts),
        }
        vocabulary = sorted({word for field in lists.values() for words in field for word in words})
        ids = {word: number for number, word in enumerate(vocabulary)}
        fields = {name: _index_field(name, words, ids) for name, words in lists.items()}
        return cls(vocabulary, fields, len(texts))

    def postings(self, term: Term, field: str = "text") -> Postings:
        """Rows in which one of the term's alternatives stands whole, with the best weighted frequency."""
        found = [self._alternative(alternative, field) for alternative in term.alternatives]
        found = [(rows, values) for rows, values in found if len(rows)]
        if not found:
            rows, values = np.empty(0, np.int32), np.empty(0, np.float32)
        elif len(found) == 1:
            rows, values = found[0]
        else:
            rows, inverse = np.unique(np.concatenate([each[0] for each in found]), return_inverse=True)
            values = np.zeros(len(rows), dtype=np.float32)
            np.maximum.at(values, inverse, np.concatenate([each[1] for each in found]))
        return Postings(rows, values, inverse_frequency(len(rows), self.size))

    def _alternative(self, alternative: Alternative, field: str) -> tuple[Rows, Floats]:
        columns = self._fields[field]
        numbers = [self._ids.get(word, -1) for word in alternative.tokens]
        if not numbers or min(numbers) < 0:
            return np.empty(0, np.int32), np.empty(0, np.float32)
        rows, values = columns.column(numbers[0])
        for number in numbers[1:]:
            others, more = columns.column(number)
            rows, left, right = np.intersect1d(rows, others, assume_unique=True, return_indices=True)
            values = np.minimum(values[left], more[right])
        return rows, values * np.float32(alternative.weight)

    def scores(
        self, terms: Sequence[Term], allowed: npt.NDArray[np.bool_] | None = None, field: str = "text"
    ) -> Floats:
        """BM25 of every passage (N,); zero where nothing matches or the passage is not allowed."""
        total = np.zeros(self.size, dtype=np.float32)
        for term in terms:
            found = self.postings(term, field)
            total[found.rows] += found.values * np.float32(found.idf * term.weight)
        if allowed is not None:
            total[~allowed] = 0.0
        return total

    def frequency(self, word: str, field: str = "text") -> int:
        """Number of passages that hold a token."""
        number = self._ids.get(word)
        return 0 if number is None else len(self._fields[field].column(number)[0])

    def starting_with(self, prefix: str) -> list[str]:
        """Tokens of the vocabulary that start with `prefix`."""
        first = bisect_left(self._words, prefix)
        return self._words[first : bisect_left(self._words, prefix + "\U0010ffff", lo=first)]

    def sequence(self, row: int, field: str = "text") -> npt.NDArray[np.int32]:
        """Token numbers of one passage, in text order."""
        stored = self._fields[field]
        return stored.sequence[stored.offsets[row] : stored.offsets[row + 1]]

    @cached_property
    def _numeric(self) -> npt.NDArray[np.bool_]:
        return np.array([word[:1].isdigit() for word in self._words], dtype=np.bool_)

    def is_number(self, sequence: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
        """Which tokens of a sequence start with a digit."""
        return np.asarray(self._numeric[sequence], dtype=np.bool_)

    def number(self, word: str) -> int:
        """Number of a token, -1 if no passage holds it."""
        return self._ids.get(word, -1)

    def save(self, folder: Path) -> None:
        """Write the index into an existing folder."""
        (folder / "words.json").write_text(json.dumps(self._words, ensure_ascii=False), encoding="utf-8")
        for name, field in self._fields.items():
            for part in _Field.__slots__:
                np.save(folder / f"{name}.{part}.npy", getattr(field, part), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, mmap: bool = True) -> LexicalIndex:
        """Open an index that was saved; arrays stay on disk when `mmap` is set."""
        mode: Any = "r" if mmap else None

        def read(name: str, part: str) -> Any:
            stored = np.load(folder / f"{name}.{part}.npy", mmap_mode=mode, allow_pickle=False)
            return stored.view(np.ndarray)  # a memmap costs microseconds a slice; a plain view of it does not

        words = json.loads((folder / "words.json").read_text(encoding="utf-8"))
        fields = {name: _Field(*(read(name, part) for part in _Field.__slots__)) for name in FIELDS}
        return cls(words, fields, len(fields["text"].offsets) - 1)


def inverse_frequency(found: int, size: int) -> float:
    """BM25's inverse document frequency, never negative (Lucene's form)."""
    return float(np.log1p((size - found + 0.5) / (found + 0.5)))


def _tokens_of_repeated(texts: Sequence[str]) -> list[list[str]]:
    made: dict[str, list[str]] = {}
    return [made[text] if text in made else made.setdefault(text, tokens(text)) for text in texts]


def _index_field(name: str, lists: Sequence[Sequence[str]], ids: dict[str, int]) -> _Field:
    numbers = [[ids[word] for word in words] for words in lists]
    offsets = np.cumsum([0, *(len(each) for each in numbers)], dtype=np.int64)
    sequence = np.fromiter((number for each in numbers for number in each), dtype=np.int32, count=int(offsets[-1]))
    if not len(sequence):
        empty = np.empty(0, np.int32)
        return _Field(np.empty(0, np.float32), empty, np.zeros(len(ids) + 1, np.int64), sequence, offsets)
    values, rows, starts = _saturated(numbers, ids, K1[name], B[name])
    return _Field(values, rows, starts, sequence, offsets)


def _saturated(numbers: list[list[int]], ids: dict[str, int], k1: float, b: float) -> tuple[Floats, Rows, Any]:
    """What bm25s makes of the tokens, with its inverse document frequencies divided out again."""
    import bm25s

    model = bm25s.BM25(k1=k1, b=b, method="lucene")
    model.index((numbers, dict(ids)), create_empty_token=False, show_progress=False)
    starts = np.asarray(model.scores["indptr"], dtype=np.int64)
    rows = np.asarray(model.scores["indices"], dtype=np.int32)
    values = np.asarray(model.scores["data"], dtype=np.float32)
    counts = np.diff(starts)
    weights = np.repeat(np.log1p((len(numbers) - counts + 0.5) / (counts + 0.5)), counts)
    return _ascending((values / weights).astype(np.float32), rows, starts)


def _ascending(values: Floats, rows: Rows, starts: Any) -> tuple[Floats, Rows, Any]:
    column = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    order = np.lexsort((rows, column))
    return values[order], rows[order], starts
