"""A submission read: whose form, which filling, what answers. Nothing here writes."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Final

from sqlalchemy import Connection, select

from cpdesk.base.clock import Clock
from cpdesk.base.errors import CpdeskError, InputFault, IntegrityFault
from cpdesk.forms.entities import CREATE, UPDATE, EntityChange
from cpdesk.forms.files.choice_files import read_choice_file
from cpdesk.forms.files.external import LAST_SAVED, ChoiceTable
from cpdesk.forms.form import Form
from cpdesk.forms.session import Session
from cpdesk.forms.state import ProblemCode
from cpdesk.forms.submission import answers_of_submission
from cpdesk.forms.tree import Node, read_xml
from cpdesk.forms.xform import load_form
from cpdesk.model.paths import NAME_CHARACTERS_MAX, is_path
from cpdesk.server import published, schema
from cpdesk.server.openrosa.registers import columns_read, registers_of, rows_of, table_of
from cpdesk.server.openrosa.tables import form_files

XML_BYTES_MAX: Final = 3 * 1024 * 1024
_FORMS_KEPT: Final = 12
_UPLOADS: Final = "upload"


@dataclass(frozen=True, slots=True)
class Head:
    """What a submission says of itself."""

    form: str
    version: str
    instance: str
    replaces: str


@dataclass(frozen=True, slots=True)
class Filling:
    """The answers of a submission by field path.

    Attributes:
        answers: without those whose files must come first.
        files: path → file name of each answer that is a file.
        entities: what it tells of sites.
    """

    answers: dict[str, str]
    files: dict[str, str]
    entities: tuple[EntityChange, ...]


class Unfit(Exception):
    """A submission that is kept whole but cannot become a record as it is. `reason` is a word, `detail` the place."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


class FormShelf:
    """Published forms, loaded; the last few stay loaded."""

    def __init__(self) -> None:
        self._forms: OrderedDict[tuple[str, str, str], tuple[Form, dict[str, frozenset[str]]]] = OrderedDict()
        self._lock = Lock()

    def get(self, connection: Connection, form: str, version: str) -> tuple[Form, dict[str, frozenset[str]]] | None:
        """A form and the columns its expressions read, by secondary instance; None when it was never published.

        Raises:
            InputFault: CP-12xx the published form does not load.
        """
        body = published.body(connection, form, version)
        if body is None:
            return None
        key = (form, version, hashlib.sha256(body).hexdigest())
        with self._lock:
            if key in self._forms:
                self._forms.move_to_end(key)
                return self._forms[key]
        loaded = (load_form(body), columns_read(body))
        with self._lock:
            self._forms[key] = loaded
            while len(self._forms) > _FORMS_KEPT:
                self._forms.popitem(last=False)
        return loaded


def head_of(xml: bytes) -> Head:
    """Form, version and instance of a submission.

    Raises:
        InputFault: CP-1201 to CP-1203 no proper XML, a document type, too large; CP-1696 no form or instance named.
    """
    if len(xml) > XML_BYTES_MAX:
        raise IntegrityFault("CP-3205", what="xml_submission_file", size=len(xml), limit=XML_BYTES_MAX)
    document, _ = read_xml(xml)
    root = next(iter(document.elements()))
    form, version = root.attribute("id") or root.uri, root.attribute("version")
    meta = next((child for child in root.elements() if child.local == "meta"), None)
    instance = _text(meta, "instanceID") or root.attribute("instanceID")
    replaces = _text(meta, "deprecatedID")
    for what, text in (("id", form), ("instanceID", instance)):
        if not 1 <= len(text) <= NAME_CHARACTERS_MAX or "\0" in text:
            raise InputFault("CP-1696", what=what)
    for what, text in (("version", version), ("deprecatedID", replaces)):
        if len(text) > NAME_CHARACTERS_MAX:
            raise InputFault("CP-1696", what=what)
    return Head(form, version, instance, replaces)


def _text(meta: Node | None, local: str) -> str:
    found = next((child for child in meta.elements() if child.local == local), None) if meta is not None else None
    return found.text.strip() if found is not None else ""


def is_known_form(connection: Connection, form: str) -> bool:
    """Whether any version of a form was published."""
    table = schema.forms
    return connection.execute(select(table.c.form).where(table.c.form == form).limit(1)).first() is not None


