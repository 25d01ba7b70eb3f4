"""What a language model thinks aloud is taken out of what it says, also where a tag is cut by a chunk border."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

RESTART = "\x00"  # what came before was thinking after all: a closing tag without an opening one
_OPEN = re.compile(r"<(think|thinking|thought|reasoning)>", re.I)
_CLOSE = re.compile(r"</(?:think|thinking|thought|reasoning)>", re.I)
_LONGEST = len("</reasoning>")


def without_thinking(chunks: Iterable[str]) -> Iterator[str]:
    """The chunks without `<think>…</think>`; RESTART where all that was given so far was thinking.

    Some servers put the opening tag into the prompt, so that only the closing one arrives. A tag that never closes
    takes the rest with it.
    """
    held, inside = "", False
    for chunk in chunks:
        held += chunk
        while True:
            tag = _CLOSE.search(held) if inside else _first(_OPEN.search(held), _CLOSE.search(held))
            if tag is None:
                break
            if not inside and tag[0].startswith("</"):
                yield RESTART
            elif not inside and tag.start():
                yield held[: tag.start()]
            inside = not tag[0].startswith("</")
            held = held[tag.end() :]
        keep = _begun_tag(held)
        if not inside and len(held) > keep:
            yield held[: len(held) - keep]
        held = held[len(held) - keep :]
    if held and not inside:
        yield held


def _first(one: re.Match[str] | None, other: re.Match[str] | None) -> re.Match[str] | None:
    found = [each for each in (one, other) if each is not None]
    return min(found, key=lambda each: each.start(), default=None)


def _begun_tag(text: str) -> int:
    """Length of the end of a text that may be the beginning of a tag."""
    place = text.rfind("<", max(0, len(text) - _LONGEST))
    return len(text) - place if place >= 0 and ">" not in text[place:] else 0
