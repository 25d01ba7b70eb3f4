"""The one home of pypdf: bookmarks and document properties. Any failure is a warning, never a crash."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.deadline import OutOfTime, cpu_deadline
from ingest.layout import OutlineItem

SECONDS = 5.0  # of processor time; the longest real guideline takes half a second
# Bookmarks and properties are small: what is larger is a bomb. The library's own limits are made for page contents.
LIMITS = {
    "maximum_declared_stream_length": 20_000_000,
    "array_based_stream_maximum_output_length": 20_000_000,
    "zlib_maximum_output_length": 20_000_000,
    "lzw_maximum_output_length": 20_000_000,
    "run_length_maximum_output_length": 20_000_000,
    "brotli_maximum_output_length": 20_000_000,
    "stream_filters_maximum_length": 4,
    "stream_decoding_work_maximum_length": 60_000_000,
    "xmp_maximum_input_length": 1_000_000,
    "xmp_maximum_element_count": 10_000,
    "outline_maximum_entries": 10_000,
    "outline_maximum_depth": 20,
    "page_tree_maximum_depth": 50,
    "named_destinations_maximum_depth": 50,
    "jbig2dec_binary": None,  # no other program is ever started
    "disable_legacy_handling": True,
}


def read_properties(path: Path) -> tuple[tuple[OutlineItem, ...], dict[str, str], tuple[str, ...]]:
    """Bookmarks, Info and XMP properties (keys lower-case) and warnings."""
    from pypdf import apply_configuration

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    found = _Found()
    try:
        with apply_configuration(**LIMITS), cpu_deadline(SECONDS):
            _read(path, found)
    except OutOfTime:
        found.warnings.append(f"Bookmarks and document properties took more than {SECONDS:.0f} s; some were not read.")
    return tuple(found.outline), found.properties, tuple(found.warnings)


@dataclass(slots=True)
class _Found:
    """What was read so far."""

    outline: list[OutlineItem] = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def _read(path: Path, found: _Found) -> None:
    from pypdf import PdfReader

    try:
        reader = PdfReader(path)
    except Exception as error:  # pypdf raises many types on broken files
        found.warnings.append(f"Bookmarks and document properties could not be read ({type(error).__name__}).")
        return
    try:
        found.properties = _properties(reader)
    except Exception as error:
        found.warnings.append(f"Document properties could not be read ({type(error).__name__}).")
    try:
        found.outline = _outline(reader, reader.outline, 1)
    except Exception as error:
        found.warnings.append(f"Bookmarks could not be read ({type(error).__name__}).")


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
