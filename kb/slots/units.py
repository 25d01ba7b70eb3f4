"""Units as they are printed, each with its canonical unit and factor; and conversions that depend on what is measured.

Factors: molar masses of glucose (180.16), cholesterol (386.65), triglycerides (885.7), uric acid (168.11), creatinine
(113.12); HbA1c by the IFCC-NGSP master equation (% = mmol/mol / 10.929 + 2.15).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

HBA1C_SLOPE, HBA1C_OFFSET = 10.929, 2.15
MG_DL_PER_MMOL_L = {
    "glucose": 18.016, "ldl": 38.67, "hdl": 38.67, "cholesterol": 38.67, "non_hdl": 38.67, "triglycerides": 88.57,
    "urate": 16.81, "creatinine": 11.312,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unit:
    """One way to print a unit."""

    pattern: str
    canonical: str
    factor: float


UNITS = (
    Unit(r"m[lL]\s?/\s?(?:\(?min\s?[·.*/]\s?1\.73\s?m(?:2|²)\)?|min\s?per\s?1\.73\s?m(?:2|²))", "egfr", 1),
    Unit(r"m[lL]\s?/\s?min(?:ute)?", "egfr", 1),
    Unit(r"m[lL]\s?/\s?kg(?:\s?/\s?(?:h|hr|hour|d|day))?", "mL/kg", 1),
    Unit(
        r"(?:mg|毫克)\s?/\s?(?:\(\s?kg\s?[·.*]\s?(?:d|day|次|天|日)\s?\)|kg(?:\s?/\s?(?:d|day|dose|天|日))?)",
        "mg/kg",
        1,
    ),
    Unit(r"(?:[uμ]g|mcg)\s?/\s?(?:\(\s?kg\s?[·.*]\s?(?:d|day|min)\s?\)|kg(?:\s?/\s?(?:min|d|day))?)", "mg/kg", 1e-3),
    Unit(r"g\s?/\s?kg(?:\s?/\s?(?:d|day))?", "mg/kg", 1e3),
    Unit(
        r"(?:IU|U|单位|units?)\s?/\s?(?:\(\s?kg\s?[·.*]\s?(?:d|day|次|天|日)\s?\)|kg(?:\s?/\s?(?:d|day|天|"
        r"日))?)",
        "IU/kg",
        1,
    ),
    Unit(r"kg\s?/\s?m(?:2|²)|千克/平方米", "kg/m2", 1),
    Unit(r"mmol\s?/\s?mol", "mmol/mol", 1),
    Unit(r"mmol\s?/\s?[lL](?:itre|iter)?|毫摩尔每升", "mmol/L", 1),
    Unit(r"(?:[uμ]|micro)mol\s?/\s?[lL]|微摩尔每升", "mmol/L", 1e-3),
    Unit(r"mg\s?/\s?d[lL]", "mg/dL", 1),
    Unit(r"mg\s?/\s?[lL]", "mg/dL", 0.1),
    Unit(r"g\s?/\s?d[lL]", "mg/dL", 1e3),
    Unit(r"g\s?/\s?[lL]", "mg/dL", 1e2),
    Unit(r"ng\s?/\s?m[lL]|[uμ]g\s?/\s?[lL]", "mg/dL", 1e-4),
    Unit(r"pg\s?/\s?m[lL]|ng\s?/\s?[lL]", "mg/dL", 1e-7),
    Unit(r"(?:MME|OME|morphine milligram equivalents?)(?:\s?(?:/\s?(?:d|day)|per day|a day|daily))?", "MME", 1),
    Unit(r"mm\s?Hg|毫米汞柱", "mmHg", 1),
    Unit(r"kPa|千帕", "mmHg", 7.50062),
    Unit(r"cm\s?H(?:2|₂)O", "cmH2O", 1),
    Unit(r"(?:beats?|times?)\s?(?:/|per|a)\s?min(?:ute)?|bpm|/\s?min(?:ute)?|次\s?/\s?(?:min|分钟?)", "bpm", 1),
    Unit(r"breaths?\s?(?:/|per|a)\s?min(?:ute)?", "bpm", 1),
    Unit(r"kg(?!\s?[·/])|kilograms?|公斤|千克", "kg", 1),
    Unit(r"(?:[uμ]g|mcg|micrograms?|微克)(?:\s?/\s?(?:d|day|天|日|h))?", "mg", 1e-3),
    Unit(r"(?:mg|milligrams?|毫克)(?:\s?/\s?(?:d|day|天|日|次))?", "mg", 1),
    Unit(r"(?:g|grams?|克)(?:\s?/\s?(?:d|day|天|日))?", "mg", 1e3),
    Unit(r"m[lL]s?|millilit(?:re|er)s?|毫升|cc", "mL", 1),
    Unit(r"[lL]it(?:re|er)s?(?:\s?/\s?(?:d|day|min))?|L(?:\s?/\s?min)?|升", "mL", 1e3),
    Unit(r"万\s?(?:IU|U|单位)", "IU", 1e4),
    Unit(r"million (?:international )?(?:IU|units?)", "IU", 1e6),
    Unit(r"IU(?:\s?/\s?(?:d|day))?|U|international units?|units?|国际单位|单位", "IU", 1),
    Unit(r"kcal(?:\s?/\s?(?:d|day))?|千卡", "kcal", 1),
    Unit(r"k[jJ](?:\s?/\s?(?:d|day))?|千焦", "kcal", 0.239),
    Unit(r"℃|°C|摄氏度", "°C", 1),
    Unit(r"cm|厘米|centimet(?:re|er)s?", "cm", 1),
    Unit(r"mm|毫米|millimet(?:re|er)s?", "cm", 0.1),
    Unit(r"个?百分点|percentage points?", "points", 1),
    Unit(r"%|percent|per cent|百分之", "%", 1),
    Unit(r"pack[- ]years?", "pack-years", 1),
    Unit(r"years?|yrs?|y(?![A-Za-z])|年|周岁|岁", "days", 365.25),
    Unit(r"(?:个月|月龄|月)(?!经)|months?|mo(?![A-Za-z])", "days", 30.4375),
    Unit(r"周|星期|weeks?|wks?", "days", 7),
    Unit(r"天|日(?!本)|days?|d(?![A-Za-z])", "days", 1),
    Unit(r"小时|hours?|hrs?|h(?![A-Za-z])", "days", 1 / 24),
    Unit(r"分钟|min(?:ute)?s?", "days", 1 / 1440),
    Unit(r"seconds?|sec|秒", "days", 1 / 86400),
    Unit(r"次|times?|occasions?|episodes?|attacks?|exacerbations?|发作", "times", 1),
    Unit(r"剂次?|doses?|针", "doses", 1),
    Unit(r"片|粒|tablets?|capsules?|sprays?|喷|puffs?|揿", "pieces", 1),
    Unit(r"种|drugs?|agents?|medicines?", "drugs", 1),
    Unit(r"分(?![钟之])|points?", "points", 1),
    Unit(r"倍|fold|times the upper limit", "fold", 1),
)
UNIT = "|".join(f"(?P<u{place}>{unit.pattern})" for place, unit in enumerate(UNITS))
AFTER_NUMBER = re.compile(rf"\s?-?\s?(?:{UNIT})(?![A-Za-z²])")


def read_unit(text: str, place: int) -> tuple[Unit, int] | None:
    """The unit printed at a place (after at most a space or a hyphen) and where it ends."""
    match = AFTER_NUMBER.match(text, place)
    if match is None:
        return None
    return UNITS[int(str(match.lastgroup)[1:])], match.end()


ROUNDED = frozenset({7.50062, 30.4375, 365.25, 0.239})  # factors whose results print rounds


def convert(value: float, unit: str, measure: str) -> tuple[float, str]:
    """A value in the one unit in which this measure is compared."""
    if unit == "mg/dL" and measure in MG_DL_PER_MMOL_L:
        return value / MG_DL_PER_MMOL_L[measure], "mmol/L"
    if unit == "mmol/mol":
        return value / HBA1C_SLOPE + HBA1C_OFFSET, "%"
    return value, unit
