"""Why a verdict is what it is, in one plain sentence of the claim's language."""

from __future__ import annotations

from collections.abc import Sequence

from kb.domain import Edition
from kb.practice.nouns import SlotCheck, Verdict

_EN = {
    Verdict.CURRENT: "Everything that it says stands in {new}.",
    Verdict.OUTDATED: "It says what {old} said; {new} differs{slots}.",
    Verdict.PARTIALLY_OUTDATED: "{new} now recommends this for a part of these people only{slots}.",
    Verdict.CURRENT_STRENGTH_CHANGED: "The content stands in {new}, which recommends it with another strength{slots}.",
    Verdict.NO_LONGER_COVERED: "{old} recommended it; its successor has no such recommendation.",
    Verdict.DEVIATES: "{new} speaks of this and says otherwise{slots}.",
    Verdict.CONFLICT: "Bodies in force differ: {new} and {others}{slots}.",
    Verdict.DRAFT_ONLY: "Only {draft} says so, which is not in force.",
    Verdict.NOT_COVERED: "Nothing in the library speaks of this; that does not make it wrong.",
    Verdict.NEEDS_REVIEW: "{new} is near, but whether it says the same needs a person{slots}.",
}
_ZH = {
    Verdict.CURRENT: "所述内容均见于{new}。",
    Verdict.OUTDATED: "所述为{old}的内容；{new}已不同{slots}。",
    Verdict.PARTIALLY_OUTDATED: "{new}现仅推荐用于其中一部分人群{slots}。",
    Verdict.CURRENT_STRENGTH_CHANGED: "内容见于{new}，但推荐强度已变{slots}。",
    Verdict.NO_LONGER_COVERED: "{old}曾推荐；后续版本不再有此条推荐。",
    Verdict.DEVIATES: "{new}涉及此内容，但说法不同{slots}。",
    Verdict.CONFLICT: "现行指南之间不一致：{new}与{others}{slots}。",
    Verdict.DRAFT_ONLY: "仅{draft}如此表述，该版本尚未生效。",
    Verdict.NOT_COVERED: "库中没有相关内容；这并不表示其错误。",
    Verdict.NEEDS_REVIEW: "{new}与之相近，是否一致需人工判断{slots}。",
}
_NAMES_ZH = {
    "dose": "剂量", "threshold": "界值", "agent": "药物", "population": "人群", "timing": "时间", "direction": "方向",
    "procedure": "操作", "strength": "强度", "qualifier": "限定", "certainty": "证据",
}  # fmt: skip
MOST_SLOTS = 2


def explain(
    verdict: Verdict, language: str, checks: Sequence[SlotCheck], *, new: Edition | None, old: Edition | None,
    draft: Edition | None, others: Sequence[Edition],
) -> str:  # fmt: skip
    """One sentence that names the editions and the slots that differ."""
    nearest = new or old
    if verdict == Verdict.DEVIATES and new is None:
        nearest = old
    texts = _ZH if language == "zh" else _EN
    return texts[verdict].format(
        new=_name(nearest, language),
        old=_name(old, language),
        draft=_name(draft, language),
        others=("、" if language == "zh" else ", ").join(_name(each, language) for each in others[:2]) or "…",
        slots=_slots(checks, language),
    )


def _name(edition: Edition | None, language: str) -> str:
    if edition is None:
        return "较早版本" if language == "zh" else "an earlier edition"
    label = edition.label or edition.issued_on
    if language == "zh":
        return f"《{edition.title}》{'' if label and label in edition.title else label}"
    return f"{edition.title} ({label})" if label else edition.title


def _slots(checks: Sequence[SlotCheck], language: str) -> str:
    shown: list[str] = []
    for each in checks:
        said, now = each.claim or each.superseded, each.current
        if said == now or len(shown) == MOST_SLOTS:
            continue
        if language == "zh":
            shown.append(f"{_NAMES_ZH.get(each.slot, each.slot)}“{said or '—'}”，现为“{now or '未提及'}”")
        else:
            shown.append(f"{each.slot} “{said or '—'}”, now “{now or 'not mentioned'}”")
    if not shown:
        return ""
    return f"（{'；'.join(shown)}）" if language == "zh" else f" ({'; '.join(shown)})"
