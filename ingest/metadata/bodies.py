"""Who publishes a document, and for which country: copyright, imprint, title, author lines, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ingest.metadata.material import Heading, Material, Place, Spot
from ingest.metadata.voting import Candidate, agreement, decide
from ingest.metadata.words import is_series_only
from kb.domain import Proposal
from kb.publishers import Mention, find_publisher, mentions_in, same_publisher
from kb.text import is_cjk

_COPYRIGHT = re.compile(r"©|\(c\)\s|\bcopyright\b|版权", re.IGNORECASE)
_CITED = re.compile(r"\b(?:suggested|recommended)\s+citation|\bcitation:|\bcite\s+(?:this|as)|引用格式", re.IGNORECASE)
_DOES = re.compile(
    r"\b(?:published|issued|developed|prepared|produced|written|commissioned|updated|guideline)\s+(?:jointly\s+)?by\s+(?:the\s+)?$"
    r"|\b(?:report|statement|guideline|advisory|policy)\s+(?:of|from)\s+(?:the\s+)?$|\bfrom\s+the\s+$|\btask\s+force\s+.{0,80}\bof\s+(?:the\s+)?$"
    r"|(?:制定|制订|发布|编制|组织编写|牵头|编写|主编|起草)(?:单位|机构)?[:：]?\s*$|\bon\s+behalf\s+of\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_APPROVES = re.compile(r"\b(?:approved|adopted|endorsed\s+and\s+published)\s+by\s+[\w\s]{0,60}$", re.IGNORECASE)
_DOES_BEHIND = re.compile(r"^\s*(?:发\s*布|编著?|制定|制订|组织编写|\((?:[A-Z]{2,8})\)\s+(?:has\s+)?(?:developed|come|issued)|requests\s+that)")
_REFERENCE = re.compile(r"^\W*\d{1,3}[.\]）)]?\s+[A-Z].*\.|\baccessed\b|［J］|\[J\]|\d{4};\s?\d+\s?\(|\badapted from\b", re.IGNORECASE)
_HOSTED = re.compile(r"(?:https?://)?(?:www\.)?(?P<host>(?:[\w-]+\.)+(?:gov|int|org|ac|nhs|edu|net|com|cn|uk|au|nz|ca)(?:\.[a-z]{2})?)", re.IGNORECASE)
_ORGANISATION = re.compile(
    r"^(?:the\s+)?(?=.{6,90}$)[A-Z][\w&'’.,() -]*\b(?:trust|hospitals?|ministry|department|society|association|college|agency|council|institute"
    r"|academy|foundation|commission|network|university|federation|government|board|organi[sz]ation|authority|services?|centre|center)\b[\w&'’.,() -]*$",
    re.IGNORECASE,
)
_CHINESE_ORGANISATION = re.compile(
    r"^[\u4e00-\u9fff（）()]{2,30}?(?:学会|协会|医院|委员会|卫生局|卫生厅|卫健委|疾控中心|研究院|联盟|中心|医师分会|分会|學會|衛生署|管制署|部|编写组|编辑部)$"
)
_CHINESE_JOURNAL = re.compile(r"[\u4e00-\u9fff]{2,14}(?:杂志|学报|学刊)")
_PUBLISHED_BY = re.compile(r"^(?:(?:published|issued|produced|prepared)\b.{0,24}?)?\bby\s+(?:the\s+)?(?P<name>[A-Z][^,.;]{5,80})", re.IGNORECASE)
_HOLDER = re.compile(r"(?:©|\(c\)|copyright)\s*(?:copyright\s*)?(?:by\s+)?(?:(?:19|20)\d\d[,\s]*)*(?:by\s+)?(?:the\s+)?《?(?P<name>[^\d©,，。.;；:：|《》]{3,60})", re.IGNORECASE)
_NOT_A_HOLDER = re.compile(r"\bauthors?\b|elsevier|springer|wiley|wolters|kluwer|oxford|press\b|publish|journal|medknow|BMJ|all rights|crown|material|medical association", re.IGNORECASE)
_COUNTRIES = {
    "US": r"\bUnited States\b|\bU\.S\.(?!\w)|\bUSA\b",
    "GB": r"\bUnited Kingdom\b|\bEngland\b|\bScotland\b|\bWales\b|\bNHS\b",
    "CN": r"\bChina\b|\bChinese\b|中国|中华人民共和国|我国",
    "AU": r"\bAustralian?\b",
    "NZ": r"\bNew Zealand\b|\bAotearoa\b",
    "CA": r"\bCanad(?:a|ian)\b|\bOntario\b",
    "IN": r"\bIndian?\b",
    "EU": r"\bEuropean?\b",
    "DE": r"\bGerman(?:y)?\b",
    "JP": r"\bJapan(?:ese)?\b|日本",
    "TW": r"\bTaiwan\b|臺灣|台灣|中華民國",
    "HK": r"\bHong Kong\b|香港",
    "SG": r"\bSingapore\b",
    "ZA": r"\bSouth Africa\b",
    "KR": r"\bKorean?\b",
}


def read_publisher(material: Material, title: Proposal | None, heading: Heading | None) -> Proposal | None:
    """The body that speaks in the document, by its printed name; known bodies first, else a line that names one."""
    found = [*_known(material, heading), *_in_title(title)]
    if max((each.strength for each in found), default=0.0) < 0.4:
        found += _unknown(material, heading)
    groups = _grouped(found)
    if not groups:
        return None
    leader = max(groups, key=agreement)
    shared = {each.spot.text for each in leader}
    # Bodies named side by side publish together; only one that is named elsewhere is a rival.
    others = [each for each in found if each not in leader and each.spot.text not in shared]
    proposal = decide([*leader, *others], same=same_publisher)
    return replace(proposal, value=_best_name(leader)) if proposal and proposal.value in {each.value for each in leader} else proposal


def _grouped(found: Iterable[Candidate]) -> list[list[Candidate]]:
    groups: list[list[Candidate]] = []
    for each in found:
        group = next((group for group in groups if same_publisher(group[0].value, each.value)), None)
        if group is None:
            groups.append([each])
        else:
            group.append(each)
    return groups


def _best_name(group: list[Candidate]) -> str:
    """Of a body and its branches the name best supported; the branch where both are named alike."""
    support = {name: agreement(each for each in group if each.value == name) for name in {each.value for each in group}}
    most = max(support.values())
    near = sorted(name for name in support if support[name] >= most - 0.05)
    branches = [name for name in near if (body := find_publisher(name)) and body.parent]
    return (branches or near)[0] if len(near) > 1 else near[0]


def read_jurisdiction(material: Material, publisher: Proposal | None, title: Proposal | None) -> Proposal | None:
    """The country (or EU, INT) a document speaks for: its publisher's, or one that title and imprint name."""
    found: list[Candidate] = []
    body = find_publisher(str(publisher.value)) if publisher else None
    if publisher and body and body.jurisdiction:
        spot = Spot(publisher.snippet, publisher.page, Place.COVER)
        found.append(Candidate(body.jurisdiction, min(0.9, publisher.confidence), spot))
    if title is not None:
        found += _countries(Spot(str(title.value), title.page, Place.FRONT), 0.6)
    if body is None:
        for spot in material.spots(Place.COVER, Place.IMPRINT, Place.FRONT, Place.BACK):
            if len(spot.text) < 200:
                found += _countries(spot, 0.4)
        if material.is_chinese and not any(each.value in ("TW", "HK") for each in found):
            found.append(Candidate("CN", 0.6, Spot("", 1, Place.COVER)))
    return decide(found)


