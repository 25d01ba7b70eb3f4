"""Local protocols in every format: lines with places that their reader finds, hostile files in the sandbox only."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.documents import read_document
from ingest.sheets import write_rows
from kb.errors import UnreadablePdf, UsageError
from kb.practice.claims import read_claims
from tests.doors import gkb

CLAIM = "Aspirin 150 mg once daily is started in all patients with stable angina."


@pytest.fixture
def protocol() -> Path:
    """The sample protocol of ten pages, as DOCX; the PDF lies beside it."""
    return Path(__file__).resolve().parent.parent / "data" / "benchmarks" / "protocol" / "protocol.docx"


def test_text_and_markdown_give_paragraphs_with_their_first_line(tmp_path: Path) -> None:
    path = tmp_path / "p.md"
    path.write_text("# Angina\n\n- **Aspirin** 150 mg once\n  daily.\n- 别嘌醇100 mg/d。\n", encoding="utf-8")
    assert [(each.text, each.location) for each in read_document(path)] == [
        ("Angina", "line 1"), ("- Aspirin 150 mg once daily.", "line 3"), ("- 别嘌醇100 mg/d。", "line 5"),
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_chinese_text_is_read_in_the_encodings_of_hospitals(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "p.txt"
    path.write_text("别嘌醇起始剂量为100 mg/d。", encoding=encoding)
    assert read_document(path)[0].text == "别嘌醇起始剂量为100 mg/d。"


def test_an_audit_list_gives_a_line_for_each_row(tmp_path: Path) -> None:
    rows = [["1", CLAIM], ["2", "Clopidogrel 75 mg daily"]]
    (tmp_path / "a.xlsx").write_bytes(write_rows("Audit", ["no", "criterion"], rows))
    (tmp_path / "a.csv").write_text("no,criterion\n1," + CLAIM + "\n", encoding="utf-8")
    assert [(each.text, each.location) for each in read_document(tmp_path / "a.xlsx")][1] == (CLAIM, "Audit, row 2")
    assert [(each.text, each.location) for each in read_document(tmp_path / "a.csv")][1] == (CLAIM, "row 2")


@pytest.mark.parametrize("ending", [".docx", ".pdf"])
def test_a_protocol_gives_its_statements_with_their_places(protocol: Path, ending: str) -> None:
    claims = {each.text: each.location for each in read_claims(read_document(protocol.with_suffix(ending)))}
    assert claims[CLAIM].startswith("page 4" if ending == ".pdf" else "paragraph")
    assert any("别嘌醇起始剂量为100 mg/d" in text for text in claims)
    assert not any("Signed" in text or "Approved" in text for text in claims)


@pytest.mark.parametrize("name", ["broken.docx", "broken.xlsx", "broken.pdf"])
def test_a_damaged_file_is_a_named_failure(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK\x03\x04 not a document at all")
    with pytest.raises(UnreadablePdf):
        read_document(tmp_path / name)


def test_an_archive_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * (401 << 20))
    with pytest.raises(UnreadablePdf, match="unpacks"):
        read_document(tmp_path / "bomb.docx")


def test_another_kind_of_file_is_refused_with_what_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "p.pptx").write_bytes(b"x")
    with pytest.raises(UsageError, match=r"\.docx"):
        read_document(tmp_path / "p.pptx")


def test_a_protocol_is_checked_statement_by_statement(
    protocol: Path, fast_library: Path, hash_encoder: None, tmp_path: Path
) -> None:
    out = tmp_path / "report.html"
    ran = gkb("check", "--file", protocol, "--home", fast_library, "--json", "--out", out)
    assert ran.code == 0
    by_claim = {each["claim"]: each for each in ran.json["findings"]}
    assert (by_claim[CLAIM]["verdict"], by_claim[CLAIM]["subtype"]) == ("outdated", "dose")
    assert by_claim[CLAIM]["location"].startswith("paragraph")
    kinds = {(each["kind"], each["edition_id"]) for each in ran.json["document_findings"]}
    assert ("cites_superseded_edition", "bcma-gout@2021-03-20") in kinds
    assert CLAIM in out.read_text(encoding="utf-8")
    assert json.dumps(ran.json["coverage"]) in json.dumps(ran.json)
