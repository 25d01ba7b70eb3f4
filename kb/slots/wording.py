"""What the words say beside the values: clauses and their direction, strength, exclusivity, qualifiers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.slots.nouns import Direction

_AGAINST = re.compile(
    r"\b(?:do(?:es)?|did|should|must|shall|need|may|is|are|was|were|can|could|will|would)\s?(?:not|n't)\b"
    r"(?! (?:rule out|delay|hesitate|exceed|tolerate|take|use[ds]? before|respond|be delayed|wait|have|control|"
    r"reach|meet|limited|only|allowed to exceed))"
    r"|\b(?:cannot|can't) be (?:used|recommended)"
    r"|\b(?:don't|never|avoid(?:ed|ing)?|against|withhold|withheld|refrain|discourage[ds]?|no longer|"
    r"contraindicated in|"
    r"not (?:be )?(?:recommended|encouraged|indicated|offered|advised|used|given|required|needed|necessary|"
    r"appropriate|suitable|"
    r"routinely|prescribed|screened?|started?|suggested|performed|combined?)|no need|no role|prohibited|"
    r"unnecessary|inappropriate|omitted|dropped|skip(?:ped)?|forgo|forbidden|neither|no routine|"
    r"is off (?:the )?formulary|"
    r"has no (?:place|role)|(?:has|have) no place|means no|gets? no|receives? no|not (?:a |be )?part of|ruled out by|"
    r"(?:stop|discontinue|omit)(?!-)(?! if| when| using a)|without (?:giving|using|prescribing)|(?:delay|"
    r"postpone) (?:the )?(?:introduc|start)\w*)\b"
    r"|不(?:再|予|做|行|把|给)?(?:推荐|建议|应|宜|得|予|使用|用(?!药者)|可|作为|需|必|要求|主张|提倡|给予|常规|适合|"
    r"适用|联合|合用|"
    r"首选|要)|未(?:被)?推荐|"
    r"禁用|禁止|禁忌(?!时|证?者)|避免|切勿|勿|停用|停止|无需|无须|毋需|取消|反对|不(?=单独|单纯|仅)|不(?:予|做|把|给|"
    r"进行|安排|开具|开|选|抗凝|手术|用药|筛查|检查|监测|化疗|输血|治疗|处理|干预)|(?:应|须|需|即|则|先|立即)停|"
    r"(?:暂|均|一律|一般|通常|尚)不(?!良|足|明)|没有?必要|免(?:做|查|用|除)|忌用|不纳入|不列入|^\s*no (?!more|less|"
    r"later|earlier|fewer|other|longer)\w+",
    re.IGNORECASE,
)
_NOT_AGAINST = re.compile(
    r"\bunless (?:\w+ ){0,3}contraindicated|\bif not contraindicated|除非有?禁忌|无禁忌(?:证|症)?|不超过|不低于|"
    r"不少于|不高于|不小于|不大于|"
    r"不能耐受|不耐受|不达标|不足|不明|不良|不同|不全|不分|不论|不仅|不稳定|不典型|不要求(?=.{0,4}空腹)|禁忌(?:证|"
    r"症)?(?:时|者|的患者)|"
    r"\bwhether or not\b|\bnot only\b|\bif \w+ (?:is|are) not\b|\bwho (?:do|does|did|have|has|is|are) not\b|"
    r"\bwhen \w+ (?:do|does) not\b|"
    r"\bdo not exceed\b|\bshould not exceed\b|\bmust not exceed\b",
    re.IGNORECASE,
)
_EITHER = re.compile(
    r"\bindividual(?:i[sz]ed?)? (?:one|decision|basis|judg\w+)|\bshared[- ](?:clinical )?decision|"
    r"\bdecision\b.{0,80}\bindividual|"
    r"\bcase[- ]by[- ]case|个体化(?:决定|决策|选择)|共同决策|视情况|酌情",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(
    r"\t|[。！？；;!?]|\.(?=\s|$)|:(?=\s)|(?<!\d),(?=\s?(?:but|and do not|and avoid|however|whereas|except|unless|"
    r"rather|not )\b)|"
    r"\b(?:but|whereas|however)\b|,(?=\s?(?:不|禁|但|而|避免|切勿|勿|无需|可|应|推荐|建议|优先|不再))|但(?!是?否)|"
    r"(?<=[\u4e00-\u9fff]),(?=[\u4e00-\u9fff])",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<![A-Za-z])[A-Z][A-Za-z]*(?:[A-Z\d]|-[A-Z])[A-Za-z\d-]*")
_STRONG = re.compile(
    r"\b(?:we |is |are |strongly |who |\w+ )?recommend(?:s|ed|ing)?\b|\b(?:offer|must|should|shall|always|ensure|"
    r"strong recommendation|"
    r"is indicated)\b|强推荐|推荐|应当?(?!用)|必须|须|务必|禁用|禁止|不得",
    re.IGNORECASE,
)
_CONDITIONAL = re.compile(
    r"\b(?:consider(?:ed)?|suggest(?:s|ed)?|may be|might be|can be considered|reasonable|conditional|"
    r"weak recommendation|"
    r"could be|discuss)\b|弱推荐|建议|可考虑|考虑|可以|可(?:选|用|使用|采用|给予)|酌情",
    re.IGNORECASE,
)
_HEDGED = re.compile(
    r"\b(?:should|must) (?:be considered|consider)\b|\bconditional(?:ly)? recommend\w*|\bweak recommendation|"
    r"should be an? individual|弱推荐|应(?:当)?考虑|推荐强度[:：]弱",
    re.IGNORECASE,
)
_EXCLUSIVE = {
    "all": r"\b(?:all|every|any|each|everyone|universal(?:ly)?|regardless|irrespective)\b|所有|全部|任何|每[一位名]|"
    r"一律|"
    r"均(?!衡|可|值)|普遍|不论|无论",
    "only": r"\bonly\b|\bsolely\b|\bexclusively\b|仅(?!次)|只(?!要)|唯一",
    "alone": r"\balone\b|\bmonotherapy\b|\bby itself\b|\bon its own\b|\bsingle[- ]agent\b|单独|单药|单用|单一",
    "first_line": r"(?<!on a )(?<!on )(?<!despite a )(?<!after a )(?<!failed )\bfirst[- ]line\b|\bfirst[- ]choice\b|"
    r"\bpreferred\b|\binitial (?:drug|"
    r"treatment|therapy|agent|pharmac\w+)\b|"
    r"\bfirst (?:diagnostic )?test\b|\bof choice\b|一线|首选|优先(?:选|使用|推荐|考虑)?|首要",
}
_QUALIFIERS = {
    "routinely": r"\broutine(?:ly)?\b|常规",
    "usually": r"\b(?:usually|generally|normally|in general|typically)\b|通常|一般(?!情况|人群|状况|资料)|原则上",
    "unless": r"\bunless\b|除非",
    "except": r"\bexcept\b|\bother than\b|除.{1,16}外|例外",
    "only_if": r"\bonly (?:if|when|in|for|after)\b|仅(?:在|当|用于|限|对|适用)|只有",
    "where_possible": r"\b(?:where|if|when|as far as) (?:possible|feasible|available)\b|条件允许|有条件|尽可能",
}
_EXCLUSIVE_PATTERNS = {name: re.compile(words, re.IGNORECASE) for name, words in _EXCLUSIVE.items()}
_QUALIFIER_PATTERNS = {name: re.compile(words, re.IGNORECASE) for name, words in _QUALIFIERS.items()}


@dataclass(frozen=True, slots=True)
class Clause:
    """The characters [start, end) of a unified text, and which way they point."""

    start: int
    end: int
    direction: Direction


def find_clauses(text: str) -> tuple[Clause, ...]:
    """Clauses that together cover a unified text."""
    clauses, start = [], 0
    for match in _CLAUSE_END.finditer(text):
        if match.end() - start >= 4:
            clauses.append(Clause(start, match.end(), direction_of(text[start : match.end()])))
            start = match.end()
    if start < len(text) or not clauses:
        clauses.append(Clause(start, len(text), direction_of(text[start:])))
    return tuple(clauses)


_PEOPLE = re.compile(
    r"\b(?:who|whose|whom)\b[^,;.:]*|(?:^|(?<=[,;。:]))[^,;。:]{0,18}(?:患者|病人|者|人群)(?=,)", re.IGNORECASE
)
_NOT_WITHOUT = re.compile(  # "do not start it without advice": with advice it may be
    r"\b(?:not|no|never|avoid)\b[^.;]{0,60}\bwithout\b|未经[^,;。]{1,16}不|(?:没有|无)[^,;。]{1,12}不(?:得|应|要)",
    re.IGNORECASE,
)
_WHO = re.compile(  # what describes the patient tells nothing to do
    r"\b(?:who|whose|whom|which|if|when|because|although|in case)\b(?:(?!\b(?:should|must|shall|(?:is|"
    r"are) (?:not )?(?:recommended|"
    r"contraindicated)|(?:do not|don't) (?:offer|use|give|start|prescribe|combine|recommend|screen|"
    r"perform))\b)[^,;.:])*|"
    r"(?<![推建])[未不无](?!推荐|建议|应|宜|得|常规|作为|再要求|要求)[^,;。,]{1,14}?(?:的(?:患者|人群|成人|成年人|"
    r"孕妇|儿童|女性|男性|病例)|者(?![^,;。]{0,2}除外))",
    re.IGNORECASE,
)


def people_spans(text: str) -> list[tuple[int, int]]:
    """Stretches that describe patients: their words say nothing of what to do."""
    return [match.span() for match in _PEOPLE.finditer(text)]


def direction_of(clause: str) -> Direction:
    """Which way a clause points; one that neither forbids nor leaves open points for what it says."""
    bare = _WHO.sub(" ", _NOT_AGAINST.sub(" ", clause))
    if _NOT_WITHOUT.search(bare):
        return Direction.EITHER
    if _AGAINST.search(bare):
        return Direction.AGAINST
    return Direction.EITHER if _EITHER.search(bare) else Direction.FOR


_STOPS_WHEN = re.compile(  # a caution in a row of doses: when to end what the row offers
    r"\s*(?:stop|discontinue|withdraw|withhold)\b.{0,40}\b(?:if|when|once|in case|unless)\b|"
    r"[^\t]{0,20}(?:时|后|者),?(?:停|暂停)",
    re.IGNORECASE,
)


def main_direction(text: str, clauses: tuple[Clause, ...]) -> Direction:
    """Direction of the clause that says what to do: the first with a verb of recommending, else the first of all.

    A later cell of a table row that says when to stop does not turn the row against what its first cell names.
    """
    is_row = "\t" in text
    for number, clause in enumerate(clauses):
        words = text[clause.start : clause.end]
        if is_row and number and _STOPS_WHEN.match(words):
            continue
        if clause.direction != Direction.FOR or _STRONG.search(words) or _CONDITIONAL.search(words):
            return clause.direction
    return clauses[0].direction


def read_strength(text: str) -> tuple[str, str]:
    """("strong" | "conditional" | "", the word that says so): the word that comes first, "should consider" set "
    r"aside."""
    hedged = _HEDGED.search(text)
    if hedged:
        return "conditional", hedged[0]
    conditional, strong = _CONDITIONAL.search(text), _STRONG.search(text)
    if conditional and not (strong and strong.start() < conditional.start()):
        return "conditional", conditional[0]
    return ("strong", strong[0].strip()) if strong else ("", "")


def read_exclusivity(text: str) -> frozenset[str]:
    """all | only | alone | first_line, as far as a text claims them."""
    return frozenset(name for name, pattern in _EXCLUSIVE_PATTERNS.items() if pattern.search(text))


def read_qualifiers(text: str) -> frozenset[str]:
    """Words that take something back: routinely, usually, unless, except …"""
    return frozenset(name for name, pattern in _QUALIFIER_PATTERNS.items() if pattern.search(text))


def proper_names(text: str) -> frozenset[str]:
    """Proper names of scores, tests and devices: CHA2DS2-VASc, HLA-B, CTPA."""
    return frozenset(match[0].strip("-") for match in _NAME.finditer(text))
