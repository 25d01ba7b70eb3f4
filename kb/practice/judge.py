"""The verdict on a claim within one guideline: rules over slots, the guard first. No language model is asked."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kb.domain import Status
from kb.lexicon import Lexicon
from kb.practice.agree import Agreement, Ballot, Vote, agree
from kb.practice.candidates import Family, Scored
from kb.practice.nouns import SlotCheck, Verdict
from kb.slots import Role, Slots
from kb.slots.nouns import Direction
from kb.slots.population import named_people
from kb.versions.changes import STRENGTHS, Changed, ChangeType, compare_texts
from kb.versions.lines import Line

IN_FORCE = (Status.IN_FORCE, Status.PARTIALLY_SUPERSEDED)
PAST = (Status.SUPERSEDED, Status.EXPIRED, Status.WITHDRAWN)
COVERED = 0.42  # topic from which a line speaks of the claim's matter
LOOSE = 0.5  # share of a dropped line's topic from which a line in force speaks of the same matter
SURE_ENOUGH = 0.46  # the same, where a direction or a named value differs
SURE = 0.62  # topic from which another value is another value, not another matter
NEAR = 0.8  # share of the best topic from which a line is looked at too
LOOKED_AT = 6  # pairs
AGREES = 0.06  # what full agreement adds to a topic when the pair is chosen
Counterparts = Callable[[Line], Sequence[Line] | None]  # what became of a line, or what it was; None where unknown


@dataclass(frozen=True, slots=True)
class Pair:
    """The line in force and its predecessor, as far as there are both, with what each says on the claim."""

    new: Scored | None
    old: Scored | None
    new_says: Agreement | None
    old_says: Agreement | None
    change: tuple[Changed, ...]  # between old and new
    types: frozenset[ChangeType]

    @property
    def topic(self) -> float:
        """How near the nearer line is to the claim's matter."""
        return max((each.topic for each in (self.new, self.old) if each), default=0.0)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict within one guideline and what it rests on."""

    verdict: Verdict
    subtype: str
    pair: Pair
    checks: tuple[SlotCheck, ...]
    draft: Scored | None = None
    contradicts: bool = (
        False  # the line in force says the opposite of the same agent, or another limit, for such people
    )

    @property
    def topic(self) -> float:
        """How near its lines are to the claim's matter."""
        return self.pair.topic if self.draft is None else max(self.pair.topic, self.draft.topic)


def judge(
    claim: Slots, family: Family, successors: Counterparts, predecessors: Counterparts, lexicon: Lexicon,
    rarity: Mapping[str, float],
) -> Judgement | None:  # fmt: skip
    """The verdict of one guideline on a claim; None where it does not speak of it."""
    pairs = list(_pairs(claim, family, successors, predecessors, lexicon, rarity))
    pairs = [pair for pair in pairs if pair.topic >= COVERED]
    draft = _agreeing_draft(claim, family, lexicon, rarity)
    if not pairs:
        return None if draft is None else Judgement(Verdict.DRAFT_ONLY, "", _EMPTY, (), draft)
    pair = max(pairs, key=_rank)
    found = _verdict(claim, pair, _support(claim, family, pair, lexicon, rarity), lexicon, rarity)
    if draft is not None and found.verdict in (Verdict.DEVIATES, Verdict.NEEDS_REVIEW, Verdict.OUTDATED):
        is_old = found.verdict == Verdict.OUTDATED
        if not is_old or draft.topic > pair.topic:
            kind = family.statuses[draft.line.edition_id]
            subtype = "not_yet_effective" if kind == Status.NOT_YET_EFFECTIVE else ""
            return Judgement(Verdict.DRAFT_ONLY, subtype, pair, found.checks, draft)
    return replace(found, contradicts=_is_contradiction(claim, pair, lexicon))


_EMPTY = Pair(None, None, None, None, (), frozenset())


def _rank(pair: Pair) -> float:
    agreement = max((each.share for each in (pair.new_says, pair.old_says) if each), default=0.0)
    return pair.topic + AGREES * agreement


