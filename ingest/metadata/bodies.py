"""Who publishes a document: copyright, imprint, title, author lines, addresses, letterheads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ingest.metadata.material import Heading, Material, Place, Spot
from ingest.metadata.voting import Candidate, agreement, decide
from ingest.metadata.words import is_series_only
from kb.domain import Proposal
from kb.publishers import Mention, find_publisher, mentions_in, same_publisher
from kb.text import has_cjk

_COPYRIGHT = re.compile(r"©|\(c\)\s|\bcopyright\b|版权", re.IGNORECASE)
_CITED = re.compile(r"\b(?:suggested|recommended)\s+citation|\bcitation:|\bcite\s+(?:this|as)|引用格式", re.IGNORECASE)
_DOES = re.compile(
    r"\b(?:published|issued|developed|prepared|produced|written|commissioned|updated|guideline)\s+(?:jointly\s+)?by\s+(?:the\s+)?$"
    r"|\b(?:report|statement|guideline|advisory|policy)\s+(?:of|from)\s+(?:the\s+)?$|\bfrom\s+the\s+$|\btask\s+force\s+.{0,80}\bof\s+(?:the\s+)?$"
    r"|(?:制定|制订|发布|编制|组织编写|牵头|编写|主编|起草|来源)(?:单位|机构)?[:：]?\s*$|\bon\s+behalf\s+of\s+(?:the\s+)?$|[;,]\s+for\s+the\s+$",
    re.IGNORECASE,
)
_APPROVES = re.compile(
    r"\b(?:guidelines?|recommendations?|document|standards?|statement)\b[^.]{0,60}\b(?:approved|adopted|issued)\s+by\s+[\w\s]{0,60}$",
    re.IGNORECASE,
)
_DOES_BEHIND = re.compile(
    r"^\s*(?:发\s*布|编著?|制定|制订|组织编写|(?:办公厅|综合司|办公室)?关于(?:印发|发布)|\((?:[A-Z]{2,8})\)\s+(?:has\s+)?(?:developed|come|issued)|requests\s+that)"
)
_REFERENCE = re.compile(
    r"^\W*\d{1,3}[.\]）)]?\s+[A-Z].*\.|\baccessed\b|［J］|\[J\]|\d{4};\s?\d+\s?\(|\badapted from\b", re.IGNORECASE
)
_HOSTED = re.compile(
    r"(?:https?://)?(?:www\.)?(?P<host>(?:[\w-]+\.)+(?:gov|int|org|ac|nhs|edu|net|com|cn|uk|au|nz|ca)(?:\.[a-z]{2})?)",
    re.IGNORECASE,
)
_ORGANISATION = re.compile(
    r"^(?=.{6,90}$)(?=.*\b(?:trust|hospitals?|ministry|department|society|association|college|agency|council|institute"
    r"|academy|foundation|commission|network|university|federation|government|board|organi[sz]ation|authority"
    r"|services?|centre|center)\b)[A-Z][\w&'’.,() -]*$",
    re.IGNORECASE,
)
_CHINESE_ORGANISATION = re.compile(
    r"^[\u4e00-\u9fff（）()]{2,30}?(?:学会|协会|医院|委员会|卫生局|卫生厅|卫健委|疾控中心|研究院|联盟|中心|医师分会|分会|學會|衛生署|衞生署|管制署|编写组|编辑部)$"
)
_CHINESE_JOURNAL = re.compile(r"[\u4e00-\u9fff]{2,14}(?:杂志|学报|学刊)")
_PUBLISHED_BY = re.compile(
    r"^(?:(?:published|issued|produced|prepared)\b.{0,24}?)?\bby\s+(?:the\s+)?(?P<name>[A-Z][^,.;]{5,80})",
    re.IGNORECASE,
)
_HOLDER = re.compile(
    r"(?:©|\(c\)|copyright)\s*(?:copyright\s*)?(?:by\s+)?(?:(?:19|20)\d\d[,\s]*)*(?:by\s+)?(?:the\s+)?《?(?P<name>[^\d©,，。.;；:：|《》]{3,60})",
    re.IGNORECASE,
)
_NOT_A_HOLDER = re.compile(
    r"\bauthors?\b|elsevier|springer|wiley|wolters|kluwer|oxford|press\b|publish|journal|medknow|BMJ"
    r"|all rights|crown|material|medical association",
    re.IGNORECASE,
)
_CUT_OFF = re.compile(r"\s*(?:of|for|and|/)\s*$", re.IGNORECASE)  # the name goes on in the next line
_GENRE = re.compile(
    r"\b(?:guidelines?|statements?|recommendations?|bulletins?|polic(?:y|ies)|advisor(?:y|ies)|standards?|articles?|update)\b|指南|共识|标准",
    re.I,
)
SIDE_BY_SIDE = 250  # characters


def read_publisher(material: Material, title: Proposal | None, heading: Heading | None) -> Proposal | None:
    """The body that speaks in the document, by its printed name; known bodies first, else a line that names one."""
    found = [*_known(material, heading), *_in_title(title)]
    if max((each.strength for each in found), default=0.0) < 0.4:
        found += _unknown(material, heading)
    groups = _grouped(found)
    if not groups:
        return None
    leader = max(groups, key=agreement)
    # Bodies named side by side publish together; only one that is named elsewhere is a rival.
    shared = {each.spot.text for each in leader if len(each.spot.text) < SIDE_BY_SIDE}
    rivals = [group for group in groups if group is not leader and not any(each.spot.text in shared for each in group)]
    proposal = decide([*leader, *(each for group in rivals for each in group)], same=same_publisher)
    return replace(proposal, value=_in_language(_best_name(leader), material)) if proposal else None


def _in_language(name: str, material: Material) -> str:
    """A known body by its name in the document's language, where it has one."""
    body = find_publisher(name)
    if body is None or has_cjk(name) == material.is_chinese:
        return name
    names = [each for each in body.aliases if has_cjk(each) == material.is_chinese]
    return max(names, key=lambda each: (len(each) > 9 or material.is_chinese, -len(each)), default=name)


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
    near = sorted(name for name in support if support[name] >= most - 0.12)
    branches = [name for name in near if (body := find_publisher(name)) and body.parent]
    return (branches or near)[0] if len(near) > 1 else near[0]


