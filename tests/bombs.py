"""PDFs that cost much or nest without end. Most are a few kilobytes."""

from __future__ import annotations

import zlib
from pathlib import Path

from tests.hostile_pdfs import SENTENCE, Writer, many_pages, one_page, show, stream, write_objects, write_packed


def shared_stream(path: Path) -> Path:
    """2,000 pages that share one stream of a million operators."""
    return write_objects(path, many_pages(2_000, show("x" * 60) * 50_000))


def shared_text(path: Path) -> Path:
    """2,500 pages that share one page full of words: 10 MB of text in 300 KB."""
    lines = b"".join(show(SENTENCE, 800 - 12 * row, size=8) for row in range(60))
    return write_objects(path, many_pages(2_500, lines))


def too_many_pages(path: Path) -> Path:
    """More pages than are read."""
    return write_objects(path, many_pages(3_001, show(SENTENCE)))


def deflate_bomb(path: Path) -> Path:
    """Five megabytes that unpack to a gigabyte of blanks."""
    packer = zlib.compressobj(1)
    block = b" " * (1 << 20)
    body = b"".join([*(packer.compress(block) for _ in range(1024)), packer.flush()])
    objects = one_page()
    objects[4] = b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(body), body)
    return write_objects(path, objects)


def nested_filters(path: Path) -> Path:
    """A stream packed four times over: 200 bytes that unpack to 60 MB."""
    body = show(SENTENCE) * 700_000
    for _ in range(4):
        body = zlib.compress(body, 9)
    objects = one_page()
    filters = b"[/FlateDecode /FlateDecode /FlateDecode /FlateDecode]"
    objects[4] = b"<< /Filter %s /Length %d >>\nstream\n%s\nendstream" % (filters, len(body), body)
    return write_objects(path, objects)


def object_stream_bomb(path: Path) -> Path:
    """A catalogue in an object stream that says it holds a hundred million objects and unpacks to 300 MB."""
    objects = one_page()
    first = b"1 0 " + b"7 0 " * 1_000
    filler = b" " * 300_000_000
    body = zlib.compress(first + objects.pop(1) + filler, 1)
    about = b"<< /Type /ObjStm /N 100000000 /First %d /Filter /FlateDecode /Length %d >>" % (len(first), len(body))
    objects[6] = about + b"\nstream\n" + body + b"\nendstream"
    return write_packed(path, objects, inside={1: (6, 0)})


