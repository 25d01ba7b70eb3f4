"""Dense search through Chroma behind LlamaIndex's vector store: derived, owned by one process, never the record.

What is in force today has a collection of its own, so that the usual question needs no filter. A collection is named
after the snapshot that filled it: it either holds exactly those vectors or it is filled again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kb.models.encoder import Vectors
from kb.settings import silence
from kb.store.dense import serves
from kb.store.library import Library, View
from kb.store.snapshot import checksum, set_aside

BATCH = 5_000  # Chroma refuses more than 5,461
PROBES = 5
PROBE_SECONDS = 60


def index_folder(library: Library) -> Path:
    """Where Chroma keeps its files for this encoder."""
    return library.derived / "chroma"


class DenseIndex:
    """The opened index; use it only through `Library.dense_index`."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def fill(self, name: str, vectors: Vectors, rows: npt.NDArray[Any], keep: npt.NDArray[np.bool_]) -> Any:
        """The collection of the windows to keep, filled unless it holds exactly them."""
        from llama_index.core.schema import TextNode
        from llama_index.vector_stores.chroma import ChromaVectorStore

        chosen = np.flatnonzero(keep)
        collection = self.client.get_or_create_collection(
            name, embedding_function=None, metadata={"hnsw:space": "cosine"}
        )
        if collection.count() == len(chosen):
            return collection
        self.client.delete_collection(name)
        collection = self.client.get_or_create_collection(
            name, embedding_function=None, metadata={"hnsw:space": "cosine"}
        )
        store = ChromaVectorStore(chroma_collection=collection)
        for start in range(0, len(chosen), BATCH):
            part = chosen[start : start + BATCH]
            store.add(
                [
                    TextNode(id_=str(int(window)), text=str(int(rows[window])), embedding=vectors[window].tolist())
                    for window in part
                ]
            )
        return collection

    def drop_others(self, names: set[str]) -> None:
        """Remove collections of earlier snapshots."""
        for collection in self.client.list_collections():
            if collection.name not in names:
                self.client.delete_collection(collection.name)


def collection_name(snapshot_key: str, keep: npt.NDArray[np.bool_]) -> str:
    """Name of the collection of some windows of a snapshot."""
    digest = hashlib.sha256(np.packbits(keep).tobytes()).hexdigest()[:16]
    return f"w-{snapshot_key}-{digest}"


class OwnedIndex:
    """The index while this process owns it; `close` lets another process have it."""

    def __init__(self, lock: Any, folder: Path) -> None:
        self._lock = lock
        self._folder = folder
        self.index = DenseIndex(open_client(folder))

    def close(self) -> None:
        """Give the index back, and remember what its files were: who opens it next trusts them."""
        self.index.client.close()
        _forget_clients()
        remember_sound(self._folder)
        self._lock.release()


def own_index(library: Library) -> OwnedIndex | None:
    """Open the index for one owner at a time; None where another process has it.

    Files that are not as their last owner left them are first tried in a child process, because a damaged index can
    end the process that opens it. What fails there is set aside; an empty index is opened in its place.
    """
    lock = _take_lock(library)
    if lock is None:
        return None
    try:
        folder = index_folder(library)
        problem = "" if is_known_sound(folder) else try_index(library, "sound")
        if problem:
            library.note("dense index", f"The dense index was damaged ({problem}) and set aside; exact search answers.")
            set_aside(folder)
            folder.mkdir()
        return OwnedIndex(lock, folder)
    except BaseException:
        lock.release()
        raise


def _take_lock(library: Library) -> Any:
    """The lock of the index's folder, or None where another process has it."""
    from filelock import FileLock, Timeout

    folder = index_folder(library)
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(str(folder.parent / "chroma.lock"), timeout=0)
    try:
        lock.acquire()
    except Timeout:
        return None
    return lock


