"""The date an edition was issued: a label, a cover, a journal's issue, a citation, in that order of trust."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ingest.metadata.dates import dates_after, is_nested
from ingest.metadata.material import Material, Place, Spot
from ingest.metadata.voting import Candidate, agreement, propose_from
from kb.domain import Kind, Proposal
from kb.found_dates import FoundDate, find_dates
from kb.text import is_cjk

# What speaks of another work prints that work's date under a label; its own stands in the running lines.
ABOUT_ANOTHER = frozenset({Kind.COMMENTARY, Kind.SUMMARY, Kind.ERRATUM})
_ISSUED = re.compile(
    r"\b(?:first\s+|originally\s+|date\s+|initially\s+)?(?:published|issued|released|adopted)(?:\s+(?:date|online|on))*\b"
    r"|\b(?:publication|issue|release)\s+date\b|\bdate\s+of\s+(?:issue|publication|release)\b|\bdate\s+issued\b"
    r"|\bavailable\s+online\b|\b(?:and\s+)?published\s+at\s+\S+\s+on\b"
    r"|(?:首次)?(?:发布|出版|颁布|印发|公布|發布|公佈)(?:日期|时间|時間)?|(?:网络|在线)(?:首发|出版)(?:日期|时间)?",
    re.IGNORECASE,
)
_ISSUED_BEHIND = re.compile(r"^\s*(?:正式)?(?:发\s?布|印发|颁布|公布|發布)(?![的《于了])")
_ISSUE = re.compile(
    r"\bvol(?:ume)?\b\.?|\bno\.\s*\d|\bnumber\s+\d|\bissue\s+\d|\bsuppl|第\s*\d+\s*[卷期]|\b\d+\s*\(\d+\)",
    re.IGNORECASE,
)
_SELF_CITED = (
    re.compile(r"^[A-Z][\w&. ]{2,60}?[. ]\s?\(?(?P<y>20\d\d|19[6-9]\d)\)?\s*[;,:]?\s*(?:vol\.?\s*)?\d{1,4}\s*[(:,;]"),
    re.compile(r"[A-Z][\w .-]{2,40}:\s*[\w ,'’&.-]{3,80}[;,]\s*(?P<y>20\d\d|19[6-9]\d)\s*[.(]"),
    re.compile(r"[\u4e00-\u9fff]{2,8}[:：][\u4e00-\u9fff]{3,20}[;；,，]\s*(?P<y>20\d\d|19[6-9]\d)\s*年?"),
    re.compile(r"^\W*(?:citation|cite as|引用格式)\b.{0,80}?[.:]\s*(?P<y>20\d\d|19[6-9]\d)\.", re.IGNORECASE),
)
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright)\s*(?:copyright\s*)?(?:[\w ().,'’&]{0,80}?[ ,，])??(?P<y>20\d\d|19[6-9]\d)", re.IGNORECASE
)
_DATELINE = re.compile(r"^[A-Z][A-Z .,]{3,40}?\s*[–—-]+\s*")
_SEPARATORS = "•|·–—-;；/,，()（）【】[]"
_REFERENCE = re.compile(r"^\W*\d{1,3}[.\]）)]\s|\bet al\b|\bdoi:|［J］|\[J\]|accessed", re.IGNORECASE)
_OTHER_DATE = re.compile(
    r"\b(?:received|accepted|accessed|downloaded|printed|review(?:ed)?|search(?:ed)?|effective|valid|expir\w+)\b|收稿|接受|修回|录用|检索|实施|生效|有效",
    re.IGNORECASE,
)
_OTHER_WORK = re.compile(r"[(（]?\s*\b(?:replac|supersed)\w+|代替|替代|废止|《", re.IGNORECASE)
_ACCEPTED = re.compile(r"\baccepted\b|接受日期|录用日期|接收日期", re.IGNORECASE)
_YEAR_IN_NAME = re.compile(r"(?<![\d.])(?:19[6-9]\d|20\d\d)(?![\d.])")
_WEB_BYLINE = re.compile(r"(?:\d\d:\d\d(?::\d\d)?\s*)?(?:来源|作者|发布|字号|浏览|信息来源)")
_REVISED = re.compile(r"\b(?:updated|revised)\b|修订日期|更新日期", re.IGNORECASE)


def read_issued(material: Material, title: str, kind: str, *, month_first: bool | None) -> Proposal | None:
    """When this edition was issued, to the precision printed. A copyright year alone is only a hint."""
    found = list(_candidates(material, title, month_first))
    if kind in ABOUT_ANOTHER:
        found = [replace(each, weight=each.weight - 0.3) if each.weight >= 0.88 else each for each in found]
    if not found:
        return None
    strongest = max(each.strength for each in found)
    leaders = [each for each in found if each.strength >= strongest - 0.01]
    chosen = _more_precise(min(leaders, key=_order), found)
    supporters = [each for each in found if is_nested(each.value, chosen.value)]
    rivals = [
        each
        for each in found
        if each.value[:4] != chosen.value[:4] and each.strength >= chosen.strength - 0.15
        if not _is_copyright(each) and not _is_edition_year(each, title, chosen.value)
    ]
    confidence = agreement(supporters) * (0.6 if rivals else 1.0)
    return propose_from(chosen, confidence)


def _order(candidate: Candidate) -> tuple[int, int]:
    return -len(candidate.value), candidate.spot.page or 0


def _more_precise(chosen: Candidate, found: Iterable[Candidate]) -> Candidate:
    """A fuller date that agrees with the chosen one and is nearly as well founded."""
    fuller = [
        each
        for each in found
        if len(each.value) > len(chosen.value) and each.value.startswith(chosen.value) and each.weight >= 0.45
    ]
    return max(fuller, key=lambda each: (each.strength, len(each.value)), default=chosen)


def _is_copyright(candidate: Candidate) -> bool:
    return bool(_COPYRIGHT.search(candidate.snippet or candidate.spot.text))


def _is_edition_year(candidate: Candidate, title: str, value: str) -> bool:
    """The year in a title names the edition; its publication may come a year before or after."""
    return candidate.spot.text == title and abs(int(candidate.value[:4]) - int(value[:4])) <= 1


def _candidates(material: Material, title: str, month_first: bool | None) -> Iterator[Candidate]:
    yield from _labelled(material, month_first)
    yield from _from_cover(material, month_first)
    yield from _from_issue(material)
    yield from _from_years(material, title)
    yield from _from_properties(material)
    yield from _from_name(material)


def _labelled(material: Material, month_first: bool | None) -> Iterator[Candidate]:
    for spot in (*material.lines, *material.running, *material.paragraphs):
        if spot.place in (Place.INNER, Place.BACK) and (len(spot.text) > 90 or _REFERENCE.search(spot.text)):
            continue
        for match, found in dates_after(spot, _ISSUED, month_first=month_first):
            if _speaks_of_itself(spot.text, match):
                first = match[0].lower().startswith(("first", "original", "首次"))
                yield Candidate(found.value, 0.88 if first else 0.9, spot, spot.text[match.start() : found.end])
        for found in find_dates(spot.text, month_first=month_first):
            behind = _ISSUED_BEHIND.match(spot.text[found.end :])
            if behind and len(spot.text) < 60:
                yield Candidate(found.value, 0.9, spot, spot.text[found.start : found.end + behind.end()])


def _speaks_of_itself(text: str, match: re.Match[str]) -> bool:
    """ "Published May 2017" on its own; not "NG1 (published 2012)" nor "which was published online"."""
    before = text[: match.start()].rstrip()
    if not before:
        return match[0][0].isupper() or not match[0].isascii()
    if re.search(r"\b(?:received|accepted)\b", before, re.IGNORECASE):
        return True
    if not match[0].isascii():
        return before[-1] in "。；;|：:）) "
    return match[0][0].isupper() and before[-1] in ".;|•·)" or before[-1] in ";|•·" and len(before) < 80


def _from_cover(material: Material, month_first: bool | None) -> Iterator[Candidate]:
    """A date that stands alone between line ends or separators on the first pages or in a running line."""
    quiet = _quiet_backs(material)
    large = {line.text for heading in material.headings if heading.scale >= 1.15 for line in heading.lines}
    for spot in (*material.lines, *material.running):
        if spot.place is Place.INNER or (spot.place is Place.BACK and spot.page not in quiet):
            continue
        text = own_part(spot.text)
        if len(text) > 140 or _OTHER_DATE.search(text) or _REFERENCE.search(text):
            continue
        for found in find_dates(text, month_first=month_first):
            if len(found.value) > 4 or text in large:
                yield from _cover_date(spot, found)


def _quiet_backs(material: Material) -> set[int | None]:
    """Back pages with few lines and one date: a back cover, not a table or a list of references."""
    backs = [spot for spot in material.lines if spot.place is Place.BACK]
    pages = {spot.page for spot in backs}
    lines = {page: [spot.text for spot in backs if spot.page == page] for page in pages}
    return {page for page in pages if len(lines[page]) <= 25 and len(find_dates("\n".join(lines[page]))) <= 2}


def own_part(text: str) -> str:
    """A line without what it says of a work that it replaces."""
    return _OTHER_WORK.split(text, maxsplit=1)[0]


def _cover_date(spot: Spot, found: FoundDate) -> Iterator[Candidate]:
    before, after = spot.text[: found.start].rstrip(), spot.text[found.end :].lstrip()
    dateline = _DATELINE.fullmatch(f"{before} ")
    if dateline and after[:1] in tuple("–—-:"):
        yield Candidate(found.value, 0.85, spot, spot.text[: found.end])
        return
    revised = _REVISED.search(before[-20:])
    spaced = before and is_cjk(before[-1]) and spot.text[found.start - 1].isspace()
    web = not before and len(found.value) == 10 and _WEB_BYLINE.match(after)
    coded = (
        not before and len(spot.text) <= 45 and spot.place is Place.COVER and re.fullmatch(r"[A-Z0-9/.()\s-]+", after)
    )
    opens = not before or before[-1] in _SEPARATORS or revised or spaced
    closes = not after or web or coded or (after[0] in _SEPARATORS and len(after) <= (25 if after[0] in ",，" else 80))
    if not opens or not closes:
        return
    if len(found.value) == 4:
        if not before and not after:
            yield Candidate(found.value, 0.6, spot)
        return
    yield Candidate(found.value, 0.55 if revised else 0.75, spot, spot.text[: found.end] if revised else "")


def _from_issue(material: Material) -> Iterator[Candidate]:
    """The date of a journal's issue, as its header or cover line prints it."""
    for spot in (*material.lines, *material.running):
        if spot.place is Place.RUNNING:
            yield from _from_running(spot)
        if spot.place not in (Place.COVER, Place.FRONT, Place.RUNNING) or len(spot.text) > 200:
            continue
        text = own_part(spot.text)
        if not _ISSUE.search(text) or _REFERENCE.search(text.replace("doi:", "")):
            continue
        for found in find_dates(text):
            if len(found.value) > 4:
                weight = 0.8 if len(found.value) == 10 else 0.75
                yield Candidate(found.value, weight if spot.place is not Place.FRONT else 0.6, spot)


