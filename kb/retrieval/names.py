"""Which editions a question names: by publisher, label, acronym, year, country, title, or the word "draft".

Everything is computed from the metadata in the ledger; no guideline is known by name here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from kb.domain import Edition, Kind
from kb.publishers import mentions_in, same_publisher
from kb.retrieval.when import edition_years
from kb.text import fold, has_cjk, is_stop_word, squeeze, tokens

COUNTRIES = {
    "US": ("united states", "american", "america", "usa", "u.s", "美国", "美國"),
    "CN": ("china", "chinese", "中国", "中國", "国内", "我国"),
    "IN": ("india", "indian", "印度"),
    "GB": ("united kingdom", "british", "england", "uk", "英国"),
    "EU": ("european", "europe", "欧洲"),
    "CA": ("canada", "canadian", "加拿大"),
    "AU": ("australia", "australian", "澳大利亚", "澳洲"),
    "NZ": ("new zealand", "新西兰"),
    "JP": ("japan", "japanese", "日本"),
    "KR": ("korea", "korean", "韩国"),
    "DE": ("germany", "german", "德国"),
    "FR": ("france", "french", "法国"),
    "ES": ("spain", "spanish", "西班牙"),
    "IT": ("italy", "italian", "意大利"),
    "BR": ("brazil", "brazilian", "巴西"),
    "ZA": ("south africa", "南非"),
    "SG": ("singapore", "新加坡"),
}
DRAFT = re.compile(r"\bdrafts?\b|public comment|comment (?:deadline|period)|\bis .{0,60}\bfinal\b|草案|征求意见|讨论稿")
# Words of a title that say what a document is, not what it is about.
GENERIC = (
    "guideline guidelines guide guidance recommendation recommendations recommended clinical practice report draft "
    "final statement consensus expert protocol standards standard bulletin version edition trial public comment "
    "complete level national international adults adult use "
    "指南 共识 专家 方案 规范 标准 建议 推荐 版 中国 试行 草案 诊疗 临床 实践"
)
_YEAR = re.compile(r"(?<![\d.])(?:19[5-9]\d|20[0-4]\d)(?![\d.]|\s*(?:kcal|mg|ml|iu|m\b|米|g\b|patients|例|人))")


@dataclass(frozen=True, slots=True)
class Mention:
    """How a question refers to an edition; each flag is one thing that agrees."""

    publisher: bool = False
    label: bool = False  # its edition label, acronym or identifier
    year: bool = False
    country: bool = False
    title: float = 0.0  # share of the title's content words that stand in the question
    draft: bool = False  # the question speaks of a draft and this is one
    words: tuple[str, ...] = ()  # tokens of the label as the question may have them

    @property
    def strength(self) -> float:
        """How strongly the question points here; 0 is not at all."""
        named = self.publisher + 1.5 * self.label + 0.7 * self.country + self.draft
        return named + (1.0 if self.has_topic else 0.3) * self.year

    @property
    def has_topic(self) -> bool:
        """Whether more than a year, a country or a word agrees."""
        return self.publisher or self.label or self.title >= 0.2

    @property
    def is_specific(self) -> bool:
        """Whether this one edition is meant, not only its publisher or its topic."""
        return (self.label and (self.year or not self.publisher)) or (self.has_topic and (self.year or self.draft))


@dataclass(frozen=True, slots=True)
class _Keys:
    labels: tuple[str, ...]
    years: frozenset[str]
    title: frozenset[str]


def naming_words(question: str, mentions: Iterable[Mention]) -> frozenset[str]:
    """Tokens of a question that only say which document is meant: publishers, years, labels, "guideline", "draft"."""
    found = list(mentions)
    if not any(mention.strength for mention in found):
        return frozenset()
    words = {token for mention in mentions_in(question) for token in tokens(question[mention.start : mention.end])}
    words |= {word for mention in found for word in mention.words}
    folded = fold(question)
    if any(mention.year and mention.has_topic for mention in found):
        words |= set(_YEAR.findall(folded))
    return frozenset(words | (_document_words() & set(tokens(question))))


def find_mentions(question: str, editions: Iterable[Edition]) -> dict[str, Mention]:
    """Mentions by edition id, for editions that the question refers to in some way."""
    folded = fold(question)
    spaced = " ".join(folded.split())
    squeezed = squeeze(folded)
    years = edition_years(question)
    asks_draft = DRAFT.search(folded) is not None
    countries = {code for code, words in COUNTRIES.items() if any(_stands(word, spaced, squeezed) for word in words)}
    asked = set(tokens(question))
    bodies = {mention.body.name for mention in mentions_in(question)}
    found = {}
    for edition in editions:
        keys = _keys(edition)
        labels = [label for label in keys.labels if _stands(label, spaced, squeezed)]
        mention = Mention(
            publisher=any(same_publisher(edition.publisher, name) for name in bodies)
            or _stands_name(edition.publisher, question, spaced, squeezed),
            label=bool(labels),
            year=bool(years & keys.years),
            country=edition.jurisdiction in countries,
            title=len(asked & keys.title) / len(keys.title) if keys.title else 0.0,
            draft=asks_draft and edition.kind == Kind.DRAFT,
            words=tuple(token for label in labels for token in (*tokens(label), squeeze(label))),
        )
        if mention != Mention():
            found[edition.id] = mention
    return found


@lru_cache(maxsize=1)
def _document_words() -> frozenset[str]:
    return frozenset(tokens("guideline report document edition version draft 指南 共识 草案 版"))


@lru_cache(maxsize=1)
def _generic() -> frozenset[str]:
    return frozenset(tokens(GENERIC))


@lru_cache(maxsize=4096)
def _keys(edition: Edition) -> _Keys:
    title = frozenset(token for token in tokens(edition.title) if not token.isdigit() and token not in _generic())
    years = set(_YEAR.findall(fold(edition.label))) | {edition.issued_on[:4]} - {""}
    return _Keys(
        labels=tuple(_labels(edition)),
        years=frozenset(years),
        title=title,
    )


def _labels(edition: Edition) -> Iterable[str]:
    """Ways to name an edition beside its title: label, acronyms made of its title and publisher, identifiers."""
    label = fold(re.sub(r"\([^)]*\)|（[^）]*）", "", edition.label)).strip()
    if label and not re.fullmatch(r"(?:19|20)\d\d\s*(?:版|年|年版|修订版|draft|edition|revision|update)?", label):
        yield label
    for text in (edition.title, edition.publisher):
        yield from _acronyms(text)
    yield from (fold(identifier) for identifier in edition.identifiers)


def _acronyms(text: str) -> Iterable[str]:
    """Initials of capitalised words in a row: of all of them, or of the first four to six."""
    words = re.findall(r"[A-Za-z][A-Za-z'-]*", text)
    run = ""
    for word in [*words, ""]:
        if word[:1].isupper() and not (word.isupper() and len(word) > 1):
            run += word[0]
        elif word and is_stop_word(word) and run:
            continue
        else:
            yield from sorted({run[:length].lower() for length in range(4, 7) if len(run) > 3})
            if len(run) == 3:
                yield run.lower()
            run = ""


def _stands_name(name: str, question: str, spaced: str, squeezed: str) -> bool:
    """A short name in capitals (WHO, CDC) must stand in capitals: "who" is a word."""
    if name.isupper() and name.isascii() and len(name) <= 5 and is_stop_word(name.lower()):
        return re.search(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])", question) is not None
    return _stands(fold(name), spaced, squeezed)


def _stands(name: str, spaced: str, squeezed: str) -> bool:
    if not name:
        return False
    if has_cjk(name):
        return squeeze(name) in squeezed
    loose = re.escape(" ".join(name.split())).replace(r"\ ", r"[\s-]?")
    return re.search(rf"(?<![a-z0-9]){loose}(?:'s|s)?(?![a-z0-9])", spaced) is not None
