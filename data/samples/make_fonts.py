"""Cut the fonts that the sample guidelines embed: only the characters that the sources use, as TrueType, renamed.

Needed only after a source gained a character that `fonts/` lacks. The full fonts come from the Debian packages
fonts-dejavu-core, fonts-dejavu-extra (Bitstream Vera licence) and fonts-noto-cjk (SIL Open Font License 1.1).
Noto CJK holds PostScript outlines, which reportlab cannot embed; they become TrueType here.
"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from fontTools import subset
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent
DEJAVU = Path("/usr/share/fonts/truetype/dejavu")
NOTO = Path("/usr/share/fonts/opentype/noto")
SIMPLIFIED_CHINESE = 2  # the face of the collection

# name of the cut font: (file, face number, whether it must hold the Chinese characters)
FACES = {
    "SampleSerif": (DEJAVU / "DejaVuSerifCondensed.ttf", 0, False),
    "SampleSerif-Bold": (DEJAVU / "DejaVuSerifCondensed-Bold.ttf", 0, False),
    "SampleSerif-Italic": (DEJAVU / "DejaVuSerifCondensed-Italic.ttf", 0, False),
    "SampleSans": (DEJAVU / "DejaVuSansCondensed.ttf", 0, False),
    "SampleSans-Bold": (DEJAVU / "DejaVuSansCondensed-Bold.ttf", 0, False),
    "SampleSong": (NOTO / "NotoSerifCJK-Regular.ttc", SIMPLIFIED_CHINESE, True),
    "SampleHei-Bold": (NOTO / "NotoSansCJK-Bold.ttc", SIMPLIFIED_CHINESE, True),
}
ALWAYS = "".join(chr(code) for code in range(0x20, 0x7F)) + "–—‘’“”•·…±×÷≤≥≈<>µμ°²³αβγ©\u00a0"
UNUSED_LIMITS = (
    "maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs", "maxStackElements",
    "maxSizeOfInstructions", "maxComponentElements", "maxComponentDepth",
)  # fmt: skip
LARGEST_ERROR = 1.0  # font units, of 1000 an em


def main() -> None:
    """Write `fonts/*.ttf` for the sources of this folder or of the one that is named."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path, nargs="?", default=HERE, help="folder of sources/ (default: this one)")
    parser.add_argument("--also", type=Path, action="append", default=[], help="a further text for the Chinese fonts")
    options = parser.parse_args()
    home: Path = options.home
    texts = {path: path.read_text("utf-8") for path in sorted((home / "sources").glob("*.txt"))}
    (home / "fonts").mkdir(exist_ok=True)
    english = ALWAYS + "".join(t for p, t in texts.items() if not p.name.startswith("zh"))
    chinese = ALWAYS + "".join(t for p, t in texts.items() if p.name.startswith("zh"))
    chinese += (HERE / "house_style.py").read_text("utf-8")  # the fixed words: stamp, contents, page
    chinese += "".join(path.read_text("utf-8") for path in options.also)
    for name, (path, face, is_chinese) in FACES.items():
        font = cut_font(path, face, chinese if is_chinese else english)
        rename(font, name)
        font.save(home / "fonts" / f"{name}.ttf")
        print(name, (home / "fonts" / f"{name}.ttf").stat().st_size)


def cut_font(path: Path, face: int, text: str) -> TTFont:
    """The font reduced to the characters of `text`, with TrueType outlines."""
    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True, name_IDs=[])
    options.drop_tables += ["FFTM", "BASE", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
    font = TTFont(path, fontNumber=face, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(text=text)
    cutter.subset(font)
    if "CFF " in font:
        draw_as_truetype(font)
    return font


def draw_as_truetype(font: TTFont) -> None:
    """Replace cubic outlines by quadratic ones, in place."""
    glyphs, outlines = font.getGlyphSet(), {}
    for name in font.getGlyphOrder():
        pen = TTGlyphPen(None)
        glyphs[name].draw(Cu2QuPen(pen, LARGEST_ERROR, reverse_direction=True))
        outlines[name] = pen.glyph()
    builder = FontBuilder(font=font)
    builder.isTTF = True
    del font["CFF "]
    font["maxp"].tableVersion = 0x00010000
    font["maxp"].maxZones = 1
    for field in UNUSED_LIMITS:
        setattr(font["maxp"], field, 0)
    font.sfntVersion = "\x00\x01\x00\x00"
    builder.setupGlyf(outlines)
    font["post"].formatType = 3.0


def rename(font: TTFont, name: str) -> None:
    """A changed font may not carry the name of the original."""
    family, _, style = name.partition("-")
    for number, value in {1: family, 2: style or "Regular", 4: name, 6: name}.items():
        font["name"].setName(value, number, 3, 1, 0x409)


if __name__ == "__main__":
    main()
