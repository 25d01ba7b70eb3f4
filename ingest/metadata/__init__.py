"""What a PDF says about itself, proposed with page, words and confidence. A proposal is only a proposal."""

from __future__ import annotations

from ingest.layout import Document
from ingest.metadata.bodies import read_publisher
from ingest.metadata.dates import read_labelled, read_valid_until
from ingest.metadata.identifiers import read_identifiers
from ingest.metadata.issued import read_issued
from ingest.metadata.jurisdiction import is_month_first, read_jurisdiction
from ingest.metadata.kinds import read_kind
from ingest.metadata.labels import read_label
from ingest.metadata.material import Material, read_material
from ingest.metadata.stamps import archive_mark
from ingest.metadata.supersession import read_replaces
from ingest.metadata.titles import read_title
from kb.domain import Proposal

__all__ = ["archive_stamp", "propose"]


def propose(document: Document) -> dict[str, Proposal]:
    """Metadata read from first and last pages, running lines, properties and file name.

    Keys: title, publisher, edition_label, issued_on, effective_on, last_updated_on, next_review_on, valid_until, kind,
    language, jurisdiction, identifiers, replaces. A field that nothing speaks of is left out; confidence is 0 to 1.
    """
    material = read_material(document)
    read = read_title(material)
    title, heading = read.proposal, read.heading
    publisher = read_publisher(material, title, heading)
    jurisdiction = read_jurisdiction(material, publisher, title)
    month_first = is_month_first(jurisdiction)
    kind = read_kind(material, title, heading, publisher)
    issued = read_issued(material, str(title.value) if title else "", str(kind.value), month_first=month_first)
    found = {
        "title": title,
        "publisher": publisher,
        "edition_label": read_label(material, title, heading, issued, str(kind.value)),
        "issued_on": issued,
        "effective_on": read_labelled(material, "effective_on", month_first=month_first),
        "last_updated_on": read_labelled(material, "last_updated_on", month_first=month_first),
        "next_review_on": read_labelled(material, "next_review_on", month_first=month_first),
        "valid_until": read_valid_until(material, issued, month_first=month_first),
        "kind": kind,
        "language": _language(material),
        "jurisdiction": jurisdiction,
        "identifiers": read_identifiers(material),
        "replaces": read_replaces(material, str(kind.value)),
    }
    return {name: proposal for name, proposal in found.items() if proposal is not None}


def archive_stamp(document: Document) -> str:
    """The publisher's mark on an old copy ("archived", "replaced by …"), verbatim; "" if there is none."""
    mark = archive_mark(read_material(document))
    return mark.text if mark else ""


def _language(material: Material) -> Proposal:
    spot = next(iter(material.lines), None)
    snippet = spot.text if spot else ""
    agrees = material.language == material.document.language
    confidence = (0.95 if agrees else 0.7) if spot else 0.3
    return Proposal(material.language, confidence, spot.page if spot else None, snippet, "body")
