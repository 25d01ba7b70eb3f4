"""From a claim to the lines that speak of its matter, guideline by guideline, in every edition that counts on the "
"day."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kb.domain import Edition, Filters, Status
from kb.lexicon import Lexicon
from kb.practice.agree import TIMES, agents_meant
from kb.retrieval.scope import as_history, replaced_rows
from kb.retrieval.search import Retrieval, retrieve
from kb.slots import Agent, Quantity, Role, Slots, read_slots
from kb.store.lexical import LexicalIndex
from kb.store.library import Library
from kb.text import content_words, has_cjk, is_cjk, tokens
from kb.versions.lines import Line, passage_lines, recommendation_lines
from kb.versions.status import CURRENT, NEVER_ALONE

MOST_GUIDELINES = 8
LOOKED_AT = 60  # best passages whose guidelines are looked through
MOST_RUNNING = 12  # sentences of running text of one edition
CONTEXT = 0.5  # of a word that stands in the headings only
COVERAGE, PRECISION = 0.72, 0.28
MEANING = 0.5  # share of the encoder in what a line is about, where it sees more than the words do
UNRELATED, SAME = 0.3, 0.8  # cosines
KNOWN = 0.3  # share of a claim that the encoder may not know
ANCHORED = 0.5  # share of the topic that agents, tests, conditions and kinds of values decide
AGENT, FURTHER_AGENT, STEP, VALUE, PEOPLE = 2.0, 0.5, 1.5, 1.0, 1.0  # weight of an anchor
WITHOUT_AGENT, OTHER_PEOPLE, EXCLUDED, RUNNING = 0.55, 0.85, 0.6, 0.85
_PLAIN = frozenset(
    tokens(
        "adult adults patient patients people person should must offer consider recommend recommended suggest give "
        "use start "
        "treat treatment therapy all every who whose when if 患者 推荐 建议 应 应当 使用 采用 治疗 进行 给予 成人 "
        "所有 可 者"
    )
)


@dataclass(frozen=True, slots=True)
class Scored:
    """A line with how much of the claim's matter it holds, 0..1."""

    line: Line
    topic: float
    slots: Slots

    @property
    def is_recommendation(self) -> bool:
        """Whether it is a recommendation, not a sentence of running text."""
        return self.line.recommendation is not None


@dataclass(frozen=True, slots=True)
class Family:
    """A guideline that may speak of the claim: its editions on the day, and their lines, best first."""

    guideline_id: str
    statuses: Mapping[str, Status]
    lines: Mapping[str, tuple[Scored, ...]]  # by edition id
    replaced: frozenset[tuple[str, int]]  # (edition id, passage) that a partial replacement has ended

    def best(self, *statuses: Status) -> Scored | None:
        """The best line of the editions with one of these statuses."""
        found = list(self.of(*statuses))
        return max(found, key=lambda each: each.topic, default=None)

    def of(self, *statuses: Status) -> Iterator[Scored]:
        """Lines of the editions with one of these statuses; what was replaced in part counts as superseded."""
        for edition_id, lines in self.lines.items():
            for each in lines:
                is_replaced = (edition_id, each.line.passage) in self.replaced
                found = Status.SUPERSEDED if is_replaced else self.statuses[edition_id]
                if found in statuses:
                    yield each

    @property
    def topic(self) -> float:
        """How much of the claim's matter the best line holds."""
        return max((line.topic for lines in self.lines.values() for line in lines), default=0.0)


def find_families(library: Library, claim: str, filters: Filters, lexicon: Lexicon) -> tuple[Retrieval, list[Family]]:
    """Guidelines whose lines may speak of a claim, the nearest first."""
    found = retrieve(library, claim, as_history(filters), widen=False)
    weights = _Weights(found)
    meaning = _meanings(found)
    slots = read_slots(claim, lexicon)
    families = []
    for guideline_id in _guidelines(found):
        family = _family(library, found, guideline_id, slots, weights, lexicon, meaning)
        if family.lines:
            families.append(family)
    families.sort(key=lambda each: -each.topic)
    return found, families[:MOST_GUIDELINES]


def _guidelines(found: Retrieval) -> list[str]:
    editions = found.view.ledger.editions
    named = dict.fromkeys(editions[each.edition_id].guideline_id for each in found.candidates[:LOOKED_AT])
    return list(named)[:MOST_GUIDELINES]


