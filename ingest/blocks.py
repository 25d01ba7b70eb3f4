"""Lines → blocks: paragraphs, list items, headings-to-be and tables, joined across columns and pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.clean import join_lines
from ingest.layout import Document, Line, Page
from ingest.markers import Marker, find_marker
from ingest.order import reading_order
from kb.domain import LineSpan
from kb.text import is_cjk

_SHORTENED = re.compile(r"\b(?:figs?|vs|e\.g|i\.e|no|dr|cf|al|approx|refs?|eq|ca)\.$", re.IGNORECASE)
SENTENCE_END = ".。!?！？…"
_OPEN_END = ":：;；"
MOST_FLOATS = 12  # blocks between the halves of a paragraph
FULL_ROW = 20  # characters of a Chinese row that a heading hardly has
HEAD = 0.07  # share of the page height above which only running titles stand
_CLOSERS = "”’\"')）]］」』»"


@dataclass(frozen=True, slots=True)
class Row:
    """What stands side by side on one visual line of a column."""

    lines: tuple[Line, ...]
    text: str
    marker: Marker | None
    x0: float  # points, as all that follows
    x1: float
    y0: float
    y1: float
    size: float
    bold: bool
    italic: bool
    font: str
    page: int
    column: int
    block: int


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, list item or table of the document, whole even where a page or column break cuts it."""

    lines: tuple[Line, ...]
    text: str
    spans: tuple[LineSpan, ...]
    kind: str  # text | item | note | table
    marker: Marker | None
    x0: float  # of the first row, points
    width: float  # of the text area it stands in, points
    size: float
    bold: bool
    italic: bool
    font: str
    rows: int
    page_first: int
    page_last: int
    column: int
    gap: float = 0.0  # white space above, in line heights
    table: int = 0  # number on its page, for kind table


@dataclass(frozen=True, slots=True)
class BodyStyle:
    """How the running text of a document is set."""

    size: float
    font: str
    bold: bool


def read_blocks(document: Document) -> tuple[Block, ...]:
    """All blocks of a document in reading order; every line of every page stands in exactly one."""
    body = body_style(document)
    blocks: list[Block] = []
    for page in document.pages:
        for block in _page_blocks(page, body, document.language):
            if not _continue(blocks, block, body, document.language):
                blocks.append(block)
    return tuple(blocks)


def body_style(document: Document) -> BodyStyle:
    """The size, font and weight of running text: what most pages are set in, so that long references do not count."""
    votes: Counter[float] = Counter()
    fonts: Counter[tuple[float, str, bool]] = Counter()
    for page in document.pages:
        sizes: Counter[float] = Counter()
        for line in page.lines:
            if line.cell is None:
                sizes[_round(line.size)] += len(line.text)
                fonts[(_round(line.size), line.font, line.bold)] += len(line.text)
        if sizes.total() > 200:
            votes[sizes.most_common(1)[0][0]] += 1
    known = votes or Counter({size: count for (size, _, _), count in fonts.items()})
    if not known:
        return BodyStyle(10.0, "", False)
    size = max(known, key=lambda each: (known[each], each))
    _, font, bold = max((each for each in fonts if each[0] == size), key=lambda each: fonts[each])
    return BodyStyle(size, font, bold)


def _round(size: float) -> float:
    return round(size * 2) / 2


def _page_blocks(page: Page, body: BodyStyle, language: str) -> Iterator[Block]:
    rows: list[Row] = []
    table: list[Line] = []
    for line in reading_order(page.lines):
        if table and (line.cell is None or line.cell[0] != _table(table)):
            yield from _split_rows(rows, page, body, language)
            rows = []
            yield table_block(table, page, language)
            table = []
        if line.cell is not None:
            table.append(line)
        elif rows and _same_row(rows[-1], line, page):
            rows[-1] = _row((*rows[-1].lines, line), page)
        else:
            rows.append(_row((line,), page))
    yield from _split_rows(rows, page, body, language)
    if table:
        yield table_block(table, page, language)


