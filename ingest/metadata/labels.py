"""The edition label, verbatim: "2024年修订版", "Version 4.1", "2nd edition"; else the year that names the edition."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.metadata.material import Heading, Material, Place, Spot
from ingest.metadata.title_text import LABEL_IN_BRACKETS
from ingest.metadata.voting import Candidate, decide
from kb.domain import Kind, Proposal
from kb.text import squeeze

_ORDINAL = r"(?:\d{1,2}(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)"
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_DATE_BEHIND = rf"(?:,?\s+(?:\d{{1,2}}\s+)?{_MONTH}(?:\s+\d{{1,2}},)?\s+\d{{4}})"
_ENGLISH = re.compile(
    rf"(?P<label>\b(?:trial\s+)?version\s*:?\s*\d+(?:\.\d+)*|\bv\d+\.\d+(?:\.\d+)*\b|\b{_ORDINAL}\s+(?:revised\s+)?edition\b"
    rf"|\b(?:revised|updated)\s+(?:19|20)\d\d\b|\b(?:19|20)\d\d\s+(?:report|edition|revision|update|version|focused\s+update)\b"
    rf"|\bUpdated\s+{_MONTH}\s+\d{{4}}"
    rf"|\bdraft\s+for\s+(?:public\s+)?(?:consultation|comment){_DATE_BEHIND}?|\binterim\s+guidance\b)",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    r"(?P<label>试行第[一二三四五六七八九十\d]+版(?:\s*修订版)?|(?:19|20)\d{2}\s*年?\s*(?:修订|更新|修改)?版|(?<!月)第\s*[一二三四五六七八九十\d]+\s*版(?!\w)"
    r"|征求意见稿|报批稿|送审稿|[Vv]\d+\.\d+|基层版\s*(?:19|20)\d{2}\s*年?)"
)
_NUMBERED_CONSENSUS = re.compile(r"^第[一二三四五六七八九十\d]+次")
_VALUE_BEHIND = re.compile(
    r"(?:版\s*本\s*号?|version(?:\s+(?:no\.?|number))?|edition)\s*[:：]\s*(?P<label>[Vv]?\d[\w.]*|[^\s,，;；|]{1,12}版)",
    re.IGNORECASE,
)
_YEAR_ENDS = re.compile(r"(?:[,，\s—–-]|(?<=[\u4e00-\u9fff]))\s*(?P<label>(?:19|20)\d\d)\s*(?:版|年版)?\s*$")
_YEAR_BEGINS = re.compile(r"^(?:[A-Z][A-Z/&-]+\s+)?(?P<label>(?:19|20)\d\d)\s+(?=[A-Z\u4e00-\u9fff])")
_OTHER_THING = re.compile(
    r"\b(?:acrobat|adobe|word|ICD|DSM|SNOMED|licen[cs]e|CC BY|first edition was|previous|earlier|software|CTCAE"
    r"|second-hand)\b",
    re.IGNORECASE,
)


def read_label(
    material: Material, title: Proposal | None, heading: Heading | None, issued: Proposal | None, kind: str
) -> Proposal | None:
    """The printed label, or the year in the title; where neither is printed, the year of issue with low confidence."""
    found = list(_candidates(material, heading))
    if title is not None and isinstance(title.value, str):
        found += _from_title(title)
    proposal = decide(found, same=_same_label)
    return proposal or _from_year(issued, kind)


def _candidates(material: Material, heading: Heading | None) -> Iterator[Candidate]:
    if heading is not None:
        spot = Spot(heading.text, heading.page, heading.place)
        bracketed = LABEL_IN_BRACKETS.search(heading.text) or LABEL_IN_BRACKETS.search(
            heading.text.removesuffix("的通知")
        )
        if bracketed:
            yield Candidate(_tidy(bracketed["label"]), 0.9, spot, bracketed[0].strip())
        numbered = _NUMBERED_CONSENSUS.search(heading.text)
        if numbered:
            yield Candidate(numbered[0], 0.7, spot, heading.text)
        yield from _near(material, heading)
    yield from _printed(material)
    for name in ("prism:edition", "prism:versionidentifier"):
        named = material.named(name)
        if named is not None:
            yield Candidate(named.text, 0.6, named)
    match = re.search(r"(?<![A-Za-z])[vV](\d+(?:\.\d+)+)", material.name) or re.search(_CHINESE, material.name)
    if match:
        yield Candidate(_tidy(match[0]), 0.35, material.filename, match[0])


def _near(material: Material, heading: Heading) -> Iterator[Candidate]:
    """A bracketed label on the line below the title."""
    last = heading.lines[-1].text
    lines = [spot for spot in material.lines if spot.page == heading.page]
    at = next((index for index, spot in enumerate(lines) if spot.text == last), None)
    for spot in lines[at + 1 : at + 4] if at is not None else ():
        match = LABEL_IN_BRACKETS.fullmatch(spot.text.strip())
        if match:
            yield Candidate(_tidy(match["label"]), 0.9, spot)
        elif re.fullmatch(r"(?:19|20)\d\d(?:\s*(?:REPORT|Report|年版|版))?", spot.text.strip()):
            yield Candidate(spot.text.strip(), 0.6, spot)


def _printed(material: Material) -> Iterator[Candidate]:
    """Labels on short lines of cover, front, imprint and running lines."""
    for spot in (*material.lines, *material.running):
        if spot.place in (Place.INNER, Place.BACK) or len(spot.text) > 110 or _OTHER_THING.search(spot.text):
            continue
        valued = _VALUE_BEHIND.search(spot.text)
        if valued:
            yield Candidate(valued["label"], 0.85, spot, valued[0])
            continue
        for pattern in (_ENGLISH, _CHINESE):
            match = pattern.search(spot.text)
            if match and _stands_alone(spot.text, match):
                yield Candidate(_tidy(match["label"]), 0.75 if spot.place is not Place.RUNNING else 0.6, spot)


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """Whether the label is the point of its line and not a word of a sentence or of another work's title."""
    before, after = text[: match.start()].strip(), text[match.end() :].strip()
    if "《" in before or "supersede" in before.lower() or "replace" in before.lower():
        return False
    return len(re.sub(r"[\W\d]+", "", before)) + len(re.sub(r"[\W\d]+", "", after)) <= 28 or before.endswith(
        ("(", "（")
    )


def _from_title(title: Proposal) -> Iterator[Candidate]:
    value = str(title.value)
    spot = Spot(title.snippet, title.page, Place.COVER)
    for pattern in (_YEAR_ENDS, _YEAR_BEGINS):
        match = pattern.search(value)
        if match:
            yield Candidate(match["label"], 0.65, spot)


def _from_year(issued: Proposal | None, kind: str) -> Proposal | None:
    """Libraries name an edition without a label by its year."""
    if issued is None or not isinstance(issued.value, str):
        return None
    year = issued.value[:4]
    value = f"{year} draft" if kind == Kind.DRAFT else year
    return Proposal(value, round(min(0.6, 0.7 * issued.confidence), 2), issued.page, issued.snippet, issued.source)


def _same_label(one: str, other: str) -> bool:
    """Version 2.3, v2.3 and 2.3 are one label; 2024 and 2024版 are one."""
    return _core(one) == _core(other)


def _core(label: str) -> str:
    return re.sub(r"\W|version|edition|trial|年|版|^v(?=\d)", "", squeeze(label))


def _tidy(label: str) -> str:
    return re.sub(r"\s+", " ", label).strip(" ,，:：·")
