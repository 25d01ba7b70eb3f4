"""The words of a title: cleaned of labels, numbers and marks; compared by their signs."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz import fuzz

from kb.text import fold, has_cjk, squeeze

LABEL_IN_BRACKETS = re.compile(
    r"\s*[（(〔\[]\s*(?!中文版|英文版|基层版\s*[)）]|患者版|简版)(?P<label>[^（()）]{0,12}?"
    r"(?:试行|修订|\d{4}\s*年?版?|第\s*[一二三四五六七八九十\d]+\s*版|版|征求意见稿|trial version \d+)"
    r"[^（()）]{0,12})\s*[)）〕\]]\s*$",
    re.IGNORECASE,
)
_NOTICE = re.compile(r"关于(?:印发|发布|公布|下发)(?P<title>.{4,80}?)的(?:通知|通告|公告)")
_TAIL = re.compile(
    r"\s*:\s*A\s+(?:Joint\s+)?(?:Report|Statement|Guideline)\s+(?:of|from)\s+the\b.*$", re.IGNORECASE | re.DOTALL
)
_TAIL = re.compile(
    r"\s*:\s*A\s+(?:Joint\s+)?(?:Report|Statement|Guideline)\s+(?:of|from)\s+the\b.*$", re.IGNORECASE | re.DOTALL
)
_NUMBERED = re.compile(r"^\s*(?:\d{1,4}\s*[•·]\s*|\d{1,2}\.\s+(?=[A-Z])|1\s+(?=[A-Z]))")
_MARKS = re.compile(r"[*†‡§¶]+\s*\d*$|^\s*[*†‡§]+|(?<=[a-z])\d{1,2}$")
_NOT_A_TITLE = re.compile(
    r"@|https?:|www\.|\bdoi\b|\bISBN\b|©|^\W*(?:table|figure|box|appendix|page|chapter|section)\s+\w{1,3}\b|^\W*[表图]\s*\d|\.{4}|…{2}"
    r"|^\W*(?:contents|references|acknowledge?ments?|foreword|preface|disclaimer|how to (?:use|cite)"
    r"|note to readers|suggested citation)\b"
    r"|\bMD\b,|\bPhD\b|^\W*(?:目\s*[录次]|前\s*言|参考文献|摘要|关键词|通信作者|附件\d*$)|^各省|[\u4e00-\u9fff]：$",
    re.IGNORECASE,
)
_MARKS = re.compile(r"[*†‡§¶]+\s*\d*$|^\s*[*†‡§]+|(?<=[a-z])\d{1,2}$")
_NOT_A_TITLE = re.compile(
    r"@|https?:|www\.|\bdoi\b|\bISBN\b|©|^\W*(?:table|figure|box|appendix|page|chapter|section)\s+\w{1,3}\b|^\W*[表图]\s*\d|\.{4}|…{2}"
    r"|^\W*(?:contents|references|acknowledge?ments?|foreword|preface|disclaimer|how to (?:use|cite)"
    r"|note to readers|suggested citation)\b"
    r"|\bMD\b,|\bPhD\b|^\W*(?:目\s*[录次]|前\s*言|参考文献|摘要|关键词|通信作者|附件\d*$)|^各省|[\u4e00-\u9fff]：$",
    re.IGNORECASE,
)


def clean_title(text: str) -> str:
    """A title without label in brackets, section number, report line and footnote marks."""
    text = re.sub(r"\s+", " ", text).strip()
    notice = _NOTICE.search(text)
    if notice:
        text = notice["title"].strip()
    text = _TAIL.sub("", _NUMBERED.sub("", _MARKS.sub("", text)))
    text = re.sub(r"\s*[（(](?:English version|英文版|中文版|pdf)[)）]\s*$", "", text, flags=re.IGNORECASE)
    text = LABEL_IN_BRACKETS.sub("", text)
    if not (text.startswith("《") and text.endswith("》") and text.count("《") == 1):
        return text.strip(" .。:：-–—|•*")
    return text.strip("《》 ")


def likeness(one: str, other: str) -> float:
    return (
        float(fuzz.token_set_ratio(fold(one), fold(other)))
        if not has_cjk(one)
        else float(fuzz.partial_ratio(signs(one), signs(other)))
    )


@lru_cache(maxsize=8192)
def signs(text: str) -> str:
    return re.sub(r"\W+", "", squeeze(fold(text)))
