"""Letters of symbol fonts: a "y" in Wingdings is a bullet on the page, not the letter that it is stored as."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ingest.glyphs import Style

LETTERS = 0x100  # codes below are stored as letters and signs of Latin-1; real symbols stand above
BULLET = ord("•")
# Ticks, crosses and boxes of each family, which say something; every other picture is a bullet or an ornament.
_FAMILIES: tuple[tuple[re.Pattern[str], dict[str, str]], ...] = (
    (re.compile(r"wingdings-?\s?2", re.IGNORECASE), {"✓": "P", "✗": "OÐ", "☐": "£*", "☑": "R", "☒": "SQT"}),
    (re.compile(r"wingdings", re.IGNORECASE), {"✓": "ü", "✗": "û", "☐": "oqr¨", "☑": "þ", "☒": "ýx"}),
    (re.compile(r"webdings", re.IGNORECASE), {"✓": "a", "✗": "r", "☐": "c", "☑": "g"}),
    (re.compile(r"dingbats", re.IGNORECASE), {"✓": "34", "✗": "5678", "☐": "opqr"}),
)


def draw_symbols(codes: NDArray[np.int64], styles: NDArray[np.int32], table: Sequence[Style]) -> None:
    """Put the sign that the eye sees in place of each letter of a symbol font, in `codes` itself."""
    for number, style in enumerate(table):
        signs = next((signs for family, signs in _FAMILIES if family.search(style.font)), None)
        if signs is None:
            continue
        shown = np.full(LETTERS, BULLET, dtype=codes.dtype)
        shown[: ord(" ") + 1] = np.arange(ord(" ") + 1)
        for sign, letters in signs.items():
            shown[[ord(letter) for letter in letters]] = ord(sign)
        mine = np.flatnonzero((styles == number) & (codes < LETTERS))
        codes[mine] = shown[codes[mine]]