def _pairs(
    claim: Slots, family: Family, successors: Counterparts, predecessors: Counterparts, lexicon: Lexicon,
    rarity: Mapping[str, float],
) -> Iterator[Pair]:  # fmt: skip
    current = sorted(family.of(*IN_FORCE), key=lambda each: -each.topic)[:LOOKED_AT]
    past = sorted(family.of(*PAST), key=lambda each: -each.topic)[:LOOKED_AT]
    by_line = {each.line: each for each in (*family.of(*IN_FORCE), *family.of(*PAST))}
    used: set[Line] = set()
    for new in current:
        before = predecessors(new.line) or ()
        olds = [by_line[line] for line in before if line in by_line]
        old = max(olds, key=lambda each: each.topic, default=None)
        used |= {each.line for each in olds}
        yield _make_pair(claim, new, old, lexicon, rarity)
    for old in past:
        if old.line in used or (current and not old.is_recommendation):
            continue
        after = successors(old.line)
        news = [by_line[line] for line in after or () if line in by_line]
        if news:
            yield _make_pair(claim, max(news, key=lambda each: each.topic), old, lexicon, rarity)
        elif after is not None or not old.is_recommendation:
            yield _dropped_or_turned(claim, _make_pair(claim, None, old, lexicon, rarity), current, lexicon, rarity)


def _dropped_or_turned(
    claim: Slots, pair: Pair, current: Sequence[Scored], lexicon: Lexicon, rarity: Mapping[str, float]
) -> Pair:
    """The pair of a dropped line; beside a line in force that contradicts the claim, where one speaks of its matter."""
    assert pair.old is not None
    for new in current:
        if new.topic < LOOSE * pair.old.topic:
            break
        beside = _make_pair(claim, new, pair.old, lexicon, rarity)
        if _contradicts(claim, beside) or _is_overtaken(claim, new.slots, pair.old.slots):
            return beside
    return pair


def _is_contradiction(claim: Slots, pair: Pair, lexicon: Lexicon) -> bool:
    """Whether two bodies that said these two things of such people would be at odds."""
    if pair.new is None or pair.new_says is None:
        return False
    mine, theirs = claim.population.conditions, pair.new.slots.population.conditions
    if mine and theirs and not any(lexicon.is_a(a, b) or lexicon.is_a(b, a) for a in mine for b in theirs):
        return False
    sides = {
        each.text: (math.isinf(each.low), math.isinf(each.high))
        for each in (*claim.quantities, *pair.new.slots.quantities)
    }
    return any(
        (each.slot == "direction" and ":" in each.claim)
        or (each.slot == "threshold" and each.line and sides.get(each.claim) == sides.get(each.line))
        for each in pair.new_says.of(Vote.DIFFERS)
    )


def _contradicts(claim: Slots, pair: Pair) -> bool:
    """Whether the line in force speaks of the same agent, or of the same measurement, and says otherwise."""
    measured = {each.text for each in claim.quantities if each.measure not in ("", "start", "max", "step")}
    for each in pair.new_says.ballots if pair.new_says else ():
        is_word = each.slot == "direction" and ":" not in each.claim
        if (
            each.vote == Vote.DIFFERS
            and (each.slot == "direction" or each.claim in measured)
            and not (is_word and claim.given)
        ):
            return True
    return False


def _make_pair(
    claim: Slots, new: Scored | None, old: Scored | None, lexicon: Lexicon, rarity: Mapping[str, float]
) -> Pair:
    new_says = agree(claim, new.slots, lexicon, rarity) if new else None
    old_says = agree(claim, old.slots, lexicon, rarity) if old else None
    if new is None or old is None:
        return Pair(new, old, new_says, old_says, (), frozenset())
    compared = compare_texts(old.line.text, new.line.text, old.line.recommendation, new.line.recommendation)
    return Pair(new, old, new_says, old_says, compared.changed, frozenset(compared.types))


def _agreeing_draft(claim: Slots, family: Family, lexicon: Lexicon, rarity: Mapping[str, float]) -> Scored | None:
    """The line of a draft, or of an edition not yet in effect, in which every slot of the claim stands."""
    lines = sorted(family.of(Status.DRAFT, Status.NOT_YET_EFFECTIVE), key=lambda each: -each.topic)[:LOOKED_AT]
    fitting = (each for each in lines if each.topic >= COVERED and agree(claim, each.slots, lexicon, rarity).stands)
    return next(fitting, None)


def _support(
    claim: Slots, family: Family, pair: Pair, lexicon: Lexicon, rarity: Mapping[str, float]
) -> frozenset[tuple[str, str]]:
    """(slot, value) on which the line in force is silent but a near recommendation of its edition is not."""
    if pair.new is None or pair.new_says is None:
        return frozenset()
    silent = {(each.slot, each.claim) for each in pair.new_says.of(Vote.SILENT)}
    found: set[tuple[str, str]] = set()
    for each in family.of(*IN_FORCE):
        if not silent or each is pair.new or not each.is_recommendation or each.topic < NEAR * pair.new.topic:
            continue
        said = agree(claim, each.slots, lexicon, rarity)
        if not said.differs:
            found |= {(b.slot, b.claim) for b in said.of(Vote.STANDS)} & silent
    return frozenset(found)


