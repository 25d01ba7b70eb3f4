"""List and heading markers as guidelines print them: bullets, numbers, letters, 第一章, （一）, 推荐意见 3."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CN = "一二三四五六七八九十百〇零两"
BULLETS = "•●○◦▪■□◆◇➢➤►▶›·∙✓✔√☐❑❏➔→‣⁃◾◽❖⚫∗\uf0b7\uf0a7\uf0d8\uf0fc\uf06f\uf076\uf02d"
_BULLET = re.compile(rf"(?:[{BULLETS}]\s*|[-–—*o§]\s+)(?=\S)")
_LABELLED = re.compile(
    r"(?P<label>(?:key\s+|clinical\s+)?recommendation|good\s+practice\s+(?:statement|point)|statement|推荐意见|推荐|共识意见|共识|建议)"
    r"\s*(?P<number>[A-Z]?\d{1,3}(?:\.\d{1,2})*[a-z]?|[一二三四五六七八九十]{1,3})\s*(?=[:：.、．)）]|\s|[\u4e00-\u9fff(（]|$)",
    re.IGNORECASE,
)
_CHAPTER = re.compile(
    rf"(?P<whole>第\s*[{_CN}\d]+\s*[章节部分篇条]+"
    r"|(?:chapter|section|part|appendix|annex|module|component|step)\s+(?:\d{1,2}|[A-Z]|[IVX]{1,4})\b)\s*[:：.、．]?",
    re.IGNORECASE,
)
_CHINESE = re.compile(rf"(?P<number>[{_CN}]{{1,3}})\s*[、．.]\s*")
_CHINESE_ROUND = re.compile(rf"[（(]\s*(?P<number>[{_CN}]{{1,3}})\s*[)）]\s*")
_DEEP = re.compile(r"(?P<number>\d{1,2}(?:\.\d{1,2}){1,4})(?P<tail>\.?[a-z]?\.?(?:\s*\([A-Z]\))?)\s*(?=\S)")
_NUMBER = re.compile(r"(?P<number>\d{1,2}[a-z]?)(?P<sign>[.)、．）])(?P<gap>\s*)(?=\S)")
_ROUND = re.compile(r"[（(]\s*(?P<number>\d{1,2}|[a-z]|[ivx]{1,4})\s*[)）]\s*(?=\S)")
_CIRCLED = re.compile(r"(?P<number>[①-⑳❶-❿➀-➉])\s*(?=\S)")
_LETTER = re.compile(r"(?P<number>[A-Za-z]|[ivx]{1,4}|[IVX]{1,4})[.)]\s+(?=\S)")
_PLAIN_NUMBER = re.compile(r"(?P<number>\d{1,2})\s+(?=[A-Z\u4e00-\u9fff])")
_UNIT = re.compile(
    r"(?:年|月|日|天|小时|次|例|万|亿|倍|周|分|岁|名|个|种|项|篇|位|级|期|mg|kg|g\b|ml|mL|mm|cm|mmol|%|％|μg|mcg|U\b|IU|h\b|min)"
)


@dataclass(frozen=True, slots=True)
class Marker:
    """The mark at the beginning of a row."""

    style: (
        str  # bullet | labelled | chapter | chinese | chinese_round | deep | number | round | circled | letter | plain
    )
    number: str  # "2.1.3", "四", "" for bullets
    depth: int  # of a dotted number, else 1
    end: int  # offset of the text after it


def find_marker(text: str) -> Marker | None:
    """The marker that `text` begins with, or None; a leading quantity ("1.5 mg") is none."""
    match = _BULLET.match(text)
    if match:
        return Marker("bullet", "", 1, match.end())
    match = _LABELLED.match(text)
    if match:
        return Marker("labelled", match["number"], 1, match.end())
    match = _CHAPTER.match(text)
    if match:
        return Marker("chapter", " ".join(match["whole"].split()), 1, match.end())
    return _numbered(text)


def _numbered(text: str) -> Marker | None:
    match = _DEEP.match(text)
    if match:
        rest = text[match.end() :]
        wide = rest[0] > "\u3400" or rest[0] in "（“《"
        spaced = text[match.end() - 1].isspace() or text[match.end() - 1] in ").）"
        if _UNIT.match(rest) or not (rest[0].isupper() or wide) or not (spaced or wide):
            return None
        number = match["number"] + match["tail"].replace(" ", "").rstrip(".")
        return Marker("deep", number, match["number"].count(".") + 1, match.end())
    for style, pattern in (
        ("chinese", _CHINESE),
        ("chinese_round", _CHINESE_ROUND),
        ("circled", _CIRCLED),
        ("round", _ROUND),
        ("number", _NUMBER),
        ("letter", _LETTER),
        ("plain", _PLAIN_NUMBER),
    ):
        match = pattern.match(text)
        if match is None:
            continue
        rest = text[match.end() :]
        if style in ("number", "plain") and (_UNIT.match(rest) or rest[0].isdigit()):
            return None
        if style == "number" and match["sign"] == "." and not match["gap"] and rest[0].isascii() and rest[0].islower():
            return None
        return Marker(style, match["number"], 1, match.end())
    return None
