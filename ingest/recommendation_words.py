"""The words of recommendations: what they do, how they are labelled, and what only looks like one."""

from __future__ import annotations

import re

from ingest.blocks import Block
from ingest.grades import Grade
from kb.text import count_cjk

LONGEST_TEXT = 1_600  # characters of one statement; a longer paragraph with a grade is a discussion
ACTION = re.compile(
    r"\b(?:recommend(?:s|ed)?|(?:we|WHO|panel|group|committee|society|GDG|is|are) suggest(?:s|ed)?|"
    r"should|must|shall|offer|consider(?:ed)?|advise[sd]?|avoid|do not|is indicated|are indicated|"
    r"is reasonable|may be (?:reasonable|considered|used)|ensure|refer|use|prescribe|initiate|start|"
    r"screen|establish|provide|"
    r"educate|follow|perform|assess|maintain|discuss|encourage|monitor|select|implement|develop|assign|facilitate|make|take|record|measure|check|review|treat|arrange|give|stop|choose|repeat|classify|counsel|inform|lower|keep|reduce|increase|continue|withhold|switch|add|exclude|confirm|diagnose|aim|limit|administer|delay|combine)\b|"
    r"推荐|建议|应当?|不宜|宜|可考虑|可以?(?:使用|采用|给予|选择)|禁用|避免|不推荐|需要?",
    re.IGNORECASE,
)
DIRECTIVE = re.compile(
    r"^(?:[^.。]{0,160}[,，]\s*)?(?:the\s+)?(?:WHO|we|panel|committee|task force|USPSTF|(?:guideline|"
    r"expert|working|development)[\w\s]{0,30}(?:group|panel|committee)"
    r"|GDG|society|college|academy|本指南|本共识|专家组|工作组|委员会)\s+(?:strongly\s+|conditionally\s+|now\s+|also\s+|therefore\s+|currently\s+)*"
    r"(?P<verb>(?:does\s+not\s+|do\s+not\s+|not\s+)?(?:recommends?|suggests?|advises?)|(?:强烈|不)?(?:推荐|建议))(?!ation)",
    re.IGNORECASE,
)
NOT_ACTIONABLE = re.compile(
    r"\b(?:these|the|this|each|our|all|following|above)\s+(?:guidelines?|recommendations?|guidance|document|statements?)\s+"
    r"(?:(?:can|may|will|also)\s+)?(?:provides?|appl(?:y|ies)|are|is|were|was|have|has|should\s+be\s+(?:read|reviewed|updated|interpreted)|complements?|focus)",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:(?P<before>[\w\s,&/()–-]{0,60}?)\s*)\b(?:recommendations?|good practice (?:statements?|points?))"
    r"(?:\s*[(\[](?P<year>(?:new|updated|amended|revised)?[\s,]*(?:19|20)\d\d)[)\]])?"
    r"(?P<after>\s+(?:for|on|in|regarding|about|to)\s[^.]{0,140}|\s*[—–]\s*[^.]{0,120})?\s*[:：]?|(?:推荐意见|推荐建议|推荐要点|推荐|共识意见|建议)\s*(?:[一二三四五六七八九十\d]{0,3})\s*[:：]?",
    re.IGNORECASE,
)
_NOT_LABEL = re.compile(
    r"\b(?:rationale|development|developing|formulat\w+|making|research|implement\w+|updat\w+|strength|grading|scope|summary|considerations?|"
    r"factors|interpret\w+|deciding|background|evidence|methods?|definitions?|persons? affected|"
    r"structure|presentation|use of|table|process|"
    r"notes?|commentary|previous|other|grades?)\b|分级|制订|制定|依据|背景",
    re.IGNORECASE,
)
NOT_HERE = re.compile(
    r"\b(?:methods?|methodology|grading|rationale|evidence (?:summary|review|statement)|"
    r"summary of (?:the )?evidence|systematic review|research (?:gaps?|needs?|agenda|priorities)"
    r"|background|glossary|definitions?|scope|objectives?|target audience|future|updating|"
    r"dissemination|resource|acceptability|feasibility|values and preferences"
    r"|questions?|PICO|search strategy|declarations?|funding|abbreviations|conflicts? of interest|"
    r"how to (?:use|read))\b|方法学|检索|分级|编写|制订方法|背景|利益冲突",
    re.IGNORECASE,
)
RUN_IN = re.compile(
    r"^(?:recommendations?|good practice statement|推荐意见|推荐)\s*[:：.]\s*(?=\S.{25})", re.IGNORECASE | re.DOTALL
)
_ABOUT_GRADES = re.compile(
    r"\brecommendations?\s+(?:are|is|were|was)\s+(?:worded|graded|rated|classified|expressed|labell?ed|marked|divided)"
    r"|\bused\s+(?:the\s+)?GRADE\b|推荐(?:意见|强度|等级)?[^。]{0,24}(?:表示|分为|划分)|证据(?:质量|等级|水平)?[^。]{0,24}(?:表示|分为|划分)",
    re.IGNORECASE,
)
REPORT = re.compile(
    r"(?:evidence statements?|rationale|remarks?|notes?|comments?|background|证据|依据|说明|备注)\s*[:：.]",
    re.IGNORECASE,
)
IMPERATIVE = re.compile(
    r"^(?:do not|don't|offer|consider|advise|ask|assess|discuss|ensure|refer|use|give|provide|measure|"
    r"monitor|explain|start|stop|review|"
    r"carry out|take|tell|be aware|for\s.{3,80},\s*(?:offer|consider|use|do not)|推荐|建议|不推荐|不建议)\b",
    re.IGNORECASE,
)
_PLAIN_VERBS = re.compile(
    r"\b(?:we|WHO|panel|GDG|committee|group|society)\s+(?:strongly\s+|conditionally\s+)?(?P<verb>recommends?|suggests?)\b",
    re.IGNORECASE,
)


