"""Recommendations that stand in a list: numbered like their siblings, though the reader kept them as running text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kb.domain import Passage, Recommendation

_ITEM = re.compile(r"(?m)^(?P<number>(?:推荐意见|Recommendation )?\d+(?:\.\d+)*[a-z]?)[.、:：]?\s+(?=\S)")
_GRADE = re.compile(r"[(（\[][^()（）\[\]]*(?:推荐|证据|recommendation|evidence)[^()（）\[\]]*[)）\]]", re.IGNORECASE)
_STRENGTHS = (
    ("conditional", re.compile(r"\bconditional\b|\bweak\b|弱推荐|推荐强度[:：]\s?弱|[2２][A-D]", re.IGNORECASE)),
    ("strong", re.compile(r"\bstrong\b|强推荐|推荐强度[:：]\s?强|[1１][A-D]", re.IGNORECASE)),
)
_CERTAINTIES = (
    ("very_low", re.compile(r"very[- ]low|极低|等级[:：]\s?D", re.IGNORECASE)),
    ("low", re.compile(r"\blow\b|(?<!极)低(?:质量|确定)|质量[:：]\s?低|等级[:：]\s?C", re.IGNORECASE)),
    ("moderate", re.compile(r"\bmoderate\b|中等?(?:质量|确定)|质量[:：]\s?中|等级[:：]\s?B", re.IGNORECASE)),
    ("high", re.compile(r"\bhigh\b|高(?:质量|确定)|质量[:：]\s?高|等级[:：]\s?A", re.IGNORECASE)),
)
LEAST_SIBLINGS = 3


def find_numbered(
    passages: Sequence[Passage], known: Sequence[Recommendation]
) -> Iterator[tuple[Passage, Recommendation]]:
    """Graded items of running text whose number has the shape of the known recommendations' numbers and is not "
    "theirs."""
    shapes = [_shape(each.number) for each in known if each.number]
    taken = {each.number for each in known}
    for passage in passages:
        if passage.recommendation is not None or len(shapes) < LEAST_SIBLINGS or passage.kind not in ("list", "text"):
            continue
        starts = [match for match in _ITEM.finditer(passage.text) if _shape(match["number"]) in shapes]
        ends = [match.start() for match in starts[1:]] + [len(passage.text)]
        for match, end in zip(starts, ends, strict=False):
            grade = _GRADE.search(passage.text, match.end(), end)
            if grade and match["number"] not in taken:
                yield passage, _recommendation(passage, match, grade, len(known))


def _shape(number: str) -> str:
    return re.sub(r"\d+", "0", number)


def _recommendation(passage: Passage, match: re.Match[str], grade: re.Match[str], ordinal: int) -> Recommendation:
    page = next((span.box.page for span in passage.lines if span.end > match.start()), passage.page_first)
    return Recommendation(
        ordinal=ordinal,
        number=match["number"],
        text=" ".join(passage.text[match.end() : grade.start()].split()),
        section=passage.section,
        page_first=page,
        page_last=page,
        strength=_first(_STRENGTHS, grade[0]),
        strength_verbatim=grade[0].strip("()（）"),
        certainty=_first(_CERTAINTIES, grade[0]),
    )


def _first(names: Sequence[tuple[str, re.Pattern[str]]], printed: str) -> str:
    return next((name for name, pattern in names if pattern.search(printed)), "")
