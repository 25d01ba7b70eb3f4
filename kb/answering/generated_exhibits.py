"""Which passages a language model is given, and how much of each: whole units, within its context."""

from __future__ import annotations

from collections.abc import Sequence

from kb.answering.answer import Quoted
from kb.answering.exhibits import Exhibit
from kb.answering.gate_machine import usable_units
from kb.answering.notices import edition_name
from kb.answering.units import Unit, split_units
from kb.domain import Hit
from kb.text import count_cjk

MOST = 6  # passages
AS_GOOD = 0.6  # of the best hit's score, from which a passage is given though it is not quoted


def choose_exhibits(quoted: Quoted, room: int) -> tuple[list[Exhibit], list[Hit]]:
    """(exhibits, the hit of each) within `room` estimated tokens: the quoted passages first, then the next best.

    Units that speak to a machine are left out; a passage is cut between units only, around what is quoted of it.
    """
    hits = _in_order(quoted)
    exhibits: list[Exhibit] = []
    chosen: list[Hit] = []
    for hit in hits[:MOST]:
        stretch = _stretch(hit, _quoted_place(quoted, hit), room)
        if stretch is None:
            continue
        start, end = stretch
        exhibit = _exhibit(hit, len(exhibits) + 1, start, end)
        room -= tokens_of(exhibit.text) + tokens_of(exhibit.edition) + 40
        exhibits.append(exhibit)
        chosen.append(hit)
    return exhibits, chosen


def tokens_of(text: str) -> int:
    """Tokens of a text for any model, estimated on the safe side: 1.1 an ideograph, one for three other characters."""
    ideographs = count_cjk(text)
    return int(1.1 * ideographs + (len(text) - ideographs) / 3) + 1


def _in_order(quoted: Quoted) -> list[Hit]:
    cited = {citation.hit.passage_id: citation.hit for citation in quoted.answer.citations}
    best = max((hit.score for hit in quoted.hits), default=0.0)
    others = [hit for hit in quoted.hits if hit.passage_id not in cited and hit.score >= AS_GOOD * best]
    return [*cited.values(), *others]


def _quoted_place(quoted: Quoted, hit: Hit) -> int:
    """Where in its passage the quote of a hit begins; the beginning for one that is not quoted."""
    quotes = [each.quote for each in quoted.answer.citations if each.hit.passage_id == hit.passage_id]
    return max(0, hit.passage.text.find(quotes[0])) if quotes else 0


def _stretch(hit: Hit, place: int, room: int) -> tuple[int, int] | None:
    """The longest run of usable units around a place that fits; None when there is none."""
    text = hit.passage.text
    units = split_units(text)
    usable = usable_units([text[unit.start : unit.end] for unit in units])
    core = _core(units, usable, place)
    if core is None or tokens_of(text[units[core].start : units[core].end]) > room:
        return None
    first = last = core
    grown = True
    while grown:
        grown = False
        for low, high in ((first, last + 1), (first - 1, last)):
            inside = low >= 0 and high < len(units) and usable[low] and usable[high]
            if inside and tokens_of(text[units[low].start : units[high].end]) <= room:
                first, last, grown = low, high, True
    return units[first].start, units[last].end


def _core(units: Sequence[Unit], usable: Sequence[bool], place: int) -> int | None:
    near = sorted(range(len(units)), key=lambda index: abs(units[index].start - place))
    return next((index for index in near if usable[index]), None)


def _exhibit(hit: Hit, number: int, start: int, end: int) -> Exhibit:
    edition, found = hit.edition, hit.recommendation
    dated = edition.effective_on or edition.issued_on
    grades = () if found is None else (
        found.strength, found.strength_verbatim, found.certainty, found.certainty_verbatim
    )  # fmt: skip
    return Exhibit(
        number=number,
        text=hit.passage.text[start:end],
        context=hit.passage.context,
        title=edition.title,
        edition=f"{edition_name(edition)} ({dated})" if dated else edition_name(edition),
        status=hit.passage_status,
        grades=tuple(each for each in grades if each),
        is_recommendation=found is not None or hit.passage.kind == "recommendation",
        offset=start,
    )
