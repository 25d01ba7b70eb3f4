"""What a document is next to the guideline of its family: the guideline itself, a draft, an erratum, a commentary…"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.metadata.material import Heading, Material, Place, Spot
from ingest.metadata.voting import Candidate, agreement, propose_from
from ingest.metadata.words import GENRE
from kb.domain import Kind, Proposal
from kb.publishers import find_publisher

_FLAGS = re.IGNORECASE
# What a title (or the line above it) says; the first that applies, so that a draft summary is a draft.
IN_TITLE: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        Kind.ERRATUM,
        re.compile(
            r"^\W*(?:correction|corrigend(?:um|a)|errat(?:um|a)|corrected\s+and\s+republished)\b|更正|勘误|订正", _FLAGS
        ),
    ),
    (
        Kind.COMMENTARY,
        re.compile(
            r"解读|述评|答记者问|点评|要点介绍|^\W*(?:editorial|commentary|perspective|viewpoint|letter|comment)\b|\bwhat(?:'s|’s|\s+is|\s+has)\s+(?:new|changed)\b"
            r"|\bmethod(?:s|ology)\s+(?:for|of|used)\b.*\b(?:guidelines?|development)\b|\bcommentary\s+on\b|\bcritical\s+appraisal\b"
            r"|\binterpretation\s+of\b.*\bguidelines?\b|制订方法学|方法学介绍",
            _FLAGS,
        ),
    ),
    (
        Kind.DRAFT,
        re.compile(
            r"征求意见稿|送审稿|报批稿|讨论稿|草案|\bdraft\s+(?:for|recommendation|guideline|guidance|statement|version|document|standard)"
            r"|\b(?:consultation|public\s+comment|exposure)\s+draft\b|\bissues\s+draft\b|\(draft\)|\bdraft\s*$|^\W*draft\b",
            _FLAGS,
        ),
    ),
    (
        Kind.ADDENDUM,
        re.compile(r"^\W*addend(?:um|a)\b|\baddendum\s+(?:to|guidelines?)\b|补充说明|补充规定|补充意见|增补", _FLAGS),
    ),
    (
        Kind.TRANSLATION,
        re.compile(
            r"[（(](?:english|chinese)\s+(?:version|edition|translation)[)）]|英文版|中文版|中译本|\bEnglish\s+translation\b",
            _FLAGS,
        ),
    ),
    (
        Kind.DERIVATIVE,
        re.compile(
            r"\bpocket\s+(?:guide|card|guideline)|\bquick\s+reference\b|\bprimary\s+care\s+version\b|\bpatient\s+(?:version|guide)\b|\bat-a-glance\b"
            r"|基层版|基层医|口袋|简版|患者版|快速参考",
            _FLAGS,
        ),
    ),
    (
        Kind.SUMMARY,
        re.compile(
            r"^\W*(?:executive\s+)?summary\b|\bexecutive\s+summary\b|\b(?:guideline|recommendations?)\s+summary\b|\bsynopsis\b|执行摘要|摘要版|要点摘编"
            r"|\b(?:fact|tip)\s*sheet\b|\bissues\s+(?:final|new)\b|\bat\s+a\s+glance\b",
            _FLAGS,
        ),
    ),
    (Kind.PARTIAL_UPDATE, re.compile(r"\bfocused\s+update\b|\bpartial\s+update\b|局部更新|部分更新", _FLAGS)),
)
# What other short lines say, with how far each can be trusted.
IN_TEXT: tuple[tuple[Kind, float, re.Pattern[str]], ...] = (
    (
        Kind.DRAFT,
        0.9,
        re.compile(
            r"\bdraft\s+for\s+(?:public\s+)?(?:consultation|comment|review|discussion)\b|\bpublic\s+comment\s+draft\b",
            _FLAGS,
        ),
    ),
    (
        Kind.DRAFT,
        0.8,
        re.compile(r"^\W*(?:draft|征求意见稿|送审稿|报批稿|讨论稿|草案)\W*(?:\d[\d/. -]*)?$|\bDRAFT\s+\(", 0),
    ),
    (
        Kind.DRAFT,
        0.7,
        re.compile(
            r"\bnot\s+(?:yet\s+)?(?:been\s+)?(?:formally\s+disseminated|final(?:ised|ized)?)\b|\bdo\s+not\s+cite\b",
            _FLAGS,
        ),
    ),
    (Kind.ERRATUM, 0.85, re.compile(r"^\W*(?:correction|corrigend(?:um|a)|errat(?:um|a)|更\s*正|勘\s*误)\W*$", _FLAGS)),
    (
        Kind.COMMENTARY,
        0.85,
        re.compile(
            r"^\W*(?:editorial|commentary|perspective|viewpoint|methodology|letter\s+to\s+the\s+editor|述\s*评|[·•]?指南解读[·•]?|专家点评)\W*$",
            _FLAGS,
        ),
    ),
    (Kind.SUMMARY, 0.85, re.compile(r"^\W*executive\s+summary\W*$", _FLAGS)),
    (
        Kind.TRANSLATION,
        0.85,
        re.compile(
            r"^(?!.*[“\"]).*(?:\btranslated\s+from\s+the\b|\b(?:english|chinese)\s+translation\s+of\b|本译文|译自|中文译本|非官方译文|以(?:英文|原文|原)版?为准|\boriginal\s+(?:chinese|german|english|japanese|french)\s+version\s+prevails)",
            _FLAGS,
        ),
    ),
    (Kind.DERIVATIVE, 0.6, re.compile(r"\bthis\s+pocket\s+guide\b", _FLAGS)),
    (
        Kind.PARTIAL_UPDATE,
        0.8,
        re.compile(
            r"\bthis\s+(?:clinical\s+practice\s+)?(?:guideline|document)\s+is\s+a\s+(?:focused|partial)\s+update\b",
            _FLAGS,
        ),
    ),
    (Kind.SUMMARY, 0.85, re.compile(r"\b(?:guidelines?|recommendations?)\s+(?:synopsis|summary)\b", _FLAGS)),
    (Kind.SUMMARY, 0.75, re.compile(r"\btoday\s+(?:published|issued|released|posted)\b", _FLAGS)),
)
_FACT_SHEET = re.compile(r"\bfact\s*sheet\b|\bbrochure\b|\binfographic\b|\btip\s*sheet\b", _FLAGS)
HEAD = 0.22  # share of the first page in which a line names the kind of article
HEADS = (Kind.ERRATUM, Kind.COMMENTARY, Kind.SUMMARY)
MARGIN_LINES = 60  # numbered one by one over several pages: a manuscript, as bodies put out for comment
_LINE_NUMBER = re.compile(r"\d{1,4}(?=\s|$)")


def read_kind(
    material: Material, title: Proposal | None, heading: Heading | None, publisher: Proposal | None
) -> Proposal:
    """The kind with the best evidence; "full" where nothing says otherwise, surer where the title says guideline."""
    found = list(_candidates(material, title, heading, publisher))
    by_kind = {kind: [each for each in found if each.value == kind] for kind in Kind}
    scored = {kind: agreement(votes) for kind, votes in by_kind.items() if votes}
    best = max(scored, key=lambda kind: (scored[kind], -list(Kind).index(kind)), default=None)
    if best is not None and scored[best] >= 0.5:
        if scored.get(Kind.DRAFT, 0.0) >= 0.5:
            best = Kind.DRAFT  # whatever else a draft is, it is not in force
        rivals = [value for kind, value in scored.items() if kind not in (best, Kind.DRAFT)]
        confidence = scored[best] * (0.8 if rivals and best != Kind.DRAFT and max(rivals) >= scored[best] else 1.0)
        chosen = max(by_kind[best], key=lambda each: each.strength)
        proposal = propose_from(chosen, confidence)
        if proposal is not None:
            return proposal
    return _full(title, max(scored.values(), default=0.0))


def _margin_run(material: Material) -> int:
    """The longest run of lines of the first pages that are numbered one by one, in the margin or before their text."""
    run = longest = last = 0
    for page in material.document.pages[:10]:
        lines = sorted((*page.lines, *page.furniture), key=lambda line: line.box.y0)
        for line in lines:
            match = _LINE_NUMBER.match(line.text) if line.box.x0 < 0.2 else None
            number = int(match[0]) if match else 0
            if number == last + 1:
                run, last = run + 1, number
                longest = max(longest, run)
            elif number == 1:
                run, last = 1, 1
    return longest


def _full(title: Proposal | None, doubt: float) -> Proposal:
    if title is None:
        return Proposal(Kind.FULL, round(0.55 * (1 - doubt), 2), None, "", "body")
    sure = 0.85 if GENRE.search(str(title.value)) else 0.65
    return Proposal(Kind.FULL, round(sure * (1 - 0.6 * doubt), 2), title.page, title.snippet, title.source)


def _candidates(
    material: Material, title: Proposal | None, heading: Heading | None, publisher: Proposal | None
) -> Iterator[Candidate]:
    if heading is not None:
        yield from _in_title(heading, _bracket_below(material, heading))
    for name in ("title", "dc:title", "subject", "dc:description"):
        named = material.named(name)
        if named is not None:
            yield from _in_property(named)
    yield from _in_text(material)
    yield from _other_signs(material, publisher)


def _bracket_below(material: Material, heading: Heading) -> str:
    """A bracketed line right below the title: （中文版）, (public consultation draft)."""
    below = [spot for spot in material.lines if spot.page == heading.page and spot.top > heading.lines[-1].box.y0]
    first = min(below, key=lambda spot: spot.top, default=None)
    return first.text.strip() if first and re.fullmatch(r"\s*[（(].{2,40}[)）]\s*", first.text) else ""


def _in_title(heading: Heading, below: str) -> Iterator[Candidate]:
    spot = Spot(f"{heading.text} {below}".strip(), heading.page, heading.place)
    for kind, pattern in IN_TITLE:
        # What a title quotes inside 《》 is the work it speaks of, not itself.
        match = pattern.search(re.sub(r"《[^》]*》", "《》", spot.text))
        if match:
            yield Candidate(kind, 0.92, spot)
            return


def _in_property(spot: Spot) -> Iterator[Candidate]:
    if _FACT_SHEET.search(spot.text):
        yield Candidate(Kind.SUMMARY, 0.6, spot)
        return
    for kind, pattern in IN_TITLE:
        if pattern.search(re.sub(r"《[^》]*》", "《》", spot.text)):
            yield Candidate(kind, 0.4, spot)
            return


def _in_text(material: Material) -> Iterator[Candidate]:
    pages = (Place.COVER, Place.FRONT, Place.IMPRINT, Place.RUNNING)
    for spot in (*material.lines, *material.spots(*pages)):
        if spot.place not in pages or len(spot.text) > 600:
            continue
        for kind, weight, pattern in IN_TEXT:
            match = pattern.search(spot.text)
            at_head = spot.place is Place.RUNNING or (spot.place is Place.COVER and spot.top < HEAD)
            heads = at_head if kind in HEADS else True
            if match and heads:
                yield Candidate(kind, weight, spot, match[0])


def _other_signs(material: Material, publisher: Proposal | None) -> Iterator[Candidate]:
    run = _margin_run(material)
    if run >= MARGIN_LINES:
        yield Candidate(Kind.DRAFT, 0.5, Spot(f"lines numbered to {run}", None, Place.RUNNING))
    if re.search(r"\bdraft\b|征求意见稿", material.filename.text, re.IGNORECASE):
        yield Candidate(Kind.DRAFT, 0.55, material.filename)
    body = find_publisher(str(publisher.value)) if publisher else None
    chinese_body = body is not None and body.jurisdiction == "CN"
    if publisher and chinese_body and not material.is_chinese:
        spot = Spot(publisher.snippet, publisher.page, Place.COVER)
        yield Candidate(Kind.TRANSLATION, 0.6, spot)