def open_client(folder: Path) -> Any:
    """Chroma's client over a folder; whoever calls it holds the lock."""
    silence()
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    return chromadb.PersistentClient(path=str(folder), settings=ChromaSettings(anonymized_telemetry=False))


def search_collection(collection: Any, vector: Vectors, count: int) -> tuple[npt.NDArray[np.int64], Vectors]:
    """Window numbers and cosine similarities of the nearest windows, best first."""
    size = collection.count()
    if not size:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    found = collection.query(query_embeddings=[vector.tolist()], n_results=min(count, size), include=["distances"])
    windows = np.asarray([int(identity) for identity in found["ids"][0]], dtype=np.int64)
    return windows, 1.0 - np.asarray(found["distances"][0], dtype=np.float32)


def collections_wanted(library: Library, view: View) -> dict[str, npt.NDArray[np.bool_]]:
    """Name and windows of the two collections: what is in force today, and the rest."""
    from kb.versions.lanes import windows_in_force

    keep = windows_in_force(library, view)
    return {collection_name(view.snapshot.key, part): part for part in (keep, ~keep)}


def sync_index(library: Library) -> int:
    """Make the index hold today's state; returns the number of vectors (0 where another process owns it)."""
    view = library.view()
    index = library.dense_index()
    if index is None:
        return 0
    wanted = collections_wanted(library, view)
    for name, part in wanted.items():
        index.fill(name, view.snapshot.vectors, view.snapshot.vector_row, part)
    index.drop_others(set(wanted))
    return len(view.snapshot.vector_row)


def keep_index(library: Library) -> int:
    """Bring the index up to date where it serves; returns the number of vectors, 0 where it does not."""
    return sync_index(library) if serves(library, len(library.view().snapshot.vector_row)) else 0


def rebuild_index(library: Library) -> int:
    """Throw the index away and fill it from the registry's vectors; returns how many (0 if owned elsewhere)."""
    library.release_dense_index()
    lock = _take_lock(library)  # without opening it: it may be damaged
    if lock is None:
        return 0
    # Chroma keeps files open per process and path: a fresh folder is only safe once its clients are forgotten.
    _remove(index_folder(library))
    lock.release()
    return sync_index(library)


def _remove(folder: Path) -> None:
    _forget_clients()
    shutil.rmtree(folder, ignore_errors=True)


def _forget_clients() -> None:
    from chromadb.api.shared_system_client import SharedSystemClient

    SharedSystemClient.clear_system_cache()


def probe_index(library: Library) -> str:
    """Why the index cannot be trusted, or "": known vectors are searched in a child process with a time limit."""
    folder = index_folder(library)
    if not (folder / "chroma.sqlite3").is_file():
        return "not built yet; run `gkb reindex`"
    library.release_dense_index()
    lock = _take_lock(library)
    if lock is None:
        return ""  # in use by its owner, who tried it
    try:
        return try_index(library, "current")
    finally:
        lock.release()


def try_index(library: Library, question: str) -> str:
    """Ask a child process whether the index is "sound", or "current" besides; why not, or "". Needs the lock."""
    command = [sys.executable, "-m", "kb.store.chroma_probe", question, str(library.home), library.settings.encoder]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PROBE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"did not answer within {PROBE_SECONDS} s"
    return "" if done.returncode == 0 else (done.stdout.strip() or f"the probe ended with {done.returncode}")


def remember_sound(folder: Path) -> None:
    """Keep checksums of the files of an index that was closed in order."""
    with suppress(OSError):
        (folder.parent / "chroma.json").write_text(json.dumps(_checksums(folder)), encoding="utf-8")


def is_known_sound(folder: Path) -> bool:
    """Whether the files are those that the last owner left, or none."""
    found = _checksums(folder)
    known: dict[str, int] = {}
    with suppress(OSError, ValueError):  # none known
        known = json.loads((folder.parent / "chroma.json").read_text(encoding="utf-8"))
    return found == known


def _checksums(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): checksum(path) for path in sorted(folder.rglob("*")) if path.is_file()}