def _verdict(
    claim: Slots, pair: Pair, support: frozenset[tuple[str, str]], lexicon: Lexicon, rarity: Mapping[str, float]
) -> Judgement:
    checks = _checks(pair)
    if pair.new is None or pair.new_says is None:
        return Judgement(_dropped(pair), "", pair, checks)
    lacking = [
        each for each in pair.new_says.ballots if each.vote != Vote.STANDS and (each.slot, each.claim) not in support
    ]
    lacking += _moved_ages(claim, pair)
    if not lacking and (word := _turned_word(claim, pair, rarity)):
        return Judgement(
            Verdict.OUTDATED, "reversed", pair, (*checks, SlotCheck("direction", word, word, f"{word}: against"))
        )
    if not lacking:
        verdict, subtype = _standing(claim, pair, lexicon)
        return Judgement(verdict, subtype, pair, checks)
    turned = _turned(pair, lacking)
    if turned and _is_for_others(claim, pair, turned):
        return Judgement(Verdict.NEEDS_REVIEW, "population", pair, checks)
    if turned:
        return Judgement(Verdict.OUTDATED, subtype_of(turned), pair, checks)
    differing = [each for each in lacking if each.vote == Vote.DIFFERS]
    if differing and pair.topic >= (SURE_ENOUGH if _is_plain(differing, claim) else SURE):
        return Judgement(Verdict.DEVIATES, subtype_of(differing), pair, checks)
    return Judgement(Verdict.NEEDS_REVIEW, subtype_of(lacking), pair, checks)


def _moved_ages(claim: Slots, pair: Pair) -> list[Ballot]:
    """Ages that the claim has from the earlier line and the line in force has moved."""
    if pair.new is None or pair.old is None:
        return []
    now, before = pair.new.slots.of_role(Role.AGE), pair.old.slots.of_role(Role.AGE)
    return [
        Ballot("population", each.text, now[0].text, Vote.DIFFERS)
        for each in claim.of_role(Role.AGE)
        if now and any(each.has_same_ends(old) for old in before) and not any(each.has_same_ends(new) for new in now)
    ]


def _turned_word(claim: Slots, pair: Pair, rarity: Mapping[str, float]) -> str:
    """A word that the claim and the earlier line use one way and the line in force the other way only."""
    if pair.new is None or pair.old is None or claim.given:
        return ""
    turned = [
        word
        for word, way in claim.terms.items()
        if way is not None
        and len(word) > 1
        and not word.isdigit()
        and _is_same_way(way, pair.old.slots.terms.get(word))
        and pair.new.slots.terms.get(word) is not None
        and not _is_same_way(way, pair.new.slots.terms.get(word))
    ]
    return max(turned, key=lambda word: rarity.get(word, 0.0), default="")


def _is_same_way(one: Direction, other: Direction | None) -> bool:
    return other is not None and (one == Direction.AGAINST) == (other == Direction.AGAINST)


def _is_plain(differing: Sequence[Ballot], claim: Slots) -> bool:
    """Whether what differs is a direction, or a value of something that the claim names."""
    named = {each.text for each in claim.quantities if each.measure} if claim.given or claim.steps else set()
    valued = {each.text for each in claim.quantities if each.measure or claim.given}
    return any(each.slot == "direction" or each.claim in named | valued for each in differing)


def _dropped(pair: Pair) -> Verdict:
    """Verdict where the line has no successor."""
    says = pair.old_says
    if says is not None and not says.differs:
        return Verdict.NO_LONGER_COVERED
    return Verdict.DEVIATES if pair.topic >= SURE else Verdict.NEEDS_REVIEW


def _is_for_others(claim: Slots, pair: Pair, turned: Sequence[Ballot]) -> bool:
    """Whether the earlier line and the one in force name different people, and the claim names neither."""
    if pair.new is None or pair.old is None or any(each.slot != "direction" for each in turned):
        return False
    now, before, mine = (each.population for each in (pair.new.slots, pair.old.slots, claim))
    people, earlier = now.settings | now.severities, before.settings | before.severities
    return (
        bool(people and earlier) and not people & earlier and not (mine.settings | mine.severities) & (people | earlier)
    )


def _turned(pair: Pair, lacking: Sequence[Ballot]) -> list[Ballot]:
    """Slots that stand in the earlier line and no longer in the one in force."""
    if pair.old_says is None:
        return []
    stood = {(each.slot, each.claim) for each in pair.old_says.of(Vote.STANDS)}
    directions = {each.slot for each in pair.old_says.of(Vote.STANDS)}
    return [
        each
        for each in lacking
        if (each.slot, each.claim) in stood or (each.slot == "direction" and not pair.old_says.differs and directions)
    ]