def _known(material: Material, heading: Heading | None) -> Iterator[Candidate]:
    by_line = _bylines(material, heading)
    whole = {spot.text for spot in material.paragraphs} | {
        each.text for each in material.headings if each.scale >= 1.15
    }
    for spot in (*material.lines, *material.spots()):
        if (spot.place is Place.INNER and not _COPYRIGHT.search(spot.text)) or _REFERENCE.search(spot.text):
            continue
        for mention in mentions_in(spot.text):
            if _CUT_OFF.match(spot.text[mention.end :]):
                continue
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
    if not re.sub(r"[\W\d_]|\b(?:the|of|and)\b", "", before + after):
        return 0.72 * short
    if is_whole and _GENRE.search(before + after) and is_series_only(before + after):
        return 0.72
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
                body = (
                    find_publisher(part) if len(part) > 2 and part not in ("gov", "org", "com", "edu", "www") else None
                )
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
            weight = 0.6 if published else {Place.COVER: 0.55, Place.RUNNING: 0.6}.get(spot.place, 0.35)
            yield Candidate(_tidy(text), weight, spot)
        holder = _HOLDER.search(spot.text)
        if holder and not _NOT_A_HOLDER.search(holder["name"]) and not mentions_in(holder["name"]):
            same_language = has_cjk(holder["name"]) == material.is_chinese
            yield Candidate(_tidy(holder["name"].removesuffix("编辑部")), 0.5 if same_language else 0.25, spot)
        if spot.place is Place.RUNNING and _CHINESE_JOURNAL.fullmatch(spot.text.strip()):
            yield Candidate(spot.text.strip(), 0.45, spot)


def _names_organisation(text: str) -> bool:
    """A line of capitalised words that names a body: no sentence, no address, no known body."""
    if has_cjk(text):
        return bool(_CHINESE_ORGANISATION.match(text)) and not mentions_in(text)
    if not _ORGANISATION.match(text) or mentions_in(text) or _COPYRIGHT.search(text):
        return False
    words = [word for word in re.findall(r"[A-Za-z][\w'’]*", text) if len(word) > 3]
    return len(words) >= 2 and all(word[0].isupper() for word in words)


def _tidy(name: str) -> str:
    name = re.sub(r",\s*(?:\d|P\.?\s?O\.?\s?Box).*", "", re.sub(r"\s+", " ", name)).strip(" ,，.-《》")
    return name.title() if name.isupper() and name.isascii() and " " in name else name
