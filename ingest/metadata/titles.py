"""The title: what the first pages set largest, confirmed by properties, running lines and citations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from ingest.layout import Line
from ingest.metadata.material import Heading, Material, Place, Spot, join_lines
from ingest.metadata.stamps import find_stamp
from ingest.metadata.voting import Candidate, agreement, propose_from
from ingest.metadata.words import GENRE, is_series_only
from kb.domain import Proposal
from kb.publishers import mentions_in
from kb.text import fold, is_cjk, squeeze

SHORTEST, LONGEST = 9, 330  # characters of an English title
SHORTEST_CHINESE = 5
LABEL_IN_BRACKETS = re.compile(
    r"\s*[（(〔\[]\s*(?P<label>[^（()）]{0,12}?(?:试行|修订|修订版|\d{4}\s*年?版?|第\s*[一二三四五六七八九十\d]+\s*版|版|征求意见稿|Trial Version \d+|trial version \d+)[^（()）]{0,12})\s*[)）〕\]]\s*$",
    re.IGNORECASE,
)
_NOTICE = re.compile(r"关于(?:印发|发布|公布|下发)(?P<title>.{4,80}?)的(?:通知|通告|公告)")
_TAIL = re.compile(r"\s*:\s*A\s+(?:Joint\s+)?(?:Report|Statement|Guideline)\s+(?:of|from)\s+the\b.*$", re.IGNORECASE | re.DOTALL)
_NUMBERED = re.compile(r"^\s*(?:\d{1,4}\s*[•·]\s*|\d{1,2}\.\s+(?=[A-Z]))")
_MARKS = re.compile(r"[*†‡§¶]+\s*\d*$|^\s*[*†‡§]+|(?<=[a-z])\d{1,2}$")
_NOT_A_TITLE = re.compile(
    r"@|https?:|www\.|\bdoi\b|\bISBN\b|©|^\W*(?:table|figure|box|appendix|page|chapter|section)\s+\w{1,3}\b|^\W*[表图]\s*\d|\.{4}|…{2}"
    r"|^\W*(?:contents|references|acknowledge?ments?|foreword|preface|disclaimer|how to (?:use|cite)|note to readers|suggested citation)\b"
    r"|\bMD\b,|\bPhD\b|^\W*(?:目\s*[录次]|前\s*言|参考文献|摘要|关键词|通信作者|附件\d*$)|^各省|[\u4e00-\u9fff]：$",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?:this|these|we|it|there|in this|our|all|if|when)\b(?!.*:)|本(?:指南|共识|标准)", re.IGNORECASE)
_FIELD = re.compile(r"^\W*(?:guideline|document|policy|protocol)?\s*title\s*[:：]?\s*(?P<value>.*)$|^\W*(?:标题|题名|文件名称)\s*[:：]\s*(?P<zh>.+)$", re.IGNORECASE)
_BAD_PROPERTY = re.compile(
    r"\.(?:docx?|indd|pdf|qxd|pptx?|xlsx?|tex|eps)\b|^(?:microsoft|untitled|slide|powerpoint|document\d*|title|layout|print|cover|\d+)\b|~|_|\w:\w\w_|^\S+$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Option:
    text: str
    heading: Heading
    score: float


@dataclass(frozen=True, slots=True)
class Title:
    """The proposed title and the heading it was read from, if it was one."""

    proposal: Proposal | None
    heading: Heading | None


def read_title(material: Material) -> Title:
    """The title as printed, edition label in brackets left off; nothing where no text looks like one."""
    labelled = _labelled(material)
    options = sorted(_options(material), key=lambda each: -each.score)
    named = _property_title(material)
    if labelled is not None:
        return Title(propose_from(labelled, agreement([labelled, *_support(material, labelled.value)])), None)
    if not options:
        return Title(propose_from(Candidate(clean_title(named.text), 0.5, named), 0.5) if named else None, None)
    best = _confirmed_by(options, named) if named is not None else options[0]
    value = _worded(best, named)
    heading = best.heading
    spot = Spot(heading.text, heading.page, heading.place, heading.lines[0].box.y0)
    return Title(propose_from(Candidate(value, best.score, spot), _confidence(material, options, best, value)), heading)


def clean_title(text: str) -> str:
    """A title without label in brackets, section number, report line and footnote marks."""
    text = re.sub(r"\s+", " ", text).strip()
    notice = _NOTICE.search(text)
    if notice:
        text = notice["title"].strip()
    text = _TAIL.sub("", _NUMBERED.sub("", _MARKS.sub("", text)))
    text = re.sub(r"\s*[（(](?:English version|英文版|pdf)[)）]\s*$", "", text, flags=re.IGNORECASE)
    text = LABEL_IN_BRACKETS.sub("", text)
    if not (text.startswith("《") and text.endswith("》") and text.count("《") == 1):
        return text.strip(" .。:：-–—|•*")
    return text.strip("《》 ")


def _options(material: Material) -> Iterator[_Option]:
    headings = material.headings
    for index, heading in enumerate(headings):
        trimmed = _trim(heading)
        if trimmed is None:
            continue
        joined = _with_subtitle(trimmed, headings[index + 1 :])
        text = clean_title(joined.text)
        if _can_be_title(text, joined):
            yield _Option(text, joined, _score(material, text, joined))


def _trim(heading: Heading) -> Heading | None:
    """The heading without lines that are not part of a title: names of bodies, series words, stamps."""
    lines = [line for line in heading.lines if not find_stamp(line.text)]
    while len(lines) > 1:
        leading = next((count for count in (3, 2, 1) if count < len(lines) and _is_body_only(_joined(lines[:count]))), 0)
        if not leading and not _is_series_line(lines[0].text, lines[1].text):
            break
        lines = lines[leading or 1 :]
    while len(lines) > 1 and _is_body_only(lines[-1].text):
        lines.pop()
    return replace(heading, lines=tuple(lines)) if lines else None


def _joined(lines: Sequence[Line]) -> str:
    return join_lines(line.text for line in lines)


def _is_series_line(text: str, following: str) -> bool:
    """"ESC GUIDELINES" above a title; not "Guidelines" before "for the management of…"."""
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
    return len(text) <= 24 and bool(re.fullmatch(r"\W*(?:(?:19|20)\d\d|UNITED STATES|[A-Z][a-z]+ (?:19|20)\d\d)\W*", text))


def _completes(heading: Heading, after: Heading) -> bool:
    """A subject or programme above what the document is: "Recognition Program" / "Standards and Operating Procedures"."""
    names_genre = GENRE.search(after.text) and not is_series_only(after.text)
    program = re.search(r"\b(?:program(?:me)?|initiative|project)$", heading.text, re.IGNORECASE)
    return bool(names_genre and after.scale >= 0.6 * heading.scale and (program or not GENRE.search(heading.text)))


def _can_be_title(text: str, heading: Heading) -> bool:
    shortest = SHORTEST_CHINESE if any(map(is_cjk, text)) else SHORTEST
    if not shortest <= len(text) <= LONGEST or _NOT_A_TITLE.search(text) or is_series_only(text):
        return False
    ends_as_sentence = heading.text.rstrip().endswith((".", "。", ";", "；", ",", "，")) and heading.scale < 1.1
    return not ends_as_sentence and not _is_body_only(text) and not find_stamp(text) and bool(re.search(r"[^\W\d]{2}", text))


def _score(material: Material, text: str, heading: Heading) -> float:
    """0 to about 1: size, genre words, page, repetition elsewhere."""
    score = 0.42 * (min(heading.scale, 3.2) - 0.9) / 2.3
    score += 0.22 if GENRE.search(text) else 0.0
    score += {Place.COVER: 0.1, Place.IMPRINT: 0.03, Place.FRONT: 0.03}.get(heading.place, 0.0)
    score += 0.16 if _is_repeated(material, text, heading) else 0.0
    score -= 0.15 if len(text) < 14 and not any(map(is_cjk, text)) else 0.0
    score -= 0.2 if len(text) > 220 else 0.0
    alone = _fills_cover(material, heading)
    score += 0.2 if alone and len(text) > 25 else 0.0
    score -= 0.2 if heading.scale < 1.1 and not alone else 0.0
    score -= 0.3 if material.is_chinese and not any(map(is_cjk, text)) else 0.0
    score -= 0.3 if _SENTENCE.match(text) else 0.0
    return score


def _fills_cover(material: Material, heading: Heading) -> bool:
    """Whether a cover sheet shows little else, and nothing much larger: type size says nothing there."""
    if not heading.is_alone or heading.place is not Place.COVER:
        return False
    largest = max(each.scale for each in material.headings if each.page == heading.page)
    return heading.scale >= 0.7 * largest and not re.search(r"[。；]|\.\s", heading.text)


def _is_repeated(material: Material, text: str, heading: Heading) -> bool:
    """Whether the words stand elsewhere too: a running line, a citation, an inner title page."""
    key = _signs(text)
    if len(key) < 8:
        return False
    own = {line.text for line in heading.lines}
    places = [spot for spot in material.spots() if spot.page != heading.page or spot.place is Place.RUNNING]
    places += [spot for spot in material.paragraphs if spot.page == heading.page and spot.text not in own]
    return any(key in _signs(spot.text) for spot in places if _signs(spot.text) != _signs(heading.text) or spot.page != heading.page)


def _property_title(material: Material) -> Spot | None:
    for name in ("dc:title", "title"):
        spot = material.named(name)
        if spot is None or _BAD_PROPERTY.search(spot.text) and not any(map(is_cjk, spot.text)):
            continue
        shortest = SHORTEST_CHINESE if any(map(is_cjk, spot.text)) else SHORTEST
        if shortest <= len(spot.text) <= LONGEST and not is_series_only(spot.text):
            return spot
    return None


def _confirmed_by(options: list[_Option], named: Spot) -> _Option:
    """The best option, unless another as good as it is the one that the property names."""
    agreeing = [each for each in options if _likeness(each.text, named.text) >= 88]
    best = options[0]
    return agreeing[0] if agreeing and agreeing[0].score >= best.score - 0.3 else best


def _worded(best: _Option, named: Spot | None) -> str:
    """The page's words, or the property's where it has the same in better shape."""
    text = best.text
    if named is None:
        return text
    other = clean_title(named.text)
    one, two = _signs(text), _signs(other)
    if one == two:
        return other if text.isupper() and not other.isupper() else text
    inside = one in two and not two.startswith(one)
    return other if inside and len(two) > 1.2 * len(one) else text


def _labelled(material: Material) -> Candidate | None:
    """A title that a form names as such: "Guideline Title", "Title: …"."""
    lines = [spot for spot in material.lines if spot.place is Place.COVER]
    for index, spot in enumerate(lines[:40]):
        match = _FIELD.match(spot.text)
        if match is None:
            continue
        value = (match["value"] or match["zh"] or "").strip()
        if not value and index + 1 < len(lines):
            after = lines[index + 1]
            value = next((each.text for each in material.paragraphs if each.text.startswith(after.text)), after.text)
        if SHORTEST <= len(value) <= LONGEST and not is_series_only(value):
            return Candidate(clean_title(value), 0.85, spot, f"{spot.text} {value}" if value not in spot.text else spot.text)
    return None


def _support(material: Material, value: str) -> Iterator[Candidate]:
    named = _property_title(material)
    if named is not None and _likeness(value, named.text) >= 85:
        yield Candidate(value, 0.5, named)
    if _likeness(value, material.filename.text) >= 90:
        yield Candidate(value, 0.3, material.filename)


def _confidence(material: Material, options: list[_Option], best: _Option, value: str) -> float:
    votes = [Candidate(value, min(0.8, max(0.2, best.score + 0.15)), Spot(value, best.heading.page, Place.COVER))]
    votes += _support(material, value)
    if _is_repeated(material, value, best.heading):
        votes.append(Candidate(value, 0.5, Spot(value, None, Place.RUNNING)))
    rivals = [each.score for each in options if _likeness(each.text, value) < 70]
    close = rivals and max(rivals) > best.score - 0.05
    return agreement(votes) * (0.75 if close else 1.0)


def _likeness(one: str, other: str) -> float:
    return float(fuzz.token_set_ratio(fold(one), fold(other))) if not any(map(is_cjk, one)) else float(
        fuzz.partial_ratio(_signs(one), _signs(other))
    )


def _signs(text: str) -> str:
    return re.sub(r"\W+", "", squeeze(fold(text)))