def read_label(text: str) -> re.Match[str] | None:
    """Whether a title or label announces recommendations (and not how they were made)."""
    match = _LABEL.fullmatch(text.strip())
    if match is None:
        return None
    before, after = match["before"] or "", match["after"] or ""
    return None if _NOT_LABEL.search(before) or re.search(r"\b(?:research|policy)\b", after) else match


def is_label(text: str) -> bool:
    """Whether a title or label announces recommendations."""
    return read_label(text) is not None


def is_actionable(text: str) -> bool:
    """Whether a text says that something should be done or left."""
    head = text[:400]
    return (
        length_in_letters(text) > 25
        and bool(ACTION.search(head))
        and not NOT_ACTIONABLE.match(head)
        and not REPORT.match(head)
        and not _ABOUT_GRADES.search(head)
    )


def is_own_grade(text: str, grade: Grade) -> bool:
    """Whether a grade belongs to the paragraph as a whole: it opens or closes it."""
    rest = length_in_letters(text[grade.end :])
    if len(text) > LONGEST_TEXT:
        return False
    if not grade.strength and not grade.strength_verbatim and not ACTION.search(text):
        return False
    if rest <= max(30, 0.04 * len(text)):
        return length_in_letters(text) > 40
    if grade.start <= 12:
        return length_in_letters(text) > 40
    return bool(re.search(r"recommends?\b", text[: grade.start])) and rest < 0.5 * len(text) and len(text) < 1200


def length_in_letters(text: str) -> float:
    """Length in letters; a Chinese character says as much as two and a half."""
    return len(text) + 1.5 * count_cjk(text)


def cites(block: Block) -> bool:
    """Whether a paragraph reports what others say: it is not numbered and carries marks of references."""
    numbered = block.marker is not None and block.marker.style != "bullet"
    return not numbered and bool(
        re.search(r"\(\d{1,3}(?:\s*[,–-]\s*\d{1,3})*\)|\[\d{1,3}(?:[,–-]\d{1,3})*\]", block.text)
    )


def grade_by_verb(text: str) -> Grade | None:
    """The strength that "we recommend" or "we suggest" states where nothing else does."""
    match = _PLAIN_VERBS.search(text)
    if match is None:
        return None
    verb = match["verb"].casefold()
    return Grade("strong" if verb.startswith("recommend") else "conditional", match["verb"])
