"""A publisher's own mark on an old copy: archived, withdrawn, replaced by a later edition."""

from __future__ import annotations

import re

from ingest.metadata.material import Material, Place, Spot

LONGEST = 200  # characters of a stamp; in longer text the words speak of something else

_STAMP = re.compile(
    r"\barchived?\s*[:\-–—]\s*for\s+historical\b|\bfor\s+historical\s+(?:reference|purposes|interest)\s+only\b"
    r"|\bthis\s+(?:document|guideline|guidance|page|content|publication|report|statement|version|edition|resource|recommendation|topic)"
    r"\s+(?:is|has\s+been|was)\s+(?:now\s+)?(?:archived|withdrawn|retired|rescinded|superseded|stood\s+down|inactive|obsolete|out\s+of\s+date)\b"
    r"|\bthis\s+(?:document|guideline|guidance|publication|statement|version|edition|recommendation)\s+(?:has\s+been|was|is)\s+"
    r"(?:updated\s+and\s+)?(?:replaced|superseded)\s+(?:and\s+\w+\s+)?by\b"
    r"|^\W*(?:archived?|withdrawn|superseded|obsolete|retired)"
    r"(?:\s+(?:document|guideline|copy|version|content|publication))?\W*(?:\d[\d/. -]*)?$"
    r"|^\W*(?:superseded|replaced|withdrawn)\s+(?:by|on|in)\b|\bno\s+longer\s+(?:being\s+)?(?:current|in\s+force|maintained|updated)\b"
    r"|\bhas\s+been\s+(?:updated\s+and\s+)?replaced\s+by\b"
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
