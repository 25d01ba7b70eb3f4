"""Small PDFs, and files that only look like PDFs, for tests of what is taken in."""

from __future__ import annotations

import io
from pathlib import Path

WORDS = (
    "Adults with ankle sprain should rest the joint for 48 hours and start exercises early.",
    "Offer ibuprofen 400 mg three times daily for at most 5 days unless there is renal impairment.",
    "Refer to orthopaedics when weight bearing is impossible after 10 days of treatment.",
)


def write_guideline(path: Path, title: str = "Ankle Sprain in Adults", *, words: tuple[str, ...] = WORDS) -> Path:
    """A plain two-page guideline in English."""
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer

    styles = getSampleStyleSheet()
    story = [Paragraph(title, styles["Title"]), Spacer(1, 24)]
    story += [Paragraph("This guideline is meant for adults who are seen in primary care.", styles["BodyText"])]
    story += [Paragraph("Recommendations", styles["Heading1"])]
    for number, sentence in enumerate(words, start=1):
        story += [Paragraph(f"{number}. {sentence}", styles["BodyText"]), Spacer(1, 12)]
    story += [PageBreak(), Paragraph("Follow-up", styles["Heading1"])]
    story += [Paragraph("See every patient again after 14 days and record pain and function.", styles["BodyText"])]
    SimpleDocTemplate(str(path), title=title, invariant=1).build(story)
    return path


def write_scan(path: Path) -> Path:
    """A page that is a picture only."""
    from PIL import Image
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    picture = Image.new("L", (600, 800), 255)
    for row in range(60, 760, 24):
        for column in range(60, 540):
            if (column * row) % 7 < 4:
                picture.putpixel((column, row), 0)
    canvas = Canvas(str(path))
    canvas.drawImage(ImageReader(picture), 0, 0, 595, 842)
    canvas.showPage()
    canvas.save()
    return path


def write_encrypted(path: Path) -> Path:
    """A guideline that opens with a password only."""
    from pypdf import PdfReader, PdfWriter

    plain = write_guideline(path.with_suffix(".plain"))
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(plain.read_bytes())))
    writer.encrypt("secret", algorithm="AES-256")
    with path.open("wb") as stream:
        writer.write(stream)
    plain.unlink()
    return path


def write_web_page(path: Path) -> Path:
    """What a failed download leaves."""
    path.write_text("<!DOCTYPE html><html><body>Please log in</body></html>", encoding="utf-8")
    return path


def write_empty(path: Path) -> Path:
    """Nothing at all."""
    path.write_bytes(b"")
    return path
