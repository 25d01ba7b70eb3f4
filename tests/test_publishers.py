"""A body is recognised by any of its names and never taken for another."""

from __future__ import annotations

import pytest

from kb.publishers import Tier, all_bodies, find_publisher, mentions_in, same_publisher


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("WHO", "世界卫生组织"),
        ("CDC", "U.S. Centers for Disease Control and Prevention"),
        ("nice", "National Institute for Health & Clinical Excellence"),
        ("USPSTF", "U.S. Preventive Services Task Force"),
        ("国家卫健委", "National Health Commission of the People’s Republic of China"),
        ("The Endocrine Society", "endocrine society"),
        ("中华医学会", "中华医学会糖尿病学分会"),
        ("國家衛生健康委員會", "国家卫生健康委员会"),
    ],
)
def test_one_body_under_two_names_is_the_same_publisher(name: str, other: str) -> None:
    assert same_publisher(name, other)
    assert same_publisher(other, name)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Endocrine Society", "Endocrine Society of India"),
        ("CDC", "China CDC"),
        ("中华医学会糖尿病学分会", "中华医学会神经病学分会"),
        ("NICE", "SIGN"),
        ("American College of Physicians", "Royal College of Physicians"),
        ("", ""),
        ("Somewhere Hospital", "Elsewhere Hospital"),
    ],
)
def test_two_bodies_with_similar_names_stay_two(name: str, other: str) -> None:
    assert not same_publisher(name, other)


def test_a_body_that_is_not_in_the_table_is_the_same_as_itself() -> None:
    assert same_publisher("Northshire Hospital", "NORTHSHIRE HOSPITAL")
    assert find_publisher("Northshire Hospital") is None


def test_a_branch_of_a_chinese_society_is_known_by_its_society() -> None:
    branch = find_publisher("中华医学会风湿病学分会")
    assert branch is not None
    assert (branch.parent, branch.jurisdiction, branch.tier) == ("中华医学会", "CN", Tier.SOCIETY)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Patients who want a nice sign of CHEST pain: WHO says", ["American College of Chest Physicians", "WHO"]),
        ("ENDOCRINE SOCIETY OF INDIA and the Endocrine\nSociety", ["Endocrine Society of India", "Endocrine Society"]),
        (
            "国家卫生健康委办公厅 中华医学会糖尿病学分会、中国卒中学会",
            ["国家", "中华医学会糖尿病学分会", "中国卒中学会"],
        ),
        ("NICER, ACCESS, ADAPT", []),
    ],
)
def test_bodies_are_found_in_running_text_by_whole_names_only(text: str, names: list[str]) -> None:
    found = mentions_in(text)
    assert len(found) == len(names)
    for mention, name in zip(found, names, strict=True):
        assert name in (mention.body.name, *mention.body.aliases) or mention.body.name.startswith(name)


def test_every_alias_belongs_to_one_body() -> None:
    for body in all_bodies():
        for name in (body.name, *body.aliases):
            found = find_publisher(name)
            assert found is not None
            assert found.name == body.name


def test_the_table_covers_both_languages_and_every_tier() -> None:
    assert len(all_bodies()) >= 80
    assert {body.tier for body in all_bodies()} == set(Tier)
    assert {"US", "GB", "CN", "EU", "INT"} <= {body.jurisdiction for body in all_bodies()}
