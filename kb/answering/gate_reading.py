"""A sentence as the gate compares it: keys in order (concepts, word classes, stems), quantities, negations, clauses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from kb.answering.gate_force import find_force
from kb.answering.gate_grades import without_grades
from kb.answering.gate_quantities import Quantity, find_quantities
from kb.answering.gate_words import Found, find_words
from kb.lexicon.lookup import load_lexicon
from kb.text import CHINESE_STOP, LOOKALIKES, cut_chinese, fold, has_cjk, is_stop_word, stem

_POWER = re.compile("(10)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")  # 10⁹, which folding would make 109
NO_NAMES = ("populations", "guideline_terms", "units", "question_words")  # groups of the lexicon that name no thing
_NEGATION = re.compile(
    r"\bno longer\b|\b(?:not|no|never|none|neither|nor|without|cannot|avoid\w*|contraindicat\w*|refrain\w*"
    r"|discourag\w*|forbid\w*|forbidden|prohibit\w*|lack\w*|absence|absent|inadvisable"
    r"|inappropriate|unsuitable|unnecessary|ineffective|unsafe"
    r"|nobody|nothing|nowhere|against|instead of|rather than|rule[sd]? out|excluded?|free of|stay away|naive)\b|n't\b"
    r"|\bnon-?(?=[a-z]{3})"
    r"|不(?!仅|但|良|同|断|足|全|明|到|及时|低于|少于|小于|超过|大于|高于|多于|满|晚于|适(?:感|症|反))|未(?!来|成年|婚|满)"
    r"|无(?!论|创)|没有|禁(?!食)|避免|忌(?!证|症)|勿|非(?!常|甾|洛|那|诺|布|典|瓣|处方)|慎用|谨慎|排除|而不是|初治"
)
_DOUBLE = re.compile(
    r"\bnot only\b|\bnot? (?:more|less|fewer|later|earlier|sooner|longer|lower|higher|greater|older|younger) than"
    r"|\bnot (?:to )?exceed\w*|\bno doubt|\bwithout delay\b|\bin order to avoid|\b(?:so as )?to avoid\b|\bto prevent\b"
    r"|\b(?:not?|never|nor) (?:(?:be|is|are|a|an|considered"
    r"|regarded as) )*contraindicat\w*|\bnot an? (?:absolute )?contraindication"
    r"|不[应得宜可能要]?(?:低于|少于|小于|超过|大于|高于|多于|晚于)|不仅|不论|不管|(?:以|为了?|从而|以便)避免|(?:无效|无反应|不耐受|不能耐受"
    r"|不满意|未用过)(?=[^,，。；;]{0,8}(?:者|时|患者))|不(?:是|属|为).{0,6}禁忌|非.{0,6}禁忌"
)
_CLAUSE = re.compile(
    r"[;:]|,(?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff)%]),|\. |。|\n|\t|\b(?:but|while|whereas"
    r"|however|although|though|unless|except|instead)\b|但是?|然而|而(?!且)|除非|除外"
)
_LATIN = re.compile(r"[a-z\u00df-\u024f\u0370-\u03ff][a-z\u00df-\u024f\u0370-\u03ff']*")
_HAN_RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Key:
    """One piece of content: what it is compared by, and where it stands in the folded text."""

    start: int
    end: int
    names: tuple[str, ...]  # concept ids as "c:…", a word class as "x:…", a stem as "w:…"; any of them may match
    surface: str
    clause: int

    @property
    def concept_ids(self) -> tuple[str, ...]:
        """Ids in the lexicon; none for a word."""
        return tuple(name[2:] for name in self.names if name.startswith("c:"))

    @property
    def is_concept(self) -> bool:
        """Whether it is a drug, an illness or the like."""
        return self.names[0].startswith("c:")


@dataclass(frozen=True, slots=True)
class Negation:
    """A word that denies."""

    start: int
    end: int
    clause: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says, as far as it is compared."""

    text: str  # folded
    keys: tuple[Key, ...]
    quantities: tuple[Quantity, ...]
    negations: tuple[Negation, ...]
    words: tuple[Found, ...]  # word classes and words of force
    clauses: int  # number of clauses

    @property
    def names(self) -> frozenset[str]:
        """Names of all keys."""
        return frozenset(name for key in self.keys for name in key.names)

    @property
    def concepts(self) -> tuple[Key, ...]:
        """Keys that are concepts of the lexicon."""
        return tuple(key for key in self.keys if key.is_concept)


@lru_cache(maxsize=4096)
def read(text: str) -> Reading:
    """Read a text, of either language."""
    text = _POWER.sub(lambda match: match[1] + "^" + match[2], text)
    plain = unicodedata.normalize("NFKC", text.translate(LOOKALIKES)).translate(LOOKALIKES)
    whole = fold(plain)
    plain = without_grades(plain)
    folded = fold(plain)
    clauses = [match.end() for match in _CLAUSE.finditer(folded)]
    spans = _spans(plain, folded)
    keys = tuple(Key(start, end, names, folded[start:end], _at(clauses, start)) for start, end, names in spans)
    found = (*find_words(folded), *find_force(whole))
    denied = _negations(folded, clauses)
    return Reading(folded, keys, tuple(find_quantities(folded)), denied, found, len(clauses) + 1)