def _family(
    library: Library, found: Retrieval, guideline_id: str, claim: Slots, weights: _Weights, lexicon: Lexicon,
    meaning: Mapping[tuple[str, int], float],
) -> Family:  # fmt: skip
    ledger, statuses = found.view.ledger, {}
    lines: dict[str, tuple[Scored, ...]] = {}
    replaced: set[tuple[str, int]] = set()
    for edition_id, status in found.scope.statuses.items():
        edition = ledger.editions[edition_id]
        if edition.guideline_id != guideline_id or edition.kind in NEVER_ALONE:
            continue
        scored = _scored_lines(library, found, edition, claim, weights, lexicon, meaning)
        if scored:
            statuses[edition_id], lines[edition_id] = status, scored
        if status == Status.PARTIALLY_SUPERSEDED:
            rows = replaced_rows(library, found.view, edition_id, found.scope.as_of)
            replaced |= {(edition_id, int(found.view.snapshot.ordinal[row])) for row in rows}
    return Family(guideline_id, statuses, lines, frozenset(replaced))


def _scored_lines(
    library: Library, found: Retrieval, edition: Edition, claim: Slots, weights: _Weights, lexicon: Lexicon,
    meaning: Mapping[tuple[str, int], float],
) -> tuple[Scored, ...]:  # fmt: skip
    def topic(line: Line) -> float:
        return _topic(line, claim, weights, lexicon, edition, meaning.get((edition.extraction_id, line.passage)))

    recommendations = [
        Scored(line, topic(line), read_slots(line.text, lexicon)) for line in recommendation_lines(library, edition)
    ]
    plain = sorted(
        ((weights.score(line.text, _headings(line)), line) for line in _running(library, found, edition)),
        key=lambda pair: -pair[0],
    )
    running = [Scored(line, RUNNING * topic(line), read_slots(line.text, lexicon)) for _, line in plain[:MOST_RUNNING]]
    return tuple(sorted((*recommendations, *running), key=lambda each: -each.topic)[:20])


def _running(library: Library, found: Retrieval, edition: Edition) -> Iterator[Line]:
    """Sentences of the passages that were retrieved of an edition, recommendations aside."""
    snapshot = found.view.snapshot
    rows = [row for each in found.candidates for row in (each.row, *each.also)]
    mine = [row for row in rows if snapshot.extraction_ids[snapshot.extraction[row]] == edition.extraction_id]
    for passage in library.passages(snapshot, mine):
        if passage.recommendation is None:
            yield from passage_lines(edition.id, passage)


def _meanings(found: Retrieval) -> dict[tuple[str, int], float]:
    """What the encoder makes of each passage beside the claim, 0..1; nothing where it does not know the language."""
    if found.question.unknown_share > KNOWN:
        return {}
    snapshot = found.view.snapshot
    return {
        (snapshot.extraction_ids[snapshot.extraction[row]], int(snapshot.ordinal[row])): _scaled(each.dense)
        for each in found.candidates
        for row in (each.row, *each.also)
    }


def _scaled(cosine: float) -> float:
    return min(1.0, max(0.0, (cosine - UNRELATED) / (SAME - UNRELATED)))


def _headings(line: Line) -> str:
    return " ".join(line.section)


def _topic(
    line: Line, claim: Slots, weights: _Weights, lexicon: Lexicon, edition: Edition, meant: float | None
) -> float:
    headings = f"{_headings(line)} {edition.title}"
    words = weights.score(line.text, headings)
    if words <= 0:
        return 0.0
    if meant is not None:
        words = max(words, (1 - MEANING) * words + MEANING * meant)
    slots = read_slots(line.text, lexicon)
    anchors = list(_anchors(claim, slots, read_slots(headings, lexicon), lexicon))
    if anchors:
        held = sum(weight for weight, is_held in anchors if is_held) / sum(weight for weight, _ in anchors)
        words = (1 - ANCHORED) * words + ANCHORED * held
    if claim.given and not any(_has_agent(each.concept, slots.agents, lexicon) for each in claim.given):
        words *= WITHOUT_AGENT
    mine, theirs = claim.population.conditions, slots.population.conditions
    if mine and theirs and not any(_is_kin(a, b, lexicon) for a in mine for b in theirs):
        words *= OTHER_PEOPLE
    is_excluded = any(_is_kin(a, b, lexicon) for a in claim.population.without for b in theirs)
    if is_excluded or _is_other_age(claim, slots, headings):
        words *= EXCLUDED
    return words if slots.population.is_pregnant or not claim.population.is_pregnant else words * OTHER_PEOPLE