def _from_running(spot: Spot) -> Iterator[Candidate]:
    """A month or day among few other words of a running line: "160#6 CHEST DECEMBER 2021"."""
    text = own_part(spot.text)
    if _OTHER_DATE.search(text) or _REFERENCE.search(text):
        return
    for found in find_dates(text):
        rest = re.sub(r"[\W\d_]", "", text[: found.start] + text[found.end :])
        if len(found.value) > 4 and len(rest) <= 40:
            yield Candidate(found.value, 0.6, spot)


def _from_years(material: Material, title: str) -> Iterator[Candidate]:
    for spot in (*material.lines, *material.paragraphs, *material.running):
        if spot.place in (Place.COVER, Place.IMPRINT, Place.RUNNING, Place.FRONT) and len(spot.text) < 900:
            for pattern in _SELF_CITED:
                match = pattern.search(spot.text)
                if match and not (spot.place is Place.FRONT and _REFERENCE.search(spot.text)):
                    yield Candidate(match["y"], 0.62, spot, match[0])
        if spot.place is not Place.INNER and len(spot.text) < 400:
            match = _COPYRIGHT.search(spot.text)
            if match:
                yield Candidate(match["y"], 0.45, spot, match[0])
        if spot.place is Place.COVER and len(spot.text) < 200:
            accepted = next(iter(dates_after(spot, _ACCEPTED, month_first=None)), None)
            if accepted:
                yield Candidate(accepted[1].value[:4], 0.4, spot)
    years = _YEAR_IN_NAME.findall(re.sub(r"《[^》]*》|^\W*correct.*", "", title, flags=re.IGNORECASE))
    if years:
        spot = Spot(title, material.headings[0].page if material.headings else None, Place.COVER)
        yield Candidate(years[-1], 0.5, spot)


def _from_properties(material: Material) -> Iterator[Candidate]:
    for name in ("prism:publicationdate", "prism:coverdate", "prism:coverdisplaydate", "dc:date"):
        spot = material.named(name)
        if spot is None:
            continue
        for found in find_dates(spot.text)[:1]:
            yield Candidate(found.value, 0.3 if name == "dc:date" else 0.6, spot)


def _from_name(material: Material) -> Iterator[Candidate]:
    for found in find_dates(material.filename.text):
        yield Candidate(found.value, 0.6 if len(found.value) == 10 else 0.35, material.filename)
