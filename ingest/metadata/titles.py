"""The title: what the first pages set largest, confirmed by properties, running lines and citations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.metadata.material import Heading, Material, Place, Spot
from ingest.metadata.title_options import Option, find_options, fits, is_repeated
from ingest.metadata.title_text import clean_title, likeness, signs
from ingest.metadata.voting import Candidate, agreement, propose_from
from kb.domain import Proposal
from kb.text import has_cjk

_FIELD = re.compile(
    r"^\W*(?:guideline|document|policy|protocol)?\s*title\s*[:：]?\s*(?P<value>.*)$"
    r"|^\W*(?:标题|题名|文件名称)\s*[:：]\s*(?P<zh>.+)$",
    re.IGNORECASE,
)
_BAD_PROPERTY = re.compile(
    r"\.(?:docx?|indd|pdf|qxd|pptx?|xlsx?|tex|eps)\b|^(?:microsoft|untitled|slide|powerpoint|document\d*|title|layout|print|cover|\d+)\b"
    r"|~|_|\w:\w\w_|^\S+$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Title:
    """The proposed title and the heading it was read from, if it was one."""

    proposal: Proposal | None
    heading: Heading | None


def read_title(material: Material) -> Title:
    """The title as printed, edition label in brackets left off; nothing where no text looks like one."""
    labelled = _labelled(material)
    options = sorted(find_options(material), key=lambda each: -each.score)
    named = _property_title(material)
    if labelled is not None:
        return Title(propose_from(labelled, agreement([labelled, *_support(material, labelled.value)])), None)
    if not options:
        return Title(propose_from(Candidate(clean_title(named.text), 0.5, named), 0.5) if named else None, None)
    best = _confirmed_by(options, named) if named is not None else options[0]
    value = _worded(best, named)
    heading = best.heading
    spot = Spot(heading.text, heading.page, heading.place, heading.lines[0].box.y0)
    return Title(propose_from(Candidate(value, best.score, spot), _confidence(material, options, best, value)), heading)


def _property_title(material: Material) -> Spot | None:
    for name in ("dc:title", "title"):
        spot = material.named(name)
        if spot is None or _BAD_PROPERTY.search(spot.text) and not has_cjk(spot.text):
            continue
        if fits(spot.text):
            return spot
    return None


def _confirmed_by(options: list[Option], named: Spot) -> Option:
    """The best option, unless another as good as it is the one that the property names."""
    agreeing = [each for each in options if likeness(each.text, named.text) >= 88]
    best = options[0]
    return agreeing[0] if agreeing and agreeing[0].score >= best.score - 0.3 else best


def _worded(best: Option, named: Spot | None) -> str:
    """The page's words, or the property's where it has the same in better shape."""
    text = best.text
    if named is None:
        return text
    other = clean_title(named.text)
    one, two = signs(text), signs(other)
    if one == two:
        return other if text.isupper() and not other.isupper() else text
    inside = one in two and not two.startswith(one)
    return other if inside and len(two) > 1.2 * len(one) else text


def _labelled(material: Material) -> Candidate | None:
    """A title that a form names as such: "Guideline Title", "Title: …"."""
    lines = [spot for spot in material.lines if spot.place is Place.COVER]
    for index, spot in enumerate(lines[:40]):
        match = _FIELD.match(spot.text)
        if match is None:
            continue
        value = (match["value"] or match["zh"] or "").strip()
        if not value and index + 1 < len(lines):
            after = lines[index + 1]
            value = next((each.text for each in material.paragraphs if each.text.startswith(after.text)), after.text)
        if fits(value):
            said = spot.text if value in spot.text else f"{spot.text} {value}"
            return Candidate(clean_title(value), 0.85, spot, said)
    return None


def _support(material: Material, value: str) -> Iterator[Candidate]:
    named = _property_title(material)
    if named is not None and likeness(value, named.text) >= 85:
        yield Candidate(value, 0.5, named)
    if likeness(value, material.filename.text) >= 90:
        yield Candidate(value, 0.3, material.filename)


def _confidence(material: Material, options: list[Option], best: Option, value: str) -> float:
    others = [each.score for each in options if likeness(each.text, value) < 70]
    lead = best.score - max(others, default=0.0)
    weight = best.score + 0.15 + (0.15 if lead > 0.25 else 0.0)
    votes = [Candidate(value, min(0.8, max(0.2, weight)), Spot(value, best.heading.page, Place.COVER))]
    votes += _support(material, value)
    if is_repeated(material, value, best.heading):
        votes.append(Candidate(value, 0.5, Spot(value, None, Place.RUNNING)))
    return agreement(votes) * (0.75 if lead < 0.05 else 1.0)
