"""What a number measures: names of measurements in English and Chinese, and the nearest one to a number."""

from __future__ import annotations

import re
from functools import lru_cache

MEASURES = {
    "hba1c": r"HbA1c|A1c|glyc(?:at|osylat)ed ha?emoglobin|糖化血红蛋白",
    "ldl": r"LDL(?:[- ]?C\b|[- ]cholesterol)?|low[- ]density lipoprotein|低密度脂蛋白",
    "non_hdl": r"non[- ]HDL|非高密度脂蛋白|非HDL",
    "hdl": r"(?<!non[- ])HDL|(?<!非)高密度脂蛋白",
    "triglycerides": r"triglycerides?|甘油三酯|(?<![A-Za-z])TG(?![A-Za-z])",
    "cholesterol": r"total cholesterol|总胆固醇",
    "glucose": r"glucose|blood sugar|gly[cs]a?emi[ac]|血糖|FPG|OGTT|葡萄糖",
    "urate": r"urate|uric acid|尿酸",
    "creatinine": r"(?<!protein-to-)creatinine(?! clearance)|肌酐(?!清除)",
    "egfr": r"e?GFR|creatinine clearance|glomerular|肾小球滤过率|肌酐清除率",
    "sbp": r"systolic|SBP|收缩压",
    "dbp": r"diastolic|DBP|舒张压",
    "bmi": r"BMI|body mass index|体重指数|体质指数|体质量指数",
    "waist": r"waist|腰围",
    "weight": r"(?:body )?weight|体重(?!指数)|体质量(?!指数)",
    "risk": r"risk|likelihood|probability|风险|可能性|概率",
    "lvef": r"LVEF|ejection fraction|射血分数",
    "heart_rate": r"heart rate|pulse|心率|脉搏",
    "respiratory_rate": r"respiratory rate|呼吸频率",
    "spo2": r"SpO2|SaO2|oxygen saturation|血氧饱和度|指氧饱和度",
    "haemoglobin": r"(?<!ted )ha?emoglobin(?! A1c)|(?<!化)血红蛋白|(?<![A-Za-z])Hb(?![A-Za-z])",
    "platelets": r"platelets?|血小板",
    "potassium": r"potassium|血钾|钾",
    "sodium": r"sodium|钠|salt|盐",
    "crp": r"CRP|C[- ]reactive protein|C反应蛋白",
    "ferritin": r"ferritin|铁蛋白",
    "inr": r"INR|国际标准化比值",
    "temperature": r"temperature|fever|体温|发热",
    "fev1": r"FEV1|FEV₁",
    "eosinophils": r"eosinophils?|嗜酸",
    "cd4": r"CD4",
    "ph": r"(?<![A-Za-z])pH(?![A-Za-z])|酸碱度",
    "narrowing": r"stenosis|narrowing|狭窄",
    "prevalence": r"prevalence|流行率|患病率",
    "score": r"scores?|评分|得分",
    "energy": r"energy|calor|热量|能量",
}  # fmt: skip
BY_UNIT = {
    "egfr": "egfr",
    "kg/m2": "bmi",
    "bpm": "",
    "mmHg": "",
    "mmol/mol": "hba1c",
    "°C": "temperature",
    "MME": "mme",
}
UNIT_OF = {
    "bmi": "kg/m2",
    "hba1c": "%",
    "egfr": "egfr",
    "spo2": "%",
    "lvef": "%",
    "heart_rate": "bpm",
    "potassium": "mmol/L",
}  # left out in print
NEAR_BEFORE, NEAR_AFTER = 60, 14


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in MEASURES.items()), re.IGNORECASE)


def find_measures(text: str) -> list[tuple[int, int, str]]:
    """(start, end, measure) of each measurement that a text names."""
    return [(match.start(), match.end(), str(match.lastgroup)) for match in _pattern().finditer(text)]


def nearest_measure(found: list[tuple[int, int, str]], text: str, start: int, end: int, unit: str) -> str:
    """The measurement that a number at [start, end) belongs to: the last one before it in its sentence, else "
    "one after."""
    if BY_UNIT.get(unit):
        return BY_UNIT[unit]
    before = [each for each in found if each[1] <= start and start - each[1] <= NEAR_BEFORE]
    before = [
        each for each in before if not re.search(r"[.。；;](?:\s|$)", text[each[1] : start]) and _fits(each[2], unit)
    ]
    if before:
        return before[-1][2]
    after = [each for each in found if 0 <= each[0] - end <= NEAR_AFTER and _fits(each[2], unit)]
    return after[0][2] if after and not re.search(r"[.。；;，,]", text[end : after[0][0]]) else ""


_MOLAR = frozenset({"glucose", "ldl", "hdl", "non_hdl", "cholesterol", "triglycerides", "urate", "creatinine",
                    "potassium", "sodium"})  # fmt: skip
_PERCENT = frozenset({"hba1c", "risk", "lvef", "spo2", "narrowing", "prevalence", "fev1", "weight", "energy"})
_UNITS_OF = {
    "mmol/L": _MOLAR, "mg/dL": _MOLAR | {"crp", "haemoglobin", "ferritin"}, "%": _PERCENT, "mmHg": {"sbp", "dbp"},
    "bpm": {"heart_rate", "respiratory_rate"}, "cm": {"waist"}, "kg": {"weight"}, "mg": {"sodium"},
    "kcal": {"energy"},
    "": {"ph", "inr", "eosinophils", "cd4", "platelets", "bmi", "hba1c", "egfr",
         "spo2", "lvef", "heart_rate", "score", "potassium", "sbp", "dbp"},
    "points": {"score"},
}  # fmt: skip


def _fits(measure: str, unit: str) -> bool:
    return measure in _UNITS_OF.get(unit, ())
