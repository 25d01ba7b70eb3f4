"""What on the first pages can be the title, scored by size, words, place and repetition."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.layout import Line
from ingest.metadata.material import Heading, Material, Place, join_lines
from ingest.metadata.stamps import find_stamp
from ingest.metadata.title_text import clean_title, signs
from ingest.metadata.words import GENRE, is_series_only
from kb.publishers import mentions_in
from kb.text import has_cjk

LONGEST = 330  # characters
SHORTEST, SHORTEST_CHINESE = 9, 5
_NOT_A_TITLE = re.compile(
    r"@|https?:|www\.|\bdoi\b|\bISBN\b|©|^\W*(?:table|figure|box|appendix|page|chapter|section)\s+\w{1,3}\b|^\W*[表图]\s*\d|\.{4}|…{2}"
    r"|^\W*(?:contents|references|acknowledge?ments?|foreword|preface|disclaimer|how to (?:use|cite)"
    r"|note to readers|suggested citation)\b"
    r"|\bMD\b,|\bPhD\b|^\W*(?:目\s*[录次]|前\s*言|参考文献|摘要|关键词|通信作者|附件\d*$)|^各省|[\u4e00-\u9fff]：$",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"(?:this|these|we|it|there|in this|our|all|if|when)\b(?!.*:)|本(?:指南|共识|标准)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Option:
    """A text that can be the title."""

    text: str
    heading: Heading
    score: float  # about 0 to 1


def find_options(material: Material) -> Iterator[Option]:
    """Every heading of the first pages that can be a title, subtitle joined on."""
    headings = material.headings
    for index, heading in enumerate(headings):
        trimmed = _trim(heading)
        if trimmed is None:
            continue
        joined = _with_subtitle(trimmed, headings[index + 1 :])
        text = clean_title(joined.text)
        if _can_be_title(text, joined):
            yield Option(text, joined, _score(material, text, joined))


def fits(text: str) -> bool:
    """Whether a text is as long as titles are and more than words of series and genre."""
    shortest = SHORTEST_CHINESE if has_cjk(text) else SHORTEST
    return shortest <= len(text) <= LONGEST and not is_series_only(text)


def _trim(heading: Heading) -> Heading | None:
    """The heading without lines that are not part of a title: names of bodies, series words, stamps."""
    lines = [line for line in heading.lines if not find_stamp(line.text)]
    while len(lines) > 1:
        leading = next(
            (count for count in (3, 2, 1) if count < len(lines) and _is_body_only(_joined(lines[:count]))), 0
        )
        if not leading and not _is_series_line(lines[0].text, lines[1].text):
            break
        lines = lines[leading or 1 :]
    while len(lines) > 1 and _is_body_only(lines[-1].text):
        lines.pop()
    return replace(heading, lines=tuple(lines)) if lines else None


def _joined(lines: Sequence[Line]) -> str:
    return join_lines(line.text for line in lines)


def _is_series_line(text: str, following: str) -> bool:
    """Whether a line only names a series: "SOCIETY GUIDELINES" above a title; not "Guidelines" before "for the …"."""
    goes_on = following[:1].islower() or re.match(r"(?:for|of|on|to|in|and)\b", following, re.IGNORECASE)
    ends_open = re.search(r"\b(?:of|for|on|the|to|in|and)\s*$|[:：]\s*$", text, re.IGNORECASE)
    return is_series_only(text) and not goes_on and not ends_open


def _is_body_only(text: str) -> bool:
    """Whether a line is just the name of a body: "Centers for Disease", "中华医学会糖尿病学分会"."""
    rest = text
    for mention in reversed(mentions_in(text)):
        rest = rest[: mention.start] + rest[mention.end :]
    return rest != text and len(re.sub(r"\W|\b(?:the|of|and|for)\b", "", rest)) <= 2


def _with_subtitle(heading: Heading, following: tuple[Heading, ...]) -> Heading:
    """A title that plainly goes on in a smaller heading; a year or a country may stand between."""
    between = [each for each in following[:3] if each.page == heading.page]
    while between and _is_aside(between[0].text):
        between.pop(0)
    after = between[0] if between else None
    if after is None or after.scale < 1.15 or after.scale > heading.scale or len(after.text) > 120:
        return heading
    goes_on = heading.text.rstrip().endswith((":", "：")) or re.search(r"\b(?:of|for|on|the|to|in|and)$", heading.text)
    continues = re.match(r"(?:for|of|in|on|and|to)\s", after.text)
    joins = goes_on or continues or _completes(heading, after)
    return replace(heading, lines=heading.lines + after.lines) if joins else heading


def _is_aside(text: str) -> bool:
    return len(text) <= 24 and bool(
        re.fullmatch(r"\W*(?:(?:19|20)\d\d|UNITED STATES|[A-Z][a-z]+ (?:19|20)\d\d)\W*", text)
    )


def _completes(heading: Heading, after: Heading) -> bool:
    """A programme above what the document is: "Recognition Program" / "Standards and Operating Procedures"."""
    names_genre = GENRE.search(after.text) and not is_series_only(after.text)
    program = re.search(r"\b(?:program(?:me)?|initiative|project)$", heading.text, re.IGNORECASE)
    return bool(names_genre and after.scale >= 0.6 * heading.scale and (program or not GENRE.search(heading.text)))


def _can_be_title(text: str, heading: Heading) -> bool:
    if not fits(text) or _NOT_A_TITLE.search(text):
        return False
    ends_as_sentence = heading.text.rstrip().endswith((".", "。", ";", "；", ",", "，")) and heading.scale < 1.1
    return (
        not ends_as_sentence
        and not _is_body_only(text)
        and not find_stamp(text)
        and bool(re.search(r"[^\W\d]{2}", text))
    )


def _score(material: Material, text: str, heading: Heading) -> float:
    """0 to about 1: size, genre words, page, repetition elsewhere."""
    score = 0.42 * (min(heading.scale, 3.2) - 0.9) / 2.3
    score += 0.22 if GENRE.search(text) else 0.0
    score += {Place.COVER: 0.1, Place.IMPRINT: 0.03, Place.FRONT: 0.03}.get(heading.place, 0.0)
    score += 0.16 if is_repeated(material, text, heading) else 0.0
    score -= 0.15 if len(text) < 14 and not has_cjk(text) else 0.0
    score -= 0.2 if len(text) > 220 else 0.0
    alone = _fills_cover(material, heading)
    score += 0.2 if alone and len(text) > 25 else 0.0
    score -= 0.2 if heading.scale < 1.1 and not alone else 0.0
    score -= 0.3 if material.is_chinese and not has_cjk(text) else 0.0
    score -= 0.3 if _SENTENCE.match(text) else 0.0
    score -= 0.15 if heading.scale < 0.6 * _largest_title(material, heading.page) else 0.0
    return score


def _largest_title(material: Material, page: int) -> float:
    """Scale of the largest text of a page that could be a title."""
    return max(
        (each.scale for each in material.headings if each.page == page and _can_be_title(each.text, each)), default=0.0
    )


def _fills_cover(material: Material, heading: Heading) -> bool:
    """Whether a cover sheet shows little else, and nothing much larger: type size says nothing there."""
    if not heading.is_alone or heading.place is not Place.COVER:
        return False
    largest = max(each.scale for each in material.headings if each.page == heading.page)
    return heading.scale >= 0.7 * largest and not re.search(r"[。；]|\.\s", heading.text)


def is_repeated(material: Material, text: str, heading: Heading) -> bool:
    """Whether the words stand elsewhere too: a running line, a citation, an inner title page."""
    key = signs(text)
    if len(key) < 8:
        return False
    first, last = heading.lines[0].box.y0, heading.lines[-1].box.y1
    elsewhere = (
        spot
        for spot in material.spots()
        if spot.place is Place.RUNNING or spot.page != heading.page or spot.top > last or spot.top < first - 0.15
    )
    return any(key in signs(spot.text) for spot in elsewhere)
