"""PDFs written object by object, right or wrong: the ground for tests/bombs.py and tests/tricks.py."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

SENTENCE = "Adults with ankle sprain should rest the joint for 48 hours and start exercises early."
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
PAGE_SIZE = b"[0 0 595 842]"

Objects = dict[int, bytes]
Writer = Callable[[Path], Path]  # writes a file there


def stream(data: bytes, extra: bytes = b"", *, packed: bool = True) -> bytes:
    """A stream object, compressed unless told otherwise."""
    body = zlib.compress(data, 9) if packed else data
    coded = b"/Filter /FlateDecode " if packed else b""
    return b"<< %s%s /Length %d >>\nstream\n%s\nendstream" % (coded, extra, len(body), body)


def show(text: str, y: int = 700, *, x: int = 72, size: float = 11, before: str = "") -> bytes:
    """Operators that print one line."""
    return f"BT {before} /F1 {size} Tf {x} {y} Td ({text}) Tj ET\n".encode("latin-1")


def write_objects(path: Path, objects: Mapping[int, bytes], *, trailer: bytes = b"", head: bytes = b"") -> Path:
    """A PDF with these objects, whose catalogue is number 1, with a right table of contents."""
    out = bytearray(head + b"%PDF-1.7\n")
    places = {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (max(objects) + 1, trailer, start)
    path.write_bytes(out)
    return path


def one_page(
    content: bytes = b"", *, size: bytes = PAGE_SIZE, page: bytes = b"", catalogue: bytes = b"", resources: bytes = b""
) -> Objects:
    """The objects of a PDF of one page: 1 catalogue, 2 pages, 3 page, 4 content, 5 font."""
    fonts = b"/Font << /F1 5 0 R >> "
    return {
        1: b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalogue,
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox %s /Contents 4 0 R /Resources << %s%s >> %s >>"
        % (size, fonts, resources, page),
        4: stream(content or b"".join(show(SENTENCE, 700 - 20 * row) for row in range(4))),
        5: FONT,
    }


def many_pages(count: int, content: bytes) -> Objects:
    """Pages that share one content stream."""
    objects = one_page(content)
    kids = range(10, 10 + count)
    objects[2] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (count, b" ".join(b"%d 0 R" % kid for kid in kids))
    objects |= dict.fromkeys(kids, objects.pop(3))
    return objects


def write_packed(path: Path, objects: Objects, inside: Mapping[int, tuple[int, int]]) -> Path:
    """A PDF whose table of contents is a stream; `inside` says which objects stand in which object stream."""
    out = bytearray(b"%PDF-1.7\n")
    last = max(*objects, *inside) + 1
    rows = dict.fromkeys(range(last + 1), b"\0" * 6)
    for number, body in objects.items():
        rows[number] = b"\1" + len(out).to_bytes(4, "big") + b"\0"
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    for number, (holder, index) in inside.items():
        rows[number] = b"\2" + holder.to_bytes(4, "big") + bytes([index])
    rows[last] = b"\1" + len(out).to_bytes(4, "big") + b"\0"
    about = b"/Type /XRef /Size %d /W [1 4 1] /Root 1 0 R" % (last + 1)
    start = len(out)
    out += b"%d 0 obj\n%s\nendobj\n" % (last, stream(b"".join(rows[number] for number in range(last + 1)), about))
    out += b"startxref\n%d\n%%%%EOF\n" % start
    path.write_bytes(out)
    return path
