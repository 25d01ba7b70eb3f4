"""Finding names in a text: every place where some name of the lexicon stands, then the longest that do not overlap."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kb.lexicon.entries import Concept
from kb.lexicon.spelling import chinese_key, english_keys, needs_capitals, reduce_words
from kb.text import fold, has_cjk

MAX_WORDS = 9  # words of the longest English name
_WORD = re.compile(r"[a-z\u00df-\u024f\u0370-\u03ff]+(?:'s(?![a-z]))?|\d+")
_JOINT = re.compile(r"[\s\-'/%+(),&:]{0,2}")


@dataclass(frozen=True, slots=True)
class Match:
    """Concepts named by the characters [start, end) of a text, in lexicon order."""

    start: int
    end: int
    concepts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """Names by key. `exact` holds keys that some concept claims only in capitals: concept id → those capitals."""

    english: dict[str, tuple[str, ...]]
    exact: dict[str, dict[str, str]]
    chinese: dict[str, tuple[str, ...]]
    lengths: dict[str, tuple[int, ...]]  # first character of a Chinese name → lengths of such names, longest first


def index_names(concepts: Iterable[Concept]) -> Names:
    """Index of all names of the concepts."""
    rows = list(concepts)
    english: dict[str, list[str]] = {}
    exact: dict[str, dict[str, str]] = {}
    owners = [(concept.id, name) for concept in rows for name in concept.en]
    keys = english_keys("\n".join(name for _, name in owners)) if owners else []
    for (owner, name), key in zip(owners, keys, strict=True):
        claims = english.setdefault(key, [])
        capitals = len(name) <= 5 and needs_capitals(name)
        if owner not in claims:
            claims.append(owner)
            if capitals:
                exact.setdefault(key, {})[owner] = name
        elif not capitals and key in exact:
            exact[key].pop(owner, None)
    return Names(_frozen(english), exact, *_index_chinese(rows))


def _index_chinese(rows: list[Concept]) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[int, ...]]]:
    claims: dict[str, list[str]] = {}
    lengths: dict[str, set[int]] = {}
    owners = [concept.id for concept in rows for _ in concept.zh]
    keys = chinese_key("\n".join(name for concept in rows for name in concept.zh)).split("\n")
    for owner, key in zip(owners, keys, strict=False):
        ids = claims.setdefault(key, [])
        if owner not in ids:
            ids.append(owner)
        lengths.setdefault(key[:1], set()).add(len(key))
    return _frozen(claims), {first: tuple(sorted(sizes, reverse=True)) for first, sizes in lengths.items()}


def _frozen(claims: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(ids) for key, ids in claims.items()}


def find_names(names: Names, text: str) -> tuple[Match, ...]:
    """Names in the text that do not overlap, in text order; longer names win over shorter, earlier over later."""
    folded, origin = _fold_with_offsets(text)
    found = [*_find_english(names, text, folded, origin)]
    if has_cjk(folded):
        found.extend(_find_chinese(names, folded, origin))
    found.sort(key=lambda match: (match.start - match.end, match.start))
    taken = bytearray(len(text))
    kept: dict[tuple[int, int], Match] = {}
    for match in found:
        if not any(taken[match.start : match.end]):
            taken[match.start : match.end] = b"\x01" * (match.end - match.start)
            kept[match.start, match.end] = match
        elif (match.start, match.end) in kept:  # the same characters, as an English and as a Chinese name
            kept[match.start, match.end] = _join(kept[match.start, match.end], match)
    return tuple(sorted(kept.values(), key=lambda match: match.start))


def _join(first: Match, second: Match) -> Match:
    return Match(first.start, first.end, tuple(dict.fromkeys(first.concepts + second.concepts)))


def _fold_with_offsets(text: str) -> tuple[str, list[int]]:
    """Folded text, and for each of its characters (and its end) the place in the text that it came from."""
    folded = fold(text)
    if len(folded) == len(text):
        return folded, list(range(len(text) + 1))
    pieces: list[str] = []
    origin: list[int] = []
    for place, char in enumerate(text):
        piece = char.casefold() if char.isascii() else fold(char)
        pieces.append(piece)
        origin.extend([place] * len(piece))
    return "".join(pieces), [*origin, len(text)]


def _find_english(names: Names, text: str, folded: str, origin: list[int]) -> Iterator[Match]:
    words = list(_WORD.finditer(folded))
    keys = [_word_key(word, text, origin) for word in words]
    for first in range(len(words)):
        key = ""
        for last in range(first, min(first + MAX_WORDS, len(words))):
            if last > first and not _joined(folded, words[last - 1], words[last]):
                break
            key += keys[last]
            ids = names.english.get(key)
            if ids:
                start, end = origin[words[first].start()], _end(origin, words[last].end())
                ids = _allowed(names.exact.get(key), ids, text[start:end])
                if ids:
                    yield Match(start, end, ids)


def _word_key(word: re.Match[str], text: str, origin: list[int]) -> str:
    folded = word[0]
    if folded[0].isdigit():
        return folded
    if folded.endswith("s") and len(folded) > 2:
        surface = text[origin[word.start()] : _end(origin, word.end())]
        if surface[:-1].isupper() and surface[-1] == "s":
            return reduce_words(folded.removesuffix("'s").removesuffix("s"))
    return reduce_words(folded).replace("'", "")


def _end(origin: list[int], folded_end: int) -> int:
    """Where the text goes on after a folded stretch: one past the source of its last character."""
    return origin[folded_end - 1] + 1


def _joined(folded: str, before: re.Match[str], after: re.Match[str]) -> bool:
    """Whether two words may belong to one name: a space, a hyphen or the like between them, no end of a clause."""
    gap = folded[before.end() : after.start()]
    if gap in ("", " ", "-"):
        return True
    if gap[0] == ".":  # "S. aureus", "0.9 %"
        return gap in (".", ". ") and (len(before[0]) == 1 or before[0].isdigit())
    return gap[0] != "," and _JOINT.fullmatch(gap) is not None


def _allowed(exact: dict[str, str] | None, ids: tuple[str, ...], surface: str) -> tuple[str, ...]:
    if not exact:
        return ids
    bare = unicodedata.normalize("NFKC", surface).replace("-", "").replace(".", "").replace(" ", "")
    if bare[-1:] == "s":
        bare = bare.removesuffix("s").removesuffix("'")
    return tuple(owner for owner in ids if owner not in exact or exact[owner] == bare)


def _find_chinese(names: Names, folded: str, origin: list[int]) -> Iterator[Match]:
    places = [place for place, char in enumerate(folded) if not (char.isspace() or char in "-·")]
    dense = "".join([folded[place] for place in places])
    for first, char in enumerate(dense):
        for length in names.lengths.get(char, ()):
            key = dense[first : first + length]
            ids = names.chinese.get(key)
            if ids and len(key) == length and _stands_alone(folded, places[first], places[first + length - 1]):
                yield Match(origin[places[first]], _end(origin, places[first + length - 1] + 1), ids)


def _stands_alone(folded: str, first: int, last: int) -> bool:
    """Whether a Chinese name that begins or ends in Latin letters or digits is not cut out of a longer such word."""
    starts_inside = first > 0 and _clings(folded[first - 1], folded[first])
    ends_inside = last + 1 < len(folded) and _clings(folded[last], folded[last + 1])
    return not (starts_inside or ends_inside)


def _clings(left: str, right: str) -> bool:
    return (left.isascii() and right.isascii()) and (
        (left.isalpha() and right.isalpha()) or (left.isdigit() and right.isdigit())
    )
