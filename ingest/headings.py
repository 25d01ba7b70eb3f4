"""Which blocks are headings, and how high each stands: bookmarks first, then number, size and weight."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ingest.blocks import SENTENCE_END, Block, BodyStyle, ends_sentence
from ingest.grades import is_grade_line
from ingest.layout import OutlineItem
from ingest.markers import Marker, find_marker
from kb.text import count_cjk, has_cjk, is_cjk, squeeze

MOST_WORDS = 26
MOST_HAN = 46
_CAPTION = re.compile(
    r"(?:table|figure|fig\.?|box|exhibit|panel|表|图|框)\s*(?:[A-Z]{1,3}[-–.]?)?\s?[\dIVX一二三四五六七八九十]+",
    re.IGNORECASE,
)
_KNOWN = re.compile(
    r"(?:abstract|summary|executive summary|introduction|background|preface|foreword|"
    r"acknowledge?ments?|methods?|methodology|"
    r"references?|bibliography|(?:table of )?contents|glossary|abbreviations.{0,20}|acronyms.{0,24}|"
    r"conclusions?|discussion|"
    r"recommendations?|key recommendations|appendix.{0,40}|annex.{0,40}|index|scope|purpose|rationale|remarks?|"
    r"摘要|前言|引言|目录|目次|参考文献|附录.{0,20}|附件.{0,20}|致谢|推荐意见|利益冲突|结语|总结|缩略语.{0,10})[:：]?",
    re.IGNORECASE,
)
_APART = re.compile(r"references|bibliography|annex|appendix|index|glossary|参考文献|附", re.IGNORECASE)
_NAMES = re.compile(r"[\w.]\s?\d(?:[,，]\d)*\*?[,，、]")  # authors with the numbers of their institutions
_SENTENCE_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|should|must|may|can|will|recommends?|suggests?|include[sd]?|provides?)\b"
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A block that titles what follows."""

    block: int  # index of the block
    title: str
    level: int  # 1 is the highest
    sure: bool  # bookmarked, large or numbered like its siblings; not just bold or short


def find_headings(
    blocks: Sequence[Block], body: BodyStyle, outline: Sequence[OutlineItem], skip: frozenset[int]
) -> tuple[Heading, ...]:
    """Headings in document order; blocks whose index is in `skip` (contents, references) must be sure to count."""
    marked = _match_outline(blocks, outline, skip)
    kinds: dict[int, str] = {}
    for index in range(len(blocks)):
        kind = "outline" if index in marked else _kind(blocks, index, body)
        if kind and not (index in skip and kind not in ("outline", "large")):
            kinds[index] = kind
    levels = _levels(blocks, kinds, marked)
    return tuple(
        Heading(index, title_of(blocks[index]), levels[index], kind in ("outline", "large", "numbered"))
        for index, kind in kinds.items()
    )


def title_of(block: Block) -> str:
    """The words of a heading on one line, without leader dots or a full stop at the end."""
    return re.sub(r"[.。:：…\s]+$", "", " ".join(block.text.split()))


def is_caption(text: str) -> bool:
    """Whether a text titles a table, figure or box ("Table 2. …", "表1 …")."""
    return bool(_CAPTION.match(text.lstrip()))


def _match_outline(blocks: Sequence[Block], outline: Sequence[OutlineItem], skip: frozenset[int]) -> dict[int, int]:
    """Index of block → level, for blocks that say what a bookmark says, on its page or the next."""
    by_page: dict[int, list[int]] = defaultdict(list)
    for index, block in enumerate(blocks):
        if (
            block.kind in ("text", "item")
            and index not in skip
            and len(block.text) < 300
            and not is_caption(block.text)
        ):
            by_page[block.page_first].append(index)
    marked: dict[int, int] = {}
    for item, level in zip(outline, sound_levels(outline), strict=True):
        wanted = _bare(item.title)
        if len(wanted) < 3 or item.title.startswith("_"):
            continue
        near = [index for page in (item.page, item.page + 1, item.page - 1) for index in by_page[page]]
        for index in near:
            found = _bare(blocks[index].text)
            if index not in marked and found and (found == wanted or _nearly(found, wanted)):
                marked[index] = level
                break
    return marked


