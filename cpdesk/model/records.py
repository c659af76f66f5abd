"""Records: the sites that live for years and the surveys made of them.

Answers are a flat mapping from field path to the lexical value of the XForms data type (a text), so that what is
stored is exactly what was entered and what a submission carries. The grammar of a path:

    path     = step *("/" step)
    step     = name / name "[" item-id "]"      ; a repeat's item has an id of its own, never a position
    name     = the node's name in the form

Groups are steps, the root is not: `yard/building[018f…]/wall/b_wall_type`. Kinds of entry that stand beside answers
proper:

    path "[" item-id "]"     the item itself; its value is its rank among its siblings (`model.ranks`), absent = no item
    path "#quality"          how the answer is known: M measured, B bill or plate, E estimated, D default
    path "#note"             the surveyor's or reviewer's remark on the question
    path "#checked"          the unusual answer that a person looked at again and kept; another answer is unchecked
    path "/@" name           an attribute of the node that the form fills, such as an entity's id
    "@" name                 a fact of the record itself: @status, @site, @form_version, @deleted, @sample;
                             @survey.<id> on a site: the survey it learned from last; the value is new each time
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

Answers = Mapping[str, str]


class RecordKind(StrEnum):
    """What a record is of: a site of one of the three families, or a survey of a site.

    `UNKNOWN` stands for kinds of a newer program: such records are kept, synced and backed up as they are, and no list
    shows them.
    """

    HOUSEHOLD = "household"
    COMMUNITY = "community"
    SEGMENT = "segment"
    WELL = "well"
    COMPONENT = "component"
    SUBSTATION = "substation"
    SURVEY = "survey"
    UNKNOWN = "unknown"

    @classmethod
    def _missing_(cls, value: object) -> RecordKind:
        return cls.UNKNOWN


class Status(StrEnum):
    """How far a record has come. `NONE` is for sites, which have no course of their own."""

    NONE = "none"
    DRAFT = "draft"
    COMPLETE = "complete"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"


class Quality(StrEnum):
    """How an answer is known."""

    MEASURED = "M"
    BILL = "B"
    ESTIMATED = "E"
    DEFAULT = "D"


STATUS_FIELD: Final = "@status"
SITE_FIELD: Final = "@site"
FORM_VERSION_FIELD: Final = "@form_version"
DELETED_FIELD: Final = "@deleted"
SAMPLE_FIELD: Final = "@sample"
ERASED_FIELD: Final = "@erased"
"""Set by the district alone, when it erases the record for good."""
SURVEY_PREFIX: Final = "@survey."
KNOWN_FACTS: Final = frozenset({STATUS_FIELD, SITE_FIELD, FORM_VERSION_FIELD, DELETED_FIELD, SAMPLE_FIELD})
"""The `@` entries that a `Record` has attributes for."""


@dataclass(frozen=True, slots=True)
class Record:
    """One site or survey as it stands on this desk.

    Attributes:
        id: UUIDv7.
        kind: what it is of.
        form: id of the form it is filled by; `version` is the form version it was last saved with.
        stream: the nine-digit code of the township: the unit of permission and of partition.
        title: one line for lists, made from the answers.
        answers: see the grammar above; without the `@` entries.
        site: id of the site a survey was made of, else None.
        revision: the server's revision of the record this desk has seen; 0 before the first sync.
        updated_at: ISO 8601 in UTC of the last change on this desk or received.
        facts: `@` entries that no attribute stands for: `@survey.<id>`, and those of a newer program.
    """

    id: str
    kind: RecordKind
    form: str
    version: str
    stream: str
    status: Status
    title: str
    answers: Answers
    site: str | None = None
    revision: int = 0
    updated_at: str = ""
    deleted: bool = False
    sample: bool = False
    conflicts: int = 0
    facts: Answers = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Changes:
    """What an operation changed, so that every view refreshes what it must and nothing else."""

    records: frozenset[str] = frozenset()
    kinds: frozenset[RecordKind] = frozenset()
    conflicts: bool = False
    forms: bool = False
    settings: bool = False
    sync: bool = False
    notes: tuple[str, ...] = field(default=())

    def __or__(self, other: Changes) -> Changes:
        return Changes(
            records=self.records | other.records,
            kinds=self.kinds | other.kinds,
            conflicts=self.conflicts or other.conflicts,
            forms=self.forms or other.forms,
            settings=self.settings or other.settings,
            sync=self.sync or other.sync,
            notes=self.notes + other.notes,
        )
