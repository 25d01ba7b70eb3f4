"""What a document says that it replaces, in its own words; never what it merely plans, denies or reports of others."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.metadata.material import Material, Place, Spot
from ingest.metadata.stamps import find_stamp
from ingest.metadata.voting import Candidate, agreement
from kb.domain import Kind, Proposal

LONGEST = 200  # characters of a replaced work's name

# Kinds that never replace a whole edition; what they report is somebody else's replacement.
NEVER_REPLACE = frozenset(
    {
        Kind.DRAFT,
        Kind.ERRATUM,
        Kind.ADDENDUM,
        Kind.COMMENTARY,
        Kind.TRANSLATION,
        Kind.SUMMARY,
        Kind.DERIVATIVE,
        Kind.PARTIAL_UPDATE,
    }
)
_SELF = (
    r"(?:this|the\s+present|these|the\s+current|the\s+(?:new|revised|updated)|(?:the\s+information\s+in\s+)?this)\s+"
    r"(?:[\w'’-]+\s+){0,5}?(?:guidelines?|guidance|document|recommendations?|statement|report|edition|version|publication|policy|update|protocol|standard|bulletin|schedule)"
)
_VERB = r"(?:updates?\s+and\s+(?:replaces?|supersedes?)|replaces?\s+and\s+updates?|replaces?|supersedes?)"
_STOP = r"(?<!\bNo)(?<!\bDoc)(?<!\bNos)(?<!\bed)[.;](?:\s|$)"
_NAME = rf"(?P<name>.{{3,{LONGEST}}}?)(?=\s*(?:{_STOP}|\)\s*$|,\s+(?:which|and\s+(?:is|was|has))\b|$))"
_ENGLISH = (
    (
        0.9,
        re.compile(rf"\b{_SELF}\s+(?:\([^)]*\)\s+)?(?:fully\s+|hereby\s+)?{_VERB}\s+(?:the\s+)?{_NAME}", re.IGNORECASE),
    ),
    (
        0.9,
        re.compile(
            rf"\bis\s+an\s+update\s+(?:of|to)\s+(?P<name>.{{3,{LONGEST}}}?)\s+and\s+replaces\s+it\b", re.IGNORECASE
        ),
    ),
    (0.85, re.compile(rf"^\W*(?:{_VERB})\s*:?\s+(?:the\s+)?{_NAME}", re.IGNORECASE)),
    (0.85, re.compile(rf"\(\s*{_VERB}\s+(?:the\s+)?(?P<name>[^()]{{3,{LONGEST}}})\)", re.IGNORECASE)),
    (
        0.8,
        re.compile(
            rf"[\"“][^\"”]{{5,160}}[\"”]\s+{_VERB}\s+(?:the\s+)?[\"“](?P<name>[^\"”]{{5,160}})[\"”]", re.IGNORECASE
        ),
    ),
)
_CHINESE = (
    (0.9, re.compile(r"^\W*(?:代替|替代)\s*(?P<name>[A-Z/]+\s*\d[\d.]*\s*[-—–]\s*\d{4})")),
    (
        0.9,
        re.compile(
            r"(?:本(?:标准|规范|指南|方案|共识|文件)|自.{2,20}起)[^。]{0,12}?(?:代替|替代|取代)[^。《]{0,20}《(?P<name>[^》]{3,80})》"
        ),
    ),
    (0.9, re.compile(r"《(?P<name>[^》]{3,80})》[^。《》]{0,24}?(?:同时|即行|予以|自行)(?:废止|失效|停止执行)")),
    (0.85, re.compile(r"对《(?P<name>[^》]{3,80})》[^。]{0,20}?进行了?(?:修订|修改|更新|完善)[^。]{0,20}?形成")),
)
_FUTURE = re.compile(
    r"\b(?:will|would|shall|is\s+(?:intended|expected|planned|proposed)\s+to|may|once\s+(?:published|final\w*)|when\s+(?:published|final\w*)|if\s+adopted)\b"
    r"|(?<![\u4e00-\u9fff])(?:拟|将)|将(?:代替|替代|取代|废止)|拟(?:代替|替代|取代)",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:not|never|neither|nor|no\s+longer|without|rather\s+than|instead\s+of)\b|n['’]t\b|不(?:代替|替代|取代|改变)|并非|未(?:代替|替代|取代)",
    re.IGNORECASE,
)
_PARTIAL = re.compile(
    r"\b(?:partial(?:ly)?|in\s+part|parts?\s+of|sections?\s+(?:of|\d)|recommendations?\s+\d|chapters?\s+\d|some\s+(?:of|recommendations)|only\s+the)\b|部分(?:代替|替代|取代|内容)",
    re.IGNORECASE,
)
_NO_WORK = re.compile(
    r"^\W*(?:clinical\s+judge?ment|(?:the\s+)?(?:professional|medical|individual)|advice|care|a\s+visit|consultation|it\b|them\b|all\s+(?:other|previous)\s+advice|\d+\s*(?:mg|mL|%))",
    re.IGNORECASE,
)
_DATED_PREDECESSOR = re.compile(
    r"^(?:the\s+)?(?:all\s+)?(?:earlier|previous|prior|older)\s+(?:versions?|editions?|guidelines?|guidance)\b",
    re.IGNORECASE,
)


def read_replaces(material: Material, kind: str) -> Proposal | None:
    """Names of what this edition replaces, verbatim; None for kinds that never replace and for plans and denials."""
    if kind in NEVER_REPLACE:
        return None
    found: dict[str, list[Candidate]] = {}
    for candidate in _candidates(material):
        key = re.sub(r"\W+", "", candidate.value).lower()
        known = next((each for each in found if key in each or each in key), key)
        found.setdefault(known, []).append(candidate)
    if not found:
        return None
    scored = [(votes, agreement(votes)) for votes in found.values()]
    sure = [(votes, confidence) for votes, confidence in scored if confidence >= 0.5] or scored[:1]
    best = max(sure[0][0], key=lambda each: each.strength)
    values = tuple(min((vote.value for vote in votes), key=len) for votes, _ in sure)
    confidence = round(min(each for _, each in sure), 2)
    return Proposal(values, confidence, best.spot.page, (best.snippet or best.spot.text)[:300], best.spot.source)


def _candidates(material: Material) -> Iterator[Candidate]:
    patterns = (*_CHINESE, *_ENGLISH)
    for spot in (*material.lines, *material.spots()):
        if spot.place is Place.BACK and len(spot.text) > 300 or find_stamp(spot.text):
            continue
        for weight, pattern in patterns:
            for match in pattern.finditer(spot.text):
                sentence = _sentence(spot.text, match)
                if not _is_statement(sentence, match):
                    continue
                for name in _names(match["name"]):
                    yield Candidate(name, weight, Spot(spot.text, spot.page, _trusted(spot.place)), sentence)


def _trusted(place: Place) -> Place:
    """The sentence says of itself that it speaks of this document; where it stands matters little."""
    return Place.FRONT if place is Place.INNER else place


def _is_statement(sentence: str, match: re.Match[str]) -> bool:
    """Whether the words say that this document has replaced a whole other one."""
    if _FUTURE.search(sentence[: sentence.find(match["name"])] or sentence) or _DENIED.search(
        match[0].replace(match["name"], "")
    ):
        return False
    before = sentence[: sentence.find(match["name"])]
    return not (
        _PARTIAL.search(before)
        or _PARTIAL.match(match["name"])
        or _DENIED.search(before)
        or _NO_WORK.match(match["name"])
    )


def _sentence(text: str, match: re.Match[str]) -> str:
    starts = [text.rfind(mark, 0, match.start()) for mark in (". ", "。", "; ", "；")]
    start = max(starts) + 1
    ends = [at for mark in (". ", "。", "；") if (at := text.find(mark, match.end())) >= 0]
    return text[start : min(ends, default=len(text)) + 1].strip()


def _names(text: str) -> Iterator[str]:
    name = re.sub(r"\s+", " ", text).strip(" ,，.:：《》“”\"'")
    name = re.sub(r"^(?:doc(?:ument)?\.?\s+)?(?:no|number)s?[.:]\s+(?=[A-Z])", "", name, flags=re.IGNORECASE)
    name = re.sub(r",?\s+\(?published\s+(?:in\s+)?(?:[A-Z][a-z]+\s+)?\d{4}\)?$", "", name)
    if len(name) >= 3 and not _NO_WORK.match(name):
        yield name
