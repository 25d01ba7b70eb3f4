"""A manifest is a librarian's word: read exactly, or refused naming the cell and what belongs there."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.manifest import (
    Manifest,
    RelationRef,
    edition_id,
    guideline_slug,
    read_manifest,
    row_from_json,
    row_to_json,
)
from kb.domain import Kind, RelationType
from kb.errors import UsageError
from tests import odd_pdfs
from tests.doors import gkb


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.pdf", "b.pdf", "c#1.pdf", "高血压指南 2024版.pdf"):
        (tmp_path / name).write_bytes(b"%PDF-")
    return tmp_path


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "manifest.csv"
    path.write_bytes(text.encode(encoding))
    return path


def read(folder: Path, text: str) -> Manifest:
    return read_manifest(write(folder, text))


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(UsageError) as error:
        read(folder, text)
    assert error.value.exit_code == 2
    return error.value.message


def test_a_row_gives_every_value_that_the_librarian_wrote(folder: Path) -> None:
    manifest = read(
        folder,
        "file,guideline_id,edition_id,title,publisher,edition_label,issued_on,effective_on,valid_until,last_updated_on,"
        "next_review_on,kind,language,jurisdiction,identifiers,withdrawn_on,licence,source_url,publish\n"
        'a.pdf,g,g@1,"Asthma, in adults",NICE,3rd ed.,2024-05,2024-06-01,2029,2025,2026-12-31,partial_update,EN,gb,'
        "NG1; 10.1/x,2025-01-01,OGL,https://example.org,No\n",
    )
    (row,) = manifest.rows
    assert (row.path, row.number, row.guideline_id, row.edition_id) == (folder / "a.pdf", 2, "g", "g@1")
    assert (row.title, row.publisher, row.edition_label) == ("Asthma, in adults", "NICE", "3rd ed.")
    assert (row.issued_on, row.effective_on, row.valid_until) == ("2024-05", "2024-06-01", "2029")
    assert (row.last_updated_on, row.next_review_on, row.withdrawn_on) == ("2025", "2026-12-31", "2025-01-01")
    assert (row.kind, row.language, row.jurisdiction) == (Kind.PARTIAL_UPDATE, "en", "GB")
    assert (row.identifiers, row.licence, row.publish) == (("NG1", "10.1/x"), "OGL", False)
    assert row.source_url == "https://example.org"
    assert manifest.notices == ()


def test_a_row_survives_being_kept_with_a_job(folder: Path) -> None:
    rows = read(folder, 'file,kind,identifiers,amends\na.pdf,draft,NG1,"g@2018#1,2"\nb.pdf\n').rows
    assert [row_from_json(json.loads(json.dumps(row_to_json(row)))) for row in rows] == list(rows)


def test_only_the_file_is_needed_and_silence_stays_silence(folder: Path) -> None:
    (row,) = read(folder, "file\na.pdf\n").rows
    assert row.publish is None
    assert row.kind is None
    assert (row.title, row.issued_on, row.relations, row.identifiers) == ("", "", (), ())


def test_relations_keep_their_scope_and_names_keep_their_signs(folder: Path) -> None:
    (row, _) = read(
        folder,
        "file,replaces,amends,derived_from\n"
        'a.pdf,"cg31@2018#3.1.1,3.2.1; 10.1001/jama.2020(3):4",c#1.pdf#p12-14,c#1.pdf\nc#1.pdf\n',
    ).rows
    assert row.relations == (
        (RelationType.REPLACES, RelationRef("cg31@2018", ("3.1.1", "3.2.1"))),
        (RelationType.REPLACES, RelationRef("10.1001/jama.2020(3):4")),
        (RelationType.AMENDS, RelationRef("c#1.pdf", ("p12-14",))),
        (RelationType.DERIVED_FROM, RelationRef("c#1.pdf")),
    )


def test_a_relation_with_an_empty_scope_is_refused_because_it_would_mean_the_whole_edition(folder: Path) -> None:
    message = refusal(folder, "file,replaces\na.pdf,cg31@2018#\n")
    assert "row 2, replaces “cg31@2018#”" in message


def test_a_file_from_chinese_windows_is_read_and_that_is_said(folder: Path) -> None:
    manifest = read_manifest(write(folder, "file,title\n高血压指南 2024版.pdf,中国高血压防治指南\n", "gbk"))
    assert manifest.rows[0].title == "中国高血压防治指南"
    assert "GBK" in manifest.notices[0]


def test_a_byte_order_mark_is_not_part_of_the_first_column(folder: Path) -> None:
    assert read_manifest(write(folder, "file\na.pdf\n", "utf-8-sig")).rows[0].path.name == "a.pdf"


@pytest.mark.parametrize(
    ("column", "value", "named"),
    [
        ("kind", "guideline", "full, partial_update, addendum"),
        ("language", "de", "en, zh"),
        ("publish", "maybe", "yes, no or nothing"),
        ("issued_on", "May 2024", "YYYY-MM-DD"),
        ("valid_until", "2024-02-30", "YYYY-MM-DD"),
        ("jurisdiction", "Great Britain", "GB"),
        ("file", "absent.pdf", "no such file"),
        ("file", "", "each row names a PDF"),
    ],
)
def test_a_wrong_cell_is_named_by_row_column_value_and_what_is_accepted(
    folder: Path, column: str, value: str, named: str
) -> None:
    cells = {"file": "b.pdf", "title": "t", column: value}
    message = refusal(folder, f"{','.join(cells)}\n{','.join(cells.values())}\n")
    assert f"row 2, {column} “{value}”" in message
    assert named in message


def test_all_faults_are_named_at_once(folder: Path) -> None:
    message = refusal(folder, "file,kind,issued_on\na.pdf,x,y\nz.pdf,full,2024\n")
    assert all(part in message for part in ("kind “x”", "issued_on “y”", "row 3, file “z.pdf”"))


def test_an_unknown_column_is_an_error_that_lists_the_known_ones(folder: Path) -> None:
    message = refusal(folder, "file,titel\na.pdf,x\n")
    assert "“titel”" in message
    assert "edition_label" in message
    assert "derived_from" in message


def test_semicolons_between_columns_are_explained(folder: Path) -> None:
    assert "separated by commas" in refusal(folder, "file;title\na.pdf;x\n")


@pytest.mark.parametrize("text", ["", "\n", "a.pdf\n", "file,file\na.pdf,a.pdf\n"])
def test_a_manifest_without_a_proper_header_is_refused(folder: Path, text: str) -> None:
    assert "row 1" in refusal(folder, text)


def test_one_pdf_in_two_rows_is_refused_however_it_is_spelt(folder: Path) -> None:
    assert "row 3, file “a.pdf”: is in row 2 already" in refusal(folder, "file\na.pdf\n./a.pdf\n")


def test_two_pdfs_for_one_edition_are_refused(folder: Path) -> None:
    assert "edition_id “g@1”: is in row 2" in refusal(folder, "file,edition_id\na.pdf,g@1\nb.pdf,g@1\n")


def test_text_after_the_last_column_is_not_silently_dropped(folder: Path) -> None:
    assert "quotes" in refusal(folder, "file,title\na.pdf,Asthma, adults\n")


def test_an_edition_that_expires_before_it_is_issued_is_refused(folder: Path) -> None:
    assert "before issued_on" in refusal(folder, "file,issued_on,valid_until\na.pdf,2024-05,2023\n")


def test_blank_rows_are_passed_over_and_still_counted(folder: Path) -> None:
    rows = read(folder, "file,title\n\n,\na.pdf,x\n").rows
    assert [(row.number, row.title) for row in rows] == [(4, "x")]


def test_a_manifest_that_is_not_there_is_a_wrong_request(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"absent\.csv"):
        read_manifest(tmp_path / "absent.csv")


def test_the_real_manifest_is_read_whatever_the_order_of_its_rows(shared: Path, tmp_path: Path) -> None:
    source = shared / "guidelines"
    first = read_manifest(source / "manifest.csv")
    with (source / "manifest.csv").open(encoding="utf-8-sig", newline="") as stream:
        header, *rows = list(csv.reader(stream))
    for row in rows:
        row[0] = str(source / row[0])
    random.Random(3).shuffle(rows)
    with (tmp_path / "m.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    second = read_manifest(tmp_path / "m.csv")
    assert len(first.rows) == 19

    def facts(manifest: Manifest) -> set[object]:
        return {(row.path.resolve(), row.title, row.issued_on, row.relations) for row in manifest.rows}

    assert facts(first) == facts(second)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Management of Type 2 Diabetes: Children’s doses", "management-of-type-2-diabetes-childrens-doses"),
        ("Élaboration — Sjögren’s", "elaboration-sjogrens"),
        ("中国2型糖尿病防治指南（2020年版）", "中国2型糖尿病防治指南2020年版"),
        ("新型冠状病毒 COVID-19 诊疗方案", "新型冠状病毒covid-19诊疗方案"),
        ("", "guideline"),
    ],
)
def test_a_slug_is_readable(title: str, slug: str) -> None:
    assert guideline_slug(title) == slug


@given(st.text())
def test_a_slug_is_short_stable_and_safe_in_an_edition_id(title: str) -> None:
    slug = guideline_slug(title)
    assert 0 < len(slug) <= 80
    assert slug == guideline_slug(f"  {title} ")
    assert not set(slug) & set(" @#;,/\\\n")


def test_long_titles_that_differ_at_the_end_get_different_ids() -> None:
    stem = "Prevention detection evaluation and treatment of high blood pressure in adults and children " * 2
    assert guideline_slug(f"{stem}part one") != guideline_slug(f"{stem}part two")


def test_an_edition_id_names_date_and_kind_and_never_clashes() -> None:
    taken = {"g@2024", "g@undated-draft", "g@undated-draft-2"}
    assert edition_id("g", "2024", "full", set()) == "g@2024"
    assert edition_id("g", "2024", "full", taken) == "g@2024-2"
    assert edition_id("g", "", Kind.DRAFT, taken) == "g@undated-draft-3"
    assert edition_id("g", "2024-05", Kind.PARTIAL_UPDATE, taken) == "g@2024-05-partial-update"


def test_what_was_odd_about_a_manifest_is_said_at_the_end_of_the_ingest(tmp_path: Path) -> None:
    for name in ("高血压.pdf", "other.pdf"):
        odd_pdfs.write_guideline(tmp_path / name)
    listed = "file,title\n高血压.pdf,中国高血压防治指南\nother.pdf,Another\n"
    done = gkb(
        "ingest", tmp_path / "高血压.pdf", "--manifest", write(tmp_path, listed, "gbk"), "--home", tmp_path / "store"
    )
    assert done.code == 0, done.err
    assert "GBK" in done.out
    assert "other.pdf, which is not among the files" in done.out
