"""The forms the program ships: compiled anew, loaded, whole in both languages, and bound to quantities that exist."""

from __future__ import annotations

from collections.abc import Iterator

from cpdesk.base import tables
from cpdesk.base.clock import SystemClock
from cpdesk.base.errors import CpdeskError
from cpdesk.base.ids import IdMaker
from cpdesk.base.resources import resource_path
from cpdesk.context import SHIPPED_FORMS
from cpdesk.forms.form import Form
from cpdesk.forms.publish import compile_xlsform
from cpdesk.forms.session import Session
from cpdesk.forms.xform import load_form
from cpdesk.operations.verification.cases import Case, Verification


def verify_forms() -> Verification:
    """Check every shipped form."""
    return Verification("forms", tuple(case for name in SHIPPED_FORMS for case in _cases(name)))


def _cases(name: str) -> Iterator[Case]:
    source = resource_path(f"forms/{name}.md").read_text(encoding="utf-8")
    shipped = resource_path(f"forms/{name}.xml").read_text(encoding="utf-8")
    try:
        compiled = compile_xlsform(source, name=name)
        form = load_form(shipped)
    except CpdeskError as error:
        yield Case(f"{name}: compiles and loads", False, str(error), "no error")
        return
    yield Case(f"{name}: the shipped XForm is the compiled source", compiled.strip() == shipped.strip())
    yield from _whole(name, form)
    clock = SystemClock()
    session = Session(form, clock=clock, new_id=IdMaker(clock).new)
    again = Session(form, session.answers(), clock=clock, new_id=IdMaker(clock).new)
    same = again.answers() == session.answers()
    yield Case(f"{name}: an untouched survey reads back as it was saved", same)


def _whole(name: str, form: Form) -> Iterator[Case]:
    untold = [node.path for node in form.nodes if node.control and len(node.label) < len(form.languages)]
    yield Case(f"{name}: every question has its label in every language", not untold, " ".join(untold[:5]))
    rows = tables.read_table(resource_path("tables/quantities.csv"), {"name": tables.text, "unit": tables.maybe_text})
    units = {row["name"]: row["unit"] for row in rows}
    unknown = [one.quantity for one in form.quantities.values() if one.quantity not in units]
    yield Case(f"{name}: every bound quantity is in the table", not unknown, " ".join(unknown[:5]))
    differing = [one.quantity for one in form.quantities.values() if one.unit != units.get(one.quantity, one.unit)]
    yield Case(f"{name}: form and table agree on every unit", not differing, " ".join(differing[:5]))
