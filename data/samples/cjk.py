"""Break Chinese lines as a printer would: no full stop at the start of a line, no number or word torn apart."""

from __future__ import annotations

from typing import Any

from reportlab.platypus import Paragraph
from reportlab.platypus.paragraph import ParaLines, cjkU, makeCJKParaLine

NOT_FIRST = frozenset("，。、；：？！）》】”’％…·,.;:?!)]%℃")
NOT_LAST = frozenset("（《【“‘([≥≤<>±~")


class ChineseParagraph(Paragraph):
    """A paragraph whose lines end between Chinese characters or at spaces only."""

    def breakLinesCJK(self, maxWidths: Any) -> Any:
        widths = maxWidths if isinstance(maxWidths, list | tuple) else [maxWidths]
        if hasattr(self, "blPara") and getattr(self, "_splitpara", 0):
            return self.blPara
        characters = [cjkU(c, frag, "utf8") for frag in self.frags for c in getattr(frag, "text", "") or "\n"]
        lines = []
        while characters:
            width = widths[min(len(lines), len(widths) - 1)]
            end, is_forced = _line_end(characters, width)
            line = characters[: end - is_forced]
            used = sum(c.width for c in line)
            lines.append(makeCJKParaLine(line, width, used, width - used, is_forced, False))
            characters = characters[end:]
        return ParaLines(kind=1, lines=lines)


def _line_end(characters: list[Any], width: float) -> tuple[int, bool]:
    """How many characters the next line takes, and whether a line break in the text ended it."""
    used, best = 0.0, 0
    for index, character in enumerate(characters):
        if character == "\n":
            return index + 1, True
        if index and _may_break(characters[index - 1], character):
            best = index
        used += character.width
        if used > width + 0.01 and character != " ":
            return best or max(index, 1), False
    return len(characters), False


def _may_break(before: str, after: str) -> bool:
    if before in NOT_LAST or after in NOT_FIRST:
        return False
    return before == " " or _is_chinese(before) or _is_chinese(after)


def _is_chinese(character: str) -> bool:
    return ord(character) >= 0x2E80 or character in "“”‘’—…"