def sound_levels(outline: Sequence[OutlineItem]) -> list[int]:
    """Levels of bookmarks as their numbers tell them: word processors nest 2.2 under 2.1."""
    levels: list[int] = []
    stack: list[tuple[int, Marker | None]] = []  # level as given, marker
    chapter, chapter_level = "", 0
    for item in outline:
        while stack and stack[-1][0] >= item.level:
            stack.pop()
        marker = find_marker(item.title)
        above = [each for _, each in stack if each is not None and each.style != "bullet"]
        level = levels[-1] + 1 if levels and item.level > levels[-1] + 1 else item.level
        if marker is not None and marker.style in ("plain", "number"):
            level = item.level if above or not stack else stack[0][0]
            chapter, chapter_level = marker.number, level
        elif marker is not None and marker.style == "deep" and marker.number.split(".")[0] == chapter:
            level = chapter_level + marker.depth - 1
        elif any(each.style == "deep" for each in above) and _APART.match(item.title):
            level = chapter_level
        stack.append((item.level, marker))
        levels.append(max(1, level))
    return levels


def _bare(title: str) -> str:
    return re.sub(r"[\W_]+", "", squeeze(title))


def _nearly(found: str, wanted: str) -> bool:
    """A title that lost or gained its number or a footnote mark."""
    if min(len(found), len(wanted)) < 8:
        return False
    shorter, longer = sorted((found, wanted), key=len)
    return (
        longer.endswith(shorter)
        and len(longer) - len(shorter) <= 12
        or longer.startswith(shorter)
        and len(longer) - len(shorter) <= 2
    )


def _kind(blocks: Sequence[Block], index: int, body: BodyStyle) -> str:
    """large | numbered | styled | known | short, or "" for what is no heading."""
    block = blocks[index]
    if block.kind not in ("text", "item") or not _is_title_like(block):
        return ""
    if block.marker is not None and block.marker.style == "labelled" and len(block.text) - block.marker.end > 12:
        return ""  # "Recommendation 3: …" is what it says, not a title
    if block.marker is not None and block.marker.style == "bullet":
        return "large" if block.size >= 1.25 * body.size else ""
    if is_caption(block.text) or is_grade_line(block.text):
        return ""
    if block.size >= 1.14 * body.size and sum(char.isalpha() for char in block.text) >= 2:
        return "large"
    if _is_numbered(block, body):
        return "numbered"
    if _KNOWN.fullmatch(block.text.strip()) and not block.text.rstrip().endswith((":", "：")):
        return "known"
    if _stands_out(block, body):
        return "styled"
    return "short" if _is_short_title(blocks, index, body) else ""


def _is_title_like(block: Block) -> bool:
    text = block.text.strip()
    han = count_cjk(text)
    if not text or block.rows > 5 or (han > MOST_HAN if han > len(text) / 3 else len(text.split()) > MOST_WORDS):
        return False
    if not any(char.isalpha() for char in text) or "@" in text or "http" in text or "www." in text:
        return False
    first = next((char for char in text if char.isalpha()), "")
    if first.islower() and block.marker is None:
        return False
    if (
        len(_NAMES.findall(text)) > 1
        or text[-1] in ",，;；、"
        or (len(text.split()) > 8 and re.search(r"[a-z)]\.\s+[A-Z]", text))
    ):
        return False
    if ends_sentence(text) and text[-1] not in "?？:：":
        marked = block.marker is not None and block.marker.style in ("chinese", "chinese_round", "chapter")
        return marked and len(text) <= 24 and text.count("。") == 1 and text[-1] == "。"
    return True


def _is_numbered(block: Block, body: BodyStyle) -> bool:
    marker = block.marker
    if marker is None:
        return False
    text, rest = block.text.strip(), block.text[marker.end :].strip()
    if not rest and marker.style != "chapter":
        return False
    if marker.style == "chapter":
        return len(text) < 120
    if marker.style == "chinese":
        return len(text) <= 40
    if marker.style == "chinese_round":
        return len(text) <= 30 and not re.search(r"[，；：]", rest)
    if marker.style == "deep":
        plain = (
            not _SENTENCE_VERB.search(rest) and not re.search(r"[，；。：]", rest) and not rest.endswith((":", "："))
        )
        return len(rest) <= 70 and (plain or block.bold and not body.bold) and block.rows <= 2
    if marker.style in ("number", "letter", "plain"):
        return _stands_out(block, body) and block.rows <= 3
    return False


