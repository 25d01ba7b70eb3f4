"""Recommendations as units: graded, labelled, listed under a title, printed in a table, or marked by their wording.

Precision comes first: text of methods, evidence, references and forms is never called a recommendation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.blocks import Block
from ingest.grades import Grade, find_grade, find_year_label, is_grade_line
from ingest.recommendation_tables import TableRecommendation, read_recommendation_table
from ingest.recommendation_words import (
    ACTION,
    DIRECTIVE,
    IMPERATIVE,
    NOT_ACTIONABLE,
    NOT_HERE,
    REPORT,
    RUN_IN,
    cites,
    grade_by_verb,
    is_actionable,
    is_label,
    is_own_grade,
    length_in_letters,
    read_label,
)
from ingest.structure import Structure
from kb.domain import Box, Recommendation
from kb.text import has_cjk

LONGEST = 20  # blocks of one recommendation with its list


@dataclass(frozen=True, slots=True)
class Found:
    """A recommendation and the blocks (or rows of one table block) that print it."""

    recommendation: Recommendation
    blocks: tuple[int, ...]
    rows: tuple[int, ...] = ()
    lead: str = ""  # lead-in that stands in another block


@dataclass(frozen=True, slots=True)
class _Span:
    """Blocks that make up one recommendation, before its number and order are known."""

    blocks: tuple[int, ...]
    number: str = ""
    grade: Grade | None = None
    year: str = ""
    lead: str = ""
    row: TableRecommendation | None = None


def find_recommendations(structure: Structure) -> tuple[Found, ...]:
    """All recommendations in document order; no block belongs to two."""
    taken: set[int] = set()
    spans: list[_Span] = []
    finder = _Finder(structure)
    for search in (finder.labelled, finder.graded, finder.listed, finder.worded, finder.tabled):
        for span in search(taken):
            if span.row is not None or not taken.intersection(span.blocks):
                spans.append(span)
                taken.update(span.blocks)
    spans.sort(key=lambda span: (span.blocks[0], span.row.rows[0] if span.row else -1))
    return tuple(_found(structure, ordinal, span) for ordinal, span in enumerate(spans))


class _Finder:
    """The ways of printing a recommendation, each as a search over the blocks."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.blocks = structure.blocks
        self.headings = structure.headings

    def _is_open(self, index: int, taken: set[int]) -> bool:
        """Whether a block may be part of a recommendation at all."""
        if not 0 <= index < len(self.blocks) or index in taken or index in self.headings:
            return False
        block = self.blocks[index]
        return block.kind in ("text", "item") and self.structure.roles[index] in ("body", "appendix")

    def _path(self, index: int) -> tuple[str, ...]:
        return self.structure.path(self.structure.homes[index])

    def _is_method(self, index: int) -> bool:
        path = self._path(index)
        return any(NOT_HERE.search(title) and not is_label(title) for title in path[-2:])

    def labelled(self, taken: set[int]) -> Iterator[_Span]:
        """ "Recommendation 3: …", "推荐意见 4：…", "RECOMMENDATION: …"."""
        for index, block in enumerate(self.blocks):
            if not self._is_open(index, taken) or self.structure.roles[index] != "body":
                continue
            if self._is_method(index):
                continue
            run_in = RUN_IN.match(block.text)
            marker = block.marker
            if run_in is not None and is_actionable(block.text[run_in.end() :]):
                yield self._extended(index, taken)
                continue
            is_labelled = marker is not None and marker.style == "labelled" and len(block.text) - marker.end > 12
            if is_labelled and ACTION.search(block.text):
                yield self._extended(index, taken, number=_label_number(block))

    def graded(self, taken: set[int]) -> Iterator[_Span]:
        """A paragraph or list item that ends (or begins) with its grade, or is followed by a line that is the grade."""
        used: set[int] = set()
        for index, block in enumerate(self.blocks):
            if not self._is_open(index, taken) or index in used or self._is_method(index):
                continue
            grade = find_grade(block.text)
            if grade is None:
                continue
            if is_grade_line(block.text):
                span = self._before_grade_line(index, taken | used)
            elif is_own_grade(block.text, grade) and not cites(block):
                span = self._whole_list(index, grade, taken | used) or self._by_itself(index, grade)
            else:
                continue
            if span is not None:
                used.update(span.blocks)
                yield span

    def _by_itself(self, index: int, grade: Grade) -> _Span | None:
        block = self.blocks[index]
        numbered = grade.strength and _number(block) and not REPORT.match(block.text)
        if not numbered and not is_actionable(block.text):
            return None
        return _Span((index,), _number(block), grade, find_year_label(block.text), self._lead(index))

    def _whole_list(self, index: int, grade: Grade, taken: set[int]) -> _Span | None:
        """A lead-in and its list, the last item of which carries the one grade of all."""
        block, start = self.blocks[index], index
        if not _is_list_item(block) or (index + 1 < len(self.blocks) and _is_list_item(self.blocks[index + 1])):
            return None
        while start > 0 and _is_list_item(self.blocks[start - 1]) and self._is_open(start - 1, taken):
            start -= 1
        lead = start - 1
        if start == index or not self._is_open(lead, taken) or not _leads_in(self.blocks[lead]):
            return None
        members = range(lead, index)
        if not is_actionable(self.blocks[lead].text) or any(find_grade(self.blocks[each].text) for each in members):
            return None
        return _Span((*members, index), _number(self.blocks[lead]), grade, find_year_label(block.text))

    def _before_grade_line(self, index: int, taken: set[int]) -> _Span | None:
        """The statement above a grade line (a paragraph, or a lead-in and its list) or beside it in the next column."""
        beside = self._beside(index, taken)
        if beside is not None:
            return _Span(
                (beside, index), _number(self.blocks[beside]), find_grade(self.blocks[index].text), self._year((index,))
            )
        start = index - 1
        while start > index - LONGEST and self._is_open(start, taken) and _is_list_item(self.blocks[start]):
            start -= 1
        if start < index - 1 and not (self._is_open(start, taken) and _leads_in(self.blocks[start])):
            start = index - 1
        if not self._is_open(start, taken) or is_grade_line(self.blocks[start].text):
            return None
        first = self.blocks[start]
        stated = " ".join(self.blocks[each].text for each in range(start, index))
        if REPORT.match(first.text) or not (ACTION.search(stated) or _number(first)):
            return None
        lines = [index]
        while self._is_open(lines[-1] + 1, taken) and is_grade_line(self.blocks[lines[-1] + 1].text) and len(lines) < 3:
            lines.append(lines[-1] + 1)
        grade = find_grade(" ".join(self.blocks[each].text for each in lines))
        members = (*range(start, index), *lines)
        if self.blocks[index - 1].page_last < self.blocks[index].page_first - 1:
            return None
        return _Span(members, _number(first) or self._title_number(start), grade, self._year(members))

    def _beside(self, index: int, taken: set[int]) -> int | None:
        """A statement that begins at the height of a grade line, to its left."""
        grade = self.blocks[index].lines[0].box
        for other in range(max(0, index - LONGEST), index):
            block = self.blocks[other]
            box = block.lines[0].box
            level = box.page == grade.page and abs(box.y0 - grade.y0) < 0.012 and box.x1 < grade.x0
            if level and self._is_open(other, taken) and is_actionable(block.text) and other != index - 1:
                return other
        return None

    def listed(self, taken: set[int]) -> Iterator[_Span]:
        """Items under a title or label "Recommendations", and the paragraph under "Recommendation"."""
        index = 0
        while index < len(self.blocks):
            label = self._label_at(index)
            if label is None or self.structure.roles[index] not in ("body", "appendix"):
                index += 1
                continue
            spans = list(self._under_label(index, taken, label))
            yield from spans
            index = max([index, *(span.blocks[-1] for span in spans)]) + 1

    def _label_at(self, index: int) -> re.Match[str] | None:
        block = self.blocks[index]
        text = block.text.strip()
        if block.kind not in ("text", "item") or len(text) > 180:
            return None
        bare = text[block.marker.end :] if block.marker is not None and block.marker.style != "labelled" else text
        if index not in self.headings and not text.endswith((":", "：")) and not block.bold:
            return None
        return read_label(bare)

    def _under_label(self, index: int, taken: set[int], label: re.Match[str]) -> Iterator[_Span]:
        year = label["year"] or ""
        practice = "good practice" in label[0].casefold()
        follow = index + 1
        while (
            follow < len(self.blocks)
            and follow in self.headings
            and self._label_at(follow) is None
            and follow < index + 2
        ):
            follow += 1  # "Recommendations" > "For adults" > list
        if not self._is_open(follow, taken):
            return
        if self.blocks[follow].kind == "item" and self.blocks[follow].marker:
            yield from self._items(follow, taken, year, practice=practice)
            return
        block = self.blocks[follow]
        single = re.search(r"recommendation\b(?!s)|statement\b(?!s)|推荐意见", label[0], re.IGNORECASE) is not None
        if (
            block.text.rstrip().endswith((":", "："))
            and self._is_open(follow + 1, taken)
            and self.blocks[follow + 1].kind == "item"
        ):
            if DIRECTIVE.search(block.text) or (single and ACTION.search(block.text)):
                yield self._extended(follow, taken, year=year, practice=practice)
            return
        if single and is_actionable(block.text) and len(block.text) < 1200:
            yield self._extended(follow, taken, year=year, practice=practice)

    def _items(self, start: int, taken: set[int], year: str, *, practice: bool) -> Iterator[_Span]:
        """Neighbouring items of one list; deeper items belong to the one above them."""
        first = self.blocks[start]
        group: list[int] = []
        found: list[list[int]] = []
        index = start
        while self._is_open(index, taken) and self._is_sibling(first, self.blocks[index], index > start):
            block = self.blocks[index]
            top = block.marker is not None and first.marker is not None and block.marker.style == first.marker.style
            deeper = (
                block.kind != "item"
                or not top
                or block.x0 > first.x0 + 1.2 * first.size
                and block.column == first.column
            )
            if group and deeper:
                group.append(index)
            else:
                group = [index]
                found.append(group)
            index += 1
        directed = sum(bool(is_actionable(self.blocks[each[0]].text)) for each in found)
        numbered = first.marker is not None and first.marker.style in ("deep", "labelled")
        if not found or (directed * 2 < len(found) and not numbered):
            return
        for members in found:
            text = " ".join(self.blocks[each].text for each in members)
            grade = find_grade(text) or (Grade("consensus", "good practice statement", "na") if practice else None)
            yield _Span(tuple(members), _number(self.blocks[members[0]]), grade, year or find_year_label(text))

    def _is_sibling(self, first: Block, block: Block, later: bool) -> bool:
        if block.kind == "item":
            return True
        return later and is_grade_line(block.text)

    def worded(self, taken: set[int]) -> Iterator[_Span]:
        """Statements by their wording: "WHO suggests …" near such a title; numbered imperatives with a year."""
        for index, block in enumerate(self.blocks):
            if not self._is_open(index, taken) or self.structure.roles[index] != "body" or self._is_method(index):
                continue
            path = " ".join(self._path(index)[-2:])
            near = re.search(r"recommend|推荐|statement", path, re.IGNORECASE) is not None
            deep = block.marker is not None and block.marker.style == "deep"
            rest = block.text[block.marker.end :] if block.marker is not None else block.text
            if deep and near and (find_year_label(block.text) or IMPERATIVE.match(rest)) and len(rest) > 25:
                yield self._extended(index, taken, number=_number(block))
            elif near and DIRECTIVE.match(rest) and len(block.text.split()) <= 130 and not NOT_ACTIONABLE.search(rest):
                yield self._extended(index, taken, number=_number(block) or self._title_number(index))

    def tabled(self, taken: set[int]) -> Iterator[_Span]:
        """Rows of a table with a column of recommendations."""
        last = None
        for index, block in enumerate(self.blocks):
            if block.kind != "table":
                continue
            allowed = self.structure.roles[index] in ("body", "appendix") and not self._is_method(index)
            caption = self.blocks[index - 1].text if index else ""
            rows, last = read_recommendation_table(block, caption, self.structure.language, last)
            if allowed:
                for row in rows:
                    yield _Span((index,), row.number, row.grade, row.year, row=row)

    def _extended(
        self, index: int, taken: set[int], *, number: str = "", year: str = "", practice: bool = False
    ) -> _Span:
        """A statement with the list that it leads in and the grade line under it."""
        members = [index]
        if self.blocks[index].text.rstrip().endswith((":", "：")):
            while (
                len(members) < LONGEST
                and self._is_open(members[-1] + 1, taken)
                and _is_list_item(self.blocks[members[-1] + 1])
            ):
                members.append(members[-1] + 1)
        while self._is_open(members[-1] + 1, taken) and is_grade_line(self.blocks[members[-1] + 1].text):
            members.append(members[-1] + 1)
        text = " ".join(self.blocks[each].text for each in members)
        grade = find_grade(text) or (Grade("consensus", "good practice statement", "na") if practice else None)
        return _Span(tuple(members), number or _number(self.blocks[index]), grade, year or self._year(members))

    def _lead(self, index: int) -> str:
        """The lead-in of the list that a graded item stands in."""
        if self.blocks[index].kind != "item":
            return ""
        for before in range(index - 1, max(-1, index - LONGEST), -1):
            block = self.blocks[before]
            if block.kind != "item":
                text = block.text.strip()
                return (
                    text
                    if text.endswith((":", "："))
                    and len(text) < 400
                    and before not in self.headings
                    and not read_label(text)
                    else ""
                )
        return ""

    def _title_number(self, index: int) -> str:
        """The number of a title such as "5. RECOMMENDATION ON …" above a statement."""
        home = self.structure.homes[index]
        if home is None:
            return ""
        title = self.structure.sections[home].title
        match = re.match(r"(?P<number>\d{1,2}[a-z]?(?:\.\d{1,2})*)[.、:：]?\s", title)
        return match["number"] if match and re.search(r"recommend|推荐", title, re.IGNORECASE) else ""

    def _year(self, members: Sequence[int]) -> str:
        """A year label at the end of the statement or in the title right above it."""
        for index in reversed(members):
            label = find_year_label(self.blocks[index].text)
            if label:
                return label
        above = members[0] - 1
        return find_year_label(self.blocks[above].text) if above in self.headings else ""


