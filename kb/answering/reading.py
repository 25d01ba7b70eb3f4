"""Reading: the likeliest pieces of the best passages, put together into a few short quotes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from kb.answering.pieces import Page, Piece
from kb.answering.units import is_chinese
from kb.text import squeeze

MOST_QUOTES = 5
BUDGET = {"en": 1000, "zh": 400}  # quoted characters of one answer
LEAST = 6.0  # below the best piece's score nothing is quoted; e to that power is the ratio of the odds
BESIDE = 0.3  # what a piece gains by standing beside one that is quoted: a quote reads on


Place = tuple[int, int]  # (page, unit)


@dataclass(frozen=True, slots=True)
class Quote:
    """The characters [start, end) of one hit's passage, chosen to be quoted."""

    hit: int
    start: int
    end: int
    score: float


@dataclass(slots=True)
class _Choice:
    """Pieces chosen so far; those that stand side by side make one quote."""

    pages: Sequence[Page]
    room: int  # how many times the budget
    units: set[Place] = field(default_factory=set)
    said: list[str] = field(default_factory=list)

    def take(self, page: int, units: Sequence[int]) -> bool:
        """Add units of a page unless they do not fit any more."""
        more = self.units | {(page, unit) for unit in units}
        if not _fits(self.pages, _runs(self.pages, more), self.room):
            return False
        self.units = more
        self.said += [squeeze(_words(self.pages[page], unit)) for unit in units]
        return True

    def says(self, words: str) -> bool:
        """Whether these words stand in what was chosen, or the other way round."""
        mine = squeeze(words)
        return any(mine in other or other in mine for other in self.said)

    def stands_beside(self, piece: Piece, page: int) -> bool:
        """Whether a neighbour of the piece was chosen."""
        return (page, piece.unit - 1) in self.units or (page, piece.unit + 1) in self.units


def choose_quotes(pages: Sequence[Page], differing: Sequence[Place] = ()) -> list[Quote]:
    """Short quotes, the likeliest first, within the budget of characters and citations; nothing is quoted twice.

    A list item is quoted with the words that introduce it, and those words with the items that follow. Where bodies
    differ, the pieces in which they do are quoted in any case, and there is room for twice as much.
    """
    choice = _Choice(pages, room=2 if differing else 1)
    for place in differing:
        _add(choice, *place)
    waiting = {(number, piece.unit): piece for number, page in enumerate(pages) for piece in page.pieces}
    best = max((piece.score for piece in waiting.values()), default=0.0)
    waiting = {place: piece for place, piece in waiting.items() if _is_worth(piece, best)}
    while waiting:
        place = max(waiting, key=lambda each: (_gain(waiting[each], each[0], choice), -each[0], -each[1]))
        del waiting[place]
        _add(choice, *place)
    return sorted(_runs(pages, choice.units), key=lambda quote: -quote.score)


def _is_worth(piece: Piece, best: float) -> bool:
    touches = piece.signals.coverage + piece.signals.heading + piece.signals.lead > 0
    return touches and not piece.signals.repeats and piece.score >= best - LEAST


def _gain(piece: Piece, page: int, choice: _Choice) -> float:
    return piece.score + (BESIDE if choice.stands_beside(piece, page) else 0.0)


def _add(choice: _Choice, page: int, number: int) -> None:
    units = choice.pages[page].units
    if choice.says(_words(choice.pages[page], number)):
        return
    lead = units[number].lead
    if not (lead is not None and choice.take(page, [lead, number])) and not choice.take(page, [number]):
        return
    for following in range(number + 1, len(units)):
        if units[following].lead != number or not choice.take(page, [following]):
            break


def _words(page: Page, unit: int) -> str:
    return page.hit.passage.text[page.units[unit].start : page.units[unit].end]


def _runs(pages: Sequence[Page], chosen: set[Place]) -> list[Quote]:
    """Chosen units as quotes, those that follow one another joined."""
    quotes: list[Quote] = []
    last = (-1, -1)
    for number, unit in sorted(chosen):
        page = pages[number]
        span, score = page.units[unit], page.pieces[unit].score
        if (number, unit - 1) == last:
            joined = quotes.pop()
            quotes.append(Quote(joined.hit, joined.start, span.end, max(joined.score, score)))
        else:
            quotes.append(Quote(page.hit.rank - 1, span.start, span.end, score))
        last = (number, unit)
    return quotes


def _fits(pages: Sequence[Page], quotes: Sequence[Quote], room: int) -> bool:
    texts = {page.hit.rank - 1: page.hit.passage.text for page in pages}
    words = [texts[quote.hit][quote.start : quote.end] for quote in quotes]
    chinese = [is_chinese(each) for each in words]
    spent = sum(len(each) / BUDGET["zh" if zh else "en"] for each, zh in zip(words, chinese, strict=True))
    total = BUDGET["zh" if sum(chinese) * 2 > len(words) else "en"]
    return len(quotes) <= room * MOST_QUOTES and spent <= room and sum(map(len, words)) <= room * total
