"""Who may do what: a door says who asks and in which role, and every verb that is not for all asks here first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kb.errors import NotAllowed
from kb.settings import Settings


class Role(StrEnum):
    """What a person is in a library; each may do what the ones before it may."""

    READER = "reader"  # asks, searches, opens pages, compares editions, checks a statement
    QUALITY = "quality"  # reads the history as well, and keeps and decides findings
    LIBRARIAN = "librarian"  # takes in, reviews, publishes, relates, withdraws, undoes
    ADMIN = "admin"  # rebuilds, repairs, backs up, restores


class Verb(StrEnum):
    """What is not for everybody, named as its command is."""

    AUDIT = "audit"
    KEEP = "check --keep"
    DECIDE = "decide"
    RECHECK = "recheck"
    PURGE = "purge"
    INGEST = "ingest"
    PUBLISH = "publish"
    EDIT = "edit"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    RELATE = "relate"
    UNDO = "undo"
    REINDEX = "reindex"
    REPAIR = "doctor --repair"
    BACKUP = "backup"
    RESTORE = "restore"


LEAST = {
    Verb.AUDIT: Role.QUALITY,
    Verb.KEEP: Role.QUALITY,
    Verb.DECIDE: Role.QUALITY,
    Verb.RECHECK: Role.QUALITY,
    Verb.PURGE: Role.QUALITY,
    Verb.INGEST: Role.LIBRARIAN,
    Verb.PUBLISH: Role.LIBRARIAN,
    Verb.EDIT: Role.LIBRARIAN,
    Verb.REJECT: Role.LIBRARIAN,
    Verb.WITHDRAW: Role.LIBRARIAN,
    Verb.RELATE: Role.LIBRARIAN,
    Verb.UNDO: Role.LIBRARIAN,
    Verb.REINDEX: Role.ADMIN,
    Verb.REPAIR: Role.ADMIN,
    Verb.BACKUP: Role.ADMIN,
    Verb.RESTORE: Role.ADMIN,
}
_ORDER = list(Role)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom a door knows."""

    name: str
    role: Role


# A bare name is somebody at this machine's terminal or in a program of its own: the setting `role` holds for them.
Who = Person | str


def allow(settings: Settings, who: Who, verb: Verb) -> str:
    """The name to be recorded for this act; raises NotAllowed where the role is too low."""
    person = who if isinstance(who, Person) else Person(who, Role(settings.role))
    least = LEAST[verb]
    if _ORDER.index(person.role) < _ORDER.index(least):
        raise NotAllowed(
            f"`{verb}` needs the role {least}; this is the role {person.role}.",
            hint="Ask somebody with that role. At the terminal the role is the setting GKB_ROLE.",
        )
    return person.name
