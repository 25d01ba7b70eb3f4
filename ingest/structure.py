"""Blocks → sections with roles: what the parts of a guideline are and where each block belongs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.blocks import Block, BodyStyle, body_style, read_blocks
from ingest.headings import Heading, find_headings
from ingest.layout import Document, Page
from ingest.runin import split_run_in
from kb.domain import Section
from kb.text import squeeze

_LEADER = re.compile(r"(?:\.{3,}|…{2,}|·{3,}|(?:\. ){3,}|_{3,})\s*(?P<page>\d{1,3}|[ivxlc]{1,6})\s*$", re.IGNORECASE)
_ENDS_IN_PAGE = re.compile(r"\S.*?\s(?P<page>\d{1,3}|[ivxlc]{1,6})\s*$")
_ONLY_PAGE = re.compile(r"\s*(?P<page>\d{1,3}|[ivxlc]{1,6})\s*$")
_CITATION = re.compile(
    r"\b(?:19|20)\d\d\b[^.;；]{0,16}[;；,，]\s*\d+\s*(?:[(（][^)）]{1,12}[)）])?\s*[:：]\s*[eES]?\d+|\bdoi\s*:\s*10\.|"
    r"［[JMDCR]］|\[[JMDCR](?:/OL)?\]\s*[.．]"
)
_IMPRINT = re.compile(
    r"\bISBN\b|cataloguing[- ]in[- ]publication|all rights reserved|creative commons|suggested citation|版权所有|"
    r"图书在版编目|©\s*(?:19|20)\d\d|some rights reserved",
    re.IGNORECASE,
)
_BLANKS = re.compile(r"_{5,}|\.{12,}|＿{3,}|(?:☐|□|❏|❑)\s*(?:yes|no|是|否)\b", re.IGNORECASE)
_ROLES = (
    (
        "contents",
        r"(?:table of )?contents(?: page)?|list of (?:tables|figures|boxes|annexes).*|目\s*录|目\s*次|图表目录",
    ),
    (
        "references",
        r"references?(?: list| cited)?|reference list.*|selected references|bibliography|"
        r"literature cited|works cited|endnotes?|参\s*考\s*文\s*献|引用文献",
    ),
    (
        "front_matter",
        r"acknowledge?ments?|contributors.*|contributing authors|list of contributors|"
        r"authors?(?: and .*)?|writing (?:group|committee).*|"
        r"(?:guideline )?(?:development|expert|working|task force) (?:group|panel) members?.*|"
        r"(?:list of )?abbreviations.*|"
        r"(?:list of )?acronyms.*|declarations? of (?:competing )?interests?.*|"
        r"conflicts? of interests?.*|competing interests|"
        r"financial (?:support|disclosures?).*|funding(?: source)?s?|disclosures?|disclaimer|"
        r"copyright.*|foreword|preface|"
        r"suggested citation|members of the .{3,60}|致谢|利益冲突.*|作者贡献.*|基金(?:项目|资助)?|"
        r"缩略语.*|编写(?:组|委员会).*|"
        r"(?:执笔|撰写|审稿|参与)?(?:专家|作者)(?:组)?(?:成员)?(?:名单)?.{0,6}|版权.*",
    ),
    (
        "form",
        r".*\b(?:application|registration|consent|enrolment|enrollment|declaration|data collection|"
        r"report(?:ing)?) form\b.*|.*(?:申请表|登记表|知情同意书|问卷|调查表|记录表)",
    ),
    (
        "appendix",
        r"(?:appendix|appendices|annex|annexes|supplement|supplementary (?:material|appendix))\b.*|附\s*[录件表]\s*.*",
    ),
)
_ROLE_PATTERNS = tuple((role, re.compile(pattern, re.IGNORECASE)) for role, pattern in _ROLES)
_LEADING_NUMBER = re.compile(
    r"^(?:第?\s*[\d一二三四五六七八九十]+(?:\.\d+)*\s*[章节、.．:：)）]?|[（(][一二三四五六七八九十\d]+[)）]|[A-Z][.)]|[IVX]+[.)])\s*"
)


@dataclass(frozen=True, slots=True)
class Structure:
    """A document as sections and the blocks that stand in them."""

    language: str
    body: BodyStyle
    blocks: tuple[Block, ...]
    sections: tuple[Section, ...]
    homes: tuple[int | None, ...]  # for each block the ordinal of its section, None before the first heading
    roles: tuple[str, ...]  # for each block: body | front_matter | contents | references | appendix | form
    headings: frozenset[int]  # indexes of the blocks that are section titles

    def path(self, section: int | None) -> tuple[str, ...]:
        """Titles of a section and those around it, outermost first."""
        titles: list[str] = []
        while section is not None:
            titles.append(self.sections[section].title)
            section = self.sections[section].parent
        return tuple(reversed(titles))


def read_structure(document: Document) -> Structure:
    """Sections, their roles, and the home of every block. Pure: same document, same structure."""
    body = body_style(document)
    blocks = split_run_in(read_blocks(document), document.language)
    listed = contents_pages(document)
    skip = _skipped(blocks, listed)
    headings = find_headings(blocks, body, document.outline, skip)
    sections, homes = _nest(headings, len(blocks))
    sections = _with_roles(sections, blocks, homes)
    roles = _block_roles(document, blocks, sections, homes, listed)
    titles = frozenset(each.block for each in headings)
    return Structure(document.language, body, blocks, sections, homes, roles, titles)


def contents_pages(document: Document) -> frozenset[int]:
    """Pages (1-based) that are a table of contents."""
    found: set[int] = set()
    early = max(14, len(document.pages) // 8)
    for page in document.pages:
        rows = _row_texts(page)
        leaders = sum(bool(_LEADER.search(row)) for row in rows)
        titled = any(_role_of(row) == "contents" for row in rows[:4]) or page.number - 1 in found
        numbers = [match["page"] for row in rows if (match := _LEADER.search(row) or _ENDS_IN_PAGE.match(row))]
        share = len(numbers) / max(1, len(rows))
        rising = _is_rising(numbers)
        early_enough = page.number <= early
        if leaders >= 5 or (
            early_enough
            and rising
            and ((titled and len(numbers) >= 4 and share > 0.3) or share > 0.6 and len(numbers) >= 8)
        ):
            found.add(page.number)
    return frozenset(found)


def _row_texts(page: Page) -> list[str]:
    rows: list[tuple[float, str]] = []
    for line in page.lines:
        middle = (line.box.y0 + line.box.y1) / 2
        if rows and abs(rows[-1][0] - middle) < 0.006:
            rows[-1] = (middle, f"{rows[-1][1]} {line.text}")
        else:
            rows.append((middle, line.text))
    return [text for _, text in rows]


def _is_rising(numbers: Sequence[str]) -> bool:
    values = [int(each) for each in numbers if each.isdigit()]
    pairs = list(zip(values, values[1:], strict=False))
    return len(pairs) >= 2 and sum(first <= second for first, second in pairs) >= 0.8 * len(pairs)


def _skipped(blocks: Sequence[Block], listed: frozenset[int]) -> frozenset[int]:
    """Blocks that only a bookmark or a large size makes a heading: contents, references, their surroundings."""
    skip = {index for index, block in enumerate(blocks) if block.page_first in listed}
    inside = False
    for index, block in enumerate(blocks):
        role = _role_of(block.text) if len(block.text) < 80 else ""
        if role == "references" and block.rows <= 2:
            inside = True
        elif (
            inside
            and role in ("appendix", "front_matter")
            or inside
            and index > 0
            and not _is_citation_near(blocks, index)
        ):
            inside = False
        elif inside:
            skip.add(index)
    return frozenset(skip)


def _is_citation_near(blocks: Sequence[Block], index: int) -> bool:
    near = blocks[max(0, index - 4) : index + 5]
    return sum(is_citation(block.text) for block in near) >= 2


def is_citation(text: str) -> bool:
    """Whether a text is an entry of a list of references."""
    return bool(_CITATION.search(text))


def _nest(headings: Sequence[Heading], count: int) -> tuple[tuple[Section, ...], tuple[int | None, ...]]:
    sections: list[Section] = []
    homes: list[int | None] = [None] * count
    marks: list[int] = []  # level as the heading claims it; the section's own level is its depth
    stack: list[int] = []
    starts = {each.block: each for each in headings}
    for index in range(count):
        heading = starts.get(index)
        if heading is not None and not any(_same(sections[each].title, heading.title) for each in stack):
            while stack and marks[stack[-1]] >= heading.level:
                stack.pop()
            parent = stack[-1] if stack else None
            level = sections[parent].level + 1 if parent is not None else 1
            sections.append(Section(len(sections), heading.title, level, 0, parent, "body"))
            marks.append(heading.level)
            stack.append(len(sections) - 1)
        homes[index] = stack[-1] if stack else None
    return tuple(sections), tuple(homes)


def _same(title: str, other: str) -> bool:
    """A title that is printed again: on a divider and its chapter, or as "continued" on the next page."""
    again = re.sub(r"\W*(?:continued|cont['’]?d?|续)\W*$", "", other, flags=re.IGNORECASE)
    return squeeze(title) == squeeze(again)


def _with_roles(
    sections: Sequence[Section], blocks: Sequence[Block], homes: Sequence[int | None]
) -> tuple[Section, ...]:
    pages: dict[int, int] = {}
    for block, home in zip(blocks, homes, strict=True):
        if home is not None:
            pages.setdefault(home, block.page_first)
    result: list[Section] = []
    middle = max((block.page_last for block in blocks), default=0) * 0.4
    appended = False
    for section in sections:
        role = _role_of(section.title)
        appended = appended or role == "appendix" and pages.get(section.ordinal, 1) > middle
        if not role and section.parent is not None:
            role = result[section.parent].role
        if appended and role in ("", "body"):
            role = "appendix"  # what follows the first appendix belongs to the appendices
        result.append(replace(section, role=role or "body", page=pages.get(section.ordinal, 1)))
    return tuple(result)


def _role_of(title: str) -> str:
    bare = _LEADING_NUMBER.sub("", " ".join(title.split()).strip(" .:：")).strip()
    for role, pattern in _ROLE_PATTERNS:
        if pattern.fullmatch(bare) or (role == "appendix" and pattern.fullmatch(title.strip())):
            return role
    return ""


def _block_roles(
    document: Document,
    blocks: Sequence[Block],
    sections: Sequence[Section],
    homes: Sequence[int | None],
    listed: frozenset[int],
) -> tuple[str, ...]:
    first_listed = min(listed, default=0)
    imprint = {
        page.number
        for page in document.pages[:8]
        if len(document.pages) > 12 and len(_IMPRINT.findall(" ".join(line.text for line in page.lines))) >= 2
    }
    forms = {page.number for page in document.pages if _is_form(page)}
    roles = []
    for index, (block, home) in enumerate(zip(blocks, homes, strict=True)):
        role = sections[home].role if home is not None else "body"
        page = block.page_first
        if page in listed:
            role = "contents"
        elif role == "body" and (page in imprint or page < first_listed):
            role = "front_matter"
        elif role == "contents":
            role = "body"  # a title "Contents" on a page that lists nothing
        elif role in ("body", "appendix") and page in forms:
            role = "form"
        if (
            role in ("body", "appendix")
            and is_citation(block.text)
            and _is_citation_near(blocks, index)
            and len(block.text) < 700
        ):
            role = "references"
        roles.append(role)
    return tuple(roles)


def _is_form(page: Page) -> bool:
    """Whether a page is mostly there to be filled in."""
    blanks = sum(bool(_BLANKS.search(line.text)) for line in page.lines)
    return blanks >= 4 and blanks >= 0.2 * len(page.lines)