def _table(lines: Sequence[Line]) -> int:
    cell = lines[0].cell
    return cell[0] if cell else 0


def table_block(lines: Sequence[Line], page: Page, language: str) -> Block:
    """A block that holds a whole detected table; its words are laid out later."""
    text, spans = join_lines(lines, language)
    x0, x1 = min(line.box.x0 for line in lines) * page.width, max(line.box.x1 for line in lines) * page.width
    first = lines[0]
    return Block(
        tuple(lines), text, spans, "table", None, x0, x1 - x0, first.size, False, False, first.font,
        len({line.cell[1] for line in lines if line.cell}), page.number, page.number, first.column, table=_table(lines),
    )  # fmt: skip


def _same_row(row: Row, line: Line, page: Page) -> bool:
    if line.column != row.column:
        return False
    y0, y1 = line.box.y0 * page.height, line.box.y1 * page.height
    overlap = min(row.y1, y1) - max(row.y0, y0)
    return overlap > 0.5 * min(row.y1 - row.y0, y1 - y0) and line.box.x0 * page.width >= row.x1 - 0.3 * row.size


def _row(lines: tuple[Line, ...], page: Page) -> Row:
    longest = max(lines, key=lambda line: len(line.text))
    text = " ".join(line.text.strip() for line in lines).strip()
    letters = sum(len(line.text) for line in lines)
    return Row(
        lines,
        text,
        find_marker(text),
        min(line.box.x0 for line in lines) * page.width,
        max(line.box.x1 for line in lines) * page.width,
        min(line.box.y0 for line in lines) * page.height,
        max(line.box.y1 for line in lines) * page.height,
        longest.size,
        sum(len(line.text) for line in lines if line.bold) > 0.8 * letters,
        sum(len(line.text) for line in lines if line.italic) > 0.8 * letters,
        longest.font,
        page.number,
        lines[0].column,
        lines[0].block,
    )


def _split_rows(rows: Sequence[Row], page: Page, body: BodyStyle, language: str) -> Iterator[Block]:
    """Rows of a page (between tables) → paragraphs."""
    areas = _areas(rows)
    pitches = _pitches(rows)
    current: list[Row] = []
    above: Row | None = None
    for row in rows:
        if current and _begins(current, row, areas, pitches):
            yield _block(current, above, areas, page, body, language)
            above, current = current[-1], []
        current.append(row)
    if current:
        yield _block(current, above, areas, page, body, language)


def _areas(rows: Sequence[Row]) -> dict[tuple[int, int], tuple[float, float]]:
    """Left and right edge of the text around a row, by column and block; small blocks take those of their column."""
    columns: dict[int, list[Row]] = {}
    blocks: dict[tuple[int, int], list[Row]] = {}
    for row in rows:
        columns.setdefault(row.column, []).append(row)
        blocks.setdefault((row.column, row.block), []).append(row)
    areas = {}
    for key, members in blocks.items():
        wide = members if len(members) >= 4 else columns[key[0]]
        areas[key] = (min(row.x0 for row in members), max([*(row.x1 for row in members), _edge(wide)]))
    return areas


def _edge(rows: Sequence[Row]) -> float:
    """Where full rows end on the right: the 90th percentile."""
    ends = sorted(row.x1 for row in rows)
    return ends[int(0.9 * (len(ends) - 1))]


