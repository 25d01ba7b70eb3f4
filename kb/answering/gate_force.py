"""How firmly a sentence speaks: must and should, may and consider, or an order."""

from __future__ import annotations

import re
from enum import StrEnum

from kb.answering.gate_words import Found


class Force(StrEnum):
    """How firmly a text advises."""

    STRONG = "strong"  # must, should, is recommended
    WEAK = "weak"  # may, consider, is suggested
    ORDER = "order"  # an imperative, which is as firm as the recommendation it stands in


_WEAK = re.compile(
    r"\b(?:may|might|could|consider(?:ed|ing|ation|s)?|suggest(?:s|ed|ion)?|optional"
    r"|option|reasonable|possibl[ey]|conditional\w*"
    r"|can be)\b|可以|可考虑|考虑|酌情|或可|可能|可(?=选|用|予|给|使|采|加|在|与|行|作|根|联|适|以)|建议考虑|有条件"
)
_STRONG = re.compile(
    r"\b(?:must|shall|should|ought|recommend(?:s|ed|ing|ation)?|needs? to|required?"
    r"|mandatory|essential|indicated|imperative"
    r"|(?:is|are) to be|have to|has to|advis(?:e|ed|es|able)|always|first[- ](?:line|choice)|preferred)\b"
    r"|(?<![反适效响供感对相])应(?!用|答|激|症|变|对)|应当|必须|务必|推荐|首选|须|需要?(?=在|要|立|进|使|给|监|定|每)|一律"
)
_SOFTENED = re.compile(
    r"\b(?:should|must|needs? to|is|are) (?:also )?(?:be )?(?:strongly )?considered\b"
    r"|\bwe suggest\b|\bshould consider\b|应考虑"
    r"|(?:conditional|weak)(?:ly)? recommend\w*|recommend\w* \(?(?:conditional|weak)|弱推荐|有条件推荐|可推荐"
)
_ORDER = re.compile(
    r"(?:^|[.;:•●■▪◦–—*\-)\]。；：]\s*|\n\s*|\b(?:and|then|or)\s+)(?:\d+[.)]\s*)?(?:do not |don't |never )?"
    r"(?:give|offer|use|start|begin|initiate|stop|discontinue|avoid|refer|monitor|measure|check|assess|treat|prescribe"
    r"|administer|take|increase|reduce|continue|screen|test|repeat|ensure|provide|advise|ask|perform|obtain|add|switch"
    r"|withhold|titrate|maintain|keep|aim|target|evaluate|vaccinate|immunize|immunise|review|arrange|recommend|limit"
    r"|encourage|select|choose|apply|inject|infuse|review|discuss|exclude|confirm|diagnose|consult|follow|wait|allow)\b"
    r"|建议|予以|给予|不宜|宜|禁用|避免"
)


def find_force(folded: str) -> list[Found]:
    """Words of force in a folded text; "should be considered" is weak, an imperative an order."""
    softened = [match.span() for match in _SOFTENED.finditer(folded)]
    found = [Found(start, end, "force", Force.WEAK) for start, end in softened]
    for pattern, force in ((_WEAK, Force.WEAK), (_STRONG, Force.STRONG), (_ORDER, Force.ORDER)):
        for match in pattern.finditer(folded):
            if not any(start < match.end() and match.start() < end for start, end in softened):
                found.append(Found(match.start(), match.end(), "force", force))
    return found
