"""Set a sample guideline as PDF: cover, publication page, contents, body in columns, bookmarks, page labels."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from guideline_source import Block, Source
from house_style import CHINESE, ENGLISH, INK, RULE_GREY, STAMP_RED, make_styles, tint
from reportlab.lib.colors import HexColor, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    FrameBreak,
    KeepTogether,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Spacer,
    Table,
    TableStyle,
)
from reportlab.platypus.tableofcontents import TableOfContents

WIDTH, HEIGHT = A4
MARGIN, GUTTER = 20 * mm, 7 * mm
TOP, BOTTOM = 27 * mm, 20 * mm
EMBEDDED = ("FONTNAME", (0, 0), (-1, -1), "SampleSans")  # or a table names Helvetica, which no sample embeds
CONTENTS_RULES = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("RIGHTPADDING", (0, 0), (-1, -1), 0),
                  ("LEFTPADDING", (0, 0), (-1, -1), 0)]  # fmt: skip


def typeset(source: Source, path: Path) -> dict[str, int]:
    """Write `source` as PDF to `path`; returns the 1-based page of each recommendation by number."""
    book = Book(source, path)
    book.multiBuild(book.story())
    return book.recommendation_pages


class Book(BaseDocTemplate):
    """One guideline while it is being set."""

    def __init__(self, source: Source, path: Path) -> None:
        meta = source.meta
        super().__init__(
            str(path), pagesize=A4, invariant=1, pageCompression=1, lang=meta["language"], title=meta["title"],
            author=meta["publisher"], subject=meta["edition_label"], keywords=meta["keywords"],
            initialFontName="SampleSans",
        )  # fmt: skip
        self.source, self.meta = source, meta
        self.language = CHINESE if meta["language"] == "zh" else ENGLISH
        self.accent = HexColor(meta["colour"])
        self.styles = make_styles(self.language, self.accent, meta["columns"])
        self.recommendation_pages: dict[str, int] = {}
        self.width = WIDTH - 2 * MARGIN
        self.addPageTemplates([
            PageTemplate("cover", [_frame(MARGIN, 60 * mm, self.width, 150 * mm)], onPage=self._draw_cover),
            PageTemplate("single", [_frame(MARGIN, BOTTOM, self.width, HEIGHT - TOP - BOTTOM)], onPage=self._draw_page),
            PageTemplate("body", self._columns(HEIGHT - TOP - BOTTOM), onPage=self._draw_page),
        ])  # fmt: skip

    # ---- the story ----

    def story(self) -> list[Flowable]:
        """Everything in order."""
        return [*self._cover(), *self._publication_page(), *self._contents(), *self._body()]

    def _cover(self) -> list[Flowable]:
        lines = [self._paragraph(text, style) for style, text in self.meta["cover"]]
        return [*lines, NextPageTemplate("single"), PageBreak()]

    def _publication_page(self) -> list[Flowable]:
        rows = [[self._paragraph(label, "cell_head"), self._paragraph(value, "cell")]
                for label, value in self.meta["publication"]]  # fmt: skip
        table = Table(rows, [self.width * 0.3, self.width * 0.7], hAlign="LEFT")
        rules = [EMBEDDED, ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.3, RULE_GREY)]
        table.setStyle(TableStyle(rules))
        title = self._paragraph(self.meta["publication_title"], "front_heading")
        statements = [self._paragraph(text, "paragraph") for text in self.meta["statements"]]
        return [title, table, Spacer(1, 5 * mm), *statements, PageBreak()]

    def _contents(self) -> list[Flowable]:
        contents = TableOfContents(dotsMinLevel=0, formatter=self.page_label)
        contents.tableStyle = TableStyle([EMBEDDED, *CONTENTS_RULES])
        contents.levelStyles = [self.styles["contents_1"], self.styles["contents_2"]]
        title = self._paragraph(self.language.contents, "front_heading")
        return [title, contents, NextPageTemplate("body"), PageBreak()]

    def _body(self) -> list[Flowable]:
        story: list[Flowable] = []
        headings: list[Flowable] = []  # stay with what follows them
        blocks = list(self.source.blocks)
        while blocks:
            block = blocks.pop(0)
            if block.is_wide and self.meta["columns"] > 1:
                note = blocks.pop(0) if blocks and blocks[0].kind == "note" else None
                story += self._wide_table(block, note)
            elif block.kind == "heading":
                headings.append(self._heading(block))
            else:
                together = block.kind in ("rec", "table", "box")
                first, *rest = [self._flowables(block)] if together else [[f] for f in self._flowables(block)]
                story += [KeepTogether([*headings, *first]), *(f for group in rest for f in group)]
                headings = []
        return story

    def _flowables(self, block: Block) -> list[Flowable]:
        match block.kind:
            case "paragraph" | "note":
                return [self._paragraph(block.text, block.kind)]
            case "list":
                return [self._bulleted(item, "list") for item in block.items] + [Spacer(1, 4)]
            case "rec":
                return self._recommendation(block)
            case "table":
                return [*self._table(block, self._column_width()), Spacer(1, 8)]
            case "box":
                return [self._box(block), Spacer(1, 8)]
            case "references":
                return [self._paragraph(item, "reference") for item in block.items]
            case _:
                return [PageBreak()]

    def _heading(self, block: Block) -> Flowable:
        heading = self._paragraph(block.text, f"heading_{block.level}")
        heading.outline = (block.level - 1, block.text, f"heading-{self.source.blocks.index(block)}")
        return heading

    def _recommendation(self, block: Block) -> list[Flowable]:
        printed = self.meta.get("grade_format", self.language.grade)
        grade = printed.format(strength=block.strength, certainty=block.certainty)
        separator = "" if self.language is CHINESE else " "
        wording = self.meta.get("recommendation_format", self.language.recommendation)
        text = wording.format(number=block.number, text=_markup(block.text))
        last = len(block.items) - 1
        items = [self._bulleted(item + (separator + f"<i>{grade}</i>" if n == last else ""), "rec_item")
                 for n, item in enumerate(block.items)]  # fmt: skip
        stem = text if items else text + separator + f"<i>{grade}</i>"
        number = None if self.language is CHINESE else block.number
        if self.meta.get("numbering") == "bullets":
            number = self.language.bullet
        first = self.language.paragraph(stem, self.styles["rec"], bulletText=number)
        first.recommendation = block.number
        return [Spacer(1, 3), first, *items, Spacer(1, 6)]

    def _table(self, block: Block, width: float) -> list[Flowable]:
        caption = self.language.table_caption.format(number=block.number, text=block.text)
        rows = [[self._paragraph(cell, "cell_head" if n == 0 else "cell") for cell in row]
                for n, row in enumerate(block.rows)]  # fmt: skip
        total = sum(block.widths)
        table = Table(rows, [width * part / total for part in block.widths], repeatRows=1)
        table.setStyle(TableStyle([
            EMBEDDED,
            ("GRID", (0, 0), (-1, -1), 0.5, RULE_GREY),
            ("LINEABOVE", (0, 0), (-1, 0), 1.2, self.accent),
            ("LINEBELOW", (0, -1), (-1, -1), 1.2, self.accent),
            ("BACKGROUND", (0, 0), (-1, 0), tint(self.accent, 0.14)),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("TOPPADDING", (0, 0), (-1, -1), 2.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
            ("LEFTPADDING", (0, 0), (-1, -1), 4),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3),
        ]))  # fmt: skip
        return [self._paragraph(caption, "caption"), table]

    def _wide_table(self, block: Block, note: Block | None) -> list[Flowable]:
        """A table over the full width at the top of a new page, the columns below it."""
        content = [*self._table(block, self.width), *([Spacer(1, 3), *self._flowables(note)] if note else [])]
        height = sum(f.wrap(self.width, HEIGHT)[1] + f.getSpaceAfter() for f in content) + 8 * mm
        name, free = f"wide{block.number}", HEIGHT - TOP - BOTTOM - height
        top = _frame(MARGIN, HEIGHT - TOP - height, self.width, height)
        self.addPageTemplates([PageTemplate(name, [top, *self._columns(free)], onPage=self._draw_page)])
        return [NextPageTemplate(name), PageBreak(), *content, FrameBreak(), NextPageTemplate("body")]

    def _box(self, block: Block) -> Flowable:
        lines = [self._paragraph(block.text, "box_head"), *(self._bulleted(item, "box_item") for item in block.items)]
        box = Table([[lines]], [self._column_width() - 2])
        rules = [EMBEDDED, ("BOX", (0, 0), (-1, -1), 0.8, self.accent), ("LEFTPADDING", (0, 0), (-1, -1), 7)]
        box.setStyle(TableStyle(rules))
        return box

    def _paragraph(self, text: str, style: str) -> Flowable:
        return self.language.paragraph(_markup(text), self.styles[style])

    def _bulleted(self, text: str, style: str) -> Flowable:
        return self.language.paragraph(_markup(text), self.styles[style], bulletText=self.language.bullet)

    # ---- pages ----

    def page_label(self, page: int) -> str:
        """The printed number of 1-based `page`."""
        front = self.language.front_pages
        return ("", "i", "ii", "iii")[page] if page <= front else str(page - front)

    def _column_width(self) -> float:
        columns = self.meta["columns"]
        return (self.width - GUTTER * (columns - 1)) / columns

    def _columns(self, height: float) -> list[Frame]:
        step = self._column_width() + GUTTER
        return [_frame(MARGIN + step * n, BOTTOM, self._column_width(), height) for n in range(self.meta["columns"])]

    def _draw_cover(self, canvas: Any, _document: Any) -> None:
        self._label_pages(canvas, 1)
        canvas.setFillColor(self.accent)
        canvas.rect(0, HEIGHT - 52 * mm, WIDTH, 52 * mm, stroke=0, fill=1)
        canvas.rect(0, 0, WIDTH, 9 * mm, stroke=0, fill=1)
        canvas.setFillColor(white)
        canvas.setFont(self.language.heading, 15)
        canvas.drawString(MARGIN, HEIGHT - 32 * mm, self.meta["publisher"])
        self._draw_stamp(canvas, HEIGHT - 66 * mm, 15)

    def _draw_page(self, canvas: Any, document: Any) -> None:
        page = document.page
        self._label_pages(canvas, page)
        canvas.setFillColor(INK)
        canvas.setFont(self.language.table, 7.5)
        left, right = self.meta["running_header"]
        canvas.drawString(MARGIN, HEIGHT - 19.5 * mm, left)
        canvas.drawRightString(WIDTH - MARGIN, HEIGHT - 19.5 * mm, right)
        canvas.drawString(MARGIN, 12 * mm, self.meta["running_footer"])
        canvas.drawRightString(WIDTH - MARGIN, 12 * mm, self.language.page.format(page=self.page_label(page)))
        canvas.setStrokeColor(RULE_GREY)
        canvas.line(MARGIN, HEIGHT - 21.5 * mm, WIDTH - MARGIN, HEIGHT - 21.5 * mm)
        canvas.line(MARGIN, 16 * mm, WIDTH - MARGIN, 16 * mm)
        self._draw_stamp(canvas, HEIGHT - 12.5 * mm, 9)

    def _draw_stamp(self, canvas: Any, y: float, size: float) -> None:
        width = canvas.stringWidth(self.language.stamp, self.language.heading, size) + size * 1.6
        canvas.setStrokeColor(STAMP_RED)
        canvas.setFillColor(STAMP_RED)
        canvas.roundRect((WIDTH - width) / 2, y - size * 0.55, width, size * 1.9, 3, stroke=1, fill=0)
        canvas.setFont(self.language.heading, size)
        canvas.drawCentredString(WIDTH / 2, y, self.language.stamp)

    def _label_pages(self, canvas: Any, page: int) -> None:
        front = self.language.front_pages
        if front and page == 1:
            canvas.addPageLabel(0, style="ROMAN_LOWER", start=1)
        if front and page == front + 1:
            canvas.addPageLabel(front, style="ARABIC", start=1)

    def afterFlowable(self, flowable: Flowable) -> None:
        """Note headings for the contents page and the bookmarks, and where recommendations came to stand."""
        if outline := getattr(flowable, "outline", None):
            level, text, key = outline
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(text, key, level=level, closed=False)
            self.notify("TOCEntry", (level, _markup(text), self.page, key))
        if number := getattr(flowable, "recommendation", None):
            self.recommendation_pages[number] = self.page


def _frame(x: float, y: float, width: float, height: float) -> Frame:
    return Frame(x, y, width, height, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)


def _markup(text: str) -> str:
    """Text with the few tags that a source may hold; every other & and < is a sign of its own."""
    text = re.sub(r"([≥≤<>±]) (?=\d)", "\\1\u00a0", text)  # a sign stays on the line of its number
    text = re.sub(r"<(?!/?(?:b|i|super|sub|br/)>)", "&lt;", re.sub(r"&(?!lt;|nbsp;)", "&amp;", text))
    return text.replace("<sub>", '<sub rise="1.5" size="7">').replace("<super>", '<super rise="3" size="6">')
