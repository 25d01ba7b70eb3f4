"""Well-known guideline bodies: names, aliases, where they speak for, and with what standing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

from kb.text import fold, is_cjk

_BRANCH = re.compile(
    r"[\u4e00-\u9fff]{1,20}?(?:分会(?:[\u4e00-\u9fff]{1,15}学组)?|专业委员会|学组|工作委员会|评审?中心|审评中心)|办公厅|办公室"
)
_TOKEN = re.compile(r"[^\W\d_\u4e00-\u9fff]+|[\u4e00-\u9fff]")
_SHORT = re.compile(r"[A-Z][A-Za-z/-]{1,8}")


class Tier(StrEnum):
    """The standing of a body."""

    NATIONAL = "national"  # a ministry, regulator or public institute: speaks for its country
    SOCIETY = "society"  # a professional society, of one country or region
    INTERNATIONAL = "international"  # speaks for no single country


@dataclass(frozen=True, slots=True)
class Body:
    """One publisher of guidelines."""

    name: str  # as it calls itself
    jurisdiction: str  # country code, EU or INT
    tier: Tier
    aliases: tuple[str, ...] = ()
    parent: str = ""  # name of the body that this is a branch or committee of


@dataclass(frozen=True, slots=True)
class Mention:
    """A body named in a text: [start, end) in characters."""

    body: Body
    start: int
    end: int
    is_short: bool  # by an acronym only


def find_publisher(name: str) -> Body | None:
    """The body with this name or alias, whatever its case and punctuation; branches of Chinese societies included."""
    key = _key(name)
    known = _by_key().get(key)
    if known is not None:
        return known
    for length in range(len(key) - 1, 3, -1):
        parent = _by_key().get(key[:length])
        if parent is not None and is_cjk(key[length]) and _BRANCH.fullmatch(key[length:]):
            return Body(name.strip(), parent.jurisdiction, parent.tier, parent=parent.name)
    return None


def same_publisher(a: str, b: str) -> bool:
    """Whether two names mean the same body, or one a branch of the other; two branches are two bodies."""
    if _key(a) == _key(b):
        return bool(_key(a))
    one, other = find_publisher(a), find_publisher(b)
    if one is None or other is None:
        return False
    return one.name == other.name or one.parent == other.name or other.parent == one.name


@lru_cache(maxsize=4096)
def mentions_in(text: str) -> tuple[Mention, ...]:
    """Bodies named in a text, in order, the longest name where names overlap. Acronyms count only as printed."""
    found: list[Mention] = []
    end = 0
    for token in _TOKEN.finditer(text):
        if token.start() < end:
            continue
        for pattern, body, is_short in _by_first_word().get(token[0].casefold(), ()):
            match = pattern.match(text, token.start())
            if match is not None:
                named, end = _with_branch(text, match, body)
                found.append(Mention(named, match.start(), end, is_short))
                break
    return tuple(found)


def _with_branch(text: str, match: re.Match[str], body: Body) -> tuple[Body, int]:
    """The branch of a Chinese society where one is named, and where its name ends."""
    branch = _BRANCH.match(text, match.end()) if is_cjk(match[0][-1]) else None
    named = find_publisher(text[match.start() : branch.end()]) if branch else None
    return (named, branch.end()) if named and branch else (body, match.end())


def all_bodies() -> tuple[Body, ...]:
    """Every body of the table."""
    return _table()


@lru_cache(maxsize=1)
def _table() -> tuple[Body, ...]:
    lines = files("kb.lexicon").joinpath("publishers.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return tuple(_read_body(line) for line in lines)


def _read_body(line: str) -> Body:
    name, jurisdiction, tier, aliases, parent = line.split("\t")
    return Body(name, jurisdiction, Tier(tier), tuple(each for each in aliases.split(";") if each), parent)


@lru_cache(maxsize=1)
def _by_key() -> dict[str, Body]:
    named = {_key(body.name): body for body in _table()}
    aliased = {_key(alias): body for body in _table() for alias in body.aliases}
    return {**aliased, **named}


def _names() -> Iterator[str]:
    for body in _table():
        yield body.name
        yield from body.aliases


@lru_cache(maxsize=1)
def _by_first_word() -> dict[str, list[tuple[re.Pattern[str], Body, bool]]]:
    """Patterns of all names by their first word (or ideograph), long names first."""
    found: dict[str, list[tuple[re.Pattern[str], Body, bool]]] = {}
    for name in sorted(_names(), key=len, reverse=True):
        first = _TOKEN.match(name)
        if first is not None:
            entry = (_pattern(name), _by_key()[_key(name)], bool(_SHORT.fullmatch(name)))
            found.setdefault(first[0].casefold(), []).append(entry)
    return found


def _pattern(name: str) -> re.Pattern[str]:
    """Acronyms keep their case; other Latin names may be set in capitals and run across white space."""
    if is_cjk(name[0]):
        return re.compile(re.escape(name))
    if _SHORT.fullmatch(name):
        return re.compile(rf"(?<![\w-]){re.escape(name)}(?!\w)")
    words = r"[\s-]+".join(re.escape(word).replace("'", "['’]") for word in re.split(r"[\s-]+", name))
    return re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=4096)
def _key(name: str) -> str:
    """What is left of a name without case, punctuation, article and spacing."""
    words = re.sub(r"\b(?:the|of|and)\b", " ", fold(name).replace("&", " and "))
    return re.sub(r"[\W_]+", "", words)
