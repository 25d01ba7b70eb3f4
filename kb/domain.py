"""The nouns: frozen values that every other module speaks in. They know nothing of stores or files."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Kind(StrEnum):
    """What an edition is, next to the full guideline of its family."""

    FULL = "full"  # the whole guideline
    PARTIAL_UPDATE = "partial_update"  # replaces listed recommendations only
    ADDENDUM = "addendum"  # adds to an edition that stays in force
    ERRATUM = "erratum"  # corrects an edition; never stands alone
    DRAFT = "draft"  # for comment; never in force
    DERIVATIVE = "derivative"  # pocket, primary-care or local version of an edition
    TRANSLATION = "translation"  # the same edition in another language
    SUMMARY = "summary"  # an executive summary or bulletin of an edition
    COMMENTARY = "commentary"  # about an edition; never stands alone


class State(StrEnum):
    """Where an edition is in the librarian's workflow."""

    IN_REVIEW = "in_review"  # ingested, waiting for a person
    PUBLISHED = "published"  # visible to readers
    REJECTED = "rejected"  # a person decided that it does not belong here
    WITHDRAWN = "withdrawn"  # was published; its publisher took it back on a date
    ENTERED_IN_ERROR = "entered_in_error"  # should never have been published


class Status(StrEnum):
    """What an edition (or passage) is worth on a date; derived, never stored. The first that applies, in this order."""

    WITHDRAWN = "withdrawn"  # its publisher withdrew or retracted it
    DRAFT = "draft"  # a draft is never in force
    NOT_YET_EFFECTIVE = "not_yet_effective"  # its effective date is still to come
    SUPERSEDED = "superseded"  # a confirmed successor has taken effect
    EXPIRED = "expired"  # its declared validity has ended
    PARTIALLY_SUPERSEDED = "partially_superseded"  # some of its recommendations were replaced; the rest is in force
    IN_FORCE = "in_force"  # in force as far as this library knows


class RelationType(StrEnum):
    """FHIR related-artifact codes, from the newer edition to the older."""

    REPLACES = "replaces"
    AMENDS = "amends"
    CORRECTS = "corrects"
    RETRACTS = "retracts"
    DERIVED_FROM = "derived-from"
    TRANSFORMS = "transforms"


class RelationState(StrEnum):
    """Whether a person stands behind a relation; only confirmed ones change a status."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page as displayed: fractions of page width and height, origin at the top left."""

    page: int  # 1-based, as in a PDF viewer
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class LineSpan:
    """Where the characters [start, end) of a passage's text stand on the page."""

    start: int
    end: int
    box: Box


@dataclass(frozen=True, slots=True)
class PageText:
    """One page as it was read."""

    number: int  # 1-based
    label: str  # the printed page label, "" if the PDF has none
    width: float  # points, as displayed
    height: float
    text: str  # the page's own words in reading order, after logged repairs, headers and footers included
    doubts: tuple[str, ...] = ()  # why a reader should look at the page picture
    hidden: tuple[str, ...] = ()  # text in the file that the eye cannot see; kept out of every passage
    repairs: tuple[str, ...] = ()  # what was changed, sign by sign


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of an edition."""

    ordinal: int  # 0-based, document order
    title: str
    level: int  # 1 is the highest
    page: int
    parent: int | None  # ordinal of the enclosing section
    role: str  # body | front_matter | contents | references | appendix | form


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One recommendation as the edition prints it; grades verbatim and normalised."""

    ordinal: int  # 0-based, document order
    number: str  # "3.1.2", "推荐意见4", "" when unnumbered
    text: str
    section: tuple[str, ...]  # section path, outermost first
    page_first: int
    page_last: int
    strength: str = ""  # strong | conditional | consensus | none | ""
    strength_verbatim: str = ""
    certainty: str = ""  # high | moderate | low | very_low | na | ""
    certainty_verbatim: str = ""
    year_label: str = ""
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """The retrievable piece: at most two pages, one edition, one section, never half a recommendation."""

    ordinal: int  # 0-based, document order
    text: str  # the page's own words; the only source of quotes
    context: str  # section path, table headers, lead-in: for the encoder, matching and display, never quoted
    kind: str  # text | recommendation | list | table | contents | references | front_matter | form
    language: str  # en | zh
    section: tuple[str, ...]
    page_first: int
    page_last: int
    lines: tuple[LineSpan, ...]  # cover `text` in order; from them come the boxes of any quote
    recommendation: int | None = None  # ordinal of the Recommendation it holds