def xmp_bomb(path: Path) -> Path:
    """Properties in XML whose words stand for words, a thousand million times."""
    words = "".join(
        f'<!ENTITY w{level} "{f"&w{level - 1};" * 10}">' if level else '<!ENTITY w0 "sprain">' for level in range(10)
    )
    xml = (
        f"<?xml version='1.0'?><!DOCTYPE x [{words}<!ENTITY file SYSTEM 'file:///etc/hostname'>]>"
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        "<rdf:Description xmlns:dc='http://purl.org/dc/elements/1.1/' rdf:about=''>"
        "<dc:title><rdf:Alt><rdf:li>&w9;&file;</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    objects = one_page(catalogue=b"/Metadata 6 0 R")
    objects[6] = stream(xml.encode(), b"/Type /Metadata /Subtype /XML")
    return write_objects(path, objects)


def image_bomb(path: Path) -> Path:
    """A picture of 100,000 by 100,000 points in few bytes."""
    picture = stream(
        b"\0" * 1_000,
        b"/Type /XObject /Subtype /Image /Width 100000 /Height 100000 /BitsPerComponent 8 /ColorSpace /DeviceRGB",
    )
    objects = one_page(show(SENTENCE) + b"q 500 0 0 500 0 0 cm /X Do Q", resources=b"/XObject << /X 6 0 R >>")
    return write_objects(path, {**objects, 6: picture})


def dash_bomb(path: Path) -> Path:
    """Lines to be dashed in millionths of a point."""
    lines = b"[0.00001 0.00001] 0 d 0 0 m 14000 14000 l S\n" * 2_000
    return write_objects(path, one_page(show(SENTENCE) + lines))


def pattern_bomb(path: Path) -> Path:
    """A tile of a thousandth of a point that fills the page."""
    tile = stream(
        b"0 0 1 1 re f",
        b"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1] /XStep 0.001 /YStep 0.001",
    )
    fill = b"/Pattern cs /P scn 0 0 595 842 re f\n" * 50
    objects = one_page(fill + show(SENTENCE), resources=b"/Pattern << /P 6 0 R >>")
    return write_objects(path, {**objects, 6: tile})


def form_bomb(path: Path) -> Path:
    """Forms that each draw the next one ten times: ten thousand million lines of text."""
    objects = one_page(b"/X10 Do", resources=b"/XObject << /X10 10 0 R >>")
    for number in range(10, 20):
        inside = b"/X%d Do " % (number + 1) * 10 if number < 19 else show(SENTENCE)
        inner = b"/XObject << /X%d %d 0 R >>" % (number + 1, number + 1) if number < 19 else b"/Font << /F1 5 0 R >>"
        objects[number] = stream(
            inside, b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << %s >>" % inner
        )
    return write_objects(path, objects)


def long_line(path: Path) -> Path:
    """Two million letters on one line."""
    return write_objects(path, one_page(show("pain " * 400_000)))


def scattered_letters(path: Path) -> Path:
    """Sixty thousand letters, each put down by itself at a place of its own."""
    letters = b"".join(
        b"BT /F1 4 Tf %d.%d %d.%d Td (%c) Tj ET\n"
        % (number * 7 % 595, number % 10, number * 13 % 842, number % 7, 97 + number % 26)
        for number in range(60_000)
    )
    return write_objects(path, one_page(letters))


def ruled_lines(path: Path) -> Path:
    """A table of a hundred thousand drawn lines."""
    lines = b"".join(b"%d 0 m %d 842 l S 0 %d m 595 %d l S\n" % ((number % 590,) * 4) for number in range(50_000))
    return write_objects(path, one_page(lines + show(SENTENCE)))


def deep_page_tree(path: Path) -> Path:
    """A page five thousand levels down."""
    objects = one_page()
    first, last = 10, 5_010
    objects[2] = b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % first
    for number in range(first, last):
        objects[number] = b"<< /Type /Pages /Parent %d 0 R /Kids [%d 0 R] /Count 1 >>" % (
            number - 1 if number > first else 2,
            number + 1 if number < last - 1 else 3,
        )
    return write_objects(path, objects)


def cyclic_page_tree(path: Path) -> Path:
    """A page tree that contains itself."""
    objects = one_page()
    objects[2] = b"<< /Type /Pages /Kids [2 0 R 3 0 R 2 0 R] /Count 1000000 >>"
    return write_objects(path, objects)


def cyclic_form(path: Path) -> Path:
    """A form that draws itself."""
    resources = b"<< /XObject << /X 6 0 R >> /Font << /F1 5 0 R >> >>"
    about = b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources " + resources
    objects = one_page(show(SENTENCE) + b"/X Do", resources=b"/XObject << /X 6 0 R >>")
    return write_objects(path, {**objects, 6: stream(b"/X Do " + show(SENTENCE), about)})


def cyclic_bookmarks(path: Path) -> Path:
    """Bookmarks whose next is the first, and whose child is their parent."""
    objects = one_page(catalogue=b"/Outlines 6 0 R")
    objects[6] = b"<< /Type /Outlines /First 7 0 R /Last 8 0 R /Count 2 >>"
    objects[7] = b"<< /Title (One) /Parent 6 0 R /Next 8 0 R /First 6 0 R /Dest [3 0 R /Fit] >>"
    objects[8] = b"<< /Title (Two) /Parent 6 0 R /Next 7 0 R /First 7 0 R /Dest [3 0 R /Fit] >>"
    return write_objects(path, objects)


def many_bookmarks(path: Path) -> Path:
    """Sixty thousand bookmarks."""
    objects = one_page(catalogue=b"/Outlines 6 0 R")
    first, last = 10, 60_010
    objects[6] = b"<< /Type /Outlines /First %d 0 R /Last %d 0 R /Count 60000 >>" % (first, last - 1)
    for number in range(first, last):
        following = b"/Next %d 0 R" % (number + 1) if number < last - 1 else b""
        objects[number] = b"<< /Title (Sprain %d) /Parent 6 0 R %s /Dest [3 0 R /Fit] >>" % (number, following)
    return write_objects(path, objects)


def cyclic_references(path: Path) -> Path:
    """A content that is a reference to itself, and a length that is its own stream."""
    objects = one_page()
    objects[4] = b"<< /Length 4 0 R >>\nstream\n" + show(SENTENCE) + b"\nendstream"
    objects[3] = objects[3].replace(b"/Contents 4 0 R", b"/Contents [4 0 R 6 0 R]")
    objects[6] = b"6 0 R"
    return write_objects(path, objects)


def deep_brackets(path: Path) -> Path:
    """Two hundred thousand brackets, one in another."""
    objects = one_page(b"[" * 200_000 + show(SENTENCE), page=b"/Deep " + b"[" * 200_000 + b"]" * 200_000)
    return write_objects(path, objects)


def cyclic_xref(path: Path) -> Path:
    """A table of contents whose previous one is itself."""
    write_objects(path, one_page())
    data = path.read_bytes()
    start = data.rindex(b"\nxref\n") + 1
    path.write_bytes(data.replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev %d" % start))
    return path


COSTLY: dict[str, Writer] = {
    each.__name__: each
    for each in (
        shared_stream, shared_text, too_many_pages, deflate_bomb, nested_filters, object_stream_bomb, image_bomb,
        xmp_bomb, dash_bomb, pattern_bomb, form_bomb, long_line, scattered_letters, ruled_lines,
    )
}  # fmt: skip
ENDLESS: dict[str, Writer] = {
    each.__name__: each
    for each in (
        deep_page_tree, cyclic_page_tree, cyclic_form, cyclic_bookmarks, many_bookmarks, cyclic_references,
        deep_brackets, cyclic_xref,
    )
}  # fmt: skip
