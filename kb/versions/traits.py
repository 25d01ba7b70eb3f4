"""What a guideline's title is about, for comparing it with others: subject, population, purpose, bodies."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from kb.lexicon.lookup import load_lexicon
from kb.publishers import mentions_in
from kb.text import content_words, fold, stem

_YEAR = r"(?:19|20)\d\d"
_LABEL = re.compile(
    rf"第?\s*[一二三四五六七八九十\d]+\s*[版次]|{_YEAR}\s*年?\s*(?:第\s*\d\s*版)?(?:修订|更新)*版?(?:本|稿)?|试行|修订版?|征求意见稿"
    rf"|\bversion\s*[\d.]+|\b(?:\d+(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth)"
    rf"\s+(?:edition|report)"
    rf"|\bdraft(?:\s+for\s+\w+)?|\bmodule\s+\d+\b|\b{_YEAR}\b|\b(?:update[ds]?|revision|edition|living)\b",
    re.IGNORECASE,
)
_BODIES = re.compile(r"\b[a-z]{2,7}(?:/[a-z]{2,7}){1,20}\b")  # ACC/AHA/ASPC
# Words that say what a document is and for whom it is printed, not what it is about.
_GENERIC_WORDS = (
    "guideline guidelines guide guidance recommendation recommendations recommended clinical practice "
    "report official statement consensus expert protocol standards standard bulletin national "
    "international complete consolidated global strategy european american british joint task force "
    "society association committee public health approach use based developed collaboration people "
    "persons patients patient individuals final focused partial summary executive care service delivery "
    "primary secondary united states updated new "
    "指南 共识 专家 方案 规范 标准 建议 推荐 报告 意见 版 中国 全国 国家 临床 实践 诊疗 "
    "诊治 防治 管理 处理 应用 指导 患者 疾病 与 及 和"
)
_GENERIC = frozenset(stem(word) for word in _GENERIC_WORDS.split())
POPULATIONS = {
    "child": re.compile(r"\b(?:child\w*|paediatric\w*|pediatric\w*|adolescen\w*|young people)\b|儿童|小儿|青少年"),
    "newborn": re.compile(r"\b(?:newborns?|neonat\w*|infants?|preterm)\b|新生儿|早产儿|婴"),
    "pregnancy": re.compile(r"\b(?:pregnan\w*|antenatal|postnatal|postpartum|gestational)\b|妊娠|孕|产后|围产"),
    "old": re.compile(r"\b(?:older|elderly|geriatric)\b|老年"),
    "hiv": re.compile(r"\bhiv\b|艾滋"),
}  # fmt: skip
ACTS = {
    "screening": re.compile(r"\bscreen\w*\b|筛查"),
    "testing": re.compile(r"\btest(?:s|ing)?\b|检测|检验"),
    "monitoring": re.compile(r"\bmonitoring\b|监测"),
    "prevention": re.compile(r"\bprevent\w*\b|\bprophyla\w*\b|预防|防治|防控"),
    "care": re.compile(
        r"\b(?:manag\w+|treat\w*|therap\w*|care|diagnos\w+|evaluation|assessment|identification)\b"
        r"|治疗|诊治|诊疗|管理|防治|诊断|处理"
    ),
    "intervention": re.compile(
        r"\b(?:surg\w+|endovascular|thrombectomy|ablation|stimulation|transplant\w*|intervention\w*)\b"
        r"|介入|手术|刺激|移植|靶向|化疗|放疗"
    ),
    "primary": re.compile(r"基层"),
    "nursing": re.compile(r"\bnursing\b|护理"),
    "rehabilitation": re.compile(r"\brehabilitation\b|康复"),
    "nutrition": re.compile(r"\b(?:nutrition\w*|diet\w*)\b|营养|膳食"),
    "vaccination": re.compile(r"\b(?:immuni[sz]ation|vaccin\w+)\b|疫苗|接种|免疫规划"),
}  # fmt: skip
PARTS = re.compile(r"[,，、;；]|\band\b|\bwith\b|与|及|和(?!国)")


@dataclass(frozen=True, slots=True)
class Traits:
    """What of a card is compared."""

    terms: frozenset[str]  # what the title is about
    core: str
    populations: frozenset[str]
    acts: frozenset[str]
    subjects: frozenset[str]  # concepts among the terms
    publishers: tuple[str, ...]


@lru_cache(maxsize=4096)
def traits_of(title: str, publisher: str) -> Traits:
    """What a title and publisher say, without label, years, bodies and words that every guideline has."""
    text = fold(title)
    core = _LABEL.sub(" ", _BODIES.sub(" ", text))
    for mention in reversed(mentions_in(title)):
        core = core.replace(fold(title[mention.start : mention.end]), " ")
    lexicon = load_lexicon()
    terms: set[str] = set()
    rest, place = [], 0
    for found in lexicon.find(core):
        rest.append(core[place : found.start])
        place = found.end
        concept = lexicon.concept(found.concept_ids[0])
        if concept.group not in ("guideline_terms", "populations"):
            terms.add(concept.id)
    rest.append(core[place:])
    subjects = frozenset(terms)
    words = {stem(word) for word in content_words(" ".join(rest)) if len(word) > 1 and not word.isdigit()} - _GENERIC
    return Traits(
        terms=subjects | words,
        core=" ".join(core.split()),
        populations=frozenset(name for name, pattern in POPULATIONS.items() if pattern.search(text)),
        acts=frozenset(name for name, pattern in ACTS.items() if pattern.search(text)),
        subjects=subjects,
        publishers=tuple(part.strip(" ()（）") for part in PARTS.split(publisher) if len(part.strip(" ()（）")) > 1),
    )


def rarity(titles: Iterable[Traits]) -> dict[str, float]:
    """Weight of each term: 1 for one that stands in a single title, less for what many have."""
    every = list(titles)
    counts = Counter(term for each in every for term in each.terms)
    top = math.log(1 + max(len(every), 1))
    return {term: math.log(1 + len(every) / count) / top for term, count in counts.items()}
