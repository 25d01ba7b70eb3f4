"""What kind of answer a question asks for, read from its words; and what such an answer looks like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from kb.text import fold


class Want(StrEnum):
    """The kind of fact that would answer a question."""

    DOSE = "dose"  # an amount of a drug
    TIME = "time"  # a duration, an interval, a moment
    AGE = "age"  # an age or a range of ages
    SHARE = "share"  # a percentage or a ratio
    SIZE = "size"  # a threshold, a target, a count: any number
    PUBLICATION = "publication"  # about the guideline itself: who published it, when, what it replaces


@dataclass(frozen=True, slots=True)
class _Rule:
    question: re.Pattern[str]
    evidence: re.Pattern[str]
    units: frozenset[str]  # tokens that follow a number in such an answer; empty: the number is enough


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NUMBER = (
    r"(?:\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|once|twice|half|single|annual|daily|weekly"
    r"|monthly|yearly)|[一二两三四五六七八九十百半]|first|second|third)"
)
_TIME_UNIT = (
    r"(?:second|minute|min\b|hour|h\b|day|d\b|week|wk|month|year|yr|daily|weekly|monthly|annual|times|trimester)"
)

RULES: dict[Want, _Rule] = {
    Want.DOSE: _Rule(
        re.compile(
            r"\bdos(?:e|es|age|ing)\b|\bmg\b|\bmcg\b|\bgrams?\b|titrat|infusion rate|drip|bolus"
            r"|how much\b(?!.*(?:weight|fall))"
            r"|剂量|用量|用法|毫克|几克|多少克|怎么吃|怎么用|怎么给药|几粒|几片|几付"
        ),
        re.compile(
            r"\d\s*-?(?:mg|mcg|μg|g\b|m[lL]|iu\b|(?:micro|milli)?grams?\b|units?\b|tablets?\b|capsules?\b|mmol|mme\b"
            r"|毫克|微克|克|毫升|片|粒|袋|付|支|丸)|[一二两三四五六半](?:片|粒|袋|付|支|丸)"
        ),
        _words("mg mcg μg g gram ml iu unit mmol 毫克 克 毫升 片 粒 袋 付 支 丸 mg/kg mcg/kg mg/h mg/d pill tablet"),
    ),
    Want.TIME: _Rule(
        re.compile(
            r"how long|how often|how soon|how fast|how quickly|\bwhen\b|interval|frequen|\btiming\b|duration"
            r"|\bwait\b|longest"
            r"|\bhours?\b|\bdays?\b|\bweeks?\b|\bmonths?\b|minutes?\b|\bmin\b|deadline|follow.?up|expire|discard after"
            r"|多久|多长|几天|几周|几个月|几小时|几分钟|几年|哪几天|疗程|什么时候|何时|间隔|频率|第几|隔几"
            r"|多少天|多少周|分钟|小时"
        ),
        re.compile(rf"{_NUMBER}[^.;。；]{{0,12}}?(?:{_TIME_UNIT}|秒|分钟|小时|天|日|周|月|年|次|疗程)"),
        _words(
            "second minut min hour hr h dai day week wk month year yr daili weekli monthli annual time 秒 分钟 "
            "小时 天 日 周 "
            "月 年 次 疗程 个月 次/d min/d"
        ),
    ),
    Want.AGE: _Rule(
        re.compile(r"\bage\b|\bages\b|how old|starting age|几岁|年龄|多大"),
        re.compile(r"(?:age[ds]?\b[^.;]{0,20}?\d|\d[^.;]{0,12}?(?:years?|months?|岁|月龄)|\d+岁)"),
        _words("year month old 岁 月龄 ag"),
    ),
    Want.SHARE: _Rule(
        re.compile(r"%|per ?cent|proportion|prevalence|\brate\b|\bratio\b|\bshare\b|how common|比例|百分之|率"),
        re.compile(r"\d\s*(?:%|per ?cent|‰)|百分之|\d+\s*(?::|in|per)\s*\d+"),
        _words("percent per"),
    ),
    Want.SIZE: _Rule(
        re.compile(
            r"cut.?off|threshold|target|\bgoal\b|how many|how much|\bmaxim|\bmax\b|\bminim|\bmin\b|\blimit"
            r"|\blevel|range|score"
            r"|factor|number of|above|below|\bnumber\b|多少|阈值|界值|目标|门槛|上限|下限|至少|最多|最低|最高"
            r"|几次|几种|几位|几毫"
        ),
        re.compile(_NUMBER),
        frozenset(),
    ),
    Want.PUBLICATION: _Rule(
        re.compile(
            r"\bpublish|publication|\bisbn\b|\bdoi\b|pub no|\bauthors?\b|\bchaired?\b|\bpaid\b|\bfund(?:ed|ing"
            r"|s)?\b|sponsor"
            r"|supersede|\breplaces?\b|replaced by|conflicts? of interest|comment (?:deadline|period)"
            r"|\bfinal\b|who wrote"
            r"|newest|latest edition|latest version|what year|previous (?:\w+ ){0,2}guideline|earlier document"
            r"|copyright"
            r"|panel members|how many experts|\btakes? effect|comes? into force|effective date"
            r"|谁发布|发布单位|发布机构|什么时候发布|哪年发布|最新版|主编|执笔|编写|替代|取代|资助|利益冲突"
            r"|多少位专家|多少篇|版权|何时生效|什么时候生效|生效日期|施行日期|实施日期"
        ),
        re.compile(r"\b(?:19|20)\d\d\b|publi|fund|chair|supersed|replac|发布|专家|资助|替代|版"),
        frozenset(),
    ),
}


def read_wants(question: str) -> frozenset[Want]:
    """Kinds of fact that a question asks for; empty when its words do not tell."""
    folded = fold(question)
    return frozenset(want for want, rule in RULES.items() if rule.question.search(folded))


def shows(want: Want, folded: str) -> bool:
    """Whether a folded text holds something that looks like an answer of this kind."""
    return RULES[want].evidence.search(folded) is not None


def units_of(wants: frozenset[Want]) -> frozenset[str]:
    """Tokens one of which should follow a number in the answer."""
    return frozenset().union(*(RULES[want].units for want in wants))
