"""Drugs, drug classes and vaccines that a text names, each with the direction in which it is named."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kb.lexicon import Lexicon
from kb.slots.nouns import Agent, Direction
from kb.slots.wording import Clause

GROUPS = frozenset({"drugs", "drug_classes", "vaccines", "traditional_medicine"})
STEP_GROUPS = frozenset({"tests", "procedures"})
_COMMON = frozenset({"same", "lead", "iron", "water", "air", "oxygen", "salt", "alcohol", "drugs", "drug"})
_BY_FORM = re.compile(  # endings that only names of drugs have (INN stems)
    r"\b[a-z]{3,}(?:mab|tinib|ciclib|sartan|statin|gliptin|gliflozin|glutide|prazole|cillin|floxacin|mycin|vir|"
    r"dipine|pril|"
    r"olol|setron|triptan|parin|xaban|gatran|azole|zumab|lukast|terol|tropium|sone|solone|thiazide|glitazone)s?\b"
    r"|[\u4e00-\u9fff]{2,4}(?:单抗|替尼|沙坦|他汀|列汀|列净|鲁肽|拉唑|西林|沙星|霉素|洛韦|地平|普利|洛尔|司琼|曲坦|"
    r"沙班|格列酮)",
    re.IGNORECASE,
)
_CONTEXT_BEFORE = re.compile(
    r"(?:(?:cannot|can't|unable to|could not) (?:take|tolerate|use|have|receive)|(?:do|does|did|"
    r"not) (?:not )?tolerate|intoleran\w+ (?:to|of)|"
    r"allerg\w+ to|(?:have|has|had) taken|taking|receiving|(?:stay\w*|remain\w*|\bis|\bare|controlled|\d|level|"
    r"higher|lower) on|"
    r"(?:before|after|when|while|of|or) (?:starting |stopping |changing |giving )(?:or changing )?(?:an? |the )?|"
    r"contraindicat\w+ to|despite|failed?|to whom|不能(?:使用|耐受|服用)|不耐受|对|正在(?:使用|服用)|已(?:使用|服用)|"
    r"首次使用|使用|服用|停用)\s?"
    r"(?:an? |the |any |\w+-dose |低剂量|小剂量)?$",
    re.IGNORECASE,
)
_CONTEXT_AFTER = re.compile(
    r"^\s?(?:过敏|不能耐受|不耐受|无效|禁忌|(?:治疗)?(?:失败|失效|不达标|效果不佳)|治疗(?:初期|期间|起始期|后|中|\d)|"
    r"(?:使用|治疗)?(?:期间|前|后)|"
    r"药物治疗\d|的患者|者(?!首选)|allerg|intoleran)",
    re.IGNORECASE,
)
_UNIT = re.compile(r"morphine milligram equivalent|吗啡毫克当量", re.IGNORECASE)
_JOINED = re.compile(r"\s?(?:,|/|、|or|and|nor|和|及|与|或)\s?(?:an? )?", re.IGNORECASE)
_REPLACED = re.compile(
    r"(?:rather than|instead of|over|而非|而不是|代替|取代|not|and not)\s(?:an? |the )?$|(?:而非|而不是|代替|取代)$",
    re.I,
)


def find_agents(text: str, clauses: Sequence[Clause], lexicon: Lexicon) -> tuple[Agent, ...]:
    """Agents of a unified text in text order."""
    found, taken = [], set[int]()
    for start, end, concept in _named(text, lexicon, GROUPS):
        if start in taken:
            continue
        taken.update(range(start, end))
        found.append(_agent(text, start, end, concept, clauses))
    for match in _BY_FORM.finditer(text):
        if not taken.intersection(range(match.start(), match.end())):
            found.append(_agent(text, match.start(), match.end(), "?" + match[0].casefold(), clauses))
    return tuple(_spread_context(text, sorted(found, key=lambda each: each.start)))


def _spread_context(text: str, agents: Sequence[Agent]) -> Iterator[Agent]:
    """In "cannot take A or B" both describe the patient."""
    before: Agent | None = None
    for each in agents:
        if before is not None and not before.is_given and each.is_given:
            between = text[before.start + len(before.text) : each.start]
            if _JOINED.fullmatch(between):
                each = replace(each, is_given=False)
        yield each
        before = each


def find_steps(text: str, clauses: Sequence[Clause], lexicon: Lexicon) -> tuple[Agent, ...]:
    """Tests and procedures of a unified text in text order."""
    return tuple(_agent(text, *named, clauses) for named in _named(text, lexicon, STEP_GROUPS))


def _named(text: str, lexicon: Lexicon, groups: frozenset[str]) -> Iterator[tuple[int, int, str]]:
    for mention in lexicon.find(text):
        drugs = [each for each in mention.concept_ids if lexicon.concept(each).group in groups]
        unit = _UNIT.match(text, mention.start)
        if drugs and not unit and text[mention.start : mention.end].lower() not in _COMMON:
            yield mention.start, mention.end, drugs[0]


def _agent(text: str, start: int, end: int, concept: str, clauses: Sequence[Clause]) -> Agent:
    clause = next((each for each in clauses if each.start <= start < each.end), clauses[-1])
    before = text[max(clause.start, start - 40) : start]
    is_context = bool(_CONTEXT_BEFORE.search(before) and _is_condition(before)) or bool(
        _CONTEXT_AFTER.match(text[end : end + 12])
    )
    direction = Direction.AGAINST if _REPLACED.search(before) else clause.direction
    return Agent(concept, text[start:end], start, direction, not is_context)


def _is_condition(before: str) -> bool:
    """使用 and 服用 describe the patient only after 首次, 正在 and the like; as a verb they recommend."""
    return not re.search(r"(?<!首次)(?<!正在)(?<!已)(?<!不能)(?:使用|服用)$|(?<!不能)(?<!已)对$|停用$", before) or bool(
        re.search(r"(?:不能|正在|首次|已)(?:使用|服用|耐受)$", before)
    )


def is_same_agent(one: str, other: str, lexicon: Lexicon) -> bool:
    """Whether two concepts are one drug, or one is the class that the other belongs to."""
    if one == other:
        return True
    if one.startswith("?") or other.startswith("?"):
        return False
    return lexicon.is_a(one, other) or lexicon.is_a(other, one)
