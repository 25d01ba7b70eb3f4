"""Looking after a library: counts, health, rebuilding what is derived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from kb.access import Verb, Who, allow
from kb.errors import EncoderMismatch, KBError
from kb.store import schema
from kb.store.dense import serves
from kb.store.disk import naming_full_disk
from kb.store.extractions import load_passages
from kb.store.files import damaged_files
from kb.store.jobs import unfinished_jobs
from kb.store.library import Library
from kb.store.registry import newest_act, reading, verify_chain, verify_history
from kb.store.seal import seal_path, write_seal
from kb.store.snapshot import SnapshotDamaged, build_snapshot, open_snapshot, set_aside, snapshot_key
from kb.store.vectors import count_windows, has_windows
from kb.versions.status import conflicts_of_currency, status


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    is_sound: bool
    message: str
    repaired: bool = False


def collect_stats(library: Library) -> dict[str, Any]:
    """Counts of what the library holds and the size of its folder in bytes."""
    ledger = library.ledger()
    today = date.today()
    statuses = Counter(
        str(status(ledger, identity, today) or ledger.editions[identity].state) for identity in ledger.editions
    )
    with reading(library.engine) as connection:
        counts = {
            table.name: int(connection.execute(select(func.count()).select_from(table)).scalar() or 0)
            for table in (schema.acts, schema.pages, schema.passages, schema.recommendations, schema.vectors)
        }
        library_id = connection.execute(select(schema.library.c.id)).scalar_one()
    return {
        "library_id": library_id,
        "home": str(library.home),
        "encoder": library.encoder.name,
        "guidelines": len({edition.guideline_id for edition in ledger.editions.values()}),
        "editions": len(ledger.editions),
        "by_status": dict(sorted(statuses.items())),
        **counts,
        "revision": ledger.revision,
        "unfinished_jobs": len(unfinished_jobs(library.engine)),
        "bytes": folder_bytes(library.home),
    }


def folder_bytes(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def examine(library: Library, *, repair: bool = False, by: Who = "") -> list[Finding]:
    """Look at everything that can go wrong; with `repair` also rebuild what is derived."""
    if repair:
        allow(library.settings, by, Verb.REPAIR)
    checks: dict[str, Callable[[Library], Finding]] = {
        "history": partial(_check_history, repair=repair),
        "files": _check_files,
        "vectors": _check_vectors,
        "search index": partial(_check_snapshot, repair=repair),
        "dense index": partial(_check_dense, repair=repair),
        "currency": _check_currency,
        "jobs": _check_jobs,
    }
    if library.settings.encoder != "minilm":
        checks["encoder"] = _check_encoder
    if library.settings.llm_base_url:
        checks["language model"] = _check_language_model
    return [_look(library, name, check) for name, check in checks.items()]


def _look(library: Library, name: str, check: Callable[[Library], Finding]) -> Finding:
    """One finding, also where what stands above it makes looking impossible."""
    try:
        return check(library)
    except KBError as error:
        return Finding(name, False, f"cannot be looked at: {error.message}")


def _check_history(library: Library, *, repair: bool) -> Finding:
    with reading(library.engine) as connection:
        chain = verify_chain(connection)
        problems = verify_history(connection, library.home)
        newest = newest_act(connection)
    if repair and problems and not chain and not seal_path(library.home).exists():
        write_seal(library.home, newest)
        return Finding("history", True, f"sealed at act {newest.seq}", repaired=True)
    message = "; ".join(problems[:5]) or f"{newest.seq} acts, every one follows from the one before"
    return Finding("history", not problems, message)


def _check_files(library: Library) -> Finding:
    with reading(library.engine) as connection:
        hashes = list(connection.execute(select(schema.source_files.c.sha256)).scalars())
    damaged = damaged_files(library.home, hashes)
    folder = library.home / "files"
    message = (
        f"{len(damaged)} of {len(hashes)} PDFs are missing or changed in {folder}: {', '.join(sorted(damaged)[:5])}; "
        f"take them from a backup, or remove them and ingest the same PDFs again"
        if damaged
        else f"{len(hashes)} PDFs, each with the hash that it came in with"
    )
    return Finding("files", not damaged, message)


def _check_vectors(library: Library) -> Finding:
    wanted = sorted(library.ledger().ever_published)
    with reading(library.engine) as connection:
        missing = [identity for identity in wanted if not has_windows(connection, library.encoder.name, identity)]
    message = (
        f"{len(missing)} of {len(wanted)} editions have no vectors of {library.encoder.name}; run `gkb reindex`"
        if missing
        else f"all {len(wanted)} published editions are embedded by {library.encoder.name}"
    )
    return Finding("vectors", not missing, message)


def _check_snapshot(library: Library, *, repair: bool) -> Finding:
    wanted = sorted(library.ledger().ever_published)
    path = library.derived / f"snapshot-{snapshot_key(wanted, library.encoder.name)}"
    try:
        rows = open_snapshot(path).size
    except SnapshotDamaged as damage:
        if not repair:
            return Finding("search index", False, f"{damage}; it will be rebuilt at the next question or by --repair")
        set_aside(path)
        try:
            rows = rebuild_snapshot(library)
        except EncoderMismatch as mismatch:
            return Finding("search index", False, f"{mismatch.message} {mismatch.hint}")
        return Finding("search index", True, f"rebuilt: {rows} passages", repaired=True)
    return Finding("search index", True, f"{rows} passages")


def _check_dense(library: Library, *, repair: bool) -> Finding:
    from kb.store.chroma import probe_index, rebuild_index

    with reading(library.engine) as connection:  # looking must not rebuild the search index, nor need it
        vectors = count_windows(connection, library.encoder.name, sorted(library.ledger().ever_published))
    if not serves(library, vectors):
        return Finding("dense index", True, f"not needed for {vectors} vectors: exact search answers")
    problem = probe_index(library)
    if problem and repair:
        return Finding("dense index", True, f"rebuilt: {rebuild_index(library)} vectors", repaired=True)
    message = problem or "answers known vectors"
    return Finding("dense index", not problem, f"{message}; exact search answers meanwhile" if problem else message)


def _check_currency(library: Library) -> Finding:
    groups = conflicts_of_currency(library.ledger(), date.today())
    message = "; ".join(" and ".join(group) for group in groups)
    text = (
        f"in force at the same time without a relation: {message}; relate them"
        if groups
        else "no two full editions compete"
    )
    return Finding("currency", not groups, text)


def _check_jobs(library: Library) -> Finding:
    waiting = unfinished_jobs(library.engine)
    text = f"{len(waiting)} unfinished; `gkb ingest` goes on with them" if waiting else "none unfinished"
    return Finding("jobs", not waiting, text)


def _check_encoder(library: Library) -> Finding:
    try:
        library.encoder.encode_query("test")
    except KBError as error:
        return Finding("encoder", False, error.message)
    return Finding("encoder", True, library.encoder.name)


def _check_language_model(library: Library) -> Finding:
    from kb.models import load_llm
    from kb.models.llm import check_model
    from kb.models.llm_breaker import note_success

    try:
        model = load_llm(library.settings)
        if model is None:
            return Finding("language model", True, "none is configured: answers are quotes")
        said = check_model(model)
    except KBError as error:
        return Finding("language model", False, f"{error.message} {error.hint}")
    note_success(library.home, model.address)
    return Finding("language model", True, f"{model.name} at {model.address} answers: {said!r}")


def rebuild_snapshot(library: Library) -> int:
    """Build the search index of everything published, beside, and switch; returns its number of passages."""
    wanted = sorted(library.ledger().ever_published)
    path = library.derived / f"snapshot-{snapshot_key(wanted, library.encoder.name)}"
    if path.is_dir():
        set_aside(path)
    with reading(library.engine) as connection:
        built = build_snapshot(
            connection, library.derived, wanted, encoder=library.encoder.name, dimension=library.encoder.dimension
        )
    return open_snapshot(built).size


def reindex(library: Library, embed: Callable[[str], None] | None = None, *, by: Who = "") -> dict[str, int]:
    """Rebuild everything derived from the registry; `embed(extraction_id)` is called where vectors are missing."""
    from kb.store.chroma import rebuild_index

    allow(library.settings, by, Verb.REINDEX)
    embedded = 0
    for identity in sorted(library.ledger().ever_published):
        with reading(library.engine) as connection:
            missing = not has_windows(connection, library.encoder.name, identity)
            empty = missing and not load_passages(connection, identity)
        if missing and not empty and embed is not None:
            embed(identity)
            embedded += 1
    with naming_full_disk("The search index"):
        return {"passages": rebuild_snapshot(library), "vectors": rebuild_index(library), "embedded_editions": embedded}
