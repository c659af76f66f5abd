"""Who may do what: one table, and what is not in it is denied.

docs/people.md tells the same in words; tests/unit/server/test_rights.py goes through every role, action and township.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Protocol

from cpdesk.model.masking import is_masked
from cpdesk.model.oplog import Operation
from cpdesk.model.records import ERASED_FIELD, STATUS_FIELD, RecordKind, Status
from cpdesk.model.replication import ERASED_REASON
from cpdesk.operations.families import FARMHOUSE, HEATING_NETWORK, OLD_COMMUNITY
from cpdesk.sync.merge import RecordState

ACTIVE: Final = "active"
LEAVING: Final = "leaving"
"""Revoked, but still allowed for some days to send what it has: it writes as before and reads nothing."""


class Role(StrEnum):
    """What a person is for the district. The order is that of the documents."""

    SURVEYOR = "surveyor"
    INSPECTOR = "inspector"
    CLERK = "clerk"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"


class Right(StrEnum):
    """One thing somebody may do with the records of a township.

    Attributes:
        READ: entries, snapshots, photographs, exchange files, lists for phones.
        READ_NUMBERS: see ID numbers and telephones as they are; without it they come masked.
        SITES_HOUSEHOLD, SITES_COMMUNITY, SITES_NETWORK: write the register of this family's sites.
        SURVEYS_HOUSEHOLD, SURVEYS_COMMUNITY, SURVEYS_NETWORK: write surveys of this family.
        OTHER: write surveys of the district's own forms, and kinds of a newer program.
        FILL: take a survey on its way up to submission.
        REVIEW: return and accept surveys, and change what has been accepted.
    """

    READ = "read"
    READ_NUMBERS = "read_numbers"
    SITES_HOUSEHOLD = "sites_household"
    SITES_COMMUNITY = "sites_community"
    SITES_NETWORK = "sites_network"
    SURVEYS_HOUSEHOLD = "surveys_household"
    SURVEYS_COMMUNITY = "surveys_community"
    SURVEYS_NETWORK = "surveys_network"
    OTHER = "other"
    FILL = "fill"
    REVIEW = "review"


RIGHTS: Final[Mapping[str, frozenset[Right]]] = {
    Role.SURVEYOR: frozenset(
        {
            Right.READ,
            Right.READ_NUMBERS,
            Right.SITES_HOUSEHOLD,
            Right.SITES_COMMUNITY,
            Right.SITES_NETWORK,
            Right.SURVEYS_HOUSEHOLD,
            Right.SURVEYS_COMMUNITY,
            Right.SURVEYS_NETWORK,
            Right.OTHER,
            Right.FILL,
        }
    ),
    Role.INSPECTOR: frozenset(
        {
            Right.READ,
            Right.SITES_COMMUNITY,
            Right.SITES_NETWORK,
            Right.SURVEYS_COMMUNITY,
            Right.SURVEYS_NETWORK,
            Right.FILL,
        }
    ),
    Role.CLERK: frozenset(
        {Right.READ, Right.READ_NUMBERS, Right.SITES_HOUSEHOLD, Right.SITES_COMMUNITY, Right.SITES_NETWORK}
    ),
    Role.REVIEWER: frozenset(set(Right) - {Right.READ_NUMBERS}),
    Role.ADMINISTRATOR: frozenset({Right.READ}),
}
"""All rights of each role. A role that is not a key here has none."""

_SITES: Final[Mapping[str, Right]] = {
    RecordKind.HOUSEHOLD: Right.SITES_HOUSEHOLD,
    RecordKind.COMMUNITY: Right.SITES_COMMUNITY,
    RecordKind.SEGMENT: Right.SITES_NETWORK,
    RecordKind.WELL: Right.SITES_NETWORK,
    RecordKind.COMPONENT: Right.SITES_NETWORK,
    RecordKind.SUBSTATION: Right.SITES_NETWORK,
}
_SURVEYS: Final[Mapping[str, Right]] = {
    FARMHOUSE.id: Right.SURVEYS_HOUSEHOLD,
    OLD_COMMUNITY.id: Right.SURVEYS_COMMUNITY,
    HEATING_NETWORK.id: Right.SURVEYS_NETWORK,
}

_OPEN: Final = frozenset({None, Status.NONE, Status.DRAFT, Status.COMPLETE, Status.RETURNED})
_FILLED: Final = frozenset({Status.NONE, Status.DRAFT, Status.COMPLETE, Status.SUBMITTED})


class Holder(Protocol):
    """Whoever has rights: an enrolled device."""

    @property
    def role(self) -> str: ...
    @property
    def streams(self) -> frozenset[str]: ...
    @property
    def status(self) -> str: ...


def may(device: Holder, what: Right, stream: str) -> bool:
    """Whether a device may do this in a township. Every read and write of the server asks here."""
    if device.status != ACTIVE and (device.status != LEAVING or what in (Right.READ, Right.READ_NUMBERS)):
        return False
    return stream in device.streams and what in RIGHTS.get(device.role, frozenset())


def readable_streams(device: Holder) -> frozenset[str]:
    """The townships whose records a device may read."""
    return frozenset(stream for stream in device.streams if may(device, Right.READ, stream))


def right_to_write(kind: str, form: str) -> Right:
    """The right that writing a record of this kind and form needs."""
    if kind == RecordKind.SURVEY:
        return _SURVEYS.get(form, Right.OTHER)
    return _SITES.get(kind, Right.OTHER)


def reason_against(author: Holder, operation: Operation, state: RecordState | None) -> str:
    """Why the author's role does not cover an operation; empty when it does.

    Args:
        state: the record as it stands for the server; None before it is there.

    Returns:
        `erased` the district has erased the record, and what the operation says must not be kept;
        `masked` it sets a mask, which is no answer of anybody;
        `role_forbidden` a record that is not this role's, or one that the author knew to be accepted;
        `status_forbidden` a step of a survey's course that is not this role's.
    """
    if state is not None and state.value(ERASED_FIELD) is not None:
        return ERASED_REASON
    if ERASED_FIELD in operation.set:
        return "role_forbidden"
    if any(map(is_masked, operation.set.values())):
        return "masked"
    return _reason_of_role(author, operation, state)


def _reason_of_role(author: Holder, operation: Operation, state: RecordState | None) -> str:
    stream = operation.stream
    if not may(author, right_to_write(operation.kind, operation.form), stream):
        return "role_forbidden"
    if may(author, Right.REVIEW, stream):
        return ""
    if operation.kind == RecordKind.SURVEY and not may(author, Right.FILL, stream):
        return "role_forbidden"
    if STATUS_FIELD in operation.set and not _is_fillers_step(operation, state):
        return "status_forbidden"
    if _knew_accepted(operation, state):
        return "role_forbidden"
    return ""


def _is_fillers_step(operation: Operation, state: RecordState | None) -> bool:
    """Whether a change of status is one that those who fill surveys take.

    It is judged by what the author says to have seen: when somebody else changed it meanwhile, the rules of merging
    make a conflict of it. Where they would not, because the author's own desk wrote what stands or a conflict is
    decided, what stands counts too: nobody gains a step by claiming to have seen something else.
    """
    wanted = operation.set[STATUS_FIELD]
    standing = None if state is None else state.fields.get(STATUS_FIELD)
    before = {operation.old[STATUS_FIELD]}
    if standing is not None:
        if standing.value == wanted:
            return True
        if operation.resolves is not None or standing.device == operation.device:
            before.add(standing.value)
    return wanted in _FILLED and all(one in _OPEN or one == wanted for one in before)


def _knew_accepted(operation: Operation, state: RecordState | None) -> bool:
    standing = None if state is None else state.fields.get(STATUS_FIELD)
    return standing is not None and standing.value == Status.ACCEPTED and standing.revision <= operation.base