def _pitches(rows: Sequence[Row]) -> dict[float, float]:
    """The usual distance between the tops of neighbouring rows, by font size, in points."""
    seen: dict[float, list[float]] = {}
    for last, row in zip(rows, rows[1:], strict=False):
        distance = row.y0 - last.y0
        if row.column == last.column and abs(row.size - last.size) < 0.3 and 0.8 * row.size < distance < 3.2 * row.size:
            seen.setdefault(_round(row.size), []).append(distance)
    pitches = {}
    for size, distances in seen.items():
        distances.sort()
        pitches[size] = distances[len(distances) // 4] if len(distances) > 4 else min(distances[0], 1.5 * size)
    return pitches


def _begins(
    current: Sequence[Row],
    row: Row,
    areas: dict[tuple[int, int], tuple[float, float]],
    pitches: dict[float, float],
) -> bool:
    """Whether a row starts a new paragraph after the rows of the current one."""
    last = current[-1]
    if row.column != last.column or row.y0 < last.y0 - 0.5 * last.size:
        return True  # joined again later if the sentence goes on
    ended = ends_sentence(last.text)
    if _style_changes(last, row, ended or last.x1 < areas[(last.column, last.block)][1] - 4 * last.size):
        return True
    pitch = pitches.get(_round(row.size), 1.3 * row.size)
    if min(row.y0 - last.y0, row.y1 - last.y1) > max(1.18 * pitch, pitch + 0.22 * row.size):
        return True
    right = areas[(last.column, last.block)][1]
    short = last.x1 < right - max(0.12 * (right - areas[(last.column, last.block)][0]), 2 * last.size)
    if row.marker is not None and _is_new_item(current, row, ended or short):
        return True
    if (ended or _is_shouted(current, row)) and short:
        return True
    return _indented(current, row, ended)


def _style_changes(last: Row, row: Row, done: bool) -> bool:
    if _is_fragment(row) or _is_fragment(last):
        return False
    ratio = max(row.size, last.size) / max(1.0, min(row.size, last.size))
    if ratio > 1.08:
        return ratio > 1.35 or row.size < last.size or not _runs_on(last.text, row.text)
    if row.bold != last.bold:
        is_full = not done and is_cjk(last.text[-1]) and is_cjk(row.text[0]) and len(last.text) > FULL_ROW
        return not (is_full or _goes_on(last.text, row.text))
    family = row.font.split("-")[0].split(",")[0] != last.font.split("-")[0].split(",")[0]
    return (family or row.italic != last.italic) and done and not _goes_on(last.text, row.text)


def _runs_on(before: str, after: str) -> bool:
    """A sentence that begins in a small bold face and goes on in that of the text."""
    return after[:1].islower() and before[-1:].isalpha() and len(before) > 12


def _is_shouted(current: Sequence[Row], row: Row) -> bool:
    """A label in capitals over a sentence in the same type ("RECOMMENDATION" / "The panel recommends …")."""
    label = " ".join(each.text for each in current)
    return (
        label.isupper()
        and sum(map(str.isalpha, label)) > 5
        and len(label) < 60
        and not row.text.isupper()
        and row.text[:1].isupper()
    )


def _is_fragment(row: Row) -> bool:
    return len(row.text) <= 2


def _goes_on(before: str, after: str) -> bool:
    """Whether a sentence visibly runs over from one row to the next."""
    if not before or not after:
        return False
    if is_open(before):
        return True
    if before[-1] in SENTENCE_END + _OPEN_END:
        return False
    return after[0].islower() or after[0] in ",.;:)，。；：、）" or before[-1] in "-,‐‑，、（("


def _is_new_item(current: Sequence[Row], row: Row, ended: bool) -> bool:
    marker = row.marker
    if marker is None:
        return False
    if marker.style in ("bullet", "labelled", "circled", "chinese", "chapter"):
        return marker.style != "chapter" or ended
    if ended:
        return True
    first = current[0]
    if first.marker is not None and first.marker.style == marker.style:
        return abs(row.x0 - first.x0) < 0.8 * row.size
    return marker.style in ("deep", "round", "chinese_round") and len(current) == 1 and current[0].bold


def _indented(current: Sequence[Row], row: Row, ended: bool) -> bool:
    """First-line indent: the row stands further right than the rows above it, and a sentence has ended."""
    if not ended:
        return False
    others = [each.x0 for each in current[1:]] or [current[0].x0]
    left = min(others)
    hanging = current[0].marker is not None
    if hanging and len(current) == 1:
        return False
    return row.x0 > left + 0.8 * row.size or (hanging and row.x0 < current[0].x0 + 0.3 * row.size < left)


def is_open(text: str) -> bool:
    """Whether a bracket near the end of the text still waits for its partner."""
    tail = text[-120:]
    return max(tail.rfind("("), tail.rfind("（")) > max(tail.rfind(")"), tail.rfind("）"))


def ends_sentence(text: str) -> bool:
    """Whether the text is complete: a full stop, also before a closing bracket, a reference mark or "(a grade)"."""
    text = text.rstrip()
    if is_open(text):
        return False
    bare = text.rstrip(_CLOSERS)
    if text.endswith(("]", "］")):
        bare = bare.rstrip("0123456789,-–[［ ")
    if bare and bare[-1] in SENTENCE_END + _OPEN_END:
        return not _SHORTENED.search(bare)
    if text.endswith((")", "）")):
        opening = max(text.rfind("("), text.rfind("（"))
        return opening > 0 and text[:opening].rstrip()[-1:] in tuple(SENTENCE_END)
    return False


def _block(
    rows: Sequence[Row],
    above: Row | None,
    areas: dict[tuple[int, int], tuple[float, float]],
    page: Page,
    body: BodyStyle,
    language: str,
) -> Block:
    first = rows[0]
    lines = tuple(line for row in rows for line in row.lines)
    text, spans = join_lines(lines, language)
    longest = max(rows, key=lambda row: len(row.text))
    left, right = areas[(first.column, first.block)]
    gap = 9.0 if above is None or above.column != first.column else (first.y0 - above.y1) / first.size
    kind = "item" if first.marker is not None else "text"
    if kind == "text" and longest.size < 0.87 * body.size and first.y0 > 0.6 * page.height:
        kind = "note"
    return Block(
        lines,
        text,
        spans,
        kind,
        first.marker,
        first.x0,
        right - left,
        longest.size,
        all(row.bold for row in rows),
        all(row.italic for row in rows),
        longest.font,
        len(rows),
        page.number,
        page.number,
        first.column,
        gap,
    )


def _continue(blocks: list[Block], block: Block, body: BodyStyle, language: str) -> bool:
    """Join a block to an earlier one that a column or page break (or a float) has cut; True if it was joined."""
    if block.kind not in ("text", "item") or block.marker is not None and block.marker.style != "plain":
        return False
    if block.size > 1.1 * body.size:
        return False  # titles are never halves of one another
    index = len(blocks) - 1
    passed = 0
    while index >= 0 and passed < MOST_FLOATS and _is_float(blocks[index], block):
        index -= 1
        passed += 1
    if index < 0:
        return False
    last = blocks[index]
    if not _is_cut(last, block):
        return False
    lines = (*last.lines, *block.lines)
    text, spans = join_lines(lines, language)
    blocks[index] = replace(
        last, lines=lines, text=text, spans=spans, rows=last.rows + block.rows, page_last=block.page_last
    )
    return True


def _is_float(block: Block, after: Block) -> bool:
    """What may stand between the halves of a cut paragraph: a table, a note, a caption, a line above the text."""
    if block.size < 0.95 * after.size:
        return True
    head = block.rows == 1 and block.page_first == after.page_first and block.lines[0].box.y1 < HEAD
    return head or block.kind in ("table", "note") or _is_caption(block)


def _is_caption(block: Block) -> bool:
    return block.text[:12].casefold().lstrip().startswith(("table ", "figure ", "fig.", "box ", "表", "图"))


def _is_cut(last: Block, block: Block) -> bool:
    moved = block.page_first != last.page_last or block.column != last.column
    if last.kind not in ("text", "item") or not moved or block.page_first - last.page_last > 1:
        return False
    if abs(last.size - block.size) > 0.06 * last.size or last.bold != block.bold:
        return False
    before, after = last.text.rstrip(), block.text
    if not before or ends_sentence(before):
        return False
    if is_cjk(after[0]) or after[0].isdigit() or after[0] in "（“《＜<≥≤>":
        return is_cjk(before[-1]) or before[-1] in "，、（“" or last.rows > 2
    return after[0].islower() or before[-1] in "-,‐‑" or (last.rows > 2 and not block.bold and len(before) > 80)