def is_month_first(jurisdiction: Proposal | None) -> bool | None:
    """How 3/4/2021 is read: by country; None where that is not known."""
    if jurisdiction is None or jurisdiction.confidence < 0.5:
        return None
    return jurisdiction.value == "US"


def _countries(spot: Spot, weight: float) -> Iterator[Candidate]:
    for code, pattern in _COUNTRIES.items():
        match = re.search(pattern, spot.text)
        if match:
            yield Candidate(code, weight, spot, match[0])


def _known(material: Material, heading: Heading | None) -> Iterator[Candidate]:
    title = heading.text if heading else ""
    by_line = _bylines(material, heading)
    whole = {spot.text for spot in material.paragraphs} | {spot.text for spot in material.lines if len(spot.text) < 60}
    for spot in (*material.lines, *material.spots()):
        if (spot.place is Place.INNER and not _COPYRIGHT.search(spot.text)) or _REFERENCE.search(spot.text):
            continue
        for mention in mentions_in(spot.text):
            weight = _weight(spot, mention, spot.place is Place.RUNNING or spot.text in whole)
            if spot.text in by_line and mention.start == 0:
                weight = max(weight, 0.65)
            if weight:
                yield Candidate(mention.body.name, weight, spot, _around(spot.text, mention))
    yield from _by_host(material)
    for name in ("author", "dc:creator", "dc:publisher", "publisher", "title", "subject"):
        named = material.named(name)
        for mention in mentions_in(named.text)[:1] if named else ():
            weight = 0.3 if name == "subject" else 0.4 if mention.start else 0.55
            yield Candidate(mention.body.name, weight, named or material.filename)


