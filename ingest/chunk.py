"""Structure → passages: about 200 words or 300 Chinese characters, whole sentences, one section, at most two pages."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ingest.blocks import Block
from ingest.headings import is_caption
from ingest.recommendations import Found
from ingest.structure import Structure
from ingest.tables_text import Table, read_table
from kb.domain import Box, LineSpan, Passage
from kb.sentences import split_clauses, split_sentences
from kb.text import count_cjk, is_cjk, language_of

WORDS = 200  # English words of a full passage
HAN = 300  # Chinese characters of a full passage
FULL = 1.0  # weight of a full passage; sizes below are shares of it
ENOUGH = 0.5  # a passage this full may end where the next paragraph does not fit
TINY = 0.15  # less than this joins its neighbour
MOST = 1.3  # a passage may grow to this to take in a tiny rest or a row of a table
CONTEXT_CHARS = 400  # longest lead-in or header line in a context
_WORD = re.compile(r"[^\W_]+(?:[.,'’/\-‑–][^\W_]+)*")
_LEAD_END = (":", "：")
_ROLE_KINDS = ("contents", "references", "front_matter", "form")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that stay together: a sentence, a list item, a row, a heading."""

    text: str
    spans: tuple[LineSpan, ...]
    weight: float
    kind: str  # heading | text | item | row
    block: int  # pieces of one block are joined as they stand, others by a line feed
    glue: str = "\n"  # what stands between this piece and the one before it
    lead: str = ""  # lead-in of the list it belongs to

    @property
    def page_first(self) -> int:
        return min(span.box.page for span in self.spans)

    @property
    def page_last(self) -> int:
        return max(span.box.page for span in self.spans)


@dataclass(frozen=True, slots=True)
class Draft:
    """A passage without its number."""

    pieces: tuple[Piece, ...]
    section: int | None
    kind: str
    notes: tuple[str, ...] = ()  # context beside the section path: caption, header, lead-in
    recommendation: int | None = None

    @property
    def weight(self) -> float:
        return sum(piece.weight for piece in self.pieces)


def weigh(text: str) -> float:
    """Size of a text as a share of a full passage."""
    han = count_cjk(text)
    words = sum(1 for match in _WORD.finditer(text) if not is_cjk(match[0][0]))
    return han / HAN + words / WORDS


def make_passages(structure: Structure, found: Sequence[Found] = ()) -> tuple[Passage, ...]:
    """All visible text of a document as passages in document order; nothing twice, nothing left out."""
    drafts = _merge_tiny(_drafts(structure, found))
    return tuple(_passage(structure, ordinal, draft) for ordinal, draft in enumerate(drafts))


def _drafts(structure: Structure, found: Sequence[Found]) -> list[Draft]:
    owners = {index: each for each in found for index in each.blocks}
    drafts: list[Draft] = []
    packer = _Packer(structure)
    done: set[int] = set()
    for index, block in enumerate(structure.blocks):
        owner = owners.get(index)
        if owner is not None and not owner.rows:
            if index == owner.blocks[0]:
                drafts += packer.close()
                drafts += packer.recommendation(owner)
            continue
        if block.kind == "table":
            drafts += packer.close()
            own = [
                each for each in found if each.rows and index in each.blocks and each.recommendation.ordinal not in done
            ]
            done.update(each.recommendation.ordinal for each in own)
            drafts += packer.table(index, own)
        else:
            drafts += packer.add(index)
    return [*drafts, *packer.close(), *packer.rest()]