def _is_other_age(claim: Slots, line: Slots, headings: str) -> bool:
    mine = claim.population.age_groups
    theirs = line.population.age_groups or read_slots(headings).population.age_groups
    return bool(mine and theirs) and not mine & theirs


def _anchors(claim: Slots, line: Slots, headings: Slots, lexicon: Lexicon) -> Iterator[tuple[float, bool]]:
    """What a line on the claim's matter must speak of, each with its weight and whether it does."""
    agents = [_has_agent(concept, line.agents, lexicon) for concept in {each.concept for each in claim.agents}]
    if agents:
        yield AGENT, any(agents)
        yield from ((FURTHER_AGENT, is_held) for is_held in sorted(agents)[:-1])
    for concept in {each.concept for each in claim.steps}:
        yield STEP, _has_agent(concept, line.steps, lexicon)
    for kind in {(each.role, each.unit, each.measure) for each in claim.quantities}:
        yield VALUE, any(_is_of_kind(kind, other) for other in line.quantities)
    for condition in claim.population.conditions:
        near = any(_is_kin(condition, other, lexicon) for other in line.population.conditions)
        yield PEOPLE, near or any(_is_kin(condition, other, lexicon) for other in headings.population.conditions)


def _is_of_kind(kind: tuple[Role, str, str], other: Quantity) -> bool:
    role, unit, measure = kind
    if role in TIMES and other.role in TIMES:
        return True
    return role == other.role and unit == other.unit and (not measure or not other.measure or measure == other.measure)


def _has_agent(concept: str, agents: Sequence[Agent], lexicon: Lexicon) -> bool:
    return bool(agents_meant(concept, agents, lexicon))


def _is_kin(one: str, other: str, lexicon: Lexicon) -> bool:
    return lexicon.is_a(one, other) or lexicon.is_a(other, one)


class _Weights:
    """A claim's words with their weight in this library, in every way that each may be written."""

    def __init__(self, found: Retrieval) -> None:
        inner = _inside_words(found.question.text)
        self._terms = [
            ([each.tokens for each in term.alternatives], float(weight))
            for term, weight in zip(found.match.terms, found.match.weights, strict=True)
            if not _says_little(term.alternatives[0].tokens[0]) and _is_whole(term.alternatives[0].tokens[0], inner)
        ]
        self._total = sum(weight for _, weight in self._terms) or 1.0
        self._lexical: LexicalIndex = found.view.snapshot.lexical
        self._own = {token for ways, _ in self._terms for way in ways for token in way}

    def score(self, text: str, headings: str) -> float:
        """Share of the claim's weight that a line and its headings hold, and of the line's that the claim has; 0..1."""
        words, above = words_of(text), words_of(headings)
        held = 0.0
        for ways, weight in self._terms:
            if any(words.issuperset(way) for way in ways):
                held += weight
            elif any(above.issuperset(way) for way in ways):
                held += CONTEXT * weight
        if not held:
            return 0.0
        content = [word for word in words if not _says_little(word)]
        line = sum(self.rarity(word) for word in content) or 1.0
        shared = sum(self.rarity(word) for word in content if word in self._own)
        return COVERAGE * held / self._total + PRECISION * min(1.0, shared / line)

    def rarity(self, word: str) -> float:
        """How much a word says in this library."""
        return math.log(1 + self._lexical.size / (1 + self._lexical.frequency(word)))


@lru_cache(maxsize=50_000)
def words_of(text: str) -> frozenset[str]:
    """Tokens of a line, read once."""
    return frozenset(tokens(text))


def _inside_words(text: str) -> frozenset[str]:
    """Tokens of each word by itself: pairs of ideographs that straddle two words say nothing."""
    return frozenset(token for word in content_words(text) for token in tokens(word))


def _is_whole(token: str, inner: frozenset[str]) -> bool:
    return token in inner or not has_cjk(token)


def _says_little(word: str) -> bool:
    return (
        word in _PLAIN or word.replace(".", "").isdigit() or word[:1] in "<>≥≤=±" or (len(word) == 1 and is_cjk(word))
    )


__all__ = ["CURRENT", "Family", "Scored", "find_families", "words_of"]
