"""The look of the sample guidelines: fonts, colours, paragraph styles, and the fixed words of each language."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cjk import ChineseParagraph
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph

FONTS = Path(__file__).resolve().parent / "fonts"
STAMP_RED = HexColor("#b3261e")
RULE_GREY = HexColor("#9aa4ad")
NOTE_GREY = HexColor("#444444")
INK = HexColor("#1d1d1b")


@dataclass(frozen=True, slots=True)
class Language:
    """What depends on the language of a guideline, apart from its text."""

    paragraph: type[Paragraph]
    wrap: str | None
    body: str  # font names
    heading: str
    table: str
    table_bold: str
    front_pages: int  # pages numbered i, ii, iii; 0: one numbering throughout
    stamp: str
    contents: str
    table_caption: str
    recommendation: str
    grade: str
    page: str
    bullet: str


ENGLISH = Language(
    Paragraph, None, "SampleSerif", "SampleSans-Bold", "SampleSans", "SampleSans-Bold", 3,
    "SAMPLE — not for clinical use", "Contents", "Table {number}. {text}", "{text}",
    "({strength} recommendation; {certainty}-certainty evidence)", "{page}", "•",
)  # fmt: skip
CHINESE = Language(
    ChineseParagraph, "CJK", "SampleSong", "SampleHei-Bold", "SampleSong", "SampleHei-Bold", 0,
    "样例 — 不得用于临床", "目　录", "表{number}　{text}", "<b>推荐意见{number}：</b>{text}",
    "（推荐强度：{strength}；证据质量：{certainty}）", "第 {page} 页", "•",
)  # fmt: skip


def register_fonts(folder: Path = FONTS) -> None:
    """Make the cut fonts of `folder` known to reportlab, with their bold and italic partners."""
    for path in sorted(folder.glob("*.ttf")):
        registerFont(TTFont(path.stem, str(path)))
    registerFontFamily("SampleSerif", "SampleSerif", "SampleSerif-Bold", "SampleSerif-Italic", "SampleSerif-Bold")
    registerFontFamily("SampleSans", "SampleSans", "SampleSans-Bold", "SampleSans", "SampleSans-Bold")
    registerFontFamily("SampleSong", "SampleSong", "SampleHei-Bold", "SampleSong", "SampleHei-Bold")


def make_styles(language: Language, accent: Color, columns: int) -> dict[str, ParagraphStyle]:
    """The paragraph styles by name."""
    size = 9.0 if columns > 1 else 10.0
    chinese = language is CHINESE
    cell = size - (0.8 if columns > 1 else 1.2)
    leading = size * (1.62 if chinese else 1.36)
    pale = tint(accent, 0.08)

    def style(name: str, font: str, points: float, **more: Any) -> ParagraphStyle:
        given: dict[str, Any] = {
            "fontName": font,
            "fontSize": points,
            "leading": points * (1.5 if chinese else 1.3),
            "textColor": INK,
            "wordWrap": language.wrap,
            "bulletFontName": "SampleSans" if chinese else font,
        }
        return ParagraphStyle(name, **(given | more))

    indent = 2 * size if chinese else 0
    styles: list[ParagraphStyle] = [
        style("cover_title", language.heading, 27, textColor=accent, spaceAfter=8, leading=36),
        style("cover_subtitle", language.heading, 15, spaceAfter=6, leading=21),
        style("cover_line", language.table, 11.5, spaceAfter=5),
        style("front_heading", language.heading, 16, textColor=accent, spaceAfter=10),
        style("contents_1", language.heading, 10, spaceBefore=5),
        style("contents_2", language.table, 9.5, leftIndent=14),
        style("heading_1", language.heading, 14, textColor=accent, spaceBefore=12, spaceAfter=6, keepWithNext=1),
        style("heading_2", language.heading, 11, spaceBefore=8, spaceAfter=4, keepWithNext=1),
        style("paragraph", language.body, size, leading=leading, spaceAfter=6, firstLineIndent=indent),
        style("note", language.table, size - 1.8, spaceAfter=8, textColor=NOTE_GREY),
        style("caption", language.heading, size - 0.3, spaceBefore=4, spaceAfter=4, keepWithNext=1),
        style("cell", language.table, cell),
        style("cell_head", language.table_bold, cell),
        style("list", language.body, size, leading=leading, leftIndent=16, bulletIndent=5, spaceAfter=2),
        style("rec", language.body, size, leading=leading, backColor=pale, borderPadding=(3, 4, 3, 4), rightIndent=4,
              spaceAfter=3, leftIndent=4 if chinese else 27, bulletIndent=0, bulletFontName="SampleSans-Bold",
              bulletFontSize=size),
        style("rec_item", language.body, size, leading=leading, backColor=pale, borderPadding=(2, 4, 2, 4),
              rightIndent=4, leftIndent=22 if chinese else 41, bulletIndent=10 if chinese else 29, spaceAfter=1),
        style("box_head", language.heading, size, spaceAfter=3),
        style("box_item", language.body, size - 0.5, leftIndent=13, bulletIndent=2, spaceAfter=2),
        style("reference", language.body, size - 1.5, leftIndent=18, firstLineIndent=-18, spaceAfter=2.5),
    ]  # fmt: skip
    return {item.name: item for item in styles}


def tint(colour: Color, share: float) -> Color:
    return Color(*(1 - share * (1 - part) for part in (colour.red, colour.green, colour.blue)))