class _Packer:
    """Gathers the pieces of one section into drafts; holds back titles until there is text to put under them."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.pending: list[int] = []  # headings and captions that wait for what they title
        self.pieces: list[Piece] = []
        self.home: tuple[int | None, str] = (None, "")
        self.lead = ""
        self.last_table: tuple[Table, tuple[str, ...]] | None = None

    def add(self, index: int) -> list[Draft]:
        """Take in a block that is neither table nor recommendation."""
        structure = self.structure
        block = structure.blocks[index]
        drafts: list[Draft] = []
        home = (structure.homes[index], structure.roles[index])
        if home != self.home:
            drafts += self.close()
            self.home = home
            self.lead = ""
        if index in structure.headings:
            drafts += self.close()
            if self.pending and not self._is_inside(home[0], self.pending[-1]):
                drafts += self.rest()
            self.pending.append(index)
            return drafts
        if is_caption(block.text) and self._titles_table(index):
            drafts += self.close()
            self.pending.append(index)
            return drafts
        self.pieces += self._titles() if not self.pieces else []
        self.pieces += self._pieces(index)
        return drafts

    def _pieces(self, index: int) -> list[Piece]:
        block = self.structure.blocks[index]
        lead = self.lead if block.kind == "item" else ""
        text = block.text.rstrip()
        if text.endswith(_LEAD_END):
            self.lead = text if block.kind != "item" or not self.lead else self.lead
        elif block.kind == "text":
            self.lead = ""
        return block_pieces(block, index, lead)

    def _titles_table(self, index: int) -> bool:
        after = self.structure.blocks[index + 1 : index + 2]
        return bool(after) and after[0].kind == "table"

    def _is_inside(self, section: int | None, pending: int) -> bool:
        wanted = self.structure.homes[pending]
        while section is not None and section != wanted:
            section = self.structure.sections[section].parent
        return section == wanted and wanted is not None

    def _titles(self) -> list[Piece]:
        titles = [_whole(self.structure.blocks[index], index, "heading") for index in self.pending]
        self.pending = []
        return titles

    def close(self) -> list[Draft]:
        """Drafts of what was gathered so far."""
        pieces, self.pieces = self.pieces, []
        section, role = self.home
        kind = role if role in _ROLE_KINDS else ""
        return [Draft(tuple(group), section, kind or _text_kind(group), _lead_note(group)) for group in pack(pieces)]

    def rest(self) -> list[Draft]:
        """Titles under which nothing stands."""
        if not self.pending:
            return []
        index = self.pending[-1]
        role = self.structure.roles[index]
        kind = role if role in _ROLE_KINDS else "text"
        return [Draft(tuple(group), self.structure.homes[index], kind) for group in pack(self._titles())]

    def _far_titles(self, page: int) -> list[Draft]:
        """Titles that wait and stand too far before a page to share a passage with it."""
        far = self.pending and page - self.structure.blocks[self.pending[0]].page_first > 1
        return self.rest() if far else []

    def recommendation(self, owner: Found) -> list[Draft]:
        """One passage for one recommendation, under its titles; titles of an earlier page before it."""
        pieces = [_whole(self.structure.blocks[index], index, "text") for index in owner.blocks]
        before = self._far_titles(pieces[-1].page_last)
        titles = self._titles()
        section = self.structure.homes[owner.blocks[0]]
        self.lead = ""
        notes = (owner.lead,) if owner.lead else ()
        own = Draft((*titles, *pieces), section, "recommendation", notes, owner.recommendation.ordinal)
        return [*before, own]

    def table(self, index: int, own: Sequence[Found]) -> list[Draft]:
        """Passages of a table: rows whole, caption and headers as context of each."""
        structure = self.structure
        block = structure.blocks[index]
        table = read_table(block.lines, structure.language)
        captions = tuple(structure.blocks[each].text for each in self.pending if each not in structure.headings)
        header = table.header_text
        if not header and not captions and self.last_table is not None and self.last_table[0].columns == table.columns:
            header, captions = self.last_table[0].header_text, self.last_table[1]
            table = replace(table, header=self.last_table[0].header)
        self.last_table = (table, captions)
        notes = tuple(_short(each) for each in (*captions, header) if each)
        role = structure.roles[index]
        kind = role if role in _ROLE_KINDS else "table"
        self.home = (structure.homes[index], role)
        marked = {row: each for each in own for row in each.rows}
        drafts = self._far_titles(block.page_last)
        group: list[Piece] = self._titles()
        for number, row in enumerate(table.rows):
            piece = Piece(row.text, row.spans, weigh(row.text), "row", index)
            if not row.spans:
                continue
            owner = marked.get(number)
            if owner is not None:
                if any(each.kind == "row" for each in group):
                    drafts.append(Draft(tuple(group), self.home[0], kind, notes))
                    group = []
                if number == owner.rows[0]:
                    drafts.append(
                        Draft((*group, piece), self.home[0], "recommendation", notes, owner.recommendation.ordinal)
                    )
                    group = []
                else:
                    last = drafts.pop()
                    drafts.append(replace(last, pieces=(*last.pieces, piece)))
                continue
            if any(each.kind == "row" for each in group) and sum(each.weight for each in group) + piece.weight > FULL:
                drafts.append(Draft(tuple(group), self.home[0], kind, notes))
                group = []
            group.append(piece)
        if group:
            drafts.append(Draft(tuple(group), self.home[0], kind, notes))
        return drafts


def block_pieces(block: Block, index: int, lead: str = "") -> list[Piece]:
    """A block as sentences (an item stays whole unless it is longer than a passage), with the boxes of each."""
    kind = "item" if block.kind == "item" else "text"
    if block.kind == "item" and weigh(block.text) <= FULL:
        return [replace(_whole(block, index, kind), lead=lead)]
    pieces: list[Piece] = []
    for start, end in _cuts(block.text):
        text = block.text[start:end]
        lost = len(text) - len(text.lstrip())
        start, text = start + lost, text.strip()
        spans = cut_spans(block.spans, start, start + len(text))
        if text and spans:
            glue = block.text[len(block.text[:start].rstrip()) : start] if pieces else "\n"
            pieces.append(Piece(text, spans, weigh(text), kind, index, glue, lead))
    return pieces


def _cuts(text: str) -> list[tuple[int, int]]:
    cuts: list[tuple[int, int]] = []
    for start, end in split_sentences(text):
        if weigh(text[start:end]) <= FULL:
            cuts.append((start, end))
            continue
        for first, last in split_clauses(text[start:end]):
            cuts += _hard_cuts(text, start + first, start + last)
    return cuts


def _hard_cuts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A clause longer than a passage (a run of numbers, a bare list) is cut at white space, or anywhere."""
    weight = weigh(text[start:end])
    if weight <= FULL:
        return [(start, end)]
    count = math.ceil(weight / FULL)
    cuts, at = [], start
    for part in range(1, count):
        goal = start + (end - start) * part // count
        space = text.find(" ", goal, end)
        cut = space + 1 if space >= 0 else goal
        if cut > at:
            cuts.append((at, cut))
            at = cut
    return [*cuts, (at, end)]


