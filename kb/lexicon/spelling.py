"""Keys of names: what the lexicon and a text have in common whatever the spelling, number, hyphens and spaces."""

from __future__ import annotations

import re
import unicodedata

# Abbreviations of up to three capitals count only in capitals (IT, AS, MS); these are also typed in lower case.
TYPED_IN_LOWER_CASE = frozenset(
    [
        "aki",
        "bcg",
        "bmi",
        "bp",
        "bph",
        "cbc",
        "cbt",
        "ckd",
        "cmv",
        "copd",
        "cpr",
        "crp",
        "ct",
        "dka",
        "dvt",
        "ebv",
        "ecg",
        "ect",
        "eeg",
        "ekg",
        "emg",
        "esr",
        "gbs",
        "gdm",
        "hbv",
        "hcg",
        "hcv",
        "hdl",
        "hev",
        "hfmd",
        "hiv",
        "hpv",
        "hsv",
        "ibd",
        "ibs",
        "icu",
        "icd",
        "inr",
        "iud",
        "iui",
        "ivf",
        "ldl",
        "lbp",
        "mmr",
        "mra",
        "mri",
        "npc",
        "ocd",
        "pci",
        "pcr",
        "pcv",
        "pkd",
        "ppi",
        "psa",
        "pvc",
        "rsv",
        "sle",
        "std",
        "sti",
        "tb",
        "tbi",
        "tia",
        "tms",
        "tsh",
        "uti",
        "vte",
        "vzv",
    ]
)
# Longer abbreviations that are also everyday words.
ALSO_WORDS = frozenset(
    [
        "aids",
        "bals",
        "care",
        "dash",
        "dart",
        "fast",
        "halt",
        "help",
        "hints",
        "hope",
        "maps",
        "mash",
        "mart",
        "post",
        "rice",
        "sofa",
        "spice",
        "tips",
        "wells",
    ]
)

_ASCII_WORD_END = r"(?![a-z])"
_ENDINGS = re.compile(
    rf"'s{_ASCII_WORD_END}"
    rf"|(?<=[a-z]{{3}})ies{_ASCII_WORD_END}"
    rf"|(?:(?<=ss)|(?<=sh)|(?<=ch)|(?<=[xz])|(?<=[rnt]us))es{_ASCII_WORD_END}"
    rf"|(?<=[a-z]{{2}}[a-hj-rtv-z])s{_ASCII_WORD_END}"
)
_SEPARATORS = {ord(char): None for char in " \t-'/.,%+()&·:"}
_PLURAL_OF_CAPITALS = re.compile(r"(?<=[A-Z0-9])s(?![A-Za-z])")
_WIDE_SEPARATORS = re.compile(r"[\s\-·]+")


def english_keys(names: str) -> list[str]:
    """Keys of English names, given and returned in the same order, one name a line."""
    text = _PLURAL_OF_CAPITALS.sub("", names).casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).casefold()
    return reduce_words(text).translate(_SEPARATORS).split("\n")


def reduce_words(text: str) -> str:
    """Folded English with plural and possessive endings taken off and British spelling made American."""
    text = _ENDINGS.sub(lambda match: "y" if match[0] == "ies" else "", text)
    text = text.replace("ae", "e").replace("oe", "e").replace("our", "or").replace("sulph", "sulf")
    return text.replace("isation", "ization").replace("yse", "yze")


def chinese_key(names: str) -> str:
    """Chinese names folded (they are written in simplified characters), without spaces and hyphens; lines are kept."""
    return unicodedata.normalize("NFKC", names).casefold().translate(_CHINESE_SEPARATORS)


_CHINESE_SEPARATORS = {ord(char): None for char in " \t-·"}


def needs_capitals(name: str) -> bool:
    """Whether a name counts only when written in capitals as it stands."""
    if not name.isupper() or not name.isascii():
        return False
    folded = name.casefold()
    return folded in ALSO_WORDS or (len(name) <= 3 and folded not in TYPED_IN_LOWER_CASE)
