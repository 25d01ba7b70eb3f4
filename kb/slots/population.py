"""Who is meant: sex, conditions, severity, setting, pregnancy. Ages stand among the quantities."""

from __future__ import annotations

import re

from kb.lexicon import Lexicon
from kb.slots.measures import find_measures
from kb.slots.nouns import Population

# Words for people that say nothing about who is meant, or that are read by themselves.
_ANYBODY = frozenset(
    [
        "adult",
        "woman",
        "man",
        "pregnant-woman",
        "healthcare-worker",
        "nurse",
        "physician",
        "pharmacist",
        "nonphysician-professional",
        "caregiver",
        "family-member",
        "community-health-worker",
        "outpatient",
        "inpatient-population",
        "severe-case",
        "mild-case",
    ]
)
_SEX = (("female", re.compile(r"\b(?:women|woman|females?|girls?|mothers?)\b|女性|妇女|女童", re.I)),
        ("male", re.compile(r"\b(?:men|man|males?|boys?)\b|男性|男童", re.I)))  # fmt: skip
_AGE_GROUPS = (
    ("adult", re.compile(r"\badults?\b|成人|成年", re.I)),
    (
        "child",
        re.compile(
            r"\b(?:child\w*|infants?|neonat\w+|newborns?|pa?ediatric\w*|adolescents?)\b|儿童|新生儿|"
            r"婴儿|小儿|患儿|青少年",
            re.I,
        ),
    ),
)
_LACKED = re.compile(
    r"(?:\b(?:without|no|not have|free of|absence of|no history of)\s(?:any |known |established )?|"
    r"(?:没有|无|不伴有?|不合并|未合并|除外|不存在))$",
    re.I,
)
_PREGNANT = re.compile(r"\bpregnan\w+|\bantenatal\b|\bgestation\w*|妊娠|孕妇|孕期|产前", re.I)
_EVERYONE = re.compile(
    r"\b(?:all|every|any|each)\s(?:\w+\s){0,2}?(?:adults?|patients?|people|persons?|women|men|children|infants?|"
    r"individuals?|person)\b|"
    r"\beveryone\b|(?:所有|全部|任何|每[一位名])[^,。;]{0,12}(?:患者|成人|人群|者|病例|孕妇)|不分(?:性别|年龄)|"
    r"均(?:应|需|须|推荐|建议)", re.I
)  # fmt: skip
_SEVERITY = {
    "mild": r"\bmild\b|轻(?:型|度|症)", "moderate": r"\bmoderate\b(?![- ](?:certainty|quality|intensity))|中(?:型|度)",
    "severe": r"(?<!non[- ])\bsevere\b|(?<![非危])重(?:型|度|症(?!监护))", "critical": r"\bcritical(?:ly)?\b|危重",
    "non_severe": r"\bnon[- ]severe\b|非重[型症]", "high_risk": r"\b(?:very )?high[- ](?:\w+ )?risk\b|\bhigh risk\b|"
        r"高危|高风险",
    "low_risk": r"\blow[- ](?:\w+ )?risk\b|\blow or moderate\b|低危|"
                r"低风险", "very_high_risk": r"\bvery high[- ]risk\b|超高危|极高危",
    "asymptomatic": r"\basymptomatic\b|\bno symptoms\b|无症状", "acute": r"\bacute\b|急性", "chronic": r"\bchronic\b|"
        r"慢性",
    "stage_1": r"\bstage (?:1|I)\b|1[期级]", "stage_2": r"\bstage (?:2|II)\b|2[期级]", "stage_3": r"\bstage (?:3|"
        r"III)\b|3[期级]",
    "group_a": r"\bgroup A\b", "group_b": r"\bgroup B\b", "group_c": r"\bgroup C\b", "group_d": r"\bgroup D\b",
    "group_e": r"\bgroup E\b",
}  # fmt: skip
_SETTING = {
    "icu": r"\bICU\b|intensive care|critical care|重症监护", "hospital": r"\bhospitali[sz]ed\b|\binpatients?\b|"
        r"in hospital|住院",
    "outpatient": r"\boutpatients?\b|\bambulatory patients\b|门诊", "primary_care": r"\bprimary care\b|"
        r"\bgeneral practice\b|基层|社区",
    "home": r"\bat home\b|home[- ]based|居家|家庭", "emergency": r"\bemergency\b|"
        r"急诊", "perioperative": r"perioperative|surgery|围手术期|术[前后中]",
}  # fmt: skip
_SEVERITY_PATTERNS = {name: re.compile(words, re.I) for name, words in _SEVERITY.items()}
_SETTING_PATTERNS = {name: re.compile(words, re.I) for name, words in _SETTING.items()}


def read_population(text: str, lexicon: Lexicon) -> Population:
    """The people that a unified text is about, as far as it says."""
    sexes = [name for name, pattern in _SEX if pattern.search(text)]
    conditions, without = _conditions(text, lexicon)
    return Population(
        sex=sexes[0] if len(sexes) == 1 else "",
        conditions=frozenset(conditions - without),
        without=frozenset(without - conditions),
        severities=frozenset(name for name, pattern in _SEVERITY_PATTERNS.items() if pattern.search(text)),
        settings=frozenset(name for name, pattern in _SETTING_PATTERNS.items() if pattern.search(text)),
        is_everyone=_EVERYONE.search(text) is not None,
        is_pregnant=_PREGNANT.search(text) is not None,
        age_groups=frozenset(name for name, pattern in _AGE_GROUPS if pattern.search(text)),
    )


_NAMED_BEFORE = re.compile(
    r"\b(?:with|without|who|whose|have|has|having|in|because of|due to)\b[^,;.:()]{0,60}$|(?:合并|伴有?|患有?|对|"
    r"既往)[^,;。:]{0,24}$",
    re.I,
)
_NAMED_AFTER = re.compile(r"^[^,;。:]{0,12}?(?:的)?(?:患者|者|人群|病例|孕妇|成人)")


def named_people(text: str, lexicon: Lexicon) -> frozenset[str]:
    """Conditions that say who is meant ("adults with gout", 合并糖尿病者), not what is treated, measured or feared."""
    found = set()
    for mention in lexicon.find(text):
        concept = mention.concept_ids[0]
        if lexicon.concept(concept).group not in ("conditions", "populations") or concept in _ANYBODY:
            continue
        before, after = text[max(0, mention.start - 70) : mention.start], text[mention.end : mention.end + 20]
        if _NAMED_BEFORE.search(before) or _NAMED_AFTER.match(after):
            found.add(concept)
    return frozenset(found)


def _conditions(text: str, lexicon: Lexicon) -> tuple[set[str], set[str]]:
    found, without = set[str](), set[str]()
    measured = [(start, end) for start, end, _ in find_measures(text)]
    for mention in lexicon.find(text):
        if any(start <= mention.start and mention.end <= end for start, end in measured):
            continue  # CRP is a test here, not a syndrome
        if text[mention.end : mention.end + 1] == "酸" or text[mention.start : mention.end].lower() == "lead":
            continue  # 血尿酸 is not haematuria
        for concept in mention.concept_ids[:1]:
            if lexicon.concept(concept).group in ("conditions", "populations") and concept not in _ANYBODY:
                (without if _LACKED.search(text[max(0, mention.start - 24) : mention.start]) else found).add(concept)
    return found, without
