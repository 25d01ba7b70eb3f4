"""The one home of pypdf: bookmarks and document properties. Any failure is a warning, never a crash."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from ingest.layout import OutlineItem


def read_properties(path: Path) -> tuple[tuple[OutlineItem, ...], dict[str, str], tuple[str, ...]]:
    """Bookmarks, Info and XMP properties (keys lower-case) and warnings."""
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    warnings: list[str] = []
    outline: tuple[OutlineItem, ...] = ()
    properties: dict[str, str] = {}
    try:
        reader = PdfReader(path)
    except Exception as error:  # pypdf raises many types on broken files
        return (), {}, (f"Bookmarks and document properties could not be read ({type(error).__name__}).",)
    try:
        outline = tuple(_outline(reader, reader.outline, 1))
    except Exception as error:
        warnings.append(f"Bookmarks could not be read ({type(error).__name__}).")
    try:
        properties = _properties(reader)
    except Exception as error:
        warnings.append(f"Document properties could not be read ({type(error).__name__}).")
    return outline, properties, tuple(warnings)


def _outline(reader: Any, items: list[Any], level: int) -> list[OutlineItem]:
    found: list[OutlineItem] = []
    for item in items:
        if isinstance(item, list):
            found += _outline(reader, item, level + 1)
            continue
        number = reader.get_destination_page_number(item)
        if number is not None and number >= 0 and item.title:
            found.append(OutlineItem(" ".join(str(item.title).split()), level, number + 1))
    return found


def _properties(reader: Any) -> dict[str, str]:
    found = {}
    for key, value in (reader.metadata or {}).items():
        text = _swapped(str(value).strip("\x00 \t\r\n"))
        if text:
            found[str(key).lstrip("/").lower()] = text
    xmp = reader.xmp_metadata
    if xmp is not None:
        for name in ("dc_title", "dc_date", "dc_creator", "dc_publisher", "dc_identifier", "dc_language"):
            text = _flatten(getattr(xmp, name, None))
            if text:
                found[name.replace("_", ":")] = text
    return found


def _swapped(text: str) -> str:
    """UTF-16 whose bytes a writer put the wrong way round: every character then ends in a zero byte."""
    if len(text) > 2 and all(ord(char) % 256 == 0 for char in text):
        return "".join(chr(ord(char) // 256) for char in text)
    return text


def _flatten(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("x-default") or next(iter(value.values()), "")
    if isinstance(value, (list, tuple)):
        return "; ".join(filter(None, (_flatten(each) for each in value)))
    return "" if value is None else str(value).strip()
