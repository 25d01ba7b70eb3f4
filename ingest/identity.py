"""Default ids: a guideline by its title, an edition by its guideline and date. Stable: once stored, never changed."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection

from kb.text import is_cjk

LONGEST = 80  # characters of a slug; ids appear in tables, addresses and on the command line


def guideline_slug(title: str) -> str:
    """A stable id from a title: ASCII words joined by "-"; Chinese characters stay, without spaces or punctuation.

    A longer title than an id should be ends in a short hash of the whole, so that two long titles never share an id.
    """
    folded = unicodedata.normalize("NFKC", title).casefold().strip()
    kept = "".join(char if is_cjk(char) else _ascii(char) for char in folded)
    slug = "-".join(re.findall(r"[^\W_]+", kept.replace("'", "")))
    slug = _close_chinese(slug)
    if not slug:
        return f"guideline-{_short_hash(folded)}" if folded else "guideline"
    if len(slug) <= LONGEST:
        return slug
    return f"{slug[: LONGEST - 7].rstrip('-')}-{_short_hash(slug)}"


def edition_id(guideline_id: str, issued_on: str, kind: str, taken: Collection[str]) -> str:
    """`<guideline_id>@<issued_on|undated>`, with the kind when it is not full and -2, -3… while the id is taken."""
    suffix = "" if kind in ("", "full") else f"-{kind.replace('_', '-')}"
    first = f"{guideline_id}@{issued_on or 'undated'}{suffix}"
    wanted, count = first, 1
    while wanted in taken:
        count += 1
        wanted = f"{first}-{count}"
    return wanted


def _ascii(char: str) -> str:
    """The letter without its accent; a blank for what has no ASCII form."""
    if char == "’":
        return ""
    plain = unicodedata.normalize("NFKD", char).encode("ascii", "ignore").decode()
    return plain or ("" if unicodedata.combining(char) else " ")


def _close_chinese(slug: str) -> str:
    """No joints next to Chinese characters: 中国-2-型 is 中国2型."""
    return re.sub(r"(?<=[^\x00-\x7f])-|-(?=[^\x00-\x7f])", "", slug)


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:6]
