"""For which country, region or world a document speaks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.metadata.material import Material, Place, Spot
from ingest.metadata.voting import Candidate, decide
from kb.domain import Proposal
from kb.publishers import find_publisher

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
        for spot in (*material.lines, *material.running):
            if len(spot.text) < 120 and spot.place is not Place.INNER:
                found += _countries(spot, 0.6)
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