def _bylines(material: Material, heading: Heading | None) -> set[str]:
    """The lines right below the title, where authors and bodies sign."""
    if heading is None:
        return set()
    last = heading.lines[-1]
    below = [spot for spot in material.lines if spot.page == heading.page and spot.top > last.box.y0]
    return {spot.text for spot in sorted(below, key=lambda each: each.top)[:3] if len(spot.text) < 140}


def _in_title(title: Proposal | None) -> Iterator[Candidate]:
    if title is None:
        return
    spot = Spot(str(title.value), title.page, Place.COVER)
    for mention in mentions_in(spot.text):
        yield Candidate(mention.body.name, 0.6, spot)


def _weight(spot: Spot, mention: Mention, is_whole: bool) -> float:
    """How plainly a text makes a body its publisher; `is_whole`: it is a paragraph or a line of its own."""
    before, after = spot.text[: mention.start], spot.text[mention.end :]
    short = 0.6 if mention.is_short else 1.0
    if _COPYRIGHT.search(before[-40:]):
        return 0.8 * short
    if _DOES.search(before[-90:]) or _DOES_BEHIND.search(after):
        return 0.75 * short if len(spot.text) < 500 else 0.6 * short
    if _APPROVES.search(before[-90:]):
        return 0.55
    if _CITED.search(before):
        return 0.7 * short
    if is_whole and is_series_only(before + after):
        return 0.72 if not mention.is_short or (before + after).strip() else 0.45
    if is_whole and spot.place in (Place.COVER, Place.RUNNING) and len(spot.text) <= 140:
        return 0.45 * short
    return 0.3 * short if spot.place in (Place.COVER, Place.FRONT, Place.IMPRINT) else 0.0


def _around(text: str, mention: Mention) -> str:
    return text[max(0, mention.start - 60) : mention.end + 40]


def _by_host(material: Material) -> Iterator[Candidate]:
    """Addresses on cover, back and running lines whose host is a body's name: www.nice.org.uk. Several say more."""
    found: dict[str, list[Candidate]] = {}
    for spot in (*material.lines, *material.running):
        if spot.place not in (Place.COVER, Place.RUNNING, Place.BACK) or _REFERENCE.search(spot.text):
            continue
        for match in _HOSTED.finditer(spot.text):
            for part in match["host"].lower().split(".")[:-1]:
                body = find_publisher(part) if len(part) > 2 and part not in ("gov", "org", "com", "edu", "www") else None
                if body is not None:
                    found.setdefault(body.name, []).append(Candidate(body.name, 0.35, spot, match[0]))
    for candidates in found.values():
        yield replace(candidates[0], weight=0.55) if len(candidates) >= 3 else candidates[0]


def _unknown(material: Material, heading: Heading | None) -> Iterator[Candidate]:
    """Bodies that are not in the table: a line that is an organisation's name, a copyright holder, a journal."""
    title_lines = {line.text for line in heading.lines} if heading else set()
    for spot in (*material.lines, *material.running):
        if spot.place in (Place.INNER, Place.BACK) or spot.text in title_lines:
            continue
        published = _PUBLISHED_BY.match(spot.text)
        text = published["name"] if published else re.sub(r"\s*(?:编|著|发布)$", "", spot.text.strip(" ,，.;；"))
        if _names_organisation(text):
            weight = 0.6 if published else {Place.COVER: 0.55, Place.RUNNING: 0.4}.get(spot.place, 0.35)
            yield Candidate(_tidy(text), weight, spot)
        holder = _HOLDER.search(spot.text)
        if holder and not _NOT_A_HOLDER.search(holder["name"]) and not mentions_in(holder["name"]):
            yield Candidate(_tidy(holder["name"].removesuffix("编辑部")), 0.5, spot)
        if spot.place is Place.RUNNING and _CHINESE_JOURNAL.fullmatch(spot.text.strip()):
            yield Candidate(spot.text.strip(), 0.45, spot)


def _names_organisation(text: str) -> bool:
    """A line of capitalised words that names a body: no sentence, no address, no known body."""
    if any(map(is_cjk, text)):
        return bool(_CHINESE_ORGANISATION.match(text)) and not mentions_in(text)
    if not _ORGANISATION.match(text) or mentions_in(text) or _COPYRIGHT.search(text):
        return False
    words = [word for word in re.findall(r"[A-Za-z][\w'’]*", text) if len(word) > 3]
    return len(words) >= 2 and all(word[0].isupper() for word in words)


def _tidy(name: str) -> str:
    name = re.sub(r"\s+", " ", name).strip(" ,，.-《》")
    return name.title() if name.isupper() and name.isascii() and " " in name else name