def _is_list_item(block: Block) -> bool:
    """An item of a list within a statement; numbers like 2.1 and labels begin a statement of their own."""
    return (
        block.kind == "item"
        and block.marker is not None
        and block.marker.style not in ("labelled", "deep", "chapter", "chinese")
    )


def _leads_in(block: Block) -> bool:
    return block.text.rstrip().endswith((":", "："))


def _label_number(block: Block) -> str:
    """ "推荐意见4" for Chinese labels, the bare number for English ones."""
    if block.marker is None:
        return ""
    label = block.text[: block.marker.end].strip(" :：.、")
    return "".join(label.split()) if has_cjk(label) else block.marker.number


def _number(block: Block) -> str:
    marker = block.marker
    if marker is None or marker.style == "bullet":
        return ""
    return _label_number(block) if marker.style == "labelled" else marker.number


def _found(structure: Structure, ordinal: int, span: _Span) -> Found:
    home = structure.homes[span.blocks[0]]
    if span.row is not None:
        text, lines = span.row.text, [each.box for each in span.row.spans]
    else:
        text = _statement(structure, span)
        lines = [line.box for index in span.blocks for line in structure.blocks[index].lines]
    grade = span.grade or grade_by_verb(text) or Grade()
    recommendation = Recommendation(
        ordinal,
        span.number,
        text,
        structure.path(home),
        min(box.page for box in lines),
        max(box.page for box in lines),
        grade.strength,
        grade.strength_verbatim,
        grade.certainty,
        grade.certainty_verbatim,
        span.year,
        _areas(lines),
    )
    return Found(recommendation, span.blocks, span.row.rows if span.row else (), span.lead)


