"""A follow-up ("and in pregnancy?", "那老年人呢?") read with the question before it, by rules that the reader sees."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.answering.gate_words import Found, find_words
from kb.answering.subjects import SPECIFIC
from kb.lexicon.lookup import Lexicon, Mention, load_lexicon
from kb.text import content_words, fold, has_cjk

MOST_WORDS = 7  # content words of a follow-up; more make a question of its own
_OPENING = re.compile(
    r"^\s*(?:(?:and|or|but|so|then|also|what about|how about|what if|what of)\b[\s,]*)+"
    r"|^\s*(?:那么|那|如果是?|若是?|要是|换成|还有|以及|而且?|至于|关于|对于?)+[，,\s]*",
    re.I,
)
_CLOSING = re.compile(r"(?:怎么办|怎么样|又如何|如何|呢)?[？?。.!！\s]*$")
_END = re.compile(r"[？?。.!！\s]+$")
_PLACE = re.compile(r"^(?:in|for|with|on|after|before|during|if|when|without|at|under)\b", re.I)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question as it is asked once the one before it is taken into account."""

    text: str
    is_one: bool  # whether it was read as a follow-up


def read_follow_up(question: str, before: str) -> FollowUp:
    """Put a follow-up and the question before it together; a question of its own is left as it is.

    A follow-up opens as one ("and", "what about", "那", …) or ends in 呢, and is short. What it names takes the place
    of what the question before names of the same kind (a drug for a drug, a group of people for a group); all else of
    that question is kept, its subject and its day too.
    """
    rest = _CLOSING.sub("", _OPENING.sub("", question)).strip(" ,，")
    opens = _OPENING.match(question) is not None or question.rstrip("？?。 ").endswith("呢")
    if not before.strip() or not rest or not opens or len(content_words(rest)) > MOST_WORDS:
        return FollowUp(question, False)
    base = _END.sub("", before)
    exchanged = _exchange(base, rest)
    if exchanged is not None:
        return FollowUp(exchanged + ("？" if has_cjk(exchanged) else "?"), True)
    if has_cjk(base):
        return FollowUp(f"{rest}，{base}？", True)
    joint = " " if _PLACE.match(rest) else ", "
    return FollowUp(f"{base}{joint}{rest}?", True)


def _exchange(base: str, rest: str) -> str | None:
    """The earlier question with one name exchanged for one of the same kind; None where there is none."""
    for old, new in (_named(base, rest), _grouped(base, rest)):
        if old is not None and new is not None:
            start, end = old
            return base[:start] + new + base[end:]
    return None


def _named(base: str, rest: str) -> tuple[tuple[int, int] | None, str | None]:
    """A drug for a drug, an illness for an illness, where the follow-up is hardly more than that name."""
    if _PLACE.match(rest) or _groups(rest):
        return None, None
    lexicon = load_lexicon()
    new = [each for each in lexicon.find(rest) if _kind(lexicon, each)]
    if len(new) != 1 or len(content_words(rest)) > len(content_words(rest[new[0].start : new[0].end])):
        return None, None
    old = [each for each in lexicon.find(base) if _kind(lexicon, each) == _kind(lexicon, new[0])]
    if len(old) != 1:
        return None, None
    return (old[0].start, old[0].end), rest[new[0].start : new[0].end]


def _kind(lexicon: Lexicon, mention: Mention) -> str:
    group = lexicon.concept(mention.concept_ids[0]).group
    return "drugs" if group in ("drugs", "drug_classes") else group if group in SPECIFIC else ""


def _grouped(base: str, rest: str) -> tuple[tuple[int, int] | None, str | None]:
    """A group of people for a group of people."""
    old, new = _groups(base), _groups(rest)
    if len(old) != 1 or len(new) != 1 or len(fold(base)) != len(base) or len(fold(rest)) != len(rest):
        return None, None
    return (old[0].start, old[0].end), _PLACE.sub("", rest).strip()


def _groups(text: str) -> list[Found]:
    return [each for each in find_words(fold(text)) if each.group == "population"]
