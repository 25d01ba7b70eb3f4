"""What an edition is worth on a date: the rules as sentences."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.domain import State, Status
from kb.store.registry import ActKind
from kb.versions.status import conflicts_of_currency, imprecise_pairs, in_force_interval, lane, status, superseded_by
from tests.ledgers import History

D = date.fromisoformat


def two_editions(**newer: object) -> History:
    history = History()
    history.publish("old", "2019-05-14", effective_on="2019-07-01")
    history.publish("new", "2024-09-17", effective_on="2024-11-01", **newer)
    return history


def test_a_superseded_edition_is_never_in_the_default_lane() -> None:
    history = two_editions()
    history.relate("new", "replaces", "old")
    ledger = history.ledger()
    assert status(ledger, "old", D("2024-10-31")) == Status.IN_FORCE
    assert status(ledger, "old", D("2024-11-01")) == Status.SUPERSEDED
    assert lane(ledger, D("2026-01-01")) == {"new": Status.IN_FORCE}
    assert superseded_by(ledger, "old", D("2026-01-01")) == "new"
    assert in_force_interval(ledger, "old") == (D("2019-07-01"), D("2024-11-01"))


def test_the_newer_date_alone_supersedes_nothing() -> None:
    ledger = two_editions().ledger()
    assert status(ledger, "old", D("2026-01-01")) == Status.IN_FORCE
    assert conflicts_of_currency(ledger, D("2026-01-01")) == [("new", "old")]


def test_a_proposed_relation_changes_nothing() -> None:
    history = two_editions()
    history.relate("new", "replaces", "old", confirm=False)
    assert status(history.ledger(), "old", D("2026-01-01")) == Status.IN_FORCE


@pytest.mark.parametrize("kind", ["draft", "commentary", "erratum", "translation", "summary", "derivative"])
def test_drafts_commentaries_translations_derivatives_and_errata_never_replace_a_whole_edition(kind: str) -> None:
    history = two_editions(kind=kind)
    history.relate("new", "replaces", "old")
    assert status(history.ledger(), "old", D("2026-01-01")) == Status.IN_FORCE


def test_a_draft_is_never_in_force() -> None:
    history = History()
    history.publish("d", "2022-02-10", kind="draft")
    assert status(history.ledger(), "d", D("2026-01-01")) == Status.DRAFT
    assert lane(history.ledger(), D("2026-01-01")) == {}
    assert lane(history.ledger(), D("2026-01-01"), all_editions=True) == {"d": Status.DRAFT}


def test_an_edition_in_review_or_rejected_is_shown_to_nobody() -> None:
    history = History()
    history.stage("a", "2020")
    history.stage("b", "2020")
    history.add(ActKind.REJECT, "b")
    assert lane(history.ledger(), D("2026-01-01"), all_editions=True) == {}


def test_an_edition_is_not_in_force_before_its_effective_date() -> None:
    history = two_editions()
    assert status(history.ledger(), "new", D("2024-10-01")) == Status.NOT_YET_EFFECTIVE


def test_valid_until_is_the_last_valid_day() -> None:
    history = History()
    history.publish("a", "2020-01-01", valid_until="2023-12-31")
    ledger = history.ledger()
    assert status(ledger, "a", D("2023-12-31")) == Status.IN_FORCE
    assert status(ledger, "a", D("2024-01-01")) == Status.EXPIRED


def test_a_withdrawn_successor_does_not_bring_its_predecessor_back() -> None:
    history = two_editions()
    history.relate("new", "replaces", "old")
    history.add(ActKind.WITHDRAW, "new", withdrawn_on="2025-06-01")
    ledger = history.ledger()
    assert status(ledger, "new", D("2025-05-31")) == Status.IN_FORCE
    assert status(ledger, "new", D("2025-06-01")) == Status.WITHDRAWN
    assert status(ledger, "old", D("2025-06-01")) == Status.SUPERSEDED


def test_a_successor_entered_in_error_does_bring_it_back() -> None:
    history = two_editions()
    history.relate("new", "replaces", "old")
    history.add(ActKind.ENTER_IN_ERROR, "new")
    ledger = history.ledger()
    assert ledger.editions["new"].state == State.ENTERED_IN_ERROR
    assert status(ledger, "old", D("2026-01-01")) == Status.IN_FORCE


def test_undoing_an_act_restores_what_was_before_it() -> None:
    history = two_editions()
    confirmed = history.relate("new", "replaces", "old")
    undone = history.undo(confirmed)
    assert status(history.ledger(), "old", D("2026-01-01")) == Status.IN_FORCE
    history.undo(undone)
    assert status(history.ledger(), "old", D("2026-01-01")) == Status.SUPERSEDED


def test_what_was_known_by_a_moment_ignores_later_acts() -> None:
    history = two_editions()
    before = history.acts[-1].at
    history.relate("new", "replaces", "old")
    assert status(history.ledger(before), "old", D("2026-01-01")) == Status.IN_FORCE
    assert status(history.ledger(), "old", D("2026-01-01")) == Status.SUPERSEDED


def test_within_an_imprecise_year_both_editions_are_shown() -> None:
    history = History()
    history.publish("old", "2018-01-01")
    history.publish("new", "2024")
    history.relate("new", "replaces", "old")
    ledger = history.ledger()
    assert set(lane(ledger, D("2024-06-01"))) == {"old", "new"}
    assert imprecise_pairs(ledger, D("2024-06-01")) == [("old", "new")]
    assert set(lane(ledger, D("2023-12-31"))) == {"old"}
    assert set(lane(ledger, D("2025-01-01"))) == {"new"}
    assert conflicts_of_currency(ledger, D("2024-06-01")) == []


def test_a_scoped_replacement_leaves_the_rest_in_force() -> None:
    history = two_editions(kind="partial_update")
    history.relate("new", "amends", "old", scope=["1.1"])
    assert status(history.ledger(), "old", D("2026-01-01")) == Status.PARTIALLY_SUPERSEDED
    assert "old" in lane(history.ledger(), D("2026-01-01"))


def test_a_translation_has_the_status_of_its_original() -> None:
    history = two_editions()
    history.relate("new", "replaces", "old")
    history.publish("old-zh", "2020-01-01", kind="translation", language="zh")
    history.relate("old-zh", "transforms", "old")
    assert status(history.ledger(), "old-zh", D("2021-01-01")) == Status.IN_FORCE
    assert status(history.ledger(), "old-zh", D("2026-01-01")) == Status.SUPERSEDED


def test_a_retraction_closes_an_edition_at_once() -> None:
    history = two_editions()
    history.relate("new", "retracts", "old")
    assert status(history.ledger(), "old", D("2026-01-01")) == Status.WITHDRAWN


def test_a_relation_may_name_an_edition_that_comes_later() -> None:
    history = History()
    history.publish("new", "2024-01-01")
    history.relate("new", "replaces", "old.pdf")
    history.publish("old", "2019-01-01")
    assert status(history.ledger(), "old", D("2026-01-01")) == Status.SUPERSEDED


def test_an_older_edition_uploaded_late_never_retires_the_newer_one() -> None:
    history = two_editions()
    history.relate("old", "replaces", "new")
    assert status(history.ledger(), "new", D("2026-01-01")) == Status.IN_FORCE


EDITIONS = ["a", "b", "c", "d"]
DATES = ["2015", "2018-03", "2020-06-15", "2022-01-01", "2024"]
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["publish", "replaces", "amends", "transforms", "withdraw", "error", "undo"]),
        st.sampled_from(EDITIONS),
        st.sampled_from(EDITIONS),
        st.sampled_from(DATES),
        st.sampled_from(["full", "draft", "translation", "partial_update"]),
    ),
    max_size=14,
)


@settings(max_examples=300, deadline=None)
@given(ACTS, st.sampled_from(["2017-01-01", "2020-06-15", "2024-05-05", "2026-11-25"]))
def test_whatever_happens_nothing_superseded_withdrawn_or_draft_is_in_the_default_lane(acts: list, day: str) -> None:
    history = History()
    for kind, one, other, issued, edition_kind in acts:
        known = history.ledger().editions
        if kind == "publish" and one not in known:
            history.publish(one, issued, kind=edition_kind)
        elif kind in ("replaces", "amends", "transforms") and one in known and one != other:
            history.relate(one, kind, other, scope=["1"] if kind == "amends" else [])
        elif kind == "withdraw" and one in known and known[one].state == State.PUBLISHED:
            history.add(ActKind.WITHDRAW, one, withdrawn_on=issued)
        elif kind == "error" and one in known:
            history.add(ActKind.ENTER_IN_ERROR, one)
        elif (
            kind == "undo"
            and history.acts
            and history.acts[-1].kind != ActKind.STAGE
            and history.acts[-1].kind != ActKind.PROPOSE
        ):
            history.undo(history.acts[-1].seq)
    ledger, as_of = history.ledger(), D(day)
    shown = lane(ledger, as_of)
    assert set(shown.values()) <= {Status.IN_FORCE, Status.PARTIALLY_SUPERSEDED}
    for edition_id in shown:
        edition = ledger.editions[edition_id]
        assert edition.state in (State.PUBLISHED, State.WITHDRAWN)
        assert edition.kind != "draft"
    # every edition that left the lane has a recorded reason: a person's act or a confirmed relation
    for edition_id in set(ledger.editions) - set(shown):
        edition = ledger.editions[edition_id]
        reason = status(ledger, edition_id, as_of)
        if reason == Status.SUPERSEDED and edition.kind != "translation":
            assert superseded_by(ledger, edition_id, as_of) is not None
