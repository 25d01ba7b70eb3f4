"""From a stream of text to whole sentences with their markers, each as soon as it is certain where it ends."""

from __future__ import annotations

import re

from kb.answering.gate_markers import MARKER
from kb.sentences import split_sentences

LONGEST = 1_500  # characters of a sentence
_MAY_END = re.compile(r"[.!?。！？\n\]】］]")
_BULLET = re.compile(r"^\s*(?:[-*•●▪◦–—]\s+|#{1,6}\s+|\(?\d{1,2}[.)、．]\s*(?=\D)|>\s+)")
_DECORATION = re.compile(r"\*\*|__|`")
_OPEN_MARKER = re.compile(r"^\s*[\[【［]")
_LEAD_IN = re.compile(r"[:：]\s*$")


class SentenceStream:
    """Collects text and gives out its sentences, without list marks and emphasis; one user, one answer."""

    def __init__(self) -> None:
        self._held = ""
        self._lead = ""

    def feed(self, text: str) -> list[str]:
        """Sentences that are complete now."""
        self._held += text
        if len(self._held) < LONGEST and not _MAY_END.search(text):
            return []
        pieces = self._pieces()
        keep = 1 if pieces and not pieces[-1].endswith("\n") else 0
        done, rest = pieces[: len(pieces) - keep], pieces[len(pieces) - keep :]
        if done and not keep:  # a marker may still follow on the next line
            rest = [done.pop()]
        self._held = "".join(rest)
        if len(self._held) > LONGEST:  # no sentence is that long: nothing that follows can make it one
            done, self._held = [*done, self._held], ""
        return self._dressed(done)

    def close(self) -> list[str]:
        """What is left at the end."""
        pieces, self._held = self._pieces(), ""
        return self._dressed(pieces)

    def clear(self) -> None:
        """Forget all that was fed."""
        self._held = self._lead = ""

    def _pieces(self) -> list[str]:
        """Sentences with their markers, which may follow the full stop."""
        text = MARKER.sub(lambda match: f" [{','.join(re.findall(r'[0-9]+', match[1]))}]", self._held)
        pieces: list[str] = []
        for start, end in split_sentences(text):
            piece = text[start:end]
            marker = _OPEN_MARKER.match(piece)
            if pieces and marker:
                close = re.match(r"\s*(?:\[[\d,]+\]\s*)+[.。]?\s*", piece)
                head = close[0] if close else piece
                pieces[-1] += head
                piece = piece[len(head) :]
            if piece:
                pieces.append(piece)
        return pieces

    def _dressed(self, pieces: list[str]) -> list[str]:
        """Plain sentences; an item of a list with the line that introduces it."""
        sentences = []
        for piece in pieces:
            is_item = _BULLET.match(piece) is not None
            words = " ".join(_DECORATION.sub("", _BULLET.sub("", piece)).split())
            if not any(char.isalnum() for char in words):
                continue
            if _LEAD_IN.search(words):
                self._lead = words
                continue
            if is_item and self._lead:
                words = f"{self._lead} {words}"
            elif not is_item:
                self._lead = ""
            sentences.append(words)
        return sentences
