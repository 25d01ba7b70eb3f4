"""Passages → vectors: windows that fit the encoder, embedded once per text, batched across PDFs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kb.domain import Passage
from kb.models.encoder import Encoder, Window, split_windows
from kb.store.extractions import load_passages
from kb.store.library import Library
from kb.store.registry import reading, writing
from kb.store.vectors import content_hash, known_contents, save_vectors, save_windows

WORDS_ONLY = ("references", "contents", "form", "front_matter")  # kinds of passages without a vector
BATCH = 512  # vectors kept per transaction: what a kill can cost


@dataclass(frozen=True, slots=True)
class Counted:
    """Model tokens of an embedding run."""

    embedded: int
    truncated: int


def windows_of(encoder: Encoder, passages: Sequence[Passage], title: str) -> list[Window]:
    """All texts to embed for an edition's passages; each under title and context, nothing cut off.

    Reference lists, contents, lists of people and blank forms are found by their words alone and get no vector, unless
    there is nothing else (docs/decisions/0007).
    """
    windows: list[Window] = []
    for passage in [each for each in passages if each.kind not in WORDS_ONLY] or passages:
        context = " > ".join(part for part in (title, passage.context) if part)
        windows += split_windows(encoder, passage.ordinal, context, passage.text)
    return windows


def embed_windows(library: Library, windows: Sequence[Window], done: Callable[[int], None]) -> Counted:
    """Embed the texts that have no vector yet and keep the vectors batch by batch; `done` is told of every text."""
    encoder = library.encoder
    texts = {content_hash(window.text): window.text for window in windows}
    with reading(library.engine) as connection:
        known = known_contents(connection, encoder.name, texts)
    done(len(windows) - (len(texts) - len(known)))
    missing = sorted((content for content in texts if content not in known), key=lambda content: len(texts[content]))
    embedded = truncated = 0
    for start in range(0, len(missing), BATCH):
        chosen = missing[start : start + BATCH]
        vectors = encoder.encode_passages([texts[content] for content in chosen], done)
        save_vectors(library.engine, encoder.name, chosen, vectors)
        for content in chosen:
            count = encoder.count_tokens(texts[content])
            embedded += min(count, encoder.window)
            truncated += max(0, count - encoder.window)
    return Counted(embedded, truncated)


def embed_stored(library: Library, extraction_id: str) -> None:
    """Embed a stored extraction with the configured encoder, for when the encoder was changed."""
    edition = next(each for each in library.ledger().editions.values() if each.extraction_id == extraction_id)
    with reading(library.engine) as connection:
        passages = load_passages(connection, extraction_id)
    windows = windows_of(library.encoder, passages, edition.title)
    embed_windows(library, windows, lambda _: None)
    with writing(library.engine) as connection:
        save_windows(connection, library.encoder.name, extraction_id, windows)