def _statement(structure: Structure, span: _Span) -> str:
    """The words of the recommendation with its lead-in, without number and grade line."""
    parts = []
    for position, index in enumerate(span.blocks):
        block = structure.blocks[index]
        text = block.text.strip()
        if position and is_grade_line(text):
            continue
        if position == 0 and block.marker is not None:
            text = text[block.marker.end :].lstrip(" :：.、")
        if position == 0:
            text = RUN_IN.sub("", text)
        parts.append(text)
    text = " ".join(" ".join(parts).split())
    grade = find_grade(text)
    if grade is not None and len(text) - grade.end <= 14:
        before = text[: grade.start].rstrip(" (（[［,;，；")
        text = before if length_in_letters(before) > 20 else text
    return f"{span.lead} {text}" if span.lead else text


def _areas(boxes: Sequence[Box]) -> tuple[Box, ...]:
    """Line boxes joined to one area for each page and column stretch."""
    areas: list[Box] = []
    for box in boxes:
        last = areas[-1] if areas else None
        if (
            last is not None
            and last.page == box.page
            and box.x0 < last.x1
            and box.x1 > last.x0
            and box.y0 > last.y0 - 0.02
        ):
            areas[-1] = Box(
                box.page, min(last.x0, box.x0), min(last.y0, box.y0), max(last.x1, box.x1), max(last.y1, box.y1)
            )
        else:
            areas.append(box)
    return tuple(areas)
