"""Questions that ask for a decision about a person: quoted with a notice, or not answered at all."""

from __future__ import annotations

import re

from kb.text import fold

_UNSAFE = re.compile(
    r"\b(?:kill(?:ing)? (?:my|him|her|them)\w*|end (?:my|his|her|their) life|suicide method"
    r"|painless(?:ly)? d(?:ie|eath)"
    r"|overdose (?:on purpose|deliberately)"
    r"|how (?:much|many)\b.{0,60}\b(?:to die|would kill|will kill|to overdose))\b"
    r"|怎么(?:自杀|死)|(?:吃|用|服)多少.{0,12}(?:会死|能死|死亡)|自杀方法"
)
_PATIENT = re.compile(
    r"\b(?:my|our) (?:patient|pt|mother|father|mum|mom|dad|wife|husband|son|daughter|child|baby)\b"
    r"|\bshould i\b|\bcan i (?:take|stop|use|skip)\b"
    r"|\b(?:give|prescribe|order|start|stop|switch|write) (?:my|this|the|him|her) (?:patient|pt)?"
    r"|\bwrite (?:me )?a prescription\b|\bdiagnose (?:me|my|him|her)\b|\bi(?:'m| am) (?:pregnant|taking|on)\b"
    r"|我(?:的|家|妈|爸|老婆|老公|孩子|儿子|女儿|能|可以|该|应该|要不要)"
    r"|给(?:我|他|她|这个?病人|这位患者)(?:开|用|打|停|换)|帮我(?:开|诊断|决定)"
)


def is_unsafe(question: str) -> bool:
    """Whether a question asks how to harm a person."""
    return _UNSAFE.search(fold(question)) is not None


def is_about_a_patient(question: str) -> bool:
    """Whether a question asks for a decision about one person rather than for what a guideline says."""
    return _PATIENT.search(fold(question)) is not None
