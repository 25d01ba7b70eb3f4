"""From the lines of a local document to claims: sentences that say what to do, with their places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kb.practice.nouns import Claim, SourceLine
from kb.sentences import split_sentences
from kb.slots import Role, Slots, read_slots
from kb.text import has_cjk, tokens

_NOT_A_CLAIM = re.compile(
    r"^\s*(?:references?|bibliography|sources?|approved by|prepared by|author|version|effective|review date|"
    r"next review|"
    r"signature|page \d|contents|table of contents|appendix|distribution|参考文献|目录|批准|编制|审核|签(?:名|字)|"
    r"版本|生效|"
    r"制定(?:部门|日期)|修订日期|下次(?:评审|复审)|附件|主送|抄送)\b",
    re.IGNORECASE,
)
_REFERENCES = re.compile(
    r"^\s*(?:\d+[.、]?\s*)?(?:references|bibliography|sources|参考文献|引用文献|参考资料)\s*[:：]?\s*$", re.I
)
_BULLET = re.compile(
    r"^\s*(?:[•●■▪◦○*–—\-]|\(?\d{1,3}(?:\.\d{1,3})*[.)、:：]?(?=\s)|[(（]?[一二三四五六七八九十\d]{1,3}[)）、])\s*"
)
_VERB = re.compile(
    r"\b(?:give|offer|use|start|stop|treat|avoid|consider|recommend\w*|suggest\w*|should|must|do not|screen|refer|"
    r"measure|check|"
    r"monitor|keep|aim|prescribe|add|repeat|review|advise|target|increase|reduce|diagnose|confirm|first[- ]line|"
    r"is defined|are defined|"
    r"maintain|perform|record|discuss|take|administer|continue|preferred|contraindicated|not recommended)\b"
    r"|推荐|建议|应|须|需|可|不得|禁|使用|采用|给予|服用|检测|检查|监测|筛查|首选|一线|控制|目标|诊断|治疗|起始|剂量|"
    r"复查|随访|避免|转诊|评估",
    re.IGNORECASE,
)
LEAST_WORDS = 3
NEXT = 3  # signs between an agent and its own dose
_AND = re.compile(r"\s?(?:,|、|and|plus|with|和|及|加|联合|, and)\s?", re.IGNORECASE)
SHORTEST_PART = 5  # words of a part that can be checked by itself


def read_claims(lines: Iterable[SourceLine]) -> Iterator[Claim]:
    """Claims in document order; headings, signatures and the list of references are left out."""
    in_references = False
    for line in lines:
        if _REFERENCES.match(line.text):
            in_references = True
            continue
        if in_references and len(line.text) < 400 and not _is_new_chapter(line.text):
            continue
        in_references = False
        for start, end in split_sentences(line.text):
            text = _BULLET.sub("", line.text[start:end].strip()).strip()
            if is_claim(text):
                yield Claim(text, line.location, split_parts(text))


def _is_new_chapter(text: str) -> bool:
    return bool(re.match(r"^\s*(?:\d+(?:\.\d+)*\s+|[一二三四五六七八九十]+、|第.章)\S", text)) and len(text) < 60


def is_claim(text: str) -> bool:
    """Whether a sentence says what to do, or gives a value to act on."""
    if _NOT_A_CLAIM.match(text) or len(tokens(text)) < LEAST_WORDS or text.rstrip().endswith(("?", "？", ":", "：")):
        return False
    slots = read_slots(text)
    names_care = bool(slots.agents or slots.steps or slots.population.conditions)
    gives_value = any(each.measure or each.role in (Role.DOSE, Role.AGE) for each in slots.quantities)
    if _VERB.search(text):
        return names_care or gives_value
    return bool(slots.quantities) and names_care


def split_parts(text: str) -> tuple[str, ...]:
    """The statements of a compound claim, each with something to look up; the claim itself where it is one."""
    pieces = [
        piece.strip()
        for piece in re.split(r"[;；](?=\s|[\u4e00-\u9fff])|[;；]\s*|(?<=[。.])\s+(?=[A-Z\u4e00-\u9fff])", text)
    ]
    pieces = [piece for piece in pieces if piece]
    parts: list[str] = []
    for piece in pieces:
        if parts and not (_can_stand(read_slots(piece)) and _can_stand(read_slots(parts[-1]))):
            parts[-1] = f"{parts[-1]}{'；' if has_cjk(text) else '; '}{piece}"
        else:
            parts.append(piece)
    return tuple(each for part in parts for each in _by_agent(part))


def _by_agent(text: str) -> tuple[str, ...]:
    """ "A 75 mg and B 40 mg, both daily" as one statement for each agent with a dose of its own."""
    slots = read_slots(text)
    dosed = [(agent, dose) for agent in slots.given for dose in slots.of_role(Role.DOSE)
             if 0 <= dose.start - agent.start - len(agent.text) <= NEXT]  # fmt: skip
    if len({agent.concept for agent, _ in dosed}) < 2 or len(dosed) != len({agent.concept for agent, _ in dosed}):
        return (text,)
    spans = [(agent.start, dose.start + len(dose.text)) for agent, dose in dosed]
    if not all(_AND.fullmatch(slots.text[end:start]) for (_, end), (start, _) in zip(spans, spans[1:], strict=False)):
        return (text,)
    first, last = spans[0][0], spans[-1][1]
    return tuple(f"{slots.text[:first]}{slots.text[start:end]}{slots.text[last:]}" for start, end in spans)


def _can_stand(slots: Slots) -> bool:
    anchored = bool(slots.given or slots.steps or any(each.measure for each in slots.quantities))
    return anchored and len(slots.terms) >= SHORTEST_PART