def join(readings: Sequence[Reading]) -> Reading:
    """Readings of neighbouring texts as one; each begins a clause of its own."""
    if len(readings) == 1:
        return readings[0]
    keys: list[Key] = []
    quantities: list[Quantity] = []
    negations: list[Negation] = []
    words: list[Found] = []
    place = clause = 0
    for each in readings:
        keys += [replace(k, start=k.start + place, end=k.end + place, clause=k.clause + clause) for k in each.keys]
        quantities += [
            replace(q, start=q.start + place, end=q.end + place, digits=q.digits + place) for q in each.quantities
        ]
        negations += [
            replace(n, start=n.start + place, end=n.end + place, clause=n.clause + clause) for n in each.negations
        ]
        words += [replace(w, start=w.start + place, end=w.end + place) for w in each.words]
        place += len(each.text) + 1
        clause += each.clauses
    text = "\n".join(each.text for each in readings)
    return Reading(text, tuple(keys), tuple(quantities), tuple(negations), tuple(words), clause)


def _at(ends: list[int], place: int) -> int:
    return sum(end <= place for end in ends)


def _spans(plain: str, folded: str) -> list[tuple[int, int, tuple[str, ...]]]:
    """Concepts first, then word classes where no concept stands, then the remaining words."""
    taken = bytearray(len(folded) + 1)
    spans: list[tuple[int, int, tuple[str, ...]]] = []

    def take(start: int, end: int, names: tuple[str, ...]) -> None:
        if names and not any(taken[start:end]):
            spans.append((start, end, names))
            taken[start:end] = b"\x01" * (end - start)

    for mention in load_lexicon().find(plain):
        if _is_by_chance(plain, mention.start, mention.end):
            continue
        named = (each for each in mention.concept_ids if load_lexicon().concept(each).group not in NO_NAMES)
        end = min(mention.end, len(folded))
        word = folded[mention.start : end]
        stems = () if not word.isascii() or " " in word else _stems(word)
        if names := tuple(f"c:{each}" for each in named):
            take(mention.start, end, (*names, *(f"w:{each}" for each in stems)))
    for quantity in find_quantities(folded):
        taken[quantity.start : quantity.end] = b"\x01" * (quantity.end - quantity.start)
    for match in _NEGATION.finditer(folded):
        if not any(taken[match.start() : match.end()]):
            taken[match.start() : match.end()] = b"\x02" * (match.end() - match.start())
    for found in sorted(find_words(folded), key=lambda each: each.start - each.end):
        take(found.start, found.end, (f"x:{found.key}",))
    for start, end, stems in _words(folded):
        take(start, end, tuple(f"w:{each}" for each in stems))
    return sorted(spans)


_BY_CHANCE = re.compile(r"falls?\n\s*(?:below|under|to|within|short)|\S*[低高]\n于")


def _is_by_chance(text: str, start: int, end: int) -> bool:
    """Whether a name only happens to stand there: "falls below", 血钠低|于, 系统|性激素, a short small word."""
    name = text[start:end]
    if len(name) <= 3 and name.isascii() and name.islower():
        return True
    if name.startswith("性") and start and has_cjk(text[start - 1]):
        return True
    return _BY_CHANCE.match(f"{name}\n{text[end : end + 8]}") is not None


def _words(folded: str) -> list[tuple[int, int, tuple[str, ...]]]:
    found = []
    for match in _LATIN.finditer(folded):
        word = match[0].removesuffix("'s").strip("'")
        if len(word) > 1 and not is_stop_word(word):
            found.append((match.start(), match.start() + len(word), _stems(word)))
    if not has_cjk(folded):
        return found
    for run in _HAN_RUN.finditer(folded):
        place = run.start()
        for word in cut_chinese(run[0]):
            if len(word) > 1 and word not in CHINESE_STOP:
                found.append((place, place + len(word), (word,)))
            place += len(word)
    return found


def _stems(word: str) -> tuple[str, ...]:
    """The stem, and that of the word without its ending, where the two differ ("added": ad, add)."""
    bare = next(
        (word.removesuffix(end) for end in ("ed", "ing") if word.endswith(end) and len(word) > len(end) + 2), word
    )
    return tuple(dict.fromkeys((stem(word), stem(bare))))


def _negations(folded: str, clauses: list[int]) -> tuple[Negation, ...]:
    doubles = [match.span() for match in _DOUBLE.finditer(folded)]
    return tuple(
        Negation(match.start(), match.end(), _at(clauses, match.start()))
        for match in _NEGATION.finditer(folded)
        if not any(start <= match.start() < end for start, end in doubles)
    )
