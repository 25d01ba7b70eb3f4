"""Folding and tokenising of clinical text, English and Chinese. The one home of the stemmer, jieba and opencc."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

# Characters that only look different: dashes, quotes, minus signs. Soft hyphens and zero-width characters vanish.
LOOKALIKES = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d", "-"),
        **dict.fromkeys("\u2018\u2019\u02bc\u2032", "'"),
        **dict.fromkeys("\u201c\u201d\u2033", '"'),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff\ufffe"),
        "\u2a7e": "≥",
        "\u2a7d": "≤",
        "\u2267": "≥",
        "\u2266": "≤",
        "\u223c": "~",
    }
)

# Words without content. Negations, modal verbs and words of time or comparison are content in a guideline.
_STOP_ENGLISH = (
    "a an the of to in for and or is are was were be been being it its this that these those as at by with on from do "
    "does did done has have had having i my me we our us you your they them their he she his her there here what "
    "which who whom whose how why if so than then can could would may might will shall am any some such into about "
    "also please tell say says said give given get got per vs via i.e e.g etc"
)
_STOP_CHINESE = (
    "的 了 吗 呢 吧 啊 呀 么 和 与 及 或 在 是 有 为 对 把 被 让 就 都 也 还 又 而 其 之 等 请 问 请问 什么 怎么 怎样 "
    "如何 哪些 哪个 哪 几 多少 是否 可以 能 要 会 该 应 应该 需要 这 那 个 们 一个 一下 啥 咋"
)
STOP_WORDS = frozenset(_STOP_ENGLISH.split())
CHINESE_STOP = frozenset(_STOP_CHINESE.split())

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_LETTER = rf"[^\W_{_HAN}]"
_WORD = re.compile(
    rf"""
    (?P<cjk>[{_HAN}]+)
  | (?P<sign>(?:>=|<=|[<>≥≤=±])\s*(?=\d))?
    (?P<number>\d{{1,3}}(?:(?:,\d{{3}})+|(?:\ \d{{3}})+(?!\d|\.\d))(?:\.\d+)?|\d+(?:\.\d+)*)
    (?P<ordinal>(?:st|nd|rd|th)\b)?
  | (?P<word>(?!\d){_LETTER}+(?:'{_LETTER}+)?(?:[-/+.&]{_LETTER}+)*\+?)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_GREEK = {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "κ": "kappa", "θ": "theta", "ω": "omega", "μg": "mcg"}
_BRITISH = (
    (re.compile(r"[ao]e"), "e"),
    (re.compile(r"sulph"), "sulf"),
    (re.compile(r"our(?=$|s$|ed$|ing$)"), "or"),
    (re.compile(r"is(?=(?:e|ed|es|ing|ation|ations)$)"), "iz"),
    (re.compile(r"ys(?=(?:e|ed|es|ing)$)"), "yz"),
    (re.compile(r"([tb])re(?=s?$)"), r"\1er"),
    (re.compile(r"amme(?=s?$)"), "am"),
)


_IDEOGRAPH = re.compile("[\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff]")


def is_cjk(char: str) -> bool:
    """Whether a character is a Chinese ideograph."""
    return "\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf" or "\uf900" <= char <= "\ufaff"


def has_cjk(text: str) -> bool:
    """Whether a text holds a Chinese ideograph."""
    return not text.isascii() and _IDEOGRAPH.search(text) is not None


def count_cjk(text: str) -> int:
    """Number of Chinese ideographs in a text."""
    return 0 if text.isascii() else len(_IDEOGRAPH.findall(text))


def squeeze(text: str) -> str:
    """NFKC, casefold, all white space removed: two texts that squeeze alike say the same characters."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def fold(text: str) -> str:
    """NFKC, casefold, look-alike dashes and quotes made one, traditional Chinese made simplified."""
    return unify(text).casefold()


def unify(text: str) -> str:
    """NFKC, look-alike dashes and quotes made one, traditional Chinese made simplified; case is kept."""
    unified = unicodedata.normalize("NFKC", text.translate(LOOKALIKES)).translate(LOOKALIKES)
    return _simplified(unified) if has_cjk(unified) else unified


def language_of(text: str) -> str:
    """Return "zh" or "en", whichever carries more of the text (one ideograph weighs as much as three letters)."""
    ideographs = count_cjk(text)
    letters = sum(char.isalpha() for char in text) - ideographs
    return "zh" if ideographs and ideographs * 3 >= letters else "en"


def tokens(text: str) -> list[str]:
    """Tokens for matching, in text order.

    English words are stemmed, spelling made American; compounds are given whole and in parts; numbers keep decimals
    and, beside the plain number, their comparison sign. Chinese runs give jieba's words and character bigrams.
    """
    found: list[str] = []
    for match in _WORD.finditer(unify(text)):
        if match["cjk"]:
            found.extend(_chinese(match["cjk"]))
        elif match["number"]:
            found.extend(_number(match["sign"], match["number"], match["ordinal"]))
        else:
            found.extend(_compound(match["word"]))
    return found


def content_words(text: str) -> list[str]:
    """Distinct words of a text as a reader sees them (folded, not stemmed, no bigrams), stop words left out."""
    words: dict[str, None] = {}
    for match in _WORD.finditer(unify(text)):
        if match["cjk"]:
            words.update(dict.fromkeys(word for word in cut_chinese(match["cjk"]) if word not in CHINESE_STOP))
        elif match["number"]:
            words[match["number"]] = None
        elif not is_stop_word(match["word"]):
            words[match["word"].casefold().removesuffix("'s")] = None
    return list(words)


def is_stop_word(word: str) -> bool:
    """Whether an English word carries no content; one in capitals may be a name (WHO, US) and does."""
    return word.casefold().removesuffix("'s") in STOP_WORDS and not (
        len(word) > 1 and word.removesuffix("'s").isupper()
    )


def cut_chinese(run: str) -> list[str]:
    """Words of a run of ideographs (simplified), by jieba."""
    return list(_cutter()(run))


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Stem of one folded English word, British spelling made American."""
    if not word.isascii():
        word = "".join(char for char in unicodedata.normalize("NFKD", word) if not unicodedata.combining(char))
    if len(word) > 4:
        for pattern, replacement in _BRITISH:
            word = pattern.sub(replacement, word)
    return str(_stemmer().stemWord(word))


def _number(sign: str | None, number: str, ordinal: str | None) -> Iterator[str]:
    if ordinal:
        yield number + ordinal.casefold()
        return
    plain = number.replace(",", "")
    if " " in plain:  # "1 507" is one number in print, but "100 125" may be two
        yield from plain.split()
        plain = plain.replace(" ", "")
    yield plain
    if sign:
        yield sign.strip().replace(">=", "≥").replace("<=", "≤") + plain


def _compound(word: str) -> Iterator[str]:
    if is_stop_word(word):
        return
    word = word.casefold().removesuffix("'s").rstrip("+").replace("'", "")
    parts = re.split(r"[-/+.&]", word)
    if len(parts) == 1:
        yield from _simple(word)
        return
    for part in parts:
        if part not in STOP_WORDS:
            yield from _simple(part)
    yield stem(word if "/" in word else "".join(_GREEK.get(part, part) for part in parts))


def _simple(word: str) -> Iterator[str]:
    """A word without joints; `ckd3b` also counts as `ckd`, `50mg` as number and unit."""
    joined = re.fullmatch(r"(\d+)([a-zμ]+)", word)
    if joined:
        yield from joined.groups()
        return
    yield stem(_GREEK.get(word, word))
    letters = re.match(r"[a-z]{3,}(?=\d)", word)
    if letters:
        yield stem(letters[0])


def _chinese(run: str) -> Iterator[str]:
    if len(run) == 1:
        if run not in CHINESE_STOP:
            yield run
        return
    for word in cut_chinese(run):
        if word not in CHINESE_STOP:
            yield word
    for first, second in zip(run, run[1:], strict=False):
        yield first + second


@lru_cache(maxsize=1)
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


def _simplified(text: str) -> str:
    return str(_converter().convert(text))


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


@lru_cache(maxsize=1)
def _cutter() -> Callable[[str], list[str]]:
    import rjieba

    return rjieba.cut
