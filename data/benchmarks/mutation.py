"""Damage to a PDF, as discs, networks and people who mean harm do it: bytes and a random source in, other bytes out."""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Callable, Sequence

STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
NUMBER = re.compile(rb"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")
REFERENCE = re.compile(rb"(\d+) (\d+) R\b")
NAME = re.compile(rb"/[A-Za-z][A-Za-z0-9]*")
XREF = re.compile(rb"(\d{10}) (\d{5}) ([nf])")
START = re.compile(rb"startxref\s+(\d+)")
EXTREMES = (b"0", b"-1", b"1", b"65536", b"2147483647", b"-2147483648", b"4294967296", b"1e30", b"99999999999999999999")
FILTERS = (b"/FlateDecode", b"/LZWDecode", b"/ASCIIHexDecode", b"/ASCII85Decode", b"/RunLengthDecode", b"/DCTDecode")

Damage = Callable[[bytearray, random.Random], None]


def mutate(data: bytes, chance: random.Random, others: Sequence[bytes] = ()) -> tuple[str, bytes]:
    """One mutant: the kinds of damage done to it (one to three) and its bytes; `others` lend their streams."""
    mutant = bytearray(data)
    kinds = chance.sample(sorted(DAMAGES), chance.choice((1, 1, 1, 2, 3)))
    for kind in kinds:
        DAMAGES[kind](mutant, chance)
    if others and chance.random() < 0.1:
        kinds.append("foreign stream")
        _graft(mutant, chance.choice(others), chance)
    return " + ".join(kinds), bytes(mutant)


def _flip_bits(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 4, 16, 64)) if data else 0):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _overwrite_run(data: bytearray, chance: random.Random) -> None:
    start, length = _place(data, chance), chance.choice((8, 64, 512, 4096))
    end = min(len(data), start + length)
    fill = chance.choice((b"\0", b"\xff", b" ", b"9", b"(", b"<", b"["))
    data[start:end] = chance.randbytes(end - start) if chance.random() < 0.4 else fill * (end - start)


def _truncate(data: bytearray, chance: random.Random) -> None:
    if chance.random() < 0.7:
        del data[_place(data, chance) :]
    else:
        start = _place(data, chance)
        del data[start : start + chance.choice((1, 7, 100, 5_000))]


def _repeat_run(data: bytearray, chance: random.Random) -> None:
    start, target = _place(data, chance), _place(data, chance)
    run = bytes(data[start : start + chance.choice((16, 256, 4096))])
    data[target:target] = run * chance.choice((1, 3, 50))


def _swap_streams(data: bytearray, chance: random.Random) -> None:
    spans = [match.span(1) for match in STREAM.finditer(data)]
    if len(spans) < 2:
        return _flip_bits(data, chance)
    first, second = sorted(chance.sample(spans, 2))
    one, two = bytes(data[slice(*first)]), bytes(data[slice(*second)])
    data[slice(*second)] = one
    data[slice(*first)] = two
    return None


def _damage_xref(data: bytearray, chance: random.Random) -> None:
    rows, starts = list(XREF.finditer(data)), list(START.finditer(data))
    if starts and (not rows or chance.random() < 0.3):
        data[slice(*chance.choice(starts).span(1))] = b"%d" % chance.randrange(2 * len(data))
        return
    for row in chance.sample(rows, min(len(rows), chance.choice((1, 3, 20)))):
        data[slice(*row.span(1))] = b"%010d" % chance.randrange(2 * len(data))


def _extreme_number(data: bytearray, chance: random.Random) -> None:
    numbers = list(NUMBER.finditer(data))
    for match in sorted(chance.sample(numbers, min(len(numbers), chance.choice((1, 2, 8)))), key=_last_first):
        data[slice(*match.span())] = chance.choice(EXTREMES)


def _cross_references(data: bytearray, chance: random.Random) -> None:
    """Point references at other objects: cycles, pages as fonts, streams as page trees."""
    found = list(REFERENCE.finditer(data))
    for match in sorted(chance.sample(found, min(len(found), chance.choice((1, 2, 6)))), key=_last_first):
        data[slice(*match.span())] = chance.choice(found).group() if chance.random() < 0.9 else b"null"


def _swap_names(data: bytearray, chance: random.Random) -> None:
    found = list(NAME.finditer(data))
    for match in sorted(chance.sample(found, min(len(found), chance.choice((1, 2, 6)))), key=_last_first):
        data[slice(*match.span())] = chance.choice(FILTERS) if chance.random() < 0.2 else chance.choice(found).group()


def _rewrite_stream(data: bytearray, chance: random.Random) -> None:
    """Damage what a compressed stream holds, so that the damage is reached instead of stopping at its checksum."""
    spans = [match.span(1) for match in STREAM.finditer(data)]
    for start, end in chance.sample(spans, min(len(spans), 6)):
        try:
            inside = bytearray(zlib.decompress(bytes(data[start:end])))
        except zlib.error:
            continue
        for _ in range(chance.choice((1, 3))):
            chance.choice((_extreme_number, _swap_names, _flip_bits, _repeat_run, _overwrite_run))(inside, chance)
        packed = zlib.compress(bytes(inside), 9)
        data[start:end] = packed.ljust(end - start, b"\n")
        return
    _extreme_number(data, chance)


def _graft(data: bytearray, other: bytes, chance: random.Random) -> None:
    ours = [match.span(1) for match in STREAM.finditer(data)]
    theirs = [match.span(1) for match in STREAM.finditer(other)]
    if ours and theirs:
        data[slice(*chance.choice(ours))] = other[slice(*chance.choice(theirs))]


def _place(data: bytearray, chance: random.Random) -> int:
    return chance.randrange(len(data)) if data else 0


def _last_first(match: re.Match[bytes]) -> int:
    return -match.start()


DAMAGES: dict[str, Damage] = {
    "bits": _flip_bits,
    "run": _overwrite_run,
    "cut": _truncate,
    "repeat": _repeat_run,
    "streams swapped": _swap_streams,
    "xref": _damage_xref,
    "numbers": _extreme_number,
    "references": _cross_references,
    "names": _swap_names,
    "inside a stream": _rewrite_stream,
}
