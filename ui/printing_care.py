"""What a person reads after a backup or a restore."""

from __future__ import annotations

from kb.backup import Backup
from kb.restore import Restored


def print_backup(written: Backup) -> None:
    """Where the backup is and what it holds."""
    print(f"Backed up to {written.file}: {written.pdfs} PDFs, {written.acts} acts, {written.bytes:,} bytes.")
    print(f"Read again, every hash is right. sha256 of the file: {written.sha256}")
    _print_missing(written.missing, "this library has lost or changed")


def print_restored(restored: Restored) -> None:
    """What was put back."""
    print(f"Restored to {restored.home}, as of {restored.taken_at}: {restored.pdfs} PDFs, {restored.acts} acts.")
    for notice in restored.notices:
        print(f"note: {notice}")
    _print_missing(restored.missing, "the library had lost before the backup")


def _print_missing(hashes: tuple[str, ...], who: str) -> None:
    for sha256 in hashes:
        print(f"missing: files/{sha256}.pdf, which {who}; ingest that PDF again")