def _whole(block: Block, index: int, kind: str) -> Piece:
    text = block.text.strip()
    lost = len(block.text) - len(block.text.lstrip())
    return Piece(text, cut_spans(block.spans, lost, lost + len(text)), weigh(text), kind, index)


def cut_spans(spans: Sequence[LineSpan], start: int, end: int) -> tuple[LineSpan, ...]:
    """The spans within [start, end), counted from start; the box of a line cut in two is cut in proportion."""
    found = []
    for span in spans:
        first, last = max(span.start, start), min(span.end, end)
        if first >= last:
            continue
        found.append(LineSpan(first - start, last - start, _cut_box(span, first, last)))
    return tuple(found)


def _cut_box(span: LineSpan, first: int, last: int) -> Box:
    length = span.end - span.start
    if last - first == length:
        return span.box
    width = span.box.x1 - span.box.x0
    left = span.box.x0 + width * (first - span.start) / length
    right = span.box.x0 + width * (last - span.start) / length
    return replace(span.box, x0=left, x1=right)


def pack(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Group pieces of one section into passages: paragraphs whole where they fit, cut between sentences where not."""
    groups: list[list[Piece]] = []
    current: list[Piece] = []
    for unit in _units(pieces):
        weight, added = _total(current), _total(unit)
        if current and (_pages([*current, *unit]) > 2 or (weight + added > FULL and _body(current) >= ENOUGH)):
            groups.append(current)
            current = []
            weight = 0.0
        if weight + added <= FULL * 1.1 and _pages([*current, *unit]) <= 2:
            current = [*current, *unit]
            continue
        parts = _balance([*current, *unit])
        groups += parts[:-1]
        current = parts[-1]
    if current:
        groups.append(current)
    return _carry_titles(groups)


def _units(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces of one block together; a title or lead-in with what follows it."""
    units: list[list[Piece]] = []
    for piece in pieces:
        if units and (units[-1][-1].block == piece.block or _wants_more(units[-1][-1])):
            units[-1].append(piece)
        else:
            units.append([piece])
    return units


def _wants_more(piece: Piece) -> bool:
    return piece.kind == "heading" or piece.text.endswith(_LEAD_END)


def _balance(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Cut a long run of pieces into parts of about the same weight, none over two pages."""
    total = _total(pieces)
    goal = total / max(1, math.ceil(total / FULL))
    parts: list[list[Piece]] = [[]]
    for piece in pieces:
        part = parts[-1]
        weight = _total(part)
        full = weight + piece.weight / 2 > goal or weight + piece.weight > FULL * 1.1
        if (
            part
            and not _wants_more(part[-1])
            and (full or _pages([*part, piece]) > 2)
            or part
            and _pages([*part, piece]) > 2
        ):
            parts.append([piece])
        else:
            part.append(piece)
    return parts


def _carry_titles(groups: list[list[Piece]]) -> list[list[Piece]]:
    """A title or lead-in at the end of a passage moves to the beginning of the next where that keeps to two pages."""
    for group, following in zip(groups, groups[1:], strict=False):
        while len(group) > 1 and _wants_more(group[-1]) and _pages([group[-1], *following]) <= 2:
            following.insert(0, group.pop())
    return [group for group in groups if group]


def _total(pieces: Iterable[Piece]) -> float:
    return sum(piece.weight for piece in pieces)


def _body(pieces: Iterable[Piece]) -> float:
    return sum(piece.weight for piece in pieces if piece.kind != "heading")


def _pages(pieces: Sequence[Piece]) -> int:
    return max(piece.page_last for piece in pieces) - min(piece.page_first for piece in pieces) + 1


def _text_kind(pieces: Sequence[Piece]) -> str:
    items = sum(piece.weight for piece in pieces if piece.kind == "item")
    return "list" if items > 0.5 * _body(pieces) else "text"


def _lead_note(pieces: Sequence[Piece]) -> tuple[str, ...]:
    """The lead-in of a list whose beginning stands in an earlier passage."""
    first = next((piece for piece in pieces if piece.kind != "heading"), None)
    if first is None or not first.lead or any(piece.text == first.lead for piece in pieces):
        return ()
    return (_short(first.lead),)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= CONTEXT_CHARS else text[: CONTEXT_CHARS - 1].rstrip() + "…"


def _merge_tiny(drafts: Sequence[Draft]) -> list[Draft]:
    """Join a fragment with its neighbour of the same section and kind where size and pages allow."""
    result: list[Draft] = []
    for draft in drafts:
        if result and _may_merge(result[-1], draft):
            last = result.pop()
            pieces = (*last.pieces, *draft.pieces)
            kind = _text_kind(pieces) if last.kind in ("text", "list") else last.kind
            draft = Draft(pieces, last.section, kind, last.notes or draft.notes)
        result.append(draft)
    return result


def _may_merge(last: Draft, draft: Draft) -> bool:
    same = last.section == draft.section and last.recommendation is None and draft.recommendation is None
    kinds = {last.kind, draft.kind}
    alike = len(kinds) == 1 or kinds == {"text", "list"}
    small = min(last.weight, draft.weight) < TINY
    return (
        same and alike and small and last.weight + draft.weight <= MOST and _pages([*last.pieces, *draft.pieces]) <= 2
    )


def _passage(structure: Structure, ordinal: int, draft: Draft) -> Passage:
    text = ""
    spans: list[LineSpan] = []
    last: Piece | None = None
    for piece in draft.pieces:
        if last is not None:
            text += piece.glue if piece.block == last.block and piece.kind != "row" else "\n"
        spans += [LineSpan(len(text) + span.start, len(text) + span.end, span.box) for span in piece.spans]
        text += piece.text
        last = piece
    path = structure.path(draft.section)
    return Passage(
        ordinal,
        text,
        " > ".join([*path, *draft.notes]),
        draft.kind,
        language_of(text),
        path,
        min(span.box.page for span in spans),
        max(span.box.page for span in spans),
        tuple(spans),
        draft.recommendation,
    )
