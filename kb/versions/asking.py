"""What a librarian is asked before an edition is published, and what may be published unasked."""

from __future__ import annotations

from collections.abc import Mapping

from kb.access import Verb, Who, allow
from kb.domain import Edition, Kind, Proposal, RelationState, State
from kb.errors import KBError
from kb.store.extractions import load_summary
from kb.store.ledger import Ledger
from kb.store.library import Library
from kb.store.registry import reading
from kb.versions.change import REQUIRED, missing_fields, publish
from kb.versions.families import is_preselected, propose_families, spoken_of

ASK_BELOW = 0.65  # confidence; what that leaves unasked, and how often it was wrong, stands in docs/log.md
ASKED = ("title", "publisher", "label", "issued_on", "kind")
PROPOSAL_NAMES = {"label": "edition_label"}  # the name of the proposal where it differs


def fields_to_ask(edition: Edition, proposals: Mapping[str, Proposal]) -> list[str]:
    """Fields that a person should look at, the most doubtful first.

    What is required and missing, what was read with little confidence, and title and kind of all that is not a full
    guideline. A value that differs from what was read is a person's word and is not asked again.
    """
    asked: dict[str, float] = {}
    for name in ASKED:
        value = getattr(edition, name)
        proposal = proposals.get(PROPOSAL_NAMES.get(name, name))
        is_special = name in ("title", "kind") and edition.kind != Kind.FULL
        if not value and name in REQUIRED:
            asked[name] = 0.0
        elif proposal is None or str(proposal.value) != str(value):
            continue
        elif proposal.confidence < ASK_BELOW or is_special:
            asked[name] = proposal.confidence
    return sorted(asked, key=lambda name: asked[name])


def needs_nothing(ledger: Ledger, edition: Edition, proposals: Mapping[str, Proposal]) -> bool:
    """Whether an edition may be published without a question: all is known and sure, and it touches no other."""
    if edition.state != State.IN_REVIEW or edition.id in ledger.pending_files or edition.archived:
        return False
    if fields_to_ask(edition, proposals) or missing_fields(edition):
        return False
    if any(each.state == RelationState.PROPOSED for each in ledger.relations_from(edition.id)):
        return False
    if any(each.guideline_id == edition.guideline_id and each.id != edition.id for each in ledger.editions.values()):
        return False
    return not any(map(is_preselected, propose_families(ledger, edition, spoken_of(ledger, edition))))


def waiting_proposals(library: Library) -> dict[str, Mapping[str, Proposal]]:
    """What was read of each edition that waits for a person, by edition id."""
    ledger = library.ledger()
    waiting = [each for each in ledger.editions.values() if each.state == State.IN_REVIEW]
    with reading(library.engine) as connection:
        return {each.id: load_summary(connection, each.extraction_id)["proposals"] for each in waiting}


def sure_ones(library: Library) -> list[str]:
    """Ids of the waiting editions that need no question."""
    ledger = library.ledger()
    found = waiting_proposals(library)
    return [key for key, proposals in found.items() if needs_nothing(ledger, ledger.editions[key], proposals)]


def accept_sure(library: Library, *, by: Who, why: str = "") -> tuple[list[str], dict[str, str]]:
    """Publish every waiting edition that needs no question; returns their ids, and why others failed, by id.

    Each is looked at again after those before it: two new editions of one guideline are never both taken.
    """
    allow(library.settings, by, Verb.PUBLISH)
    allow(library.settings, by, Verb.PUBLISH)
    done: list[str] = []
    failed: dict[str, str] = {}
    for key in sure_ones(library):
        if key not in sure_ones(library):
            continue
        try:
            publish(library, key, by=by, why=why or "accepted: nothing doubtful was read")
        except KBError as error:
            failed[key] = error.message
            continue
        done.append(key)
    return done, failed
