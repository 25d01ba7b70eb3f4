"""Question files in, figures out: ranking by ir-measures, answers as the contract defines right, refusals."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kb.answering import Mode, answer
from kb.domain import Answer, Filters, Hit
from kb.errors import UsageError
from kb.evaluation_written import ask_in_writing, written_measures
from kb.retrieval import search
from kb.retrieval.filters import read_filters
from kb.store.library import Library
from kb.text import count_cjk, squeeze

CUTS = (1, 3, 5, 10)
LONG_KINDS = ("list", "table", "multi", "conflict")  # may quote twice as much
MOST_CITATIONS, MOST_CHARACTERS, MOST_CHINESE = 5, 1_000, 400
RESAMPLES = 2_000
SEED = 20_26


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of a question file."""

    id: str
    question: str
    lang: str
    kind: str
    gold: tuple[tuple[str, frozenset[int]], ...]  # (file, 1-based pages)
    must_include: tuple[tuple[str, ...], ...]
    forbidden: tuple[str, ...]
    filters: Filters

    @property
    def is_negative(self) -> bool:
        """Whether the right answer is a refusal."""
        return not self.gold


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one question. Measures are 0..1, but for `quoted`, the characters of the quotes.

    A negative has no ranking measures.
    """

    id: str
    lang: str
    kind: str
    direction: str  # "zh>en": language of the question > language of the gold documents
    measures: dict[str, float]
    first: int | None  # rank of the first hit that answers
    refusal: str | None
    why_wrong: str  # "" when right
    quoted: int
    search_ms: float
    answer_ms: float
    hits: tuple[str, ...] = ()  # "file#p3" of every hit, in rank order: the run


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean with its 95 % bootstrap interval over `n` questions."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All outcomes, and their means by group."""

    outcomes: tuple[Outcome, ...]
    groups: dict[str, dict[str, Figure]]
    quoted_median: float
    search_ms: dict[str, float]
    answer_ms: dict[str, float]


def load_questions(path: Path) -> list[Asked]:
    """Read a question file; raises UsageError naming the line that is wrong."""
    asked = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            try:
                asked.append(read_question_line(json.loads(line)))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise UsageError(f"Line {number} of {path.name} is not a question: {error!r}.") from error
    return asked


def read_question_line(line: Mapping[str, Any]) -> Asked:
    """One question from its JSON object."""
    return Asked(
        id=str(line["id"]),
        question=str(line["question"]),
        lang=str(line["lang"]),
        kind=str(line["kind"]),
        gold=tuple((str(each["file"]), frozenset(map(int, each["pages"]))) for each in line.get("gold") or ()),
        must_include=tuple(tuple(map(str, group)) for group in line.get("must_include") or ()),
        forbidden=tuple(map(str, line.get("forbidden") or ())),
        filters=read_filters(line.get("scope"), line.get("as_of")),
    )


def evaluate(
    library: Library,
    questions: Sequence[Asked],
    *,
    k: int = 10,
    answers: bool = True,
    mode: Mode = Mode.EXTRACTIVE,
    progress: Callable[[int], None] | None = None,
) -> Evaluation:
    """Ask every question as its line says and score what comes back.

    Mode GENERATED asks each a second time in writing and puts those measures beside the others.
    """
    outcomes = []
    languages = {edition.file: edition.language for edition in library.ledger().editions.values()}
    for number, asked in enumerate(questions, start=1):
        outcomes.append(_ask(library, asked, languages, k=k, answers=answers, mode=mode))
        if progress:
            progress(number)
    return summarise(outcomes)


def _ask(library: Library, asked: Asked, languages: Mapping[str, str], *, k: int, answers: bool, mode: Mode) -> Outcome:
    found = search(library, asked.question, k=k, filters=asked.filters)
    measures = {} if asked.is_negative else ranking_measures(asked, found.hits)
    first = next((hit.rank for hit in found.hits if answers_question(asked, hit)), None)
    given = answer(library, asked.question, filters=asked.filters, mode=Mode.EXTRACTIVE) if answers else None
    why = ""
    if given is not None:
        why = why_wrong(asked, given)
        measures["right"] = float(not why)
        measures["refused_rightly" if asked.is_negative else "refused_wrongly"] = float(given.refusal is not None)
        if given.refusal is None:
            measures["quoted"] = float(sum(len(citation.quote) for citation in given.citations))
        if mode is Mode.GENERATED and not asked.is_negative:
            written, steps = ask_in_writing(library, asked.question, asked.filters)
            is_right = not why_wrong(asked, written)
            measures |= written_measures(written, steps, asked.must_include, is_right=is_right)
    return Outcome(
        id=asked.id,
        lang=asked.lang,
        kind=asked.kind,
        direction=_direction(asked, languages),
        measures=measures,
        first=first,
        refusal=given.refusal.code.value if given and given.refusal else None,
        why_wrong=why,
        quoted=sum(len(citation.quote) for citation in given.citations) if given else 0,
        search_ms=found.milliseconds,
        answer_ms=given.milliseconds if given else 0.0,
        hits=tuple(f"{hit.edition.file}#p{hit.passage.page_first}" for hit in found.hits),
    )


def _direction(asked: Asked, languages: Mapping[str, str]) -> str:
    spoken = {languages.get(file, asked.lang) for file, _ in asked.gold}
    target = asked.lang if asked.lang in spoken or not spoken else sorted(spoken)[0]
    return f"{asked.lang}>{target}"


def gold_pages(asked: Asked, file: str, first: int, last: int) -> list[int]:
    """Gold pages of a file that [first, last] touches."""
    return [page for name, pages in asked.gold if name == file for page in sorted(pages) if first <= page <= last]