def read_filling(
    connection: Connection,
    shelf: FormShelf,
    head: Head,
    xml: bytes,
    stream: str,
    clock: Clock,
    new_id: Callable[[], str],
) -> Filling:
    """The answers of a submission, and what they tell of sites.

    Raises:
        Unfit: the version is not known here, or the form does not fit the answers; with the place.
    """
    try:
        found = shelf.get(connection, head.form, head.version)
        if found is None:
            raise Unfit("version_unknown", head.version)
        form, columns = found
        answers = answers_of_submission(form, xml, new_id)
        _check_places(form, answers)
        tables = tables_of(connection, form, columns, stream)
        session = Session(form, answers, clock=clock, new_id=new_id, files=tables)
        wrong = next((problem for problem in session.validate() if problem.code is ProblemCode.TYPE), None)
        if wrong is not None:
            raise Unfit("answer_of_another_type", wrong.path)
        entities = entities_of(form, answers)
    except CpdeskError as fault:
        raise Unfit("form_does_not_fit", f"{fault.code} {fault.fields.get('path', '')}".strip()) from None
    files = {path: text for path, text in answers.items() if is_file(form, path)}
    kept = {path: text for path, text in answers.items() if path not in files}
    return Filling(kept, files, entities)


def entities_of(form: Form, answers: Mapping[str, str]) -> tuple[EntityChange, ...]:
    """What a submission makes and changes, in the words of the phone: nothing is worked out again, or else the version
    that the phone had before it would become the one that stands now."""
    found = []
    for entity in form.entities:
        tail = entity.node.path[len(entity.holder.path) :].lstrip("/") + "/@id"
        for path, text in answers.items():
            identity = text.strip().removeprefix("uuid:")
            if template_of(path) != f"{entity.node.path}/@id" or not identity:
                continue
            node, holder = path.removesuffix("/@id"), path.removesuffix(tail)

            def attribute(
                name: str, node: str = node, literal: Mapping[str, str] = entity.node.literal_attributes
            ) -> str:
                return answers.get(f"{node}/@{name}", literal.get(name, ""))

            values = {
                name: answers[place]
                for name, definition in entity.properties.items()
                if (place := holder + definition.path[len(entity.holder.path) :].lstrip("/")) in answers
            }
            modes = [mode for mode in (CREATE, UPDATE) if attribute(mode) in ("1", "true")]
            if modes:
                label, base = answers.get(f"{node}/label", ""), attribute("baseVersion")
                found.append(EntityChange(entity.dataset, identity, modes[-1], label, values, base))
    return tuple(found)


def _check_places(form: Form, answers: Mapping[str, str]) -> None:
    for path in answers:
        if not is_path(path) or "\0" in answers[path]:
            raise Unfit("answer_not_storable", path[:200])
        template = template_of(path).partition("/@")[0]
        known = template in form.by_path or template.partition("/")[0].rpartition(":")[2] == "meta"
        if not known:
            raise Unfit("question_unknown", path[:200])


def template_of(path: str) -> str:
    """A path without the ids of items."""
    while "[" in path:
        before, _, after = path.partition("[")
        path = before + after.partition("]")[2]
    return path


def is_file(form: Form, path: str) -> bool:
    """Whether the answer at a path is the name of a file."""
    definition = form.by_path.get(template_of(path))
    return definition is not None and (definition.control == _UPLOADS or definition.type == "binary")


def tables_of(
    connection: Connection, form: Form, columns: Mapping[str, frozenset[str]], stream: str
) -> dict[str, ChoiceTable]:
    """The choice files of a form: those published with it, and registers of the township."""
    table = form_files
    stored = {
        row.name: bytes(row.body)
        for row in connection.execute(
            select(table.c.name, table.c.body).where(table.c.form == form.id, table.c.version == form.version)
        )
    }
    registers = registers_of(form)
    tables: dict[str, ChoiceTable] = {}
    for identity, external in form.externals.items():
        name = external.file
        if name in stored:
            tables[name] = read_choice_file(name, stored[name])
        elif identity in registers and external.format != LAST_SAVED:
            rows = rows_of(connection, registers[identity], stream, columns.get(identity, frozenset()))
            tables[name] = table_of(rows)
    return tables
