"""A publisher's own mark on an old copy: archived, withdrawn, replaced by a later edition."""

from __future__ import annotations

import re

from ingest.metadata.material import Material, Place, Spot

LONGEST = 200  # characters of a stamp; in longer text the words speak of something else

_WORK = (
    r"(?:document|guideline|guidance|page|content|publication|report|statement|version|edition|resource|protocol|policy"
    r"|recommendation|topic)s?"
)
_HAS = r"(?:is|are|has\s+been|have\s+been|was|were)\s+(?:now\s+)?"
_STAMP = re.compile(
    rf"\barchived?\s*[:\-–—]\s*for\s*historical|\bfor\s*historical\s*(?:reference|purposes|interest)\s*only"
    rf"|\bthis\s+(?:\w+\s+)?{_WORK}\s+{_HAS}"
    rf"(?:archived|withdrawn|retired|rescinded|superseded|stood\s+down|inactive|obsolete|out\s+of\s+date)\b"
    rf"|\b(?:this\s+(?:\w+\s+)?{_WORK}|{_WORK}\s+[A-Z]*\d+)\s+{_HAS}(?:updated\s+and\s+)?(?:replaced|superseded)\s+(?:and\s+\w+\s+)?by\b"
    rf"|\b(?:this|these)\s+(?:\w+\s+)?{_WORK}\b.{{0,60}}\bno\s+longer\s+(?:being\s+)?(?:current|in\s+force|maintained|updated|valid)\b"
    rf"|^\W*(?:archived?|withdrawn|superseded|obsolete|retired)(?:\s+(?:{_WORK}|copy))?\W*(?:\d[\d/. -]*)?$"
    rf"|^\W*(?:superseded|replaced|withdrawn)\s+(?:by|on|in)\b|\bupdated\s+and\s+replaced\s+by\b"
    r"|本(?:文件|指南|标准|规范|方案|共识|版本)(?:已|已经|现已)(?:于.{0,15})?(?:废止|失效|作废|撤销|被.{0,40}?(?:代替|替代|取代))"
    r"|^\W*(?:已废止|已失效|作废|废止|已被.{2,40}?(?:代替|替代|取代))\W*$",
    re.IGNORECASE,
)
_REPLACED_RECORD = re.compile(
    r"\bold\s+(?:version|edition)|\b(?:dose|value|word|figure|sentence|text)\b", re.IGNORECASE
)


def find_stamp(text: str) -> str:
    """The stamp in a short text, "" if there is none."""
    if len(text) > LONGEST or _REPLACED_RECORD.search(text):
        return ""
    return text.strip() if _STAMP.search(text) else ""


def archive_mark(material: Material) -> Spot | None:
    """Where a copy says that it is not current any more: on its cover, in running lines, on its last pages."""
    pages = {Place.COVER, Place.RUNNING, Place.BACK, Place.FRONT, Place.IMPRINT}
    for spot in (*_joined(material), *material.spots(*pages)):
        if (spot.place in (Place.COVER, Place.RUNNING) or len(spot.text) <= 100) and find_stamp(spot.text):
            return Spot(find_stamp(spot.text), spot.page, spot.place)
    return None


def _joined(material: Material) -> list[Spot]:
    """Neighbouring short lines as one: "Archive:" / "for Historical Reference Only"."""
    lines = [spot for spot in material.lines if spot.place in (Place.COVER, Place.BACK)]
    return [
        Spot(f"{one.text} {two.text}", one.page, one.place)
        for one, two in zip(lines, lines[1:], strict=False)
        if one.page == two.page
        and len(one.text) < 25
        and re.match(r"\W*(?:archive|withdrawn|superseded)", one.text, re.I)
    ]
