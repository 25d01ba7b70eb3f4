"""Identifiers of the document itself: DOI, ISBN, agency numbers, standards, registrations."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.metadata.material import Material, Place, Spot
from ingest.metadata.voting import Candidate, agreement
from kb.domain import Proposal

_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>，。；（）【】]+", re.IGNORECASE)
_ISBN = re.compile(r"\bISBN(?:-1[03])?[^\d\n]{0,14}((?:97[89][ -]?)?(?:\d[ -]?){9}[\dXx])\b")
_PATTERNS: tuple[tuple[float, re.Pattern[str]], ...] = (
    (0.7, re.compile(r"(?<![\w/-])(?:NG|CG|PH|SC|TA|MTG|DG|QS|IPG|HTG)\s?\d{1,4}(?![\w-])")),
    (0.7, re.compile(r"\bSIGN\s+\d{1,3}\b|\bGreen-top Guideline No\.? ?\d+\w?")),
    (0.85, re.compile(r"\bWHO/[\w-]+(?:/[\w.-]+)+")),
    (0.8, re.compile(r"\b[A-Z]{3,6}(?:/[A-Z]{1,6}){1,3}/[\w.-]*\d[\w.()-]*")),
    (0.8, re.compile(r"\bNIH\s+(?:Publication\s+)?No\.?\s*(\d{2}-\d{3,5})", re.IGNORECASE)),
    (0.8, re.compile(r"\b[A-Z]{2,6}-(?:19|20)\d\d-\d{4}(?:-\d{4})?\b")),
    (
        0.85,
        re.compile(
            r"(?:国卫|国中医药|卫办|国疾控|卫生计生|国卫办)[\u4e00-\u9fff]{0,8}[〔\[（(【]\s*\d{4}\s*[〕\]）)】]\s*\d+\s*号"
        ),
    ),
    (
        0.85,
        re.compile(
            r"\b(?:WS(?:/T)?|GB(?:/T|Z)?|T/[A-Z]{2,8}|DB\d{2}(?:/T)?)\s*\d{1,5}(?:\.\d+)?\s*[-—–]\s*(?:19|20)\d\d\b"
        ),
    ),
    (0.85, re.compile(r"\bI?PGRP-?\d{4}[A-Z]{2}\d+\b|\bPREPARE-?\d{4}[A-Z]{2}\d+\b")),
    (0.8, re.compile(r"(?:AWMF|Register)[^\n\d]{0,30}(\d{3}\s?[-/–]\s?\d{3}[A-Z]{0,2})", re.IGNORECASE)),
    (
        0.8,
        re.compile(
            r"\b(?:document|policy|guideline)\s+(?:number|no\.?|ref(?:erence)?\.?)\s*:?\s*([A-Z]{1,6}[\w/-]*\d[\w/:-]*)",
            re.I,
        ),
    ),
    (0.6, re.compile(r"(?:文件编号|编号)\s*[:：]?\s*([A-Z][\w/-]{3,20})")),
)
_HOST = re.compile(r"/guidance/(?P<id>(?:ng|cg|ph|ta|qs)\d{1,4})\b", re.IGNORECASE)
_OTHERS = re.compile(
    r"\b(?:replac\w+|supersed\w+|updat\w+\s+(?:of|and)|basis\s+of|see\s+also|et al|instead\s+of|partially"
    r"|will\s+update|related)\b"
    r"|代替|替代|废止|修订|参考文献|［J］|\[J\]",
    re.IGNORECASE,
)


def read_identifiers(material: Material) -> Proposal | None:
    """Identifiers as printed, in the order found; those of works cited or replaced are left out."""
    found: dict[str, list[Candidate]] = {}
    for candidate in _candidates(material):
        found.setdefault(_key(candidate.value), []).append(candidate)
    kept = [(votes, agreement(votes)) for votes in found.values()]
    sure = [(votes, confidence) for votes, confidence in kept if confidence >= 0.5]
    if not sure:
        return None
    first = max(sure[0][0], key=lambda each: each.strength)
    values = tuple(votes[0].value for votes, _ in sure)
    snippet = first.snippet or first.spot.text
    return Proposal(values, round(min(each for _, each in sure), 2), first.spot.page, snippet[:300], first.spot.source)


def _candidates(material: Material) -> Iterator[Candidate]:
    for name in ("prism:doi", "doi", "dc:identifier", "wps-articledoi"):
        named = material.named(name)
        match = _DOI.search(named.text) if named else None
        if named and match:
            yield Candidate(_trim_doi(match[0]), 0.9, named)
    spots = [spot for spot in (*material.lines, *material.running) if not _OTHERS.search(spot.text)]
    dois = [candidate for spot in spots for candidate in _dois(spot)]
    if len({_key(each.value) for each in dois}) <= 2:  # more are those of works cited
        yield from dois
    for spot in (*spots, *(cell for cell in material.cells() if not _OTHERS.search(cell.text))):
        yield from _isbns(spot)
        yield from _numbers(spot)


def _dois(spot: Spot) -> Iterator[Candidate]:
    """A DOI on the first page or in a running line; elsewhere it is mostly that of a work cited."""
    if spot.place not in (Place.COVER, Place.RUNNING, Place.IMPRINT) and not re.match(
        r"\W*(?:doi|https?://doi)", spot.text, re.I
    ):
        return
    if spot.place in (Place.INNER, Place.BACK):
        return
    for match in _DOI.finditer(spot.text):
        weight = 0.85 if re.search(r"doi", spot.text[: match.start()], re.IGNORECASE) else 0.6
        yield Candidate(_trim_doi(match[0]), weight, spot)


def _isbns(spot: Spot) -> Iterator[Candidate]:
    for match in _ISBN.finditer(spot.text):
        value = match[1].strip()
        if len(re.sub(r"\D", "", value.upper().replace("X", "0"))) in (10, 13):
            yield Candidate(value, 0.85 if spot.place is not Place.BACK else 0.95, spot)


def _numbers(spot: Spot) -> Iterator[Candidate]:
    hosted = _HOST.search(spot.text)
    if hosted and spot.place in (Place.COVER, Place.RUNNING):
        yield Candidate(hosted["id"].upper(), 0.8, spot)
    labelled = re.search(r"\b(?:reference|document|publication)\s+(?:number|no)\b", spot.text, re.IGNORECASE)
    if (spot.place in (Place.INNER, Place.BACK) and not labelled) or len(spot.text) > 200:
        return
    for weight, pattern in _PATTERNS:
        for match in pattern.finditer(spot.text):
            yield Candidate((match[1] if pattern.groups else match[0]).strip(), weight, spot)


def _trim_doi(text: str) -> str:
    return text.rstrip(".,;:|)]}")


def _key(value: str) -> str:
    return re.sub(r"[\s—–-]", "", value).lower()
