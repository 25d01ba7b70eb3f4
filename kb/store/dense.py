"""Nearest windows to a question: exact by matrix product, or Chroma where no filter narrows the default lane.

Both answer the same question; exact search is the oracle (recall of the other is a test). Below a size at which
Chroma gains nothing, or while another process owns it, or while it holds another state, exact search answers.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kb.models.encoder import Vectors
from kb.store.library import Library, View

WORTH_IT = 50_000  # windows; below, a product over all of them is faster than the index (docs/log.md)
NEAREST = 400  # windows taken from the index: several times the passages that get a second look

Mask = npt.NDArray[np.bool_]


def exact_windows(vectors: Vectors, vector: Vectors, wanted: Mask) -> Vectors:
    """Cosine similarity of every window (M,) to a vector; -1 where not wanted."""
    scores = np.full(len(vectors), -1.0, dtype=np.float32)
    if wanted.all():
        np.matmul(vectors, vector, out=scores)
    else:
        scores[wanted] = vectors[wanted] @ vector
    return scores


def serves(library: Library, windows: int) -> bool:
    """Whether the index, rather than the product, answers in a library of so many windows (settings: `dense`)."""
    choice = library.settings.dense
    return choice == "chroma" or (choice == "auto" and windows >= WORTH_IT)


def window_scores(library: Library, view: View, vector: Vectors, wanted: Mask) -> Vectors:
    """Cosine similarity of windows (M,) to a question; -1 where not wanted or not among the nearest."""
    if serves(library, len(wanted)):
        try:
            found = _from_index(library, view, vector, wanted)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # a damaged index raises anything, also panics of native code
            text = f"The dense index cannot be used ({type(error).__name__}); exact search answered."
            library.note("dense search", f"{text} Run `gkb doctor --repair`.")
            found = None
        else:
            library.note("dense search", "")
        if found is not None:
            library.note("dense index", "")
            return found
    return exact_windows(view.snapshot.vectors, vector, wanted)


def _from_index(library: Library, view: View, vector: Vectors, wanted: Mask) -> Vectors | None:
    """Scores from the collection that holds exactly the wanted windows, or None if there is none at hand."""
    from kb.store.chroma import collection_name, search_collection

    index = library.dense_index()
    if index is None:
        return None
    name = collection_name(view.snapshot.key, wanted)
    if name not in {collection.name for collection in index.client.list_collections()}:
        return None
    collection = index.client.get_collection(name, embedding_function=None)
    if collection.count() != int(wanted.sum()):
        return None
    windows, similarities = search_collection(collection, vector, NEAREST)
    scores = np.full(len(wanted), -1.0, dtype=np.float32)
    scores[windows] = similarities
    return scores
