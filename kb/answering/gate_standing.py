"""What a sentence may say about editions: which one is in force is the registry's word, never a model's or a PDF's."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb.answering.exhibits import Exhibit
from kb.domain import Status
from kb.text import fold

_CURRENT = (Status.IN_FORCE, Status.PARTIALLY_SUPERSEDED)
_OUT = (
    r"supersed\w*|no longer (?:in force|current|valid|applies|applicable)|not (?:in force"
    r"|current)|replaced|(?:out of|out-of-) ?date"
    r"|outdated|obsolete|retired|archived|former(?:ly)?|previous(?:ly)?|(?:earlier|older"
    r"|old|prior|past) (?:edition|version|guideline|guidance)"
    r"|historical\w*|at that time|back then"
)
_OUT_HAN = (
    r"(?:已|被|已经|早已)(?:经)?(?:由|为|被)?[^，。；]{0,14}?(?:替代|取代|替换)|废止|作废|失效|不再有效|不再适用|非现行|过时"
    r"|旧(?:版|指南|规范)|[前上]一版|以前的?版本|(?:既往|历史)版本"
)
_SAYS: dict[Status, re.Pattern[str]] = {
    Status.SUPERSEDED: re.compile(rf"\b(?:{_OUT})\b|{_OUT_HAN}"),
    Status.EXPIRED: re.compile(rf"\b(?:expired|{_OUT})\b|过期|失效|{_OUT_HAN}"),
    Status.WITHDRAWN: re.compile(r"\b(?:withdrawn|retracted|no longer (?:in force|valid))\b|撤回|撤销|废止"),
    Status.DRAFT: re.compile(r"\b(?:draft|consultation|not (?:yet )?final)\b|草案|征求意见|讨论稿"),
    Status.NOT_YET_EFFECTIVE: re.compile(
        r"\b(?:not yet (?:in force|effective)|will (?:take effect|come into force))\b|尚未生效|未生效"
    ),
}
_CLAIM = re.compile(
    r"\b(?:this|the|our|these|new(?:est)?|latest|current|present"
    r"|\d{4}) ?(?:\d{4} )?(?:edition|version|guidelines?|guidance|document"
    r"|update)s?\b.{0,40}"
    r"\b(?:supersed\w*|replac\w*|in force|withdrawn|retract\w*|obsolete|invalid|overrid\w*"
    r"|takes? precedence|is (?:the )?(?:current|latest|valid))"
    r"|\b(?:supersed\w*|replac\w*|overrid\w*|withdraw\w*"
    r"|retract\w*)\b.{0,30}\b(?:editions?|versions?|guidelines?|guidance|documents?)\b"
    r"|\b(?:currently|still|now) (?:in force|valid)\b"
    r"|(?:本|该|新|最新|现行)(?:版|指南|规范|文件|版本).{0,20}(?:替代|取代|废止|现行有效|作废|优先)|(?:替代|取代|废止|作废|撤销).{0,20}(?:版|指南|规范|文件)"
)


def standing_fault(sentence: str, cited: Sequence[Exhibit]) -> str:
    """What is wrong with how a sentence treats editions, or "".

    A text that is not in force is cited only by a sentence that says so, in the words of that status; and no sentence
    says that an edition is in force, or replaces another: a reader sees that from the registry beside every citation.
    """
    folded = fold(sentence)
    for exhibit in cited:
        if exhibit.status not in _CURRENT and not _SAYS[exhibit.status].search(folded):
            return f"{exhibit.edition} ({exhibit.status.value}) is cited as if it were in force"
    if all(exhibit.status in _CURRENT for exhibit in cited) and _CLAIM.search(folded):
        return "says which edition is in force"
    return ""


_FILLING = re.compile(
    r"\b(?:which|that|has|have|had|since|been|now|is|are|was|the|comes? from|edition"
    r"|version(?: \d\.\d)?|standards?|guidelines?|guidance|document"
    r"|then|once|under|according to|in|of|at the time)\b|\b(?:19|20)\d\d\b年?版?|它|曾|现|而|版本?|指南|规范|要求"
)


def without_standing(text: str, exhibit: Exhibit) -> str:
    """A sentence without the words that say its source is not in force, which stand in no source."""
    folded = fold(text)
    says = None if exhibit.status in _CURRENT else _SAYS[exhibit.status]
    if says is None or not says.search(folded):
        return text
    pieces = re.split(r"(?<=[,，(（)）;；])|(?=[,，(（)）;；])", folded)
    kept = []
    for piece in pieces:
        rest = _FILLING.sub(" ", says.sub(" ", piece)) if says.search(piece) else piece
        if says.search(piece) and not re.search(r"[a-z]{3}|[一-鿿]", rest):
            continue
        kept.append(says.sub(" ", piece))
    return re.sub(r"\b(?:19|20)\d\d\b\s*(?:年)?版?", " ", "".join(kept))
