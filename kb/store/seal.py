"""The seal: number and hash of the newest act, kept in a file beside the registry.

The chain of hashes shows an act that was changed, moved or put in between. It cannot show that the newest acts are
gone, that an older copy of the registry was put back, or that every hash was computed anew: the seal does. It is
written once a transaction is committed, so a kill in between leaves it one transaction behind, never ahead.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

WAIT_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Seal:
    """The newest act that was seen here; a library begins with none."""

    seq: int = 0
    hash: str = ""


def seal_path(home: Path) -> Path:
    """The file of a library's seal."""
    return home / "seal.json"


def read_seal(home: Path) -> Seal | None:
    """The seal, or None where there is none; raises ValueError where it cannot be read."""
    try:
        stored = json.loads(seal_path(home).read_text(encoding="utf-8"))
        return Seal(int(stored["seq"]), str(stored["hash"]))
    except FileNotFoundError:
        return None
    except (OSError, KeyError, TypeError) as error:
        raise ValueError(str(error)) from error


def write_seal(home: Path, seal: Seal) -> None:
    """Put a seal in place of the one there is."""
    beside = seal_path(home).with_suffix(f".{os.getpid()}.tmp")
    with beside.open("w", encoding="utf-8") as stream:
        stream.write(json.dumps(asdict(seal)))
        stream.flush()
        os.fsync(stream.fileno())
    beside.rename(seal_path(home))


def advance_seal(home: Path, seal: Seal) -> None:
    """Move the seal on to a later act; a missing one stays missing, or its loss would go unnoticed.

    What is recorded is recorded: where the seal cannot be written, it stays behind, and nothing is raised.
    """
    with suppress(OSError, Timeout, ValueError), FileLock(str(home / "seal.lock"), timeout=WAIT_SECONDS):
        known = read_seal(home)
        if known is not None and known.seq < seal.seq:
            write_seal(home, seal)


def check_seal(home: Path, hashes: Mapping[int, str]) -> list[str]:
    """What is wrong between the seal and the recorded acts (number → hash); empty when nothing is."""
    try:
        seal = read_seal(home)
    except ValueError:
        return [f"{seal_path(home)} cannot be read."]
    if seal is None:
        return [f"{seal_path(home)} is missing, so removed acts would go unnoticed."] if hashes else []
    last = max(hashes, default=0)
    if last < seal.seq:
        return [f"Acts {last + 1} to {seal.seq} are missing: removed, or an older copy of the registry was put back."]
    if hashes.get(seal.seq, "") != seal.hash:
        return [f"Act {seal.seq} is not the one that was recorded here."]
    return []
