"""`gkb` with the hash encoder, and with editions that appear one by one, so that every state in between occurs."""

from __future__ import annotations

from typing import Any


def use_hash_encoder(patch: Any = setattr) -> None:
    """Replace the embedding model by the hash encoder; `patch(module, name, value)` sets."""
    import kb.store.library
    from tests.hash_encoder import HashEncoder

    patch(kb.store.library, "load_encoder", lambda _: HashEncoder())


def appear_one_by_one(patch: Any = setattr) -> None:
    """Let every PDF be embedded, staged and published by itself."""
    import ingest.pipeline

    patch(ingest.pipeline, "GROUP", 1)
    patch(ingest.pipeline, "APPEAR_SECONDS", 0.0)


if __name__ == "__main__":
    from ui.cli import main

    use_hash_encoder()
    appear_one_by_one()
    main()
