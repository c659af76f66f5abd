"""Filling a shipped form by names of questions, for the tests of forms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from cpdesk.base.clock import FixedClock
from cpdesk.base.ids import IdMaker
from cpdesk.base.resources import resource_path
from cpdesk.forms.files.external import MemoryTable
from cpdesk.forms.form import Form, Kind
from cpdesk.forms.session import Session
from cpdesk.forms.xform import load_form


def shipped(name: str) -> Form:
    return load_form(resource_path(f"forms/{name}.xml").read_text(encoding="utf-8"))


def begun(form: Form) -> Filling:
    """A new survey at noon of 22 November 2026, begun an hour ago, with one substation to choose."""
    clock = FixedClock(datetime(2026, 11, 22, 3, tzinfo=UTC))
    stations = MemoryTable(("name", "label"), [{"name": "S-3", "label": "S-3 样例三号站"}])
    files = {
        "substations.csv": stations,
        **{f"{one}.csv": MemoryTable(("name",), []) for one in ("community", "household")},
    }
    session = Session(form, {}, clock=clock, new_id=IdMaker(clock).new, files=files, random=lambda: 0.5)
    clock.advance(hours=1)
    return Filling(session)


class Filling:
    """One survey of a shipped form, filled by name; a name in a repeat means its first item, `name@2` its second."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._templates = {node.name: node.path for node in session.form.nodes}

    def path(self, name: str) -> str:
        name, _, number = name.partition("@")
        path = ""
        for step in self._templates[name].split("/"):
            path = f"{path}/{step}".lstrip("/")
            if self.session.form.by_path[re.sub(r"\[[^\]]*\]", "", path)].kind is Kind.REPEAT:
                path = self.session.children(path)[int(number or 1) - 1]
        return path

    def put(self, answers: Mapping[str, object]) -> Filling:
        for name, value in answers.items():
            self.session.set(self.path(name), str(value))
        return self

    def value(self, name: str) -> str:
        return self.session.value_at(self.path(name))

    def problem(self, name: str) -> str:
        found = self.session.state(self.path(name)).problem
        return "" if found is None else str(found.code)

    def shown(self, name: str) -> bool:
        return self.session.state(self.path(name)).relevant

    def missing(self) -> dict[str, str]:
        """What is still to be mended: name of the question → code."""
        return {re.sub(r".*/", "", one.path): str(one.code) for one in self.session.validate()}

    def questions(self, path: str = "") -> Iterator[str]:
        """Paths of everything with a control."""
        for below in self.session.children(path):
            definition = self.session.definition(below)
            if definition.control not in ("", "group", "repeat"):
                yield below
            elif not definition.is_leaf:
                yield from self.questions(below)

    def checks(self) -> set[str]:
        """Names of the cross-checks that speak now."""
        found = [self.session.state(path) for path in self.questions() if "check" in self._attributes(path)]
        return {state.path.rpartition("/")[2] for state in found if state.relevant}

    def _attributes(self, path: str) -> Mapping[str, str]:
        return self.session.definition(path).attributes