@dataclass(frozen=True, slots=True)
class Proposal:
    """A metadata value that was read from a PDF, with where it was read."""

    value: str | tuple[str, ...]
    confidence: float  # 0..1
    page: int | None  # None for file name and document properties
    snippet: str
    source: str  # body | header | properties | filename | manifest | person


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that was read from one PDF by one version of the reader."""

    sha256: str
    reader: str  # name and version of the reading rules
    pages: tuple[PageText, ...]
    sections: tuple[Section, ...]
    recommendations: tuple[Recommendation, ...]
    passages: tuple[Passage, ...]
    proposals: dict[str, Proposal] = field(default_factory=dict)
    abbreviations: tuple[tuple[str, str], ...] = ()  # (short, long) as the guideline itself defines them
    coverage: float = 1.0  # share of visible characters that stand in a passage
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Relation:
    """An edition's claim on another, with the evidence for it."""

    id: str
    type: RelationType
    source: str  # edition id that makes the claim (the newer one)
    target: str  # edition id, identifier or file name as given; may not be here yet
    scope: tuple[str, ...]  # empty: the whole edition
    state: RelationState
    evidence: str  # the quoted words, or "" when a person asserted it
    on: str  # date on which it takes effect; "" means the source's own effective date
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Edition:
    """One dated, published state of a guideline, as the acts recorded so far describe it."""

    id: str
    guideline_id: str
    sha256: str
    extraction_id: str
    file: str  # display name only
    state: State
    title: str = ""
    publisher: str = ""
    label: str = ""  # verbatim: "2024年修订版", "3rd ed."
    kind: Kind = Kind.FULL
    issued_on: str = ""  # YYYY, YYYY-MM or YYYY-MM-DD
    effective_on: str = ""
    valid_until: str = ""
    last_updated_on: str = ""
    next_review_on: str = ""
    language: str = ""
    jurisdiction: str = ""
    identifiers: tuple[str, ...] = ()
    licence: str = ""
    source_url: str = ""
    withdrawn_on: str = ""
    archived: str = ""  # the stamp on the copy ("archived", "replaced by …"), verbatim


@dataclass(frozen=True, slots=True)
class Filters:
    """What a question is asked of. Every filter fails closed: no match gives nothing."""

    as_of: date | None = None  # None: today
    known_at: datetime | None = None  # None: all that is recorded
    all_editions: bool = False  # history lane: every published edition, with its status
    guideline: str | None = None
    publisher: str | None = None
    jurisdiction: str | None = None  # that one and INT
    language: str | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its score (higher is better) and rank (1 is best), joined to its edition on the date asked for."""

    rank: int
    score: float
    passage_id: str
    passage: Passage
    edition: Edition
    status: Status
    passage_status: Status
    recommendation: Recommendation | None
    also: tuple[str, ...] = ()  # ids of passages that say the same, left out of the list
    standing: str = ""  # one sentence on the edition: from when to when it is in force, what replaced it


@dataclass(frozen=True, slots=True)
class Citation:
    """A literal quote with everything needed to open and judge its source."""

    marker: int  # 1-based, unique within the answer
    hit: Hit
    quote: str  # literal substring of the passage's text
    page_first: int
    page_last: int
    page_label: str
    boxes: tuple[Box, ...]
    superseded_by: str | None  # edition id


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer and the markers that carry it."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the reader must know beside the answer."""

    code: str
    message: str
    citations: tuple[int, ...] = ()


class RefusalCode(StrEnum):
    """Why there is no answer."""

    NOT_COVERED = "not_covered"  # nothing in the library answers this; not the same as "not recommended"
    NO_EDITION_IN_FORCE = "no_edition_in_force"  # only superseded, expired or withdrawn text covers it
    DRAFT_ONLY = "draft_only"  # only a draft covers it
    UNSAFE = "unsafe"  # asks for a decision about a patient that a library cannot take
    EMPTY_LIBRARY = "empty_library"  # nothing is published (or nothing matches the filters)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the library does not answer, and what is missing."""

    code: RefusalCode
    message: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Understood:
    """How the question was read; shown to the reader so that nothing is assumed silently."""

    as_of: date
    language: str
    edition: str | None = None  # edition id, year or "draft" named in the question
    expanded: tuple[str, ...] = ()
    unknown_share: float = 0.0  # share of the question that the encoder does not know
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """Quoted statements with citations, or a refusal; never both."""

    question: str
    understood: Understood
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    refusal: Refusal | None
    warnings: tuple[Notice, ...]
    related: tuple[Hit, ...]
    mode: str  # extractive | generated
    model: str
    encoder: str
    milliseconds: float
    history: tuple[Hit, ...] = ()  # on request: what other editions of the guidelines cited say, oldest first


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits in rank order and how the question was read."""

    query: str
    understood: Understood
    hits: tuple[Hit, ...]
    milliseconds: float
