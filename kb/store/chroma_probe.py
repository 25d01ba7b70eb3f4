"""Run in a child process: does the dense index find vectors that it must hold? A damaged one can kill its process."""

from __future__ import annotations

import sys

import numpy as np


def main() -> int:
    """0 when sound; prints the reason and returns 1 when not."""
    from kb.settings import load_settings
    from kb.store.chroma import PROBES, collections_wanted, owned_index, search_collection
    from kb.store.library import open_library

    settings = load_settings(home=sys.argv[1], encoder=sys.argv[2])
    with open_library(settings=settings) as library:
        view = library.view()
        with owned_index(library) as index:
            if index is None:
                return 0  # in use by its owner, who probed it
            names = {collection.name for collection in index.client.list_collections()}
            for name, part in collections_wanted(library, view).items():
                if name not in names:
                    print("holds another state of the library")
                    return 1
                collection = index.client.get_collection(name, embedding_function=None)
                chosen = np.flatnonzero(part)
                if collection.count() != len(chosen):
                    print(f"holds {collection.count()} of {len(chosen)} vectors")
                    return 1
                for window in chosen[:: max(1, len(chosen) // PROBES)][:PROBES]:
                    _, scores = search_collection(collection, view.snapshot.vectors[window], 3)
                    if not len(scores) or scores[0] < 0.999:
                        print("does not find a vector that it holds")
                        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