def _stands_out(block: Block, body: BodyStyle) -> bool:
    """Whether a block is set apart by weight or typeface."""
    letters = sum(char.isalpha() for char in block.text)
    if letters < 3 or block.size < 0.9 * body.size:
        return False
    if block.bold and not body.bold:
        return True
    family = block.font.split("-")[0] != body.font.split("-")[0]
    return family and block.size > 1.03 * body.size and block.rows <= 2


def _is_short_title(blocks: Sequence[Block], index: int, body: BodyStyle) -> bool:
    """A line of its own in plain type between finished text and the text that it titles."""
    block = blocks[index]
    text = block.text.strip()
    if block.rows != 1 or block.marker is not None or index == 0 or index + 1 >= len(blocks):
        return False
    if abs(block.size - body.size) > 0.06 * body.size or re.search(r"[\d,，。;；:：()（）|/]", text):
        return False
    limit = 12 if has_cjk(text) else 44
    if not 3 <= len(text) <= limit or _SENTENCE_VERB.search(text) or not (text[0].isupper() or is_cjk(text[0])):
        return False
    before, after = blocks[index - 1], blocks[index + 1]
    if after.page_first != block.page_first or before.page_last != block.page_first:
        return False
    finished = before.text.rstrip()[-1:] in SENTENCE_END + ":：;；" and len(before.text) > 20
    return finished and after.kind in ("text", "item") and len(after.text) >= 30 and abs(after.x0 - block.x0) < 60


def _levels(blocks: Sequence[Block], kinds: dict[int, str], marked: dict[int, int]) -> dict[int, int]:
    """Level of each heading: its bookmark's, else that of its style, corrected by its number."""
    styles: dict[tuple[float, ...], list[int]] = defaultdict(list)
    for index, kind in kinds.items():
        styles[_style(blocks[index], kind)].append(index)
    chapters = sum(blocks[index].text.startswith("第") for index in kinds) > 1
    levels: dict[int, int] = {}
    lowest = 0
    for style in sorted(styles, reverse=True):
        members = styles[style]
        depths = [_depth(blocks[index], chapters) for index in members]
        level, numbered = _style_level(members, depths, marked, lowest)
        lowest = max(lowest, min(level, 6))
        for index, depth in zip(members, depths, strict=True):
            own = level if numbered else marked.get(index, level)
            levels[index] = max(own, depth) if depth > 1 else own
    return levels


def _style_level(
    members: Sequence[int], depths: Sequence[int], marked: dict[int, int], lowest: int
) -> tuple[int, bool]:
    """Level of a style, and whether its headings carry numbers (then they all stand on one level)."""
    known = [marked[index] for index in members if index in marked]
    numbered = sum(each > 0 for each in depths) * 2 > len(members)
    if known and len(known) * 4 >= len(members):
        return round(median(known)), numbered
    if numbered:
        return max(round(median([each for each in depths if each])), 1), True
    return lowest + 1, False


def _style(block: Block, kind: str) -> tuple[float, ...]:
    """Sorts from the most to the least prominent."""
    rank = {"chapter": 5, "chinese": 4, "chinese_round": 3, "deep": 2}.get(
        block.marker.style if block.marker else "", 0
    )
    depth = block.marker.depth if block.marker is not None and block.marker.style == "deep" else 0
    plain = kind == "short"
    return (
        0 if plain else round(block.size * 2) / 2,
        0 if plain else rank,
        -depth,
        0 if plain else float(block.bold),
        -float(block.italic),
    )


def _depth(block: Block, chapters: bool) -> int:
    """Depth that the number itself tells: 1.2.3 is 3, 一、 is 1 (2 below 第×章), （一） one more; 0: nothing."""
    marker = block.marker
    if marker is None:
        return 0
    if marker.style == "deep":
        return marker.depth
    return {"chapter": 1, "chinese": 1 + chapters, "chinese_round": 2 + chapters}.get(marker.style, 0)
