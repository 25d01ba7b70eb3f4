"""Run in a child process: does the dense index find vectors that it must hold? A damaged one can kill its process.

Whoever starts it holds the lock of the index.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import numpy.typing as npt

from kb.models.encoder import Vectors


def main() -> int:
    """0 when sound (and, if that is asked, current); prints the reason and returns 1 when not."""
    from kb.settings import load_settings
    from kb.store.chroma import collections_wanted, index_folder, open_client
    from kb.store.library import open_library

    question, home, encoder = sys.argv[1:]
    with open_library(settings=load_settings(home=home, encoder=encoder)) as library:
        view = library.view()
        client = open_client(index_folder(library))
        names = {collection.name for collection in client.list_collections()}
        wanted = collections_wanted(library, view)
        problem = "holds another state of the library" if question == "current" and wanted.keys() - names else ""
        for name in sorted(names):
            collection = client.get_collection(name, embedding_function=None)
            known = np.flatnonzero(wanted[name]) if name in wanted else None
            problem = problem or _try(collection, view.snapshot.vectors, known)
    print(problem)
    return 1 if problem else 0


def _try(collection: Any, vectors: Vectors, known: npt.NDArray[np.intp] | None) -> str:
    """Search a few vectors; of a collection of another state nothing is known but that it must answer."""
    from kb.store.chroma import PROBES, search_collection

    if known is None:
        search_collection(collection, vectors[0], 3)
        return ""
    if collection.count() != len(known):
        return f"holds {collection.count()} of {len(known)} vectors"
    for window in known[:: max(1, len(known) // PROBES)][:PROBES]:
        _, scores = search_collection(collection, vectors[window], 3)
        if not len(scores) or scores[0] < 0.999:
            return "does not find a vector that it holds"
    return ""


if __name__ == "__main__":
    sys.exit(main())
