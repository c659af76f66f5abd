"""What leaves the server masked: telephones and identity numbers, for roles without `Right.READ_NUMBERS`.

An answer that its form or register marks as personal loses every long number; one that they know and do not mark stays
as it is; of everything else (free texts, remarks, forms that were never published here) what looks like a telephone or
an identity number is masked. What a desk wrote itself it gets back as it wrote it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, select

from cpdesk.base.errors import CpdeskError
from cpdesk.base.resources import resource_path
from cpdesk.forms.tree import ELEMENT, Node, read_xml
from cpdesk.interop.answer_tables import template_of
from cpdesk.interop.register_tables import REGISTERS, register
from cpdesk.model.masking import mask_personal, mask_telltale
from cpdesk.model.oplog import canonical_json
from cpdesk.model.records import RecordKind
from cpdesk.operations.families import FAMILIES
from cpdesk.server import schema
from cpdesk.server.access import Device
from cpdesk.server.people.roles import Right, may

_YES: Final = ("yes", "true", "1")
_CHECKED: Final = "#checked"
_FREE: Final = ".{0,"  # the rule of a register's text that may be anything, or nothing


@dataclass(frozen=True, slots=True)
class Marks:
    """Places of a form, or fields of a register: which are marked as personal, and which are known not to be."""

    personal: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()

    def __or__(self, other: Marks) -> Marks:
        """Of two versions: what either marks is personal."""
        personal = self.personal | other.personal
        return Marks(personal, (self.plain | other.plain) - personal)


class Lens:
    """How one device that may not see numbers sees the records of the server."""

    def __init__(self, device: str, marks: Mapping[str, Marks]) -> None:
        self._device = device
        self._marks = marks

    def entry(self, content: bytes) -> bytes:
        """An entry as pulls serve it, masked."""
        entry: dict[str, Any] = json.loads(content)
        operation = entry["operation"]
        of = operation["kind"], operation["form"]
        own = operation["device"] == self._device
        known = {*operation["set"].values(), *operation["old"].values()} if own else set()
        if not own:
            entry["applied"] = self.fields(*of, entry["applied"])
            operation["set"] = self.fields(*of, operation["set"])
            operation["old"] = self.fields(*of, operation["old"])
        for conflict in entry["conflicts"]:
            self._mask_conflict(of, conflict, known)
        return canonical_json(entry)

    def snapshot_line(self, line: dict[str, Any]) -> dict[str, Any]:
        """A line of a snapshot, masked; one that is no record stays."""
        if "record" not in line:
            return line
        of = line["kind"], line["form"]
        for conflict in line["conflicts"]:
            self._mask_conflict(of, conflict, set())
        return {**line, "fields": self.fields(*of, line["fields"])}

    def fields(self, kind: str, form: str, values: Mapping[str, str | None]) -> dict[str, str | None]:
        """Values by path, masked."""
        return {path: self._value(kind, form, path, value) for path, value in values.items()}

    def _mask_conflict(self, of: tuple[str, str], conflict: dict[str, Any], known: set[str | None]) -> None:
        for side in ("original", "current", "proposed"):
            if conflict[side] not in known:
                conflict[side] = self._value(*of, conflict["path"], conflict[side])

    def _value(self, kind: str, form: str, path: str, value: str | None) -> str | None:
        if value is None or path.startswith("@") or path.endswith("]"):
            return value
        marks = self._marks.get(form if kind == RecordKind.SURVEY else kind, Marks())
        place = template_of(path)
        if place in marks.personal:
            return mask_personal(value)
        is_answer = "#" not in path or path.endswith(_CHECKED)
        return value if is_answer and place in marks.plain else mask_telltale(value)


def lens_for(connection: Connection, device: Device, stream: str) -> Lens | None:
    """What a device has to look through in a township; None where it may see everything."""
    if may(device, Right.READ_NUMBERS, stream):
        return None
    return Lens(device.device, marks_of(connection))


def marks_of(connection: Connection) -> dict[str, Marks]:
    """By id of a form, or kind of a site: what is marked. A field of a site is called as the question that fills it."""
    found: dict[str, Marks] = {family.id: _shipped(family.id) for family in FAMILIES}
    table = schema.forms
    for row in connection.execute(select(table.c.form, table.c.version, table.c.sha256)):
        body = _published.get(row.sha256)
        if body is None:
            content = connection.execute(
                select(table.c.body).where(table.c.form == row.form, table.c.version == row.version)
            ).scalar_one()
            body = _published[row.sha256] = marks_in(bytes(content))
        found[row.form] = found.get(row.form, Marks()) | body
    by_name = Marks()
    for marks in found.values():
        by_name |= Marks(_names(marks.personal), _names(marks.plain))
    for family in FAMILIES:
        for site in family.sites:
            found[site.kind] = _registered(site.kind) | by_name
    return found


_published: Final[dict[str, Marks]] = {}
"""Marks by the hash of a published form, which never changes."""


def marks_in(xform: bytes) -> Marks:
    """The marks on the binds of an XForm; none of one that cannot be read, whose answers then count as unknown."""
    try:
        document, _ = read_xml(xform)
    except CpdeskError:
        return Marks()
    personal: set[str] = set()
    plain: set[str] = set()
    for node in document.walk():
        if node.kind != ELEMENT or node.local != "bind":
            continue
        place = node.attribute("nodeset").strip().lstrip("/").partition("/")[2]
        marked = any(
            name.rpartition("}")[2].rpartition(":")[2] == "personal" and text.lower() in _YES
            for name, text in node.attributes.items()
        )
        if marked:
            personal.add(place)
        elif not _is_free(node):
            plain.add(place)
    return Marks(frozenset(personal), frozenset(plain - personal))


def _is_free(bind: Node) -> bool:
    """Whether people may write anything: a text that follows no pattern, into which they write telephones as well."""
    kind = bind.attribute("type").rpartition(":")[2]
    return kind in ("", "string") and "regex(" not in bind.attribute("constraint") and not bind.attribute("calculate")


@cache
def _shipped(form: str) -> Marks:
    path = resource_path(f"forms/{form}.xml")
    return marks_in(path.read_bytes()) if path.exists() else Marks()


@cache
def _registered(kind: str) -> Marks:
    """Without free texts, into which people write telephones as well."""
    if kind not in REGISTERS:
        return Marks()
    fields = register(kind).fields
    free = {field.name for field in fields if field.kind == "text" and field.rule.startswith(_FREE)}
    personal = frozenset(field.name for field in fields if field.personal)
    return Marks(personal, frozenset(field.name for field in fields) - personal - free)


def _names(places: frozenset[str]) -> frozenset[str]:
    return frozenset(place.rpartition("/")[2] for place in places)