def _standing(claim: Slots, pair: Pair, lexicon: Lexicon) -> tuple[Verdict, str]:
    """Verdict where every slot stands in force: current, unless the wording around it changed."""
    assert pair.new is not None
    new, old = pair.new.slots, pair.old.slots if pair.old else None
    if _is_narrower(claim, new, old, lexicon):
        added = bool(
            old and {a.concept for a in new.given} - {a.concept for a in old.given} - {a.concept for a in claim.given}
        )
        return (Verdict.OUTDATED, "agent") if added else (Verdict.PARTIALLY_OUTDATED, "population")
    if old is not None and _is_overtaken(claim, new, old):
        return Verdict.OUTDATED, "agent"
    if old is not None and new.qualifiers - old.qualifiers - claim.qualifiers:
        return Verdict.NEEDS_REVIEW, "qualifier"
    if _is_one_of_a_row(claim, new):
        return Verdict.NEEDS_REVIEW, "dose"
    is_same = pair.old_says is not None and pair.old_says.stands
    if is_same and _has_other_strength(claim, pair):
        return Verdict.CURRENT_STRENGTH_CHANGED, "strength"
    return Verdict.CURRENT, ""


def _is_one_of_a_row(claim: Slots, new: Slots) -> bool:
    """Whether a dose is told that a table row gives beside others: which one is meant stands in the column heads."""
    doses = {(each.low, each.high) for each in new.quantities if each.role == Role.DOSE}
    return "\t" in new.text and len(doses) > 1 and any(each.role == Role.DOSE for each in claim.quantities)


def _is_narrower(claim: Slots, new: Slots, old: Slots | None, lexicon: Lexicon) -> bool:
    """Whether the line in force names people that neither the earlier line nor the claim narrows down to."""
    if old is None:
        return False
    mine = claim.population.conditions | claim.population.without
    added = named_people(new.text, lexicon) - old.population.conditions - mine
    ages = [each for each in new.quantities if each.role.value == "age"]
    older = [each for each in old.quantities if each.role.value == "age"]
    narrowed = bool(ages) and not older and not any(each.role.value == "age" for each in claim.quantities)
    return bool(added) or narrowed or bool(_left_out(claim, new, old))


def _left_out(claim: Slots, new: Slots, old: Slots) -> frozenset[str]:
    """Conditions that the claim and the earlier line name, and the line in force no longer."""
    return (
        claim.population.conditions & old.population.conditions - new.population.conditions
        if new.population.conditions
        else frozenset()
    )


def _is_overtaken(claim: Slots, new: Slots, old: Slots) -> bool:
    """Whether a claim to the first or only place meets an agent that came beside."""
    if not claim.exclusivity & {"alone", "only", "first_line"}:
        return False
    come = {a.concept for a in new.given if a.direction.value != "against"} - {a.concept for a in old.agents}
    lost = "first_line" in claim.exclusivity & old.exclusivity and "first_line" not in new.exclusivity
    return bool(come - {a.concept for a in claim.agents}) or lost


def _has_other_strength(claim: Slots, pair: Pair) -> bool:
    if not pair.types & {ChangeType.STRENGTH_UP, ChangeType.STRENGTH_DOWN}:
        return False
    changed = next(each for each in pair.change if each.slot == "strength")
    return not claim.strength or STRENGTHS.get(claim.strength) != STRENGTHS.get(changed.new)


def _checks(pair: Pair) -> tuple[SlotCheck, ...]:
    new = {(each.slot, each.claim): each for each in pair.new_says.ballots} if pair.new_says else {}
    old = {(each.slot, each.claim): each for each in pair.old_says.ballots} if pair.old_says else {}
    rows = []
    for key in dict.fromkeys([*new, *old]):
        votes = [side[key].vote for side in (new, old) if key in side]
        if any(vote != Vote.STANDS for vote in votes):
            rows.append(SlotCheck(*key, _line(old.get(key)), _line(new.get(key))))
    strength = next((each for each in pair.change if each.slot in ("strength", "qualifier")), None)
    if strength is not None:
        rows.append(SlotCheck(strength.slot, "", strength.old, strength.new))
    return tuple(rows)


def _line(ballot: Ballot | None) -> str:
    return ballot.line if ballot else ""


def subtype_of(ballots: Sequence[Ballot]) -> str:
    """The gravest slot in which a claim differs, in the words of the contract."""
    names = {each.slot for each in ballots}
    for slot, name in (("direction", "reversed"), ("dose", "dose"), ("threshold", "threshold"), ("agent", "agent"),
                       ("population", "population"), ("timing", "timing"), ("procedure", "procedure")):  # fmt: skip
        if slot in names:
            return name
    return ""
