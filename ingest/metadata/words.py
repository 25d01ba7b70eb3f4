"""Words by which titles, labels and kinds of guideline documents are recognised, English and Chinese."""

from __future__ import annotations

import re

GENRE = re.compile(
    r"\b(?:guidelines?|guidance|guides?|recommend(?:ation|ed)s?|management|managing|diagnosis|diagnosing|treatments?|treating|therapy|therapies"
    r"|prevention|preventing|screening|consensus|standards?|protocols?|statements?|handbook|polic(?:y|ies)|strategy|schedule|assessment"
    r"|evaluation|care|control|pathways?|surveillance|immuni[sz]ation|vaccination|advisory|addendum|rehabilitation|update|prescribing)\b"
    r"|指南|指引|共识|規範|规范|方案|标准|標準|建议|路径|诊疗|诊治|诊断|治疗|管理|防治|预防|筛查|护理|判定|预案|手册|解读|更正|勘误|声明",
    re.IGNORECASE,
)
# What is left of a line of series or genre words only is no title: "ESC GUIDELINES", "A national clinical guideline".
_SERIES = re.compile(
    r"\b(?:an?|the|of|and|for|on|in|by|to|from|clinical|practice|national|international|global|guidelines?|guidance|recommend(?:ation|ed)s?"
    r"|statements?|reports?|bulletins?|special|articles?|evidence[- ]based|full|complete|joint|task|force"
    r"|committee|document|version|edition"
    r"|position|policy|consensus|scientific|science|advisory|advisories|focused|update[sd]?|review|education|research|original|interim|living|workgroup"
    r"|summary|executive|draft|consultation|public|comment|supplement|standards?|medicine|medical|series|methodology|correction|corrigend\w+"
    r"|errat\w+|editorial|commentary|quick|reference|pocket|guide|contents?|introduction|preamble|foreword|preface|abstract|purpose|methods|disclaimer|acknowledge?ments?|volume"
    r"|journal|issue|number|no|open|access|free|health|professionals?|group|expert|panel|notice|press|release|bulletin|archived?|journals?|references?|endorsed|background)\b"
    r"|中华人民共和国|中華人民共和國|卫生|行业|国家|团体|地方|推荐性|医疗|标准|规范|指南|共识|与|专家|论著|综述|解读|更正|方案|通知|前言|目次|目录|附件|附录|摘要|一|概述|征求意见稿|试行|版",
    re.IGNORECASE,
)


def is_series_only(text: str) -> bool:
    """Whether nothing but words of genre, series and section is left of a text."""
    rest = re.sub(r"[\W\d_]+", " ", _SERIES.sub(" ", text))
    kept = [word for word in rest.split() if len(word) > 1 or not word.isascii()]
    return sum(2 if not word.isascii() else 1 for word in kept) < 2