def answers_question(asked: Asked, hit: Hit) -> bool:
    """Whether a hit lies on a gold page and spans at most two pages."""
    first, last = hit.passage.page_first, hit.passage.page_last
    return last - first <= 1 and bool(gold_pages(asked, hit.edition.file, first, last))


def ranking_measures(asked: Asked, hits: Sequence[Hit]) -> dict[str, float]:
    """Success at each cut, reciprocal rank, nDCG and recall of gold pages, by ir-measures."""
    import ir_measures

    wanted = [f"{file}#{page}" for file, pages in asked.gold for page in sorted(pages)]
    run = _page_run(asked, hits)
    measures = {f"R@{cut}": ir_measures.Success @ cut for cut in CUTS}
    measures |= {"MRR": ir_measures.RR @ 10, "nDCG@10": ir_measures.nDCG @ 10, "pages@10": ir_measures.R @ 10}
    if not run:
        return dict.fromkeys(measures, 0.0)
    scored = [ir_measures.ScoredDoc(asked.id, page, -float(rank)) for rank, page in enumerate(run)]
    truth = [ir_measures.Qrel(asked.id, page, 1) for page in wanted]
    values = {str(each.measure): each.value for each in ir_measures.iter_calc(list(measures.values()), truth, scored)}
    return {name: float(values[str(measure)]) for name, measure in measures.items()}


def _page_run(asked: Asked, hits: Sequence[Hit]) -> list[str]:
    """One page for each hit: the first gold page that it brings newly, or a page that earns nothing."""
    run: list[str] = []
    for hit in hits:
        touched = gold_pages(asked, hit.edition.file, hit.passage.page_first, hit.passage.page_last)
        names = [f"{hit.edition.file}#{page}" for page in touched if answers_question(asked, hit)]
        fresh = [name for name in names if name not in run]
        run.append(fresh[0] if fresh else f"{hit.passage_id}#{hit.rank}")
    return run


def why_wrong(asked: Asked, given: Answer) -> str:
    """The first reason why an answer is not right, or ""."""
    if asked.is_negative:
        return "" if given.refusal is not None else "answered what is not covered"
    if given.refusal is not None:
        return f"refused: {given.refusal.code.value}"
    quotes = [squeeze(citation.quote) for citation in given.citations]
    cited = any(gold_pages(asked, c.hit.edition.file, c.page_first, c.page_last) for c in given.citations)
    if not cited:
        return "no gold page cited"
    for group in asked.must_include:
        if not any(squeeze(text) in quote for text in group for quote in quotes):
            return f"lacks {group[0]!r}"
    for text in asked.forbidden:
        if any(squeeze(text) in quote for quote in quotes):
            return f"quotes forbidden {text!r}"
    return "" if is_short(asked, given) else "too long"


def is_short(asked: Asked, given: Answer) -> bool:
    """At most five citations and 1,000 quoted characters (Chinese 400); twice that for kinds that need more."""
    factor = 2 if asked.kind in LONG_KINDS else 1
    quoted = [citation.quote for citation in given.citations]
    chinese = sum(count_cjk(quote) * 3 > len(quote) for quote in quoted)
    most = MOST_CHINESE if chinese * 2 > len(quoted) else MOST_CHARACTERS
    return len(quoted) <= MOST_CITATIONS * factor and sum(map(len, quoted)) <= most * factor


def summarise(outcomes: Sequence[Outcome]) -> Evaluation:
    """Means with intervals for all questions and by language, direction and kind."""
    groups: dict[str, list[Outcome]] = {"all": list(outcomes)}
    for outcome in outcomes:
        for name in (outcome.lang, outcome.direction, f"{outcome.lang} {outcome.kind}"):
            if outcome.kind != "negative" or ">" not in name:
                groups.setdefault(name, []).append(outcome)
    return Evaluation(
        outcomes=tuple(outcomes),
        groups={name: _figures(members) for name, members in sorted(groups.items())},
        quoted_median=_percentile([each.quoted for each in outcomes if each.quoted], 50),
        search_ms={
            "p50": _percentile([each.search_ms for each in outcomes], 50),
            "p95": _percentile([each.search_ms for each in outcomes], 95),
        },
        answer_ms={
            "p50": _percentile([each.answer_ms for each in outcomes], 50),
            "p95": _percentile([each.answer_ms for each in outcomes], 95),
        },
    )


def _figures(outcomes: Sequence[Outcome]) -> dict[str, Figure]:
    names = dict.fromkeys(name for outcome in outcomes for name in outcome.measures)
    found = {name: [each.measures[name] for each in outcomes if name in each.measures] for name in names}
    answered = [each.measures["right"] for each in outcomes if "right" in each.measures and each.kind != "negative"]
    if answered:
        found["right"] = answered  # answerable questions only; refusals of the others are counted beside
    else:
        found.pop("right", None)
    return {name: bootstrap(values) for name, values in found.items()}


def bootstrap(values: Sequence[float]) -> Figure:
    """Mean with a 95 % percentile interval over resampled questions (Efron 1979); the same every time."""
    sample = np.asarray(values, dtype=np.float64)
    draws = np.random.default_rng(SEED).integers(0, len(sample), (RESAMPLES, len(sample)))
    means = sample[draws].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return Figure(round(float(sample.mean()), 4), round(float(low), 4), round(float(high), 4), len(sample))


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """The evaluation as plain data."""
    return asdict(evaluation)


def _percentile(values: Sequence[float], at: float) -> float:
    return round(float(np.percentile(values, at)), 2) if values else 0.0
