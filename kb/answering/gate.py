"""The gate: no sentence of a language model is shown that the text which it cites does not carry.

Everything is compared by rules that a reader can follow: numbers with units and bounds, names of the clinical lexicon,
groups of people, opposites, "not", how firmly it is said, grades, and how much of the content stands there. A class may
be said for its member and a unit be converted; both are told. What is in doubt is not shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from kb.answering.exhibits import Exhibit
from kb.answering.gate_grades import invented_grades
from kb.answering.gate_machine import speaks_to_a_machine, usable_units
from kb.answering.gate_markers import split_at_markers, without_markers
from kb.answering.gate_quantities import is_converted, is_same_amount
from kb.answering.gate_reading import Reading, join, read
from kb.answering.gate_standing import standing_fault, without_standing
from kb.answering.gate_support import Fault, Stretch, coverage, faults_of, is_class_of, is_named
from kb.lexicon.lookup import load_lexicon
from kb.models.encoder import Vectors
from kb.models.everyday import is_everyday
from kb.sentences import split_sentences
from kb.text import has_cjk, language_of

MOST_UNITS = 3  # neighbouring units that may carry one sentence together
TRIED = 8  # stretches that are looked at, those with most of the sentence's content
AS_FULL = 0.85  # of the most content that any stretch holds: what says less is not what the sentence was taken from
PLAIN = 0.75  # share of the content in one unit from which that unit is what the sentence speaks of
GRAVE = (Fault.POLARITY, Fault.CONTRAST, Fault.FORCE)
LEAST_CONTENT = {"en": 0.5, "zh": 0.5, "cross": 0.45}  # share of the content that must stand there
LEAST_MEANING = 0.45  # cosine between sentence and stretch, English only
_LEAD_IN = re.compile(r"[:：]\s*$")
_MARKUP = re.compile(r"https?:|www\.|\]\(|!\[|</?[a-z][^>]*>|&#?\w+;|\bjavascript:|\bdata:\w+/", re.I)
_ORDERS = re.compile(
    r"\b(?:your (?:patient|mother|father|child|wife|husband|doctor|dose)|you (?:should"
    r"|must|need|can|may)|ignore|disregard"
    r"|system prompt|previous instructions?|as an ai|language model|i (?:recommend|suggest|advise|cannot|can't|am))\b"
    r"|您的?|你(?:应|可|需|的)|(?:我|本人)(?:建议|推荐|认为)|忽略(?:以上|之前|前面)|系统提示|作为(?:一个)?(?:ai|人工智能|语言模型)",
    re.I,
)

Encode = Callable[[str], Vectors]


@dataclass(frozen=True, slots=True)
class Carried:
    """Where a sentence stands: characters [start, end) of an exhibit's text."""

    exhibit: int  # its number
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a sentence may be shown, and on what it rests or why not."""

    fault: Fault | None
    detail: str = ""
    carried: tuple[Carried, ...] = ()
    remarks: tuple[str, ...] = ()  # "aspirin for NSAIDs", "1 g for 1000 mg": what was read as the same


def judge(sentence: str, exhibits: Sequence[Exhibit], question: str, *, encode: Encode | None = None) -> Verdict:
    """Judge one sentence, with its markers, of an answer to a question; `encode` gives unit vectors of English.

    Where markers stand within the sentence, each part must be carried by what is cited at its own end.
    """
    parts = split_at_markers(sentence)
    if not parts or not parts[-1].markers:
        return Verdict(Fault.NO_MARKER)
    known = {exhibit.number: exhibit for exhibit in exhibits}
    unknown = [marker for part in parts for marker in part.markers if marker not in known]
    if unknown:
        return Verdict(Fault.UNKNOWN_MARKER, str(unknown[0]))
    fault = _unfit(without_markers(sentence), question)
    if fault:
        return Verdict(fault)
    verdicts = [_judge_part(part.text, [known[each] for each in part.markers], question, encode) for part in parts]
    failed = next((each for each in verdicts if each.fault is not None), None)
    return failed or Verdict(
        None, "", tuple(dict.fromkeys(place for each in verdicts for place in each.carried)),
        tuple(dict.fromkeys(remark for each in verdicts for remark in each.remarks)),
    )  # fmt: skip


def _unfit(text: str, question: str) -> Fault | None:
    """Why a sentence is not shown whatever it cites."""
    if _MARKUP.search(text):
        return Fault.MARKUP
    if _ORDERS.search(text) or speaks_to_a_machine(text):
        return Fault.ORDER
    return Fault.LANGUAGE if language_of(text) != language_of(question) else None


def _judge_part(text: str, cited: Sequence[Exhibit], question: str, encode: Encode | None) -> Verdict:
    standing = standing_fault(text, cited)
    if standing:
        return Verdict(Fault.CURRENCY, standing)
    tried = [_carry(text, exhibit, question, encode) for exhibit in cited]
    carried = [each for each in tried if each.fault is None]
    if not carried:
        return _by_clauses(text, cited, question, encode) or tried[0]
    return Verdict(
        None, "", tuple(place for each in carried for place in each.carried),
        tuple(dict.fromkeys(remark for each in carried for remark in each.remarks)),
    )  # fmt: skip


_CLAUSE = re.compile(r"[;；]\s*|[，,]\s*(?:and|but|while|whereas|而|并且|同时)\s*|\b(?:whereas|while)\b")


def _by_clauses(text: str, cited: Sequence[Exhibit], question: str, encode: Encode | None) -> Verdict | None:
    """A sentence that joins two exhibits: each of its clauses is carried wholly by one of them."""
    clauses = [clause.strip() for clause in _CLAUSE.split(text) if clause.strip()]
    if len(cited) < 2 or len(clauses) < 2 or any(len(read(clause).keys) < 3 for clause in clauses):
        return None
    places, remarks = [], []
    for clause in clauses:
        good = [each for each in (_carry(clause, exhibit, question, encode) for exhibit in cited) if each.fault is None]
        if not good:
            return None
        places += [place for each in good for place in each.carried]
        remarks += [remark for each in good for remark in each.remarks]
    return Verdict(None, "", tuple(dict.fromkeys(places)), tuple(dict.fromkeys(remarks)))


def _carry(sentence: str, exhibit: Exhibit, question: str, encode: Encode | None) -> Verdict:
    """The smallest stretch of one exhibit that carries a sentence, or the fault of the nearest one."""
    said = read(without_standing(sentence, exhibit))
    if not said.keys:
        return Verdict(Fault.CONTENT, "nothing is said")
    invented = invented_grades(sentence, (exhibit.text, exhibit.context), exhibit.grades)
    if invented:
        return Verdict(Fault.GRADE, invented[0])
    asked = read(question)
    ranked = sorted(
        ((coverage(said, each), -(each.end - each.start), each) for each in stretches_of(exhibit)),
        key=lambda each: (-each[0], -each[1]),
    )
    nearest = _contradiction(said, asked, ranked)
    if nearest is not None:
        return nearest
    best = ranked[0][0] if ranked else 0.0
    for share, _, there in ranked[:TRIED]:
        if share < AS_FULL * best:
            break
        faults = list(faults_of(said, there, asked))
        if not faults and not _says_enough(said, there, share, exhibit, encode):
            faults = [(Fault.CONTENT, f"{share:.2f}")]
        if not faults:
            return Verdict(None, "", (Carried(exhibit.number, there.start, there.end),), tuple(_remarks(said, there)))
        nearest = nearest or Verdict(*faults[0])
    return nearest or Verdict(Fault.CONTENT, "the exhibit is empty")


def _contradiction(said: Reading, asked: Reading, ranked: Sequence[tuple[float, int, Stretch]]) -> Verdict | None:
    """A fault against the one unit that says nearly the same: its neighbours cannot make that good."""
    share, _, there = next((each for each in ranked if each[2].is_single), (0.0, 0, None))
    if there is None or share < max(PLAIN, 0.97 * ranked[0][0]):
        return None
    grave = [each for each in faults_of(said, there, asked) if each[0] in GRAVE]
    return Verdict(*grave[0]) if grave else None


def _says_enough(said: Reading, there: Stretch, share: float, exhibit: Exhibit, encode: Encode | None) -> bool:
    languages = (language_of(said.text), exhibit.language)
    kind = languages[0] if languages[0] == languages[1] else "cross"
    if share < LEAST_CONTENT[kind]:
        return False
    if _strange_words(said, there):
        return False
    if kind != "en" or encode is None or share >= PLAIN:
        return True
    return float(np.dot(_vector(encode, said.text), _vector(encode, there.reading.text))) >= LEAST_MEANING


_DRUG_LIKE = re.compile(
    r"[\u4e00-\u9fff]+(?:酸|唑|素|平|醇|单抗|磷|韦|汀|沙坦|洛尔|霉素|西林|沙星|替尼|列净|格列|肽|酮|胺|啶|嗪|松|林|定|钠|钾)$"
)


def _strange_words(said: Reading, there: Stretch) -> list[str]:
    """Words of a sentence that are no everyday words and stand nowhere in the exhibit: names that no lexicon knows."""
    text = there.around.text
    strange = []
    for key in said.keys:
        if not key.names[0].startswith("w:") or key.surface in text or set(key.names) & there.around.names:
            continue
        if has_cjk(key.surface):
            if len(key.surface) >= 3 and _DRUG_LIKE.fullmatch(key.surface):
                strange.append(key.surface)
        elif has_cjk(text) or is_everyday(key.surface) or re.search(rf"\b{re.escape(key.surface[:5])}", text):
            continue
        else:
            strange.append(key.surface)
    return strange


def _vector(encode: Encode, text: str) -> Vectors:
    known = _vectors.get(text)
    if known is None:
        if len(_vectors) > 512:
            _vectors.clear()
        known = _vectors[text] = encode(text)
    return known


_vectors: dict[str, Vectors] = {}


def _remarks(said: Reading, there: Stretch) -> Iterable[str]:
    lexicon = load_lexicon()
    for quantity in said.quantities:
        same = [each for each in there.reading.quantities if is_same_amount(quantity, each)]
        if same and all(is_converted(quantity, each) for each in same):
            printed = there.reading.text[same[0].start : same[0].end]
            yield f"{said.text[quantity.start : quantity.end]} = {printed}"
    for key in said.concepts:
        members = [each for each in there.reading.concepts if is_named(lexicon, key, each)]
        if members and all(is_class_of(key, each) for each in members):
            yield f"{key.surface} ← {members[0].surface}"


@lru_cache(maxsize=64)
def stretches_of(exhibit: Exhibit) -> tuple[Stretch, ...]:
    """Every run of one to three neighbouring units, a list item with the line that introduces it."""
    text = exhibit.text
    spans = [(start, end) for start, end in split_sentences(text) if text[start:end].strip()]
    units = [read(text[start:end].strip()) for start, end in spans]
    usable = usable_units([text[start:end] for start, end in spans])
    kept = [unit for unit, is_usable in zip(units, usable, strict=True) if is_usable]
    around = join([read(exhibit.title), read(exhibit.context), *kept])
    years = frozenset(each.value for each in read(exhibit.edition).quantities)
    leads = [read(lead) if lead else None for lead in _leads(text, spans)]
    found = []
    for size in range(1, MOST_UNITS + 1):
        for first in range(len(spans) - size + 1):
            if not all(usable[first : first + size]):
                continue
            lead = leads[first]
            parts = ([lead] if lead else []) + units[first : first + size]
            start, end = spans[first][0], spans[first + size - 1][1]
            is_advice = exhibit.is_recommendation
            found.append(Stretch(start, end, join(parts), around, is_advice, size == 1, years))
    return tuple(found)


def _leads(text: str, spans: Sequence[tuple[int, int]]) -> list[str]:
    """For each unit the line above that introduces it ("Contraindications:"), or ""."""
    leads, lead = [""] * len(spans), ""
    for index, (before, after) in enumerate(pairwise(spans)):
        words = text[before[0] : before[1]].strip()
        if _LEAD_IN.search(words):
            lead = words
        elif not text[: before[1]].endswith("\n"):
            lead = ""
        leads[index + 1] = lead if after[0] >= before[1] else ""
    return leads
